import { binaryServiceChecks } from "./binary-service-checks.ts";
import { databaseChecks } from "./database-checks.ts";
import { everyInputChecks } from "./every-input-checks.ts";
import { hostStoryChecks } from "./host-story-checks.ts";
import { httpChecks } from "./http-checks.ts";
import { lineServiceChecks } from "./line-service-checks.ts";
import type { RemoteCheck } from "./opinions.ts";
import { portSetChecks } from "./port-set-checks.ts";
import { repeatedSecretChecks } from "./repeated-secret-checks.ts";
import { sshChecks } from "./ssh-checks.ts";
import { tempoChecks } from "./tempo-checks.ts";
import { tlsChecks } from "./tls-checks.ts";

/** What shows from outside that a service is restricted: it is not what it says it is, or does not do what that does. */
export const checks: readonly RemoteCheck[] = [
  ...sshChecks,
  ...httpChecks,
  ...tlsChecks,
  ...lineServiceChecks,
  ...databaseChecks,
  ...repeatedSecretChecks,
  ...binaryServiceChecks,
  ...everyInputChecks,
  ...portSetChecks,
  ...hostStoryChecks,
  ...tempoChecks,
];
