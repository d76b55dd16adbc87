import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { exists, type Files, isAbsence } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";

/**
 * How the checks of this folder are written down: a description, and one of a few ways to look. Whatever is read is hostile: patterns are
 * linear, excerpts are short, and a file that could not be read never counts as clean.
 */
export type Described = Pick<Check<LocalView>, "id" | "looksAt" | "reason" | "ratio" | "source">;

/** What is looked for, and whose it is. */
export type Mark = readonly [pattern: RegExp, of: string];

export interface Family {
  readonly judged: (description: Described, judge: (view: LocalView) => Judgement) => Check<LocalView>;
  /** Files whose text holds a mark. */
  readonly texts: (description: Described, paths: readonly string[], marks: readonly Mark[]) => Check<LocalView>;
  /** A directory in which a name holds a mark. */
  readonly names: (description: Described, directory: string, marks: readonly Mark[]) => Check<LocalView>;
  /** Paths of which one is there. */
  readonly present: (description: Described, paths: readonly string[]) => Check<LocalView>;
}

/** Checks of one family: signs that depend on each other. */
export function family(name: string): Family {
  const judged: Family["judged"] = (description, judge) => ({
    ...description,
    class: "virtual-machine",
    side: "local",
    family: name,
    judge,
  });
  return {
    judged,
    texts: (description, paths, marks) => judged(description, ({ files }) => judgeTexts(files, paths, marks)),
    names: (description, directory, marks) => judged(description, ({ files }) => judgeNames(files, directory, marks)),
    present: (description, paths) => judged(description, ({ files }) => judgePresence(files, paths)),
  };
}

/** Shown by the first file that holds a mark; clean when one of them could be read or all are absent. */
export function judgeTexts(files: Files, paths: readonly string[], marks: readonly Mark[]): Judgement {
  const answers = paths.map((path) => ({ path, answer: files.read(path) }));
  for (const { path, answer } of answers) {
    const found = isAbsence(answer) ? undefined : markIn(Buffer.from(answer.subarray(0, MAX_TEXT)).toString("latin1"), marks);
    if (found !== undefined) return shown(`${path}: ${found}`);
  }
  return cleanIfSeen(answers, "no such mark");
}

/** Shown by the first name in a directory that holds a mark. */
export function judgeNames(files: Files, directory: string, marks: readonly Mark[]): Judgement {
  const answer = files.list(directory);
  if (answer === "absent") return clean(`no ${directory}`);
  if (isAbsence(answer)) return unknown(`${directory}: ${answer}`);
  const found = answer.slice(0, MAX_NAMES).map((name) => markIn(name, marks));
  const first = found.find((one) => one !== undefined);
  return first === undefined ? clean(`${answer.length} other names`) : shown(`${directory}: ${first}`);
}

export function judgePresence(files: Files, paths: readonly string[]): Judgement {
  // What lies in a directory that may not be entered is neither there nor not.
  const found = paths.find((path) => exists(files, path) === true && files.look(path) !== "denied");
  if (found !== undefined) return shown(`${found} is there`);
  return paths.some((path) => exists(files, path) === false) ? clean("none of them is there") : unknown("not looked at");
}

/** Clean when something was read or nothing is there; else unknown, with the first reason. */
export function cleanIfSeen(
  answers: readonly { readonly path: string; readonly answer: ReturnType<Files["read"] | Files["list"]> }[],
  seen: string,
): Judgement {
  const hidden = answers.find(({ answer }) => answer === "denied" || answer === "unknown");
  if (hidden === undefined || answers.some(({ answer }) => !isAbsence(answer))) return clean(seen);
  return unknown(`${hidden.path}: ${typeof hidden.answer === "string" ? hidden.answer : ""}`);
}

/** The first mark in a text, in few words. */
export function markIn(text: string, marks: readonly Mark[]): string | undefined {
  for (const [pattern, of] of marks) {
    const match = pattern.exec(text);
    if (match !== null) return `"${excerpt(match[0])}" (${of})`;
  }
  return undefined;
}

/** Text short enough for a report. */
export function excerpt(text: string): string {
  const line = text.trim();
  return line.length <= 60 ? line : `${line.slice(0, 57)}...`;
}

/** Most bytes of a file that are searched: enough for /proc/cpuinfo of 512 processors. */
const MAX_TEXT = 2 ** 20;

/** Most names of a directory that are looked at. */
export const MAX_NAMES = 4096;

/** Names in a directory, or none. */
export function namesIn(files: Files, directory: string): readonly string[] {
  const names = files.list(directory);
  return isAbsence(names) ? [] : names.slice(0, MAX_NAMES);
}

/** A whole positive number from hostile text. */
export function numberIn(text: string | undefined, pattern: RegExp): number | undefined {
  const found = pattern.exec(text ?? "")?.[1];
  const value = Number(found ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}
