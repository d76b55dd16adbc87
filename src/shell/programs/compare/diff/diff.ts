import { explain, isErrno } from "../../../errno.ts";
import type { Stat } from "../../../file-system.ts";
import { type Options, parseOptions } from "../../../options.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { joinPath, lastPart } from "../../paths.ts";
import { Printer } from "../../printer.ts";
import { quoteIfNeeded, quoteValue } from "../../quoting.ts";
import { compareLines } from "./edits.ts";
import { normalDiff, type Side, unifiedDiff } from "./output.ts";

const LONG = {
  normal: "normal",
  brief: "q",
  "report-identical-files": "s",
  context: "c",
  unified: "u",
  ed: "e",
  rcs: "n",
  "side-by-side": "y",
  recursive: "r",
  "new-file": "N",
  "ignore-case": "i",
  "ignore-tab-expansion": "E",
  "ignore-trailing-space": "Z",
  "ignore-space-change": "b",
  "ignore-all-space": "w",
  "ignore-blank-lines": "B",
  text: "a",
  label: "label:",
  color: "color?",
  "strip-trailing-cr": "strip-trailing-cr",
};

export const diff: Program = {
  name: "diff",
  *run(process) {
    const options = yield* parseOptions(process, { short: "qscC:uU:enyrNiEZbwBaptTl", long: LONG, errorStatus: 2 });
    if (typeof options === "number") return options;
    const [first, second, extra] = options.operands;
    if (first === undefined || second === undefined)
      return yield* process.failUsage(`missing operand after ${quoteValue(process, first ?? process.name)}`, 2);
    if (extra !== undefined) return yield* process.failUsage(`extra operand ${quoteValue(process, extra)}`, 2);
    const run = new DiffRun(process, options);
    yield* run.compare(...insideDirectory(process, first, second), 0);
    const status = yield* run.out.finish(0);
    return status === 0 ? run.status : 2;
  },
};

/** A file and a directory: the file of that name in the directory. */
function insideDirectory(process: Process, first: string, second: string): [string, string] {
  const isDirectory = (path: string) => {
    const stat = process.fs.stat(path);
    return !isErrno(stat) && stat.kind === "directory";
  };
  const exists = (path: string) => path === "-" || !isErrno(process.fs.stat(path));
  if (!exists(first) || !exists(second)) return [first, second];
  if (isDirectory(first) && !isDirectory(second)) return [joinPath(first, lastPart(second)), second];
  if (!isDirectory(first) && isDirectory(second)) return [first, joinPath(second, lastPart(first))];
  return [first, second];
}

const MAX_DEPTH = 100;

class DiffRun {
  readonly out: Printer;
  status = 0;
  readonly #process: Process;
  readonly #options: Options;

  constructor(process: Process, options: Options) {
    this.#process = process;
    this.#options = options;
    this.out = new Printer(process);
  }

  *compare(first: string, second: string, depth: number): Execution<void> {
    const one = first === "-" ? undefined : this.#process.fs.stat(first);
    const other = second === "-" ? undefined : this.#process.fs.stat(second);
    for (const [path, stat] of [
      [first, one],
      [second, other],
    ] as const) {
      if (stat !== undefined && isErrno(stat)) yield* this.#fail(`${path}: ${explain(stat)}`);
    }
    if ((one !== undefined && isErrno(one)) || (other !== undefined && isErrno(other))) return;
    if (one?.kind === "directory" && other?.kind === "directory") return yield* this.#directories(first, second, depth);
    yield* this.#files({ path: first, stat: one }, { path: second, stat: other }, depth);
  }

  *#fail(message: string): Execution<void> {
    this.status = 2;
    yield* this.out.flush();
    yield* this.#process.fail(message);
  }

  #differ(): void {
    this.status = Math.max(this.status, 1);
  }

  *#directories(first: string, second: string, depth: number): Execution<void> {
    const left = this.#process.fs.list(first);
    const right = this.#process.fs.list(second);
    if (isErrno(left) || isErrno(right) || depth > MAX_DEPTH) return;
    for (const name of [...new Set([...left, ...right])].sort()) {
      const inLeft = left.includes(name);
      if (inLeft && right.includes(name)) yield* this.#pair(joinPath(first, name), joinPath(second, name), depth);
      else {
        this.#differ();
        yield* this.out.add(`Only in ${inLeft ? first : second}: ${name}\n`);
      }
    }
  }

  *#pair(first: string, second: string, depth: number): Execution<void> {
    const one = this.#process.fs.stat(first);
    const other = this.#process.fs.stat(second);
    if (isErrno(one) || isErrno(other)) return;
    const directories = one.kind === "directory" && other.kind === "directory";
    if (directories && !this.#options.has("r")) return yield* this.out.add(`Common subdirectories: ${first} and ${second}\n`);
    yield* this.compare(first, second, depth + 1);
  }

  *#files(one: { path: string; stat: Stat | undefined }, other: { path: string; stat: Stat | undefined }, depth: number): Execution<void> {
    const left = yield* this.#read(one.path);
    const right = yield* this.#read(other.path);
    if (left === undefined || right === undefined) return;
    const title = depth > 0 ? `diff${this.#shownOptions()} ${quoteIfNeeded(one.path)} ${quoteIfNeeded(other.path)}\n` : "";
    if (left === right) return yield* this.#same(one.path, other.path);
    if ((left + right).includes("\0") && !this.#options.has("a")) {
      this.#differ();
      return yield* this.out.add(`Binary files ${one.path} and ${other.path} differ\n`);
    }
    yield* this.#lines(title, { path: one.path, stat: one.stat, text: left }, { path: other.path, stat: other.stat, text: right });
  }

  *#same(first: string, second: string): Execution<void> {
    if (this.#options.has("s")) yield* this.out.add(`Files ${first} and ${second} are identical\n`);
  }

  #shownOptions(): string {
    return this.#process.args
      .filter((arg) => /^-./.test(arg))
      .map((arg) => ` ${arg}`)
      .join("");
  }

  *#read(path: string): Execution<string | undefined> {
    if (path === "-") return yield* this.#process.readAll(0);
    const text = this.#process.fs.readFile(path);
    yield* this.#process.charge(10);
    if (!isErrno(text)) return text;
    yield* this.#fail(`${path}: ${explain(text)}`);
    return undefined;
  }

  *#lines(title: string, one: Side, other: Side): Execution<void> {
    const shape = this.#shaper();
    const hunks = yield* compareLines(this.#process, splitKeeping(one.text).map(shape), splitKeeping(other.text).map(shape));
    if (hunks.length === 0) return yield* this.#same(one.path, other.path);
    this.#differ();
    if (this.#options.has("q")) return yield* this.out.add(`Files ${one.path} and ${other.path} differ\n`);
    yield* this.out.add(title);
    const labels = this.#options.values("label");
    const unified = this.#options.has("u") || this.#options.has("U");
    const context = Number(this.#options.value("U") ?? 3);
    yield* this.out.add(
      unified ? unifiedDiff(this.#process, { one, other, hunks, context, labels }) : normalDiff(one.text, other.text, hunks),
    );
  }

  #shaper(): (line: string) => string {
    const has = (letter: string) => this.#options.has(letter);
    return (line) => {
      let shaped = line;
      if (has("strip-trailing-cr")) shaped = shaped.replace(/\r\n$/, "\n");
      if (has("w")) shaped = shaped.replaceAll(/[ \t\r]/g, "");
      else if (has("b")) shaped = shaped.replaceAll(/[ \t\r]+/g, " ").replace(/ (?=\n?$)/, "");
      else if (has("Z")) shaped = shaped.replace(/[ \t\r]+(?=\n?$)/, "");
      return has("i") ? shaped.toLowerCase() : shaped;
    };
  }
}

/** Lines with their newlines. */
export function splitKeeping(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
