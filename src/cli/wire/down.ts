import type { WireDownAnswer } from "../../steward/verbs/api.ts";
import { visible } from "../../wire/visible.ts";
import { type AskOptions, ask } from "../disguise/ask.ts";
import { print, printJson } from "../output.ts";

export async function wireDown(options: AskOptions): Promise<void> {
  const answer = await ask("wire.down", {}, options);
  if (options.json === true) return printJson(answer);
  for (const line of downLines(answer)) print(visible(line));
}

function downLines({ wasUp, interfaces, removed }: WireDownAnswer): readonly string[] {
  if (!wasUp) return ["The wire disguise is down, and nothing of it was left."];
  const where = interfaces.length === 0 ? [] : [`Taken from ${interfaces.join(", ")}.`];
  return ["The wire disguise is down.", ...where, ...removed.map((what) => `Removed: ${what}`)];
}
