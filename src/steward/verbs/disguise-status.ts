import { object } from "../../shape/shape.ts";
import { appliedIn, changedSince, stateOf } from "../apply/applied.ts";
import { leftovers } from "../apply/audit.ts";
import { disguised } from "../apply/processes.ts";
import { siteMark, siteSeed } from "../apply/site-seed.ts";
import { subjectOf } from "../ledger/change.ts";
import type { StatusAnswer } from "./api.ts";
import { verb } from "./verb.ts";

/** What is applied, what others have changed of it since, and who is under it. */
export const statusVerb = verb("disguise.status", object("nothing", {}), async (_, work): Promise<StatusAnswer> => {
  const { ledger, folder, port } = work;
  const applied = appliedIn(ledger, folder);
  return {
    state: stateOf(ledger, folder),
    ...(applied === undefined ? {} : { applied }),
    conflicts: changedSince(ledger, port),
    changed: [...new Set(ledger.entries.map(({ change }) => subjectOf(change)))],
    processes: disguised(siteMark(siteSeed(folder))),
    leftovers: leftovers(work),
  };
});
