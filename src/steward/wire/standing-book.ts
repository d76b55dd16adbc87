import type { StandAsked } from "../verbs/api.ts";

export type Stand = StandAsked["standings"][number];

/**
 * How sources stand, as the sensor's gate told it: what an engine is told anew when it is raised again. What is over is forgotten, and when
 * there is no more room, what was told first.
 */
export class StandingBook {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** @param nowMs of any clock, the same one at every call; answers how it stood before */
  take({ network, state, forMs }: Stand, nowMs: number): Stand["state"] {
    const before = this.stateOf(network, nowMs);
    this.#entries.delete(network);
    if (state === "unknown" || forMs === 0) return before;
    this.#entries.set(network, { state, untilMs: nowMs + forMs });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
    return before;
  }

  stateOf(network: string, nowMs: number): Stand["state"] {
    const entry = this.#entries.get(network);
    return entry === undefined || entry.untilMs <= nowMs ? "unknown" : entry.state;
  }

  /** What still holds, and for how long. */
  standings(nowMs: number): readonly Stand[] {
    return [...this.#entries].flatMap(([network, { state, untilMs }]) =>
      untilMs > nowMs ? [{ network, state, forMs: untilMs - nowMs }] : [],
    );
  }

  /** Suspect and hostile sources. */
  suspects(nowMs: number): readonly Stand[] {
    return this.standings(nowMs).filter(({ state }) => state === "suspect" || state === "hostile");
  }

  /** Forgets what is over; networks that were trusted until now. */
  expire(nowMs: number): readonly string[] {
    const over = [...this.#entries].filter(([, { untilMs }]) => untilMs <= nowMs);
    for (const [network] of over) this.#entries.delete(network);
    return over.flatMap(([network, { state }]) => (state === "trusted" ? [network] : []));
  }
}

interface Entry {
  readonly state: Stand["state"];
  readonly untilMs: number;
}
