import { OperatorError } from "../../../errors/operator-error.ts";
import type { HandOverAsked, Sight, StandAsked } from "../../../steward/verbs/api.ts";
import type { StewardPort } from "../steward-port.ts";

/** A steward that keeps what it is told, and goes away and comes back as a test wants. */
export class FakeSteward implements StewardPort {
  /** How sources stand in its engine. */
  readonly states = new Map<string, string>();
  readonly forMs = new Map<string, number>();
  readonly ports = new Map<number, number>();
  requests = 0;
  watches = 0;
  delayMs = 0;
  room = Number.POSITIVE_INFINITY;
  /** Why it refuses hand-overs. */
  refusal: string | undefined;
  #isThere = true;
  #see: ((sight: Sight) => void) | undefined;
  #end: (() => void) | undefined;

  get isWatched(): boolean {
    return this.#see !== undefined;
  }

  see(sight: Sight): void {
    this.#see?.(sight);
  }

  /** It dies: what it knew is gone. */
  leave(): void {
    this.#isThere = false;
    this.states.clear();
    this.ports.clear();
    this.#end?.();
  }

  comeBack(): void {
    this.#isThere = true;
  }

  async watch(onSight: (sight: Sight) => void, signal: AbortSignal): Promise<void> {
    this.#mustBeThere();
    this.watches += 1;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#see = onSight;
    this.#end = () => reject(new OperatorError("steward-down", "The steward ended before it answered."));
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
    try {
      await promise;
    } finally {
      this.#see = undefined;
    }
  }

  async stand({ standings }: StandAsked) {
    await Promise.resolve();
    this.#mustBeThere();
    this.requests += 1;
    const refused = standings.filter((standing) => !this.#stand(standing)).map(({ network }) => network);
    return { refused };
  }

  async handOver({ port, descriptor }: HandOverAsked): Promise<void> {
    await Promise.resolve();
    this.#mustBeThere();
    if (this.refusal !== undefined) throw new OperatorError("steward-refused", this.refusal);
    this.ports.set(port, descriptor);
  }

  async decoyDelayMs(): Promise<number> {
    await Promise.resolve();
    this.#mustBeThere();
    return this.delayMs;
  }

  async endHandOver(port: number): Promise<void> {
    await Promise.resolve();
    this.ports.delete(port);
  }

  #stand({ network, state, forMs }: StandAsked["standings"][number]): boolean {
    if (state === "unknown") this.states.delete(network);
    else if (this.states.size >= this.room) return false;
    else this.states.set(network, state);
    this.forMs.set(network, forMs);
    return true;
  }

  #mustBeThere(): void {
    if (!this.#isThere) throw new OperatorError("steward-down", "No steward listens.");
  }
}
