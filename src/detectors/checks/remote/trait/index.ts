import type { RemoteCheck } from "../kind/opinions.ts";
import { invitationChecks } from "./invitation-checks.ts";
import { trialChecks } from "./trial-checks.ts";

/** What shows from outside that a host wants to be attacked: it promises and does not do, or stands open without need. */
export const checks: readonly RemoteCheck[] = [...trialChecks, ...invitationChecks];
