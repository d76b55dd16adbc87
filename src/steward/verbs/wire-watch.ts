import { flag, object } from "../../shape/shape.ts";
import type { Nothing } from "./api.ts";
import { checkedVerb } from "./verb.ts";

const shape = object("what is to be seen", { logs: flag("whether lines of authentication logs are told as well") });

/** Tells what the engine sees, as it sees it, until who asked leaves or the engine goes down. */
export const wireWatchVerb = checkedVerb(
  { name: "wire.watch", isForAccount: true, isInTurn: false },
  shape,
  async (asked, { wire, asker }): Promise<Nothing> => {
    await wire.watch({ asked, see: asker.see, waiting: asker.waiting, left: asker.left });
    return {};
  },
);
