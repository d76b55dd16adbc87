import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { splitLines } from "../line-input.ts";
import { quoteName } from "../quoting.ts";

const LONG = {
  null: "0",
  "arg-file": "a",
  delimiter: "d",
  eof: "E",
  replace: "i",
  "max-lines": "l",
  "max-args": "n",
  "open-tty": "o",
  "max-procs": "P",
  interactive: "p",
  "process-slot-var": "process-slot-var:",
  "no-run-if-empty": "r",
  "max-chars": "s",
  "show-limits": "show-limits",
  verbose: "t",
  exit: "x",
};

export const xargs: Program = {
  name: "xargs",
  *run(process) {
    const options = yield* parseOptions(process, { short: "0a:d:E:e::I:i::L:l::n:oP:prs:tx", long: LONG, stopAtOperand: true });
    if (typeof options === "number") return options;
    const wrong = ["n", "L", "P"].find((key) => options.has(key) && !/^\d+$/.test(options.value(key) ?? ""));
    if (wrong !== undefined) return yield* process.fail(`invalid number "${options.value(wrong)}" for -${wrong} option`);
    const path = options.value("a");
    const fd = path === undefined ? 0 : process.open(path, { read: true });
    if (isErrno(fd)) return yield* process.fail(`Cannot open input file ${quoteName(path ?? "")}: ${explain(fd)}`);
    return yield* runBatches(process, fd, options);
  },
};

/** As much input at a time as makes a long command line, so that an endless input costs no memory. */
const BATCH_BYTES = 65_536;
const MAX_ITEM_BYTES = 262_144;

function* runBatches(process: Process, fd: number, options: Options): Execution {
  const input: Batches = { fd, end: itemEnd(options) ?? "\n", rest: "", ended: false };
  let status = 0;
  for (let isFirst = true; !input.ended; ) {
    const items = itemsOf(yield* nextBatch(process, input), options);
    if ("wrong" in items) return yield* process.fail(items.wrong);
    if (input.rest.length > MAX_ITEM_BYTES) return yield* process.fail("argument line too long");
    if (items.lines.length === 0 && mayWait(input, isFirst, options)) continue;
    isFirst = false;
    const run = yield* runAll(process, groups(items.lines, options), options);
    status = Math.max(status, run.status);
    if (run.stop || items.last) break;
  }
  return status;
}

/** Nothing to run yet, or at all: only an input that is empty from the beginning runs the command once. */
function mayWait(input: Batches, isFirst: boolean, options: Options): boolean {
  return !isFirst || !input.ended || options.has("r");
}

interface Batches {
  readonly fd: number;
  readonly end: string;
  /** What was read behind the last whole item. */
  rest: string;
  ended: boolean;
}

/** The next items, whole. */
function* nextBatch(process: Process, input: Batches): Execution<string> {
  let text = input.rest;
  while (!input.ended && text.length - input.rest.length < BATCH_BYTES) {
    const part = yield* process.read(input.fd, BATCH_BYTES);
    input.ended = part === "";
    text += part;
  }
  yield* process.charge(text.length >> 4);
  const cut = input.ended ? text.length : text.lastIndexOf(input.end) + 1;
  input.rest = text.slice(cut);
  return text.slice(0, cut);
}

type Items = { readonly lines: readonly (readonly string[])[]; readonly last: boolean } | { readonly wrong: string };

/** The arguments of each input line. */
function itemsOf(text: string, options: Options): Items {
  const delimiter = itemEnd(options);
  if (delimiter !== undefined) {
    return { lines: splitLines(text, delimiter).map((part) => [part]), last: false };
  }
  const whole = options.has("I") || options.has("i");
  const lines: string[][] = [];
  for (const line of logicalLines(text)) {
    if (line === options.value("E")) return { lines, last: true };
    const words = splitWords(whole ? line.trimStart() : line, whole);
    if (words === undefined) return { wrong: openQuote(line) };
    if (words.length > 0) lines.push(words);
  }
  return { lines, last: false };
}

function openQuote(line: string): string {
  const kind = /"/.test(line) && !/'/.test(line) ? "double" : "single";
  return `unmatched ${kind} quote; by default quotes are special to xargs unless you use the -0 option`;
}

/** What ends an item, where quotes mean nothing (-0, -d). */
function itemEnd(options: Options): string | undefined {
  return options.has("0") ? "\0" : delimiterOf(options.value("d"));
}

function delimiterOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return { "\\n": "\n", "\\t": "\t", "\\0": "\0" }[text] ?? text.charAt(0);
}

function logicalLines(text: string): readonly string[] {
  return text.replace(/\n$/, "").split("\n");
}

/** Words with quotes removed; undefined: a quote is open. */
function splitWords(line: string, whole: boolean): string[] | undefined {
  const words: string[][] = [[]];
  const pieces = line.match(/'[^']*'|"[^"]*"|\\[\s\S]|[ \t]+|['"]|[^'"\\ \t]+|\\$/g) ?? [];
  for (const piece of pieces) {
    if (piece === "'" || piece === '"') return undefined;
    if (/^[ \t]/.test(piece) && !whole) words.push([]);
    else words.at(-1)?.push(unquoted(piece));
  }
  return words.filter((word) => word.length > 0).map((word) => word.join(""));
}

function unquoted(piece: string): string {
  if (/^['"]/.test(piece)) return piece.slice(1, -1);
  return piece.startsWith("\\") ? piece.slice(1) : piece;
}

const MAX_ARGUMENTS = 5000;

/** The arguments of each run. */
function groups(lines: readonly (readonly string[])[], options: Options): readonly (readonly string[])[] {
  const perLine = Number(options.value("L") ?? (options.has("l") ? (options.value("l") ?? 1) : 0));
  if (options.has("I") || options.has("i")) return lines;
  if (perLine > 0) {
    const merged: string[][] = [];
    for (let at = 0; at < lines.length; at += perLine) merged.push(lines.slice(at, at + perLine).flat());
    return merged;
  }
  const all = lines.flat();
  const most = Math.min(Number(options.value("n") ?? MAX_ARGUMENTS) || MAX_ARGUMENTS, MAX_ARGUMENTS);
  const runs: string[][] = [];
  for (let at = 0; at < all.length; at += most) runs.push(all.slice(at, at + most));
  return runs.length === 0 ? [[]] : runs;
}

interface Ended {
  readonly status: number;
  /** No more is run. */
  readonly stop: boolean;
}

function* runAll(process: Process, runs: readonly (readonly string[])[], options: Options): Execution<Ended> {
  const command = options.operands.length === 0 ? ["echo"] : options.operands;
  const mark = options.value("I") ?? (options.has("i") ? (options.value("i") ?? "{}") : undefined);
  let status = 0;
  for (const args of runs) {
    const argv =
      mark === undefined
        ? [...command, ...args]
        : command.map((word, at) => (at === 0 ? word : word.replaceAll(mark, () => args[0] ?? "")));
    if (options.has("t")) yield* process.write(2, `${argv.join(" ")}\n`);
    const ended = yield* runOne(process, argv);
    if (ended.stop) return ended;
    status = Math.max(status, ended.status);
  }
  return { status, stop: false };
}

function* runOne(process: Process, argv: readonly string[]): Execution<Ended> {
  const name = argv[0] ?? "";
  const input = process.open("/dev/null", { read: true });
  const descriptors = [
    [0, typeof input === "number" ? input : 0],
    [1, 1],
    [2, 2],
  ] as const;
  const status = yield* process.runChild({ argv, descriptors });
  if (typeof input === "number") process.close(input);
  if (isErrno(status)) {
    yield* process.fail(`${name}: ${explain(status)}`);
    return { status: status.errno === "ENOENT" ? 127 : 126, stop: true };
  }
  if (status === 255) {
    yield* process.fail(`${name}: exited with status 255; aborting`);
    return { status: 124, stop: true };
  }
  if (status > 128) {
    yield* process.fail(`${name}: terminated by signal ${status - 128}`);
    return { status: 125, stop: true };
  }
  return { status: status === 0 ? 0 : 123, stop: false };
}
