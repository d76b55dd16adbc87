import type { Disguised } from "../../steward/apply/processes.ts";
import type { StatusAnswer } from "../../steward/verbs/api.ts";
import { visible } from "../../wire/visible.ts";
import { print, printJson, table } from "../output.ts";
import { appliedLines } from "./apply.ts";
import { type AskOptions, ask } from "./ask.ts";
import { sentences } from "./sentences.ts";

export function leftoverLines(leftovers: StatusAnswer["leftovers"]): readonly string[] {
  return sentences(
    "Left over",
    leftovers.map(({ kind, what, why }) => `${kind} ${what} ${why}`),
  );
}

export async function showStatus(options: AskOptions): Promise<void> {
  const answer = await ask("disguise.status", {}, options);
  if (answer.state === "revert-incomplete") process.exitCode = 1;
  if (options.json === true) return printJson(answer);
  print(
    screenLines(answer)
      .map((line) => visible(line))
      .join("\n"),
  );
}

function screenLines(answer: StatusAnswer): readonly string[] {
  const { applied, conflicts, processes, leftovers } = answer;
  return [
    stateLine(answer),
    ...(applied === undefined ? [] : appliedLines(applied)),
    ...sentences(
      "Not as it was made",
      conflicts.map(({ subject, why }) => `${subject}: ${why}`),
    ),
    ...leftoverLines(leftovers),
    ...sentences("Not under it before they are started again", applied?.restarts.filter((one) => !isUnder(one, processes)) ?? []),
    ...processLines(processes),
  ];
}

function isUnder(wanted: string, processes: readonly Disguised[]): boolean {
  return processes.some(({ unit }) => unit === wanted);
}

function stateLine({ state, applied, changed, processes }: StatusAnswer): string {
  if (state === "applied") return `A disguise is applied since ${applied?.since ?? ""}, with ${changed.length} things changed.`;
  const pending = processes.length === 0 ? "" : ` The last one is pending for ${processes.length} processes.`;
  if (state === "none") return `No disguise is applied.${pending}`;
  return `A former disguise was not taken back whole: ${changed.join(", ")}.${pending}`;
}

export function processLines(processes: readonly Disguised[]): readonly string[] {
  if (processes.length === 0) return [];
  const rows = processes.map(({ pid, name, user, unit = "", since }) => [`${pid}`, name, user, unit, since]);
  return ["", ...table([["PID", "UNDER IT", "USER", "UNIT", "SINCE"], ...rows]).split("\n")];
}
