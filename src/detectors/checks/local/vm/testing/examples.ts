import type { Example } from "../../../../check.ts";
import type { LocalView } from "../../../../views/local-view.ts";
import { busExamples, diskExamples, driverExamples, networkExamples, shapeExamples } from "./device-examples.ts";
import { acpiExamples, nameExamples, smbiosExamples } from "./firmware-examples.ts";
import { cpuidExamples, descriptorTableExamples, forgedInstructionExamples, portExamples, timingExamples } from "./instruction-examples.ts";
import { metal } from "./metal.ts";
import { containerExamples, kernelFileExamples, logExamples, toolExamples } from "./system-examples.ts";

/** For every check the metal host with what it looks for, against the metal host as it is. */
const shown: Readonly<Record<string, LocalView>> = {
  ...portExamples,
  ...cpuidExamples,
  ...timingExamples,
  ...descriptorTableExamples,
  ...nameExamples,
  ...smbiosExamples,
  ...acpiExamples,
  ...busExamples,
  ...diskExamples,
  ...driverExamples,
  ...networkExamples,
  ...logExamples,
  ...kernelFileExamples,
  ...shapeExamples,
  ...toolExamples,
  ...containerExamples,
  ...forgedInstructionExamples,
};

export const examples: Readonly<Record<string, Example<LocalView>>> = Object.fromEntries(
  Object.entries(shown).map(([id, view]) => [id, { shown: view, clean: metal }]),
);
