import { explain, isErrno } from "../../../errno.ts";
import { type Options, parseOptions } from "../../../options.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { compareBytes } from "../../compare.ts";
import { splitLines } from "../../line-input.ts";
import { Printer } from "../../printer.ts";
import { quoteInMessage, quoteValue } from "../../quoting.ts";
import { comparerOf, keyText, parseKey, type SortKey } from "./key.ts";

const LONG = {
  "ignore-leading-blanks": "b",
  "dictionary-order": "d",
  "ignore-case": "f",
  "general-numeric-sort": "g",
  "ignore-nonprinting": "i",
  "month-sort": "M",
  "human-numeric-sort": "h",
  "numeric-sort": "n",
  "random-sort": "R",
  "random-source": "random-source:",
  reverse: "r",
  sort: "sort:",
  "version-sort": "V",
  "batch-size": "batch-size:",
  check: "check?",
  debug: "debug",
  key: "k",
  merge: "m",
  output: "o",
  stable: "s",
  "buffer-size": "S",
  "field-separator": "t",
  "temporary-directory": "T",
  parallel: "parallel:",
  unique: "u",
  "zero-terminated": "z",
};

export const sort: Program = {
  name: "sort",
  *run(process) {
    const options = yield* parseOptions(process, { short: "bdfgiMhnRrVcCk:mo:sS:t:T:uz", long: LONG, errorStatus: 2 });
    if (typeof options === "number") return options;
    const plan = makePlan(process, options);
    if ("wrong" in plan) return yield* process.fail(plan.wrong, 2);
    const checks = options.has("c") || options.has("C") || options.has("check");
    const lines = yield* readLines(process, options.operands.length === 0 ? ["-"] : options.operands, plan.end);
    if (lines === undefined) return 2;
    if (checks) return yield* check(process, lines, { plan, quiet: options.has("C"), path: options.operands[0] ?? "-" });
    return yield* write(process, yield* sorted(process, lines, plan), options.value("o"));
  },
};

interface Plan {
  readonly compare: (one: Line, other: Line) => number;
  readonly keysOf: (text: string) => Line;
  readonly unique: boolean;
  readonly end: string;
}

interface Line {
  readonly text: string;
  readonly keys: readonly string[];
}

function makePlan(process: Process, options: Options): Plan | { wrong: string } {
  const separator = separatorOf(process, options);
  if (separator !== undefined && typeof separator !== "string") return separator;
  const global =
    [...options.letters].filter((letter) => letter.length === 1 && "bdfghiMnRVr".includes(letter)).join("") + sortWord(options);
  const keys: SortKey[] = [];
  for (const text of options.values("k")) {
    const key = parseKey(text, (part) => quoteValue(process, part));
    if ("wrong" in key) return key;
    keys.push(key.flags === "" ? { ...key, flags: global } : key);
  }
  const used = keys.length > 0 ? keys : [{ from: { field: 1, character: 1 }, to: undefined, flags: global }];
  const comparers = used.map((key) => ({ compare: comparerOf(key.flags), reverse: key.flags.includes("r") }));
  const last = !options.has("s") && !options.has("u");
  const reverse = options.has("r");
  return {
    keysOf:
      keys.length === 0 ? (text) => ({ text, keys: [text] }) : (text) => ({ text, keys: used.map((key) => keyText(text, key, separator)) }),
    compare: (one, other) => {
      const order = compareKeys(comparers, one, other);
      if (order !== 0 || !last) return order;
      return reverse ? compareBytes(other.text, one.text) : compareBytes(one.text, other.text);
    },
    unique: options.has("u"),
    end: options.has("z") ? "\0" : "\n",
  };
}

type Comparer = { readonly compare: (one: string, other: string) => number; readonly reverse: boolean };

function compareKeys(comparers: readonly Comparer[], one: Line, other: Line): number {
  for (const [at, { compare, reverse }] of comparers.entries()) {
    const order = compare(one.keys[at] ?? "", other.keys[at] ?? "");
    if (order !== 0) return reverse ? -order : order;
  }
  return 0;
}

function sortWord(options: Options): string {
  const words: Readonly<Record<string, string>> = {
    numeric: "n",
    "general-numeric": "g",
    "human-numeric": "h",
    month: "M",
    random: "R",
    version: "V",
  };
  return words[options.value("sort") ?? ""] ?? "";
}

function separatorOf(process: Process, options: Options): string | undefined | { wrong: string } {
  const given = options.value("t");
  if (given === undefined) return undefined;
  if (given === "\\0") return "\0";
  if (given === "") return { wrong: "empty tab" };
  return given.length > 1 ? { wrong: `multi-character tab ${quoteValue(process, given)}` } : given;
}

function* readLines(process: Process, paths: readonly string[], end: string): Execution<string[] | undefined> {
  const lines: string[] = [];
  for (const path of paths) {
    const fd = path === "-" ? 0 : process.open(path, { read: true });
    if (isErrno(fd)) {
      yield* process.fail(`cannot read: ${quoteInMessage(path)}: ${explain(fd)}`, 2);
      return undefined;
    }
    const text = yield* process.readAll(fd);
    const error = process.lastError(fd);
    if (fd !== 0) process.close(fd);
    if (error !== undefined) {
      yield* process.fail(`read failed: ${quoteInMessage(path)}: ${explain({ errno: error })}`, 2);
      return undefined;
    }
    yield* process.hold(text.length + countOf(text, end) * LINE_BYTES);
    for (const line of splitLines(text, end)) lines.push(line);
  }
  return lines;
}

/** What a line costs beside its text. */
const LINE_BYTES = 100;

function countOf(text: string, delimiter: string): number {
  let count = 1;
  for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at + 1)) count += 1;
  return count;
}

const RUN_LINES = 2000;

/** Sorts runs that are short enough for one turn, and merges them. */
function* sorted(process: Process, texts: readonly string[], plan: Plan): Execution<string> {
  let runs: Line[][] = [];
  for (let at = 0; at < texts.length; at += RUN_LINES) {
    runs.push(
      texts
        .slice(at, at + RUN_LINES)
        .map(plan.keysOf)
        .sort(plan.compare),
    );
    yield* process.charge(RUN_LINES);
  }
  while (runs.length > 1) {
    const merged: Line[][] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* merge(process, [runs[at] ?? [], runs[at + 1] ?? []], plan));
    runs = merged;
  }
  const lines = runs[0] ?? [];
  const kept = plan.unique ? lines.filter((line, at) => at === 0 || plan.compare(lines[at - 1] ?? line, line) !== 0) : lines;
  return kept.map(({ text }) => text + plan.end).join("");
}

function* merge(process: Process, [left, right]: readonly [Line[], Line[]], plan: Plan): Execution<Line[]> {
  const result: Line[] = [];
  let one = 0;
  let other = 0;
  while (one < left.length || other < right.length) {
    const a = left[one];
    const b = right[other];
    const takeLeft = b === undefined || (a !== undefined && plan.compare(a, b) <= 0);
    const line = takeLeft ? a : b;
    if (line !== undefined) result.push(line);
    if (takeLeft) one += 1;
    else other += 1;
    if (result.length % 500 === 0) yield* process.charge(500);
  }
  return result;
}

function* check(process: Process, texts: readonly string[], how: { plan: Plan; quiet: boolean; path: string }): Execution {
  const { plan, quiet, path } = how;
  for (let at = 1; at < texts.length; at += 1) {
    const order = plan.compare(plan.keysOf(texts[at - 1] ?? ""), plan.keysOf(texts[at] ?? ""));
    if (order < 0 || (order === 0 && !plan.unique)) continue;
    if (!quiet) yield* process.fail(`${path}:${at + 1}: disorder: ${texts[at] ?? ""}`);
    return 1;
  }
  return 0;
}

function* write(process: Process, text: string, path: string | undefined): Execution {
  if (path === undefined) {
    const out = new Printer(process);
    yield* out.add(text);
    return yield* out.finish(0);
  }
  const written = process.fs.writeFile(path, text);
  return isErrno(written) ? yield* process.fail(`open failed: ${quoteInMessage(path)}: ${explain(written)}`, 2) : 0;
}
