import { networkInterfaces } from "node:os";
import type { StandAsked } from "../../steward/verbs/api.ts";
import type { Opinion, Transition } from "../../suspicion/index.ts";

export type AskedStanding = StandAsked["standings"][number];
type Held = Pick<Opinion, "source" | "state" | "until">;

/**
 * What the steward has to be told of sources: the last word on each, in the order in which they were said.
 *
 * What must stay true: this host itself is never suspect on the wire, whatever is thought of its addresses; nothing is said for longer than it
 * holds, but for a moment more, so that a state does not end before the sensor ends it.
 */
export class Standings {
  readonly #now: () => number;
  readonly #waiting = new Map<string, readonly Held[]>();
  /** Until when the engine holds suspect sources. */
  readonly #stood = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Everything anew: the engine knows nothing. */
  begin(opinions: readonly Opinion[]): void {
    this.#waiting.clear();
    this.#stood.clear();
    for (const source of ownAddresses()) this.#say([{ source, state: "trusted", until: Number.POSITIVE_INFINITY }]);
    for (const opinion of opinions) this.#say([opinion]);
  }

  change({ source, from, to, until }: Transition): void {
    const forgotten = { source, state: "unknown", until } as const;
    const now = { source, state: to, until };
    // Who loses trust was perhaps entered by itself.
    this.#say(from === "trusted" && to !== "unknown" ? [forgotten, now] : [now]);
  }

  /** Says again what would end in the engine before it ends here. */
  renew(opinionOf: (source: string) => Opinion | undefined): void {
    const soon = this.#now() + RENEWED_BEFORE_MS;
    for (const [source, until] of this.#stood) {
      const opinion = until < soon ? opinionOf(source) : undefined;
      if (opinion !== undefined && opinion.until > until) this.#say([opinion]);
    }
  }

  /** The next that are to be told, at most as many as fit into one request. */
  take(): readonly AskedStanding[] {
    const taken: AskedStanding[] = [];
    for (const [source, helds] of this.#waiting) {
      if (taken.length + helds.length > MOST_AT_ONCE) break;
      this.#waiting.delete(source);
      taken.push(...helds.map((held) => this.#asked(held)));
    }
    return taken;
  }

  #say(helds: readonly Held[]): void {
    const [{ source, state } = { source: "", state: "unknown" }] = helds.slice(-1);
    if ((state === "suspect" || state === "hostile") && isOfThisHost(source)) return;
    this.#waiting.delete(source);
    this.#waiting.set(source, helds);
  }

  #asked({ source, state, until }: Held): AskedStanding {
    const now = this.#now();
    if (state === "suspect" || state === "hostile") this.#stood.set(source, until);
    else this.#stood.delete(source);
    return { network: source, state, forMs: Math.round(Math.min(LONGEST_MS, Math.max(0, until - now) + MOMENT_MS)) };
  }
}

const MOST_AT_ONCE = 400;
const LONGEST_MS = 366 * 86_400_000;
/** Longer than the gate's sweeps are apart. */
const MOMENT_MS = 30_000;
const RENEWED_BEFORE_MS = 60_000;

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address.split("%")[0] ?? address));
}

function isOfThisHost(source: string): boolean {
  return source.startsWith("127.") || source === "::1" || source === "::/64" || ownAddresses().includes(source);
}
