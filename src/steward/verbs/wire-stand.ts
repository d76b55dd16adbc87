import { choice, integer, list, object, text } from "../../shape/shape.ts";
import type { StandAnswer } from "./api.ts";
import { checkedVerb } from "./verb.ts";

const MOST_STANDINGS = 500;
const LONGEST_MS = 366 * 86_400_000;

const standingShape = object("how a source stands", {
  network: text("an address or a network", { maxLength: 49 }),
  state: choice("its state", ["trusted", "known", "unknown", "suspect", "hostile"]),
  forMs: integer("how long, milliseconds", 0, LONGEST_MS),
});

const shape = object("how sources stand", { standings: list("one after the other", standingShape, MOST_STANDINGS) });

/** Tells the engine how it is to treat sources: the gate's verdicts, which only ever rest on proof. */
export const wireStandVerb = checkedVerb(
  { name: "wire.stand", isForAccount: true, isInTurn: false },
  shape,
  (asked, { wire }): Promise<StandAnswer> => Promise.resolve(wire.stand(asked)),
);
