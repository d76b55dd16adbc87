import { sourceKey } from "./source-key.ts";

/**
 * Decides who may come in: so many connections in all, so many of one source. Refusals of one source are told at once, then summed up
 * every ten seconds, so that a flood of connections is no flood of events.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #perSource = new Map<string, number>();
  readonly #refusals = new Map<string, Refusals>();
  #open = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Open connections. */
  get open(): number {
    return this.#open;
  }

  /** Counts a connection in, or names the cap that keeps it out. */
  enter(address: string): Cap | undefined {
    const source = sourceKey(address);
    const ofSource = this.#perSource.get(source) ?? 0;
    if (this.#open >= this.#limits.connections) return "connections";
    if (ofSource >= this.#limits.connectionsPerSource) return "connectionsPerSource";
    this.#open += 1;
    this.#perSource.set(source, ofSource + 1);
    return undefined;
  }

  leave(address: string): void {
    const source = sourceKey(address);
    const left = (this.#perSource.get(source) ?? 1) - 1;
    this.#open -= 1;
    if (left > 0) this.#perSource.set(source, left);
    else this.#perSource.delete(source);
  }

  /** How many refusals of this source to tell now, this one included; 0: none yet. */
  refuse(address: string, nowMs: number): number {
    const source = sourceKey(address);
    const known = this.#refusals.get(source) ?? { count: 0, toldMs: Number.NEGATIVE_INFINITY };
    const count = known.count + 1;
    const isDue = nowMs - known.toldMs >= TELL_EVERY_MS;
    this.#refusals.delete(source);
    this.#refusals.set(source, isDue ? { count: 0, toldMs: nowMs } : { count, toldMs: known.toldMs });
    this.#forgetOldest();
    return isDue ? count : 0;
  }

  // A flood from a million addresses must not fill the memory; the events of the forgotten were told but for their last count.
  #forgetOldest(): void {
    if (this.#refusals.size <= MAX_REMEMBERED) return;
    const oldest = this.#refusals.keys().next();
    if (!oldest.done) this.#refusals.delete(oldest.value);
  }
}

export interface AdmissionLimits {
  readonly connections: number;
  readonly connectionsPerSource: number;
}

export type Cap = "connections" | "connectionsPerSource";

interface Refusals {
  readonly count: number;
  readonly toldMs: number;
}

const TELL_EVERY_MS = 10_000;
const MAX_REMEMBERED = 10_000;
