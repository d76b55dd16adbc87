import type { Clue } from "./clue.ts";
import { container } from "./container.ts";
import { devices } from "./devices.ts";
import { withExcludes } from "./draft.ts";
import { files } from "./files.ts";
import { firmware } from "./firmware.ts";
import { kernel } from "./kernel.ts";
import { network } from "./network.ts";
import { people } from "./people.ts";
import { processes } from "./processes.ts";
import { processor } from "./processor.ts";
import { shell } from "./shell.ts";

/** Every clue, in the order in which their effects are laid over one another. */
export const clues: readonly Clue[] = withExcludes([
  ...processor,
  ...firmware,
  ...kernel,
  ...devices,
  ...container,
  ...files,
  ...people,
  ...processes,
  ...network,
  ...shell,
]);

const byId: ReadonlyMap<string, Clue> = new Map(clues.map((clue) => [clue.id, clue]));

export function clueById(id: string): Clue | undefined {
  return byId.get(id);
}
