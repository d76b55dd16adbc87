import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { exportChecks } from "./export-checks.ts";
import { monitorChecks } from "./monitor-checks.ts";
import { tracingChecks } from "./tracing-checks.ts";

/** Local checks of logging: who watches the session, and who watches the host. */
export const checks: readonly Check<LocalView>[] = [...tracingChecks, ...monitorChecks, ...exportChecks];
