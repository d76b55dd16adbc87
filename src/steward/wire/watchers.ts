import type { Sight, WatchAsked } from "../verbs/api.ts";

/** Who watches. Nobody who reads too slowly costs more than a bounded number of bytes: what does not fit is counted, and told when it does. */
export class Watchers {
  readonly #all = new Set<Watching>();
  readonly #onChange: (wantsLogs: boolean) => void;

  /** @param onChange hears whether somebody wants logs, whenever somebody comes or leaves */
  constructor(onChange: (wantsLogs: boolean) => void) {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Goes on until who watches leaves, or `end`. */
  async watch(watcher: Watcher): Promise<void> {
    const { left } = watcher;
    if (left.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const watching = { ...watcher, lost: 0, end };
    this.#all.add(watching);
    this.#changed();
    left.addEventListener("abort", end, { once: true });
    await promise;
    left.removeEventListener("abort", end);
    this.#all.delete(watching);
    this.#changed();
  }

  tell(sight: Sight): void {
    for (const watching of this.#all) if (sight.sight !== "log" || watching.asked.logs) tellTo(watching, sight);
  }

  #changed(): void {
    this.#onChange([...this.#all].some(({ asked }) => asked.logs));
  }

  /** Nobody watches any more. */
  end(): void {
    for (const { end } of this.#all) end();
  }
}

export interface Watcher {
  readonly asked: WatchAsked;
  readonly see: (sight: Sight) => void;
  /** How many bytes wait for a reader that is too slow. */
  readonly waiting: () => number;
  /** Comes when who watches has left. */
  readonly left: AbortSignal;
}

interface Watching extends Watcher {
  lost: number;
  readonly end: () => void;
}

const MOST_WAITING = 4 << 20;

function tellTo(watching: Watching, sight: Sight): void {
  if (watching.waiting() > MOST_WAITING) {
    watching.lost += 1;
    return;
  }
  if (watching.lost > 0) watching.see({ sight: "lost", count: watching.lost });
  watching.lost = 0;
  watching.see(sight);
}
