import { RateBudget } from "../../host/rate-budget.ts";
import { sourceKey } from "../../host/source-key.ts";

/**
 * How many datagrams are answered: so many a second to one source, and so many in all. The first protects whoever is named as the source
 * of questions that he did not ask, the second this host. Sources are forgotten, the oldest first; the limit in all is not.
 */
export class AnswerBudget {
  readonly #limits: AnswerLimits;
  readonly #sources = new Map<string, RateBudget>();
  readonly #all: RateBudget;

  constructor(limits: AnswerLimits, nowMs: number) {
    this.#limits = limits;
    this.#all = new RateBudget(limits.inAll, nowMs);
  }

  /** False: this one is not answered. */
  take(address: string, nowMs: number): boolean {
    return this.#of(sourceKey(address), nowMs).take(nowMs) && this.#all.take(nowMs);
  }

  get remembered(): number {
    return this.#sources.size;
  }

  #of(source: string, nowMs: number): RateBudget {
    const known = this.#sources.get(source) ?? new RateBudget(this.#limits.perSource, nowMs);
    this.#sources.delete(source);
    this.#sources.set(source, known);
    if (this.#sources.size > MOST_SOURCES) {
      const oldest = this.#sources.keys().next();
      if (!oldest.done) this.#sources.delete(oldest.value);
    }
    return known;
  }
}

/** A second, on average; ten seconds' worth at once. */
export interface AnswerLimits {
  readonly perSource: number;
  readonly inAll: number;
}

export const MOST_SOURCES = 4096;
