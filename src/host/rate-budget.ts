/** So many things a second on average, with bursts of ten seconds' worth. */
export class RateBudget {
  readonly #perSecond: number;
  #left: number;
  #refilledMs: number;

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond * BURST_SECONDS;
    this.#refilledMs = nowMs;
  }

  /** False: over the budget. */
  take(nowMs: number): boolean {
    const earned = ((nowMs - this.#refilledMs) / 1000) * this.#perSecond;
    this.#refilledMs = nowMs;
    this.#left = Math.min(this.#perSecond * BURST_SECONDS, this.#left + earned);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

const BURST_SECONDS = 10;
