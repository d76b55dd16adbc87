/**
 * What one run may cost, us and the host that is looked at. Everything has an upper bound, so that no target decides how long a run
 * takes or how much memory it needs.
 */
export interface Limits {
  /** New connections (and datagrams) to one port in any second, and to the host. */
  readonly perPortASecond: number;
  readonly perHostASecond: number;
  /** Connections that stand at the same time. */
  readonly perPortAtOnce: number;
  readonly perHostAtOnce: number;
  readonly connectMs: number;
  /** Of one exchange: bytes kept of what they said, and time. */
  readonly exchangeBytes: number;
  readonly exchangeMs: number;
  /** Bytes kept of all exchanges; afterwards each keeps `starvedBytes`. */
  readonly wholeBytes: number;
  readonly starvedBytes: number;
  /** The whole run; undefined: by the number of ports, see `wholeMs`. */
  readonly wholeMs: number | undefined;
}

export const defaultLimits: Limits = {
  perPortASecond: 4,
  perHostASecond: 100,
  perPortAtOnce: 3,
  perHostAtOnce: 256,
  connectMs: 2_000,
  exchangeBytes: 64 * 1024,
  exchangeMs: 15_000,
  wholeBytes: 32 * 1024 * 1024,
  starvedBytes: 1_024,
  wholeMs: undefined,
};

export interface Extent {
  readonly quick: boolean;
  /** Ports that were tried, and those of them that are open. */
  readonly tried: number;
  readonly open: number;
}

const QUICK_MS = 17_500;
const BASE_MS = 54_000;
/** What each open port up to the thousandth adds: 20 ports stay under a minute, 1,000 under two. */
const OPEN_PORT_MS = 55;
const PORTS_INCLUDED = 1_000;

/** How long a run may take, in milliseconds. */
export function wholeMs({ quick, tried, open }: Extent, limits: Limits): number {
  if (limits.wholeMs !== undefined) return limits.wholeMs;
  const scanMs = (Math.max(0, tried - PORTS_INCLUDED) / limits.perHostASecond) * 1_150;
  return scanMs + (quick ? QUICK_MS : BASE_MS + Math.min(open, PORTS_INCLUDED) * OPEN_PORT_MS);
}
