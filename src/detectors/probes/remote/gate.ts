import type { Clock } from "./clock.ts";
import type { Limits } from "./limits.ts";

/**
 * Decides when the next connection may be made. Rates hold in *any* window, not only on average: a host must never see more than it was
 * promised. Among those that wait, the most valuable goes first, whichever port it is for.
 */
export class Gate {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #waiting: Waiting[] = [];
  readonly #ports = new Map<string, PortUse>();
  /** When the last connections were made. */
  #made: number[] = [];
  #open = 0;
  #closed = false;
  #cancelTimer: (() => void) | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Waits for leave to connect to `port` (`22`, `udp:53`). A lower `rank` goes first. Call what you are given, once, when the connection
   * is gone. Undefined: the run is over.
   */
  enter(port: string, rank = 0): Promise<(() => void) | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.push({ port, rank, resolve });
      this.#pump();
    });
  }

  /** Lets nobody through any more. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const { resolve } of this.#waiting.splice(0)) resolve(undefined);
  }

  #pump(): void {
    while (!this.#closed && this.#waiting.length > 0 && this.#open < this.#limits.perHostAtOnce) {
      const now = this.#clock.nowMs();
      const hostAtMs = this.#hostAtMs(now);
      if (hostAtMs > now) return this.#pumpAt(hostAtMs, now);
      const next = this.#next(now);
      if (typeof next === "number") return this.#pumpAt(next, now);
      this.#admit(next, now);
    }
  }

  /** Slices of a tenth of the rate each: no burst, and in no second more than the whole. */
  #hostAtMs(now: number): number {
    const slices = Math.min(10, this.#limits.perHostASecond);
    const most = Math.floor(this.#limits.perHostASecond / slices);
    this.#made = this.#made.slice(-most);
    const oldest = this.#made.length < most ? undefined : this.#made[0];
    return oldest === undefined ? now : oldest + SECOND_MS / slices;
  }

  /** Place in the queue of who goes next, or when somebody may. */
  #next(now: number): Waiting | number {
    let best: Waiting | undefined;
    let soonest = Number.POSITIVE_INFINITY;
    for (const one of this.#waiting) {
      const atMs = this.#portAtMs(one.port, now);
      if (atMs > now) soonest = Math.min(soonest, atMs);
      else if (best === undefined || one.rank < best.rank) best = one;
    }
    return best ?? soonest;
  }

  #portAtMs(port: string, now: number): number {
    const use = this.#ports.get(port);
    if (use === undefined) return now;
    if (use.open >= this.#limits.perPortAtOnce) return Number.POSITIVE_INFINITY;
    const oldest = use.made.length < this.#limits.perPortASecond ? undefined : use.made[0];
    return oldest === undefined ? now : oldest + SECOND_MS;
  }

  #admit(one: Waiting, now: number): void {
    this.#waiting.splice(this.#waiting.indexOf(one), 1);
    const use = this.#ports.get(one.port) ?? { open: 0, made: [] };
    this.#ports.set(one.port, { open: use.open + 1, made: [...use.made, now].slice(-this.#limits.perPortASecond) });
    this.#made.push(now);
    this.#open += 1;
    one.resolve(this.#leaver(one.port));
  }

  #leaver(port: string): () => void {
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      this.#open -= 1;
      const use = this.#ports.get(port);
      if (use !== undefined) this.#ports.set(port, { ...use, open: use.open - 1 });
      this.#pump();
    };
  }

  #pumpAt(atMs: number, now: number): void {
    if (atMs === Number.POSITIVE_INFINITY || atMs >= this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = atMs;
    this.#cancelTimer = this.#clock.after(Math.ceil(atMs - now), () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#pump();
    });
  }
}

interface Waiting {
  readonly port: string;
  readonly rank: number;
  readonly resolve: (leave: (() => void) | undefined) => void;
}

interface PortUse {
  readonly open: number;
  readonly made: readonly number[];
}

/** A little more than a second, since what leaves here evenly does not arrive so. */
const SECOND_MS = 1_030;
