import { applyVerb } from "./disguise-apply.ts";
import { revertVerb } from "./disguise-revert.ts";
import { statusVerb } from "./disguise-status.ts";
import { verifyVerb } from "./disguise-verify.ts";
import type { Verb } from "./verb.ts";
import { wireDownVerb } from "./wire-down.ts";
import { wireEndHandOverVerb, wireHandOverVerb } from "./wire-hand-over.ts";
import { wireStandVerb } from "./wire-stand.ts";
import { wireStatusVerb } from "./wire-status.ts";
import { wireUpVerb } from "./wire-up.ts";
import { wireWatchVerb } from "./wire-watch.ts";

/** All that the steward can be asked to do. */
export const verbs: readonly Verb[] = [
  applyVerb,
  statusVerb,
  verifyVerb,
  revertVerb,
  wireUpVerb,
  wireDownVerb,
  wireStatusVerb,
  wireWatchVerb,
  wireStandVerb,
  wireHandOverVerb,
  wireEndHandOverVerb,
];
