import type { Clock } from "./clock.ts";

export interface ProgressReport {
  /** Conversations held, and all that are planned so far. */
  readonly done: number;
  readonly total: number;
  /** An estimate, never more than what the run may still take. */
  readonly secondsLeft: number;
  /** What goes on, in words: `ports`, `ssh.bad-version`. */
  readonly what: string;
}

/** Counts conversations and tells of them, at most ten times a second. */
export class Progress {
  readonly #clock: Clock;
  readonly #tell: (report: ProgressReport) => void;
  readonly #startMs: number;
  #endMs = Number.POSITIVE_INFINITY;
  #done = 0;
  #total = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, tell: (report: ProgressReport) => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#startMs = clock.nowMs();
  }

  /** When the run ends at the latest. */
  endAt(endMs: number): void {
    this.#endMs = endMs;
  }

  plan(count: number): void {
    this.#total += count;
  }

  step(what: string): void {
    this.#done += 1;
    this.#report(what, false);
  }

  finish(): void {
    this.#total = this.#done;
    this.#endMs = this.#clock.nowMs();
    this.#report("done", true);
  }

  #report(what: string, whatever: boolean): void {
    const now = this.#clock.nowMs();
    if (!whatever && now - this.#toldMs < 100) return;
    this.#toldMs = now;
    const byRate = ((now - this.#startMs) / Math.max(1, this.#done)) * Math.max(0, this.#total - this.#done);
    const leftMs = Math.max(0, Math.min(byRate, this.#endMs - now));
    this.#tell({ done: this.#done, total: Math.max(this.#done, this.#total), secondsLeft: Math.round(leftMs / 1_000), what });
  }
}
