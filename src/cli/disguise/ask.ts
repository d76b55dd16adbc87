import { askSteward } from "../../steward/client/ask.ts";
import { socketOf } from "../../steward/place.ts";
import type { StewardApi, VerbName } from "../../steward/verbs/api.ts";
import { visible } from "../../wire/visible.ts";
import { say } from "../output.ts";

/** Options of every command that asks the steward. */
export interface AskOptions {
  readonly folder: string;
  readonly json?: boolean;
}

/** Asks the steward; what it is doing meanwhile is said. */
export function ask<Name extends VerbName>(
  name: Name,
  asked: StewardApi[Name]["asked"],
  { folder }: AskOptions,
): Promise<StewardApi[Name]["answer"]> {
  const onProgress = (text: string) => say(visible(`${text} ...`));
  return askSteward(name, asked, { place: { folder, socket: socketOf(folder) }, onProgress });
}
