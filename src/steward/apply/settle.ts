import type { Conflict } from "../ledger/ledger.ts";
import type { Work } from "../verbs/work.ts";
import { stateOf } from "./applied.ts";
import { reload } from "./reload.ts";
import { finish, unfinished } from "./unfinished.ts";

/**
 * What a start does first: changes that were half made or half undone are brought back, and what the steward was in the middle of is ended:
 * an apply that was not whole is undone, a revert goes on. A revert that ended with conflicts is not begun again by itself.
 */
export function settle(work: Omit<Work, "progress" | "carriers" | "wire" | "asker">): readonly Conflict[] {
  const conflicts = work.ledger.recover();
  const left = unfinished(work.folder);
  if (left === undefined) return conflicts;
  const isWhole = left.doing === "apply" && stateOf(work.ledger, work.folder) === "applied";
  const more = isWhole ? [] : work.ledger.revert();
  for (const one of left.reloads) reload(one, work);
  finish(work.folder);
  return [...conflicts, ...more];
}
