import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { busChecks } from "./buses.ts";
import { containerChecks } from "./container.ts";
import { cpuidChecks } from "./cpuid.ts";
import { descriptorTableChecks } from "./descriptor-tables.ts";
import { diskChecks } from "./disks.ts";
import { driverChecks } from "./drivers.ts";
import { firmwareNameChecks } from "./firmware-names.ts";
import { acpiChecks, smbiosChecks } from "./firmware-tables.ts";
import { forgedChecks } from "./forged.ts";
import { guestToolChecks } from "./guest-tools.ts";
import { kernelFileChecks } from "./kernel-files.ts";
import { kernelLogChecks } from "./kernel-log.ts";
import { machineShapeChecks } from "./machine-shape.ts";
import { networkChecks } from "./network.ts";
import { timingChecks } from "./timing.ts";
import { vmwarePortChecks } from "./vmware-port.ts";

/** What shows, to somebody who is logged in, that there is no machine of its own below the system. */
export const checks: readonly Check<LocalView>[] = [
  ...vmwarePortChecks,
  ...cpuidChecks,
  ...timingChecks,
  ...descriptorTableChecks,
  ...firmwareNameChecks,
  ...smbiosChecks,
  ...acpiChecks,
  ...busChecks,
  ...diskChecks,
  ...driverChecks,
  ...networkChecks,
  ...kernelLogChecks,
  ...kernelFileChecks,
  ...machineShapeChecks,
  ...guestToolChecks,
  ...containerChecks,
  ...forgedChecks,
];
