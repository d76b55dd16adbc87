import { applyVerb } from "./disguise-apply.ts";
import { revertVerb } from "./disguise-revert.ts";
import { statusVerb } from "./disguise-status.ts";
import { verifyVerb } from "./disguise-verify.ts";
import type { Verb } from "./verb.ts";

/** All that the steward can be asked to do. */
export const verbs: readonly Verb[] = [applyVerb, statusVerb, verifyVerb, revertVerb];
