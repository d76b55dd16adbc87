import { object } from "../../shape/shape.ts";
import type { WireStatus } from "./api.ts";
import { checkedVerb } from "./verb.ts";

export const wireStatusVerb = checkedVerb(
  { name: "wire.status", isForAccount: true, isInTurn: false },
  object("nothing", {}),
  (_, { wire }): Promise<WireStatus> => Promise.resolve(wire.status()),
);
