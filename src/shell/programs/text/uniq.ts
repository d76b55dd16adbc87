import { explain, isErrno } from "../../errno.ts";
import type { ErrnoName } from "../../file-system.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { openOr } from "../inputs.ts";
import { chomp, LineInput } from "../line-input.ts";
import { extraOperand } from "../messages.ts";
import { Printer } from "../printer.ts";
import { quoteInMessage, quoteValue } from "../quoting.ts";

export const uniq: Program = {
  name: "uniq",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "cdDf:is:uw:z",
      long: {
        count: "c",
        repeated: "d",
        "all-repeated": "all-repeated?",
        "skip-fields": "f",
        "ignore-case": "i",
        "skip-chars": "s",
        unique: "u",
        "check-chars": "w",
        "zero-terminated": "z",
        group: "group?",
      },
    });
    if (typeof options === "number") return options;
    const [input = "-", output, extra] = options.operands;
    if (extra !== undefined) return yield* extraOperand(process, extra);
    const wrong = ["f", "s", "w"].find((key) => options.has(key) && !/^\d+$/.test(options.value(key) ?? ""));
    if (wrong !== undefined)
      return yield* process.fail(`${quoteInMessage(options.value(wrong) ?? "")}: invalid number of ${NUMBER_WORDS[wrong]}`);
    const fd = yield* openOr(process, input);
    if (fd === undefined) return 1;
    if (output !== undefined && output !== "-") {
      const target = process.open(output, { write: true, create: true, truncate: true });
      if (isErrno(target)) return yield* process.fail(`${quoteInMessage(output)}: ${explain(target)}`);
      return yield* filter(process, { fd, target }, options);
    }
    return yield* filter(process, { fd, target: 1 }, options);
  },
};

const NUMBER_WORDS: Readonly<Record<string, string>> = { f: "fields to skip", s: "bytes to skip", w: "bytes to compare" };

interface Run {
  readonly key: string;
  readonly lines: string[];
  count: number;
}

function* filter(process: Process, { fd, target }: { fd: number; target: number }, options: Options): Execution {
  const end = options.has("z") ? "\0" : "\n";
  const input = new LineInput(process, fd, end);
  const out = new Printer(process);
  const print = printerTo(process, out, target);
  const keepAll = options.has("D") || options.has("all-repeated");
  let run: Run = { key: "", lines: [], count: 0 };
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
    const text = chomp(line, end);
    const key = keyOf(text, options);
    if (run.key !== key || run.count === 0) {
      yield* print(shown(run, options, end));
      run = { key, lines: [], count: 0 };
    }
    run.count += 1;
    if (keepAll || run.count === 1) run.lines.push(text);
  }
  yield* print(shown(run, options, end));
  const error = process.lastError(fd);
  return error === undefined ? yield* out.finish(0) : yield* readError(process, options.operands[0] ?? "-", error);
}

function* readError(process: Process, path: string, errno: ErrnoName): Execution {
  return yield* process.fail(`error reading ${quoteValue(process, path)}: ${explain({ errno })}`);
}

function printerTo(process: Process, out: Printer, target: number): (text: string) => Execution<unknown> {
  return target === 1 ? (text) => out.add(text) : (text) => process.write(target, text);
}

function keyOf(line: string, options: Options): string {
  let rest = line;
  for (let count = Number(options.value("f") ?? 0); count > 0; count -= 1) rest = rest.replace(/^[ \t]*[^ \t]*/, "");
  rest = rest.slice(Number(options.value("s") ?? 0));
  const width = options.value("w");
  if (width !== undefined) rest = rest.slice(0, Number(width));
  return options.has("i") ? rest.toLowerCase() : rest;
}

function shown({ lines, count }: Run, options: Options, end: string): string {
  const repeated = count > 1;
  if ((options.has("u") && repeated) || (options.has("d") && !repeated)) return "";
  if ((options.has("D") || options.has("all-repeated")) && !repeated) return "";
  const prefix = options.has("c") ? `${String(count).padStart(7)} ` : "";
  return lines.map((line) => prefix + line + end).join("");
}
