import { loadStory } from "../../disguise/stories/load-stories.ts";
import { parseScope, scopeText } from "../../steward/apply/scope.ts";
import type { Applied, ApplyAnswer, Restarted } from "../../steward/verbs/api.ts";
import { visible } from "../../wire/visible.ts";
import { print, printJson, table } from "../output.ts";
import { type AskOptions, ask } from "./ask.ts";
import { sentences } from "./sentences.ts";
import { seedInFile } from "./view-to-plan.ts";

export interface ApplyOptions extends AskOptions {
  readonly scope: readonly string[];
  readonly restart?: boolean;
  readonly acceptRisk?: boolean;
  readonly budget?: number;
  readonly with?: readonly string[];
  readonly seedFile?: string;
}

export async function applyDisguise(name: string, options: ApplyOptions): Promise<void> {
  const { restart = false, acceptRisk = false, budget, with: also, seedFile } = options;
  const asked = {
    story: loadStory(name).name,
    scopes: options.scope.map((scope) => scopeText(parseScope(scope))),
    ...(budget === undefined ? {} : { budget }),
    ...(also === undefined ? {} : { with: also }),
    ...(seedFile === undefined ? {} : { seed: seedInFile(seedFile) }),
    restart,
    acceptRisk,
  };
  const answer = await ask("disguise.apply", asked, options);
  if (answer.restarted.some(({ failed }) => failed !== undefined)) process.exitCode = 1;
  if (options.json === true) return printJson(answer);
  print(
    screenLines(answer)
      .map((line) => visible(line))
      .join("\n"),
  );
}

function screenLines({ already, applied, changes, restarted, conflicts }: ApplyAnswer): readonly string[] {
  const done = changes === 0 ? "nothing was done" : `${changes} changes were made again that a reboot had undone`;
  const first = already ? `Applied already, since ${applied.since}; ${done}.` : `Applied with ${changes} changes.`;
  return [
    first,
    ...appliedLines(applied),
    ...sentences(
      "Changed by others since",
      conflicts.map(({ subject, why }) => `${subject}: ${why}`),
    ),
    ...restartLines(restarted),
    ...waiting(applied.restarts, already ? [] : restarted),
  ];
}

/** What is applied, as apply and status show it. */
export function appliedLines({ asked, clues, cost, risk, leftOut, limits }: Applied): readonly string[] {
  return [
    `${asked.story} for ${asked.scopes.join(", ")}: cost ${cost}, risk ${risk}.`,
    "",
    ...table([
      ["CLUE", "COST", "RISK", "SHOWS"],
      ...clues.map(({ id, cost: one, risk: level, shows }) => [id, `${one}`, `${level}`, shows]),
    ]).split("\n"),
    ...sentences("Left out", leftOut),
    ...sentences("Different for who works inside", limits),
  ];
}

export function restartLines(restarted: readonly Restarted[]): readonly string[] {
  return sentences(
    "Started again",
    restarted.map(({ unit, failed }) => (failed === undefined ? unit : `${unit} did not start: ${failed}`)),
  );
}

function waiting(restarts: readonly string[], restarted: readonly Restarted[]): readonly string[] {
  const left = restarts.filter((unit) => !restarted.some((one) => one.unit === unit));
  return sentences("Under it only when they are started again (--restart does)", left);
}
