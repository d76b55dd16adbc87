import type { RevertAnswer } from "../../steward/verbs/api.ts";
import { visible } from "../../wire/visible.ts";
import { print, printJson } from "../output.ts";
import { restartLines } from "./apply.ts";
import { type AskOptions, ask } from "./ask.ts";
import { sentences } from "./sentences.ts";
import { leftoverLines, processLines } from "./status.ts";

interface RevertOptions extends AskOptions {
  readonly restart?: boolean;
  readonly leave?: boolean;
}

/** Takes a disguise back; status 1 where something could not be. */
export async function revertDisguise({ restart = false, leave = false, ...options }: RevertOptions): Promise<void> {
  const answer = await ask("disguise.revert", { restart, leave }, options);
  const isWhole = (answer.conflicts.length === 0 || answer.left) && answer.failures.length === 0;
  if (!isWhole || answer.restarted.some(({ failed }) => failed !== undefined)) process.exitCode = 1;
  if (options.json === true) return printJson(answer);
  print(
    screenLines(answer)
      .map((line) => visible(line))
      .join("\n"),
  );
}

function screenLines({ undone, conflicts, left, pending, stays, restarted, failures, leftovers }: RevertAnswer): readonly string[] {
  const whole = pending.length === 0 ? "complete" : `complete for new, pending for ${pending.length}`;
  return [
    conflicts.length === 0 || left ? `Revert is ${whole}: ${undone} changes undone.` : `Revert is not complete: ${undone} changes undone.`,
    ...sentences(
      "Stays as it is",
      conflicts.map(({ subject, why }) => `${subject}: ${why}`),
    ),
    ...sentences("Could not be told", failures),
    ...leftoverLines(leftovers),
    ...processLines(pending),
    ...restartLines(restarted),
    ...sentences("Cannot be undone", stays),
  ];
}
