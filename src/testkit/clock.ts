import type { Cancel, Now } from "../decoy/peer.ts";

const START_WALL_MS = Date.UTC(2026, 0, 15, 10, 30, 0);

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  readonly then: () => void;
}

/** Simulated time: stands still until `advance` moves it, and then rings every alarm on the way, in order. */
export class Clock {
  #nowMs = 0;
  #order = 0;
  readonly #alarms = new Set<Alarm>();

  now(): Now {
    return { wallMs: START_WALL_MS + this.#nowMs, monotonicMs: this.#nowMs };
  }

  after(delayMs: number, then: () => void): Cancel {
    const alarm = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, then };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** How many alarms wait. */
  get waiting(): number {
    return this.#alarms.size;
  }

  /** Lets `ms` pass. An alarm set by another rings too if it falls within. At most `maxRings` ring, so that a session which wakes itself for ever ends the test. */
  advance(ms: number, maxRings = 1_000_000): void {
    const untilMs = this.#nowMs + ms;
    for (let rings = 0; rings < maxRings; rings++) {
      const next = this.#next(untilMs);
      if (next === undefined) {
        this.#nowMs = untilMs;
        return;
      }
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.then();
    }
    throw new Error(`more than ${maxRings} alarms within ${ms} ms`);
  }

  #next(untilMs: number): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.atMs <= untilMs && (next === undefined || sooner(alarm, next))) next = alarm;
    }
    return next;
  }
}

function sooner(one: Alarm, other: Alarm): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
