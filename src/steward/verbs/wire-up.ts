import { OperatorError } from "../../errors/operator-error.ts";
import { wireShape } from "../wire/wire-settings.ts";
import type { WireUpAnswer } from "./api.ts";
import { checkedVerb } from "./verb.ts";

/** Brings the wire disguise about, for as long as this steward lives and whenever one begins. */
export const wireUpVerb = checkedVerb(
  { name: "wire.up", isForAccount: false, isInTurn: false },
  wireShape,
  (settings, work): Promise<WireUpAnswer> => {
    if (!work.asker.isStaying)
      throw new OperatorError("steward-down", "The wire disguise needs a steward that stays.", { next: "Start one: `utsusemi steward`." });
    return work.wire.up(settings);
  },
);
