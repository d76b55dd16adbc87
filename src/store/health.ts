/**
 * What of the store works and what does not. A part that fails says so once and goes on trying; what it could not keep is counted;
 * when it works again it says so once, with the count. Nothing in the store throws upward because a disk is full.
 */
export class Health {
  readonly #troubles = new Map<Part, Trouble>();
  readonly #listener: HealthListener;

  constructor(listener: HealthListener) {
    this.#listener = listener;
  }

  /** The parts that don't work now. */
  get degraded(): readonly Trouble[] {
    return [...this.#troubles.values()];
  }

  /** Something failed; `lost` things of this part (events, files, chunks) were not kept because of it. */
  failed(what: Part, cause: unknown, lost = 0): void {
    const before = this.#troubles.get(what);
    const trouble = { what, reason: before?.reason ?? reasonOf(cause), lost: (before?.lost ?? 0) + lost };
    this.#troubles.set(what, trouble);
    if (before === undefined) this.#listener.degraded?.(trouble);
  }

  /** The part works; says so if it did not before. */
  works(what: Part): void {
    const trouble = this.#troubles.get(what);
    if (trouble === undefined) return;
    this.#troubles.delete(what);
    this.#listener.recovered?.({ what, lost: trouble.lost });
  }
}

export type Part = "journal" | "index" | "quarantine" | "recordings";

export interface Trouble {
  readonly what: Part;
  readonly reason: string;
  /** What was not kept since it began. */
  readonly lost: number;
}

export interface HealthListener {
  degraded?(trouble: Trouble): void;
  recovered?(recovery: { readonly what: Part; readonly lost: number }): void;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
