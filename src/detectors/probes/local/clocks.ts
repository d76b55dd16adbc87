import { hrtime } from "node:process";

/** Both clocks of the host at one moment. */
export interface ClockPair {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

const ATTEMPTS = 3;
/** A clock that stands still must not hold us. */
const MOST_MS = 20;

/**
 * The wall clock can only be read to the millisecond, so it is watched until it changes: whoever sees the change last saw it too late, never too
 * early, and of some attempts the one with the smallest difference is the right one.
 */
export function readClocks(): ClockPair {
  const pairs = Array.from({ length: ATTEMPTS }, nextTick);
  return pairs.reduce((best, pair) => (pair.monotonicMs - pair.wallMs < best.monotonicMs - best.wallMs ? pair : best));
}

function nextTick(): ClockPair {
  const start = monotonicMs();
  const before = Date.now();
  let wallMs = before;
  let now = start;
  while (wallMs === before && now - start < MOST_MS) {
    wallMs = Date.now();
    now = monotonicMs();
  }
  return { wallMs, monotonicMs: now };
}

/** How much faster the wall clock ran, in parts per million. */
export function driftPpm(from: ClockPair, to: ClockPair): number {
  const monotonic = to.monotonicMs - from.monotonicMs;
  return monotonic <= 0 ? 0 : ((to.wallMs - from.wallMs) / monotonic - 1) * 1e6;
}

export function monotonicMs(): number {
  return Number(hrtime.bigint()) / 1e6;
}
