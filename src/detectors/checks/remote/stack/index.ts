import type { Check } from "../../../check.ts";
import type { RemoteView } from "../../../views/remote-view.ts";
import { landCheck } from "./land-check.ts";
import { linkChecks } from "./link-checks.ts";
import { packetChecks } from "./packet-checks.ts";
import { timeChecks } from "./time-checks.ts";

/** What headers, times and clocks show. */
export const checks: readonly Check<RemoteView>[] = [...packetChecks, ...timeChecks, ...linkChecks, landCheck];
