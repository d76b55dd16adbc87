import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { clockChecks } from "./clock-checks.ts";
import { cowrieChecks } from "./cowrie-checks.ts";
import { fileChecks } from "./file-checks.ts";
import { procChecks } from "./proc-checks.ts";
import { productChecks } from "./product-checks.ts";
import { shellChecks } from "./shell-checks.ts";
import { statisticsChecks } from "./statistics-checks.ts";
import { toolChecks } from "./tool-checks.ts";

/** Local checks of the restricted kind: a shell, a file system or a kernel that is only played, and the honeypots that play them. */
export const checks: readonly Check<LocalView>[] = [
  ...shellChecks,
  ...fileChecks,
  ...procChecks,
  ...clockChecks,
  ...toolChecks,
  ...cowrieChecks,
  ...productChecks,
  ...statisticsChecks,
];
