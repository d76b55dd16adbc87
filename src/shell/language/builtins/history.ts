import { isErrno } from "../../errno.ts";
import type { Execution } from "../../program.ts";
import type { Shell } from "../shell.ts";
import { badOption, readFlags, wrong } from "./builtin.ts";

/** `history` and `fc`, and the file that keeps the lines. */

export function* history(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "cd:anrwps");
  if (flags.unknown !== undefined) return yield* badOption(shell, "history", flags.unknown);
  const { letters, operands, values } = flags;
  const path = operands[0] ?? shell.variables.get("HISTFILE") ?? "";
  if (letters.has("c")) shell.history.length = 0;
  else if (letters.has("d")) return yield* deleteEntry(shell, values.get("d") ?? "");
  else if (letters.has("w") || letters.has("a")) writeHistory(shell, path);
  else if (letters.has("r") || letters.has("n")) shell.history.push(...readHistory(shell, path));
  else return yield* printHistory(shell, operands[0]);
  return 0;
}

export function readHistory(shell: Shell, path: string): readonly string[] {
  const text = path === "" ? "" : shell.process.fs.readFile(path);
  return isErrno(text)
    ? []
    : text
        .split("\n")
        .filter((line) => line !== "")
        .slice(-MAX_KEPT);
}

export function writeHistory(shell: Shell, path: string): void {
  const text = shell.history
    .slice(-MAX_KEPT)
    .map((line) => `${line}\n`)
    .join("");
  if (path !== "") shell.process.fs.writeFile(path, text, { mode: 0o600, way: "history" });
}

/** Lines that the history file keeps. */
const MAX_KEPT = 500;

function* printHistory(shell: Shell, count: string | undefined): Execution {
  if (count !== undefined && !/^\d+$/.test(count)) return yield* wrong(shell, `history: ${count}: numeric argument required`);
  const from = count === undefined ? 0 : Math.max(0, shell.history.length - Number(count));
  const lines = shell.history.slice(from).map((line, index) => `${String(from + index + 1).padStart(5)}  ${line}\n`);
  yield* shell.process.print(lines.join(""));
  return 0;
}

function* deleteEntry(shell: Shell, given: string): Execution {
  const number = Number(given);
  const index = number < 0 ? shell.history.length + number : number - 1;
  if (!Number.isInteger(index) || index < 0 || index >= shell.history.length)
    return yield* wrong(shell, `history: ${given}: history position out of range`);
  shell.history.splice(index, 1);
  return 0;
}

export function* fc(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "lnrs");
  if (flags.letters.has("s")) return yield* runAgain(shell);
  const from = Math.max(0, shell.history.length - 16);
  const numbered = !flags.letters.has("n");
  const lines = shell.history.slice(from).map((line, index) => `${numbered ? from + index + 1 : ""}\t ${line}\n`);
  yield* shell.process.print(lines.join(""));
  return 0;
}

function* runAgain(shell: Shell): Execution {
  const line = shell.history.at(-2);
  if (line === undefined) return yield* wrong(shell, "fc: no command found");
  yield* shell.say(`${line}\n`);
  return yield* shell.ports.runText(shell, line);
}
