import { acpiEffects } from "./acpi.ts";
import { containerEffects } from "./container.ts";
import { deviceEffects } from "./devices.ts";
import type { EffectOf, Effects } from "./effect-of.ts";
import { fileEffects } from "./files.ts";
import { firmwareEffects } from "./firmware.ts";
import { kernelEffects } from "./kernel.ts";
import { networkEffects } from "./network.ts";
import { peopleEffects } from "./people.ts";
import { processEffects } from "./processes.ts";
import { processorEffects } from "./processor.ts";

/** The effects of all clues that are built, by the clue's id. A clue without one is known and cannot be shown yet. */
export const effects: Effects = {
  ...processorEffects,
  ...firmwareEffects,
  ...acpiEffects,
  ...kernelEffects,
  ...deviceEffects,
  ...containerEffects,
  ...fileEffects,
  ...peopleEffects,
  ...processEffects,
  ...networkEffects,
};

export function effectOf(clueId: string): EffectOf | undefined {
  return Object.hasOwn(effects, clueId) ? effects[clueId] : undefined;
}
