import { object } from "../../shape/shape.ts";
import type { WireDownAnswer } from "./api.ts";
import { checkedVerb } from "./verb.ts";

/** Takes the wire disguise away, and what is left of one whose steward died. */
export const wireDownVerb = checkedVerb(
  { name: "wire.down", isForAccount: false, isInTurn: false },
  object("nothing", {}),
  (_, { wire }): Promise<WireDownAnswer> => wire.down(),
);
