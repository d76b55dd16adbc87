/**
 * What a visitor's bytes set going, in the order in which they came, each so long after its time as this visitor is to be answered late. While
 * the session does not want bytes, what is due waits.
 */
export class LateTurns {
  readonly #lateMs: number;
  readonly #waiting: Turn[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;

  constructor(lateMs: number) {
    this.#lateMs = lateMs;
  }

  add(act: () => void): void {
    this.#waiting.push({ dueMs: performance.now() + this.#lateMs, act });
    this.#arm();
  }

  /** Stops, or goes on. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#arm();
  }

  /** The visitor has left: nothing of what was sent is lost, unless the session wants no more of it. */
  settle(): void {
    clearTimeout(this.#timer);
    for (let next = this.#next(); next !== undefined; next = this.#next()) next.act();
    this.#waiting.length = 0;
  }

  #arm(): void {
    const [first] = this.#waiting;
    if (this.#timer !== undefined || this.#isHeld || first === undefined) return;
    this.#timer = setTimeout(() => this.#due(), Math.max(0, first.dueMs - performance.now()));
  }

  #due(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    // A timer may fire a part of a millisecond early.
    while ((this.#waiting[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs + 1) {
      const next = this.#next();
      if (next === undefined) break;
      next.act();
    }
    this.#arm();
  }

  /** Undefined: nothing waits, or the session wants nothing now. */
  #next(): Turn | undefined {
    return this.#isHeld ? undefined : this.#waiting.shift();
  }
}

interface Turn {
  /** Of the monotonic clock. */
  readonly dueMs: number;
  readonly act: () => void;
}
