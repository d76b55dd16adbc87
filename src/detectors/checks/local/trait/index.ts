import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { weaknessChecks } from "./weakness-checks.ts";

/** Local checks of traits: weak on purpose, and baits. */
export const checks: readonly Check<LocalView>[] = weaknessChecks;
