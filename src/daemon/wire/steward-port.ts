import { askListening } from "../../steward/client/ask.ts";
import type { Place } from "../../steward/client/reach.ts";
import { watchSteward } from "../../steward/client/watch.ts";
import type { HandOverAsked, Sight, StandAnswer, StandAsked } from "../../steward/verbs/api.ts";

/** What the gate asks of the steward. Each throws an OperatorError where no steward listens, where it refuses, and where the wire is down. */
export interface StewardPort {
  /** Sees what the engine sees, until the signal comes or the engine goes down. */
  watch(onSight: (sight: Sight) => void, signal: AbortSignal): Promise<void>;
  stand(asked: StandAsked): Promise<StandAnswer>;
  handOver(asked: HandOverAsked): Promise<unknown>;
  endHandOver(port: number): Promise<unknown>;
  /** How late decoys are to answer suspects, milliseconds; 0: at once, since it was not asked for or the kernel of this host does it. */
  decoyDelayMs(): Promise<number>;
}

/** The steward that listens there; none is ever started. */
export function listeningSteward(place: Place): StewardPort {
  return {
    watch: (onSight, signal) => watchSteward({ logs: true }, { place, onSight, signal }),
    stand: (asked) => askListening("wire.stand", asked, place),
    handOver: (asked) => askListening("wire.hand-over", asked, place),
    endHandOver: (port) => askListening("wire.end-hand-over", { port }, place),
    decoyDelayMs: async () => {
      const { engine, settings } = await askListening("wire.status", {}, place);
      return engine?.delay.some(({ method }) => method === "decoys") === true ? (settings?.delayMs ?? 0) : 0;
    },
  };
}
