import { explain, isErrno } from "../../errno.ts";
import { withoutEscapes } from "../../escapes.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { compareBytes } from "../compare.ts";
import { readWhole } from "../inputs.ts";
import { chomp, LineInput, splitLines } from "../line-input.ts";
import { extraOperand } from "../messages.ts";
import { Printer } from "../printer.ts";
import { quoteInMessage, quoteValue } from "../quoting.ts";

/** Programs that read several files side by side: paste, comm. */
export const paste: Program = {
  name: "paste",
  *run(process) {
    const options = yield* parseOptions(process, { short: "d:sz", long: { delimiters: "d", serial: "s", "zero-terminated": "z" } });
    if (typeof options === "number") return options;
    const delimiters = Array.from(options.value("d")?.replaceAll("\\0", "\x01") ?? "\t");
    const between =
      options.value("d") === undefined
        ? ["\t"]
        : Array.from(withoutEscapes(delimiters.join("")).bytes, (byte) => (byte === "\x01" ? "" : byte));
    const inputs = yield* openAll(process, options.operands.length === 0 ? ["-"] : options.operands);
    if (typeof inputs === "number") return inputs;
    const out = new Printer(process);
    const how = { between: between.length === 0 ? [""] : between, end: options.has("z") ? "\0" : "\n" };
    yield* options.has("s") ? serial(inputs, out, how) : parallel(inputs, out, how);
    return yield* out.finish(0);
  },
};

interface Joined {
  readonly between: readonly string[];
  readonly end: string;
}

function* openAll(process: Process, paths: readonly string[]): Execution<LineInput[] | number> {
  const standard = new LineInput(process, 0);
  const inputs: LineInput[] = [];
  for (const path of paths) {
    const fd = path === "-" ? 0 : process.open(path, { read: true });
    if (isErrno(fd)) return yield* process.fail(`${quoteInMessage(path)}: ${explain(fd)}`);
    inputs.push(path === "-" ? standard : new LineInput(process, fd));
  }
  return inputs;
}

function* parallel(inputs: readonly LineInput[], out: Printer, how: Joined): Execution<void> {
  while (true) {
    let row = "";
    let any = false;
    for (const [at, input] of inputs.entries()) {
      const line = yield* input.next();
      any ||= line !== undefined;
      row += (at === 0 ? "" : (how.between[(at - 1) % how.between.length] ?? "")) + chomp(line ?? "");
    }
    if (!any) return;
    yield* out.add(row + how.end);
  }
}

function* serial(inputs: readonly LineInput[], out: Printer, how: Joined): Execution<void> {
  for (const input of inputs) {
    let row = "";
    let count = 0;
    for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
      row += (count === 0 ? "" : (how.between[(count - 1) % how.between.length] ?? "")) + chomp(line);
      count += 1;
    }
    yield* out.add(row + how.end);
  }
}

export const comm: Program = {
  name: "comm",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "123z",
      long: {
        "check-order": "check-order",
        "nocheck-order": "nocheck-order",
        "output-delimiter": "output-delimiter:",
        total: "total",
        "zero-terminated": "z",
      },
    });
    if (typeof options === "number") return options;
    const [first, second, extra] = options.operands;
    if (first === undefined) return yield* process.failUsage("missing operand");
    if (second === undefined) return yield* process.failUsage(`missing operand after ${quoteValue(process, first)}`);
    if (extra !== undefined) return yield* extraOperand(process, extra);
    const one = yield* readWhole(process, first);
    const other = one === undefined ? undefined : yield* readWhole(process, second);
    if (one === undefined || other === undefined) return 1;
    return yield* compareFiles(process, [splitLines(one), splitLines(other)], options);
  },
};

function* compareFiles(process: Process, [left, right]: readonly [string[], string[]], options: Options): Execution {
  const out = new Printer(process);
  const tab = options.value("output-delimiter") ?? "\t";
  const wrong = disordered([left, right], options);
  let one = 0;
  let other = 0;
  while (one < left.length || other < right.length) {
    const a = left[one];
    const b = right[other];
    const order = compareLines(a, b);
    one += Number(order <= 0);
    other += Number(order >= 0);
    yield* out.add(column(order, (order <= 0 ? a : b) ?? "", { options, tab }));
  }
  yield* out.flush();
  if (wrong.length === 0) return yield* out.finish(0);
  for (const file of wrong) yield* process.fail(`file ${file} is not in sorted order`);
  yield* process.fail("input is not in sorted order");
  return 1;
}

/** The files that are out of order; not looked for when they are equal, as nothing is unpaired then. */
function disordered(files: readonly [string[], string[]], options: Options): readonly number[] {
  const [left, right] = files;
  const unpaired = left.length !== right.length || left.some((line, at) => line !== right[at]);
  const checks = !options.has("nocheck-order") && (unpaired || options.has("check-order"));
  return checks ? files.flatMap((lines, at) => (disorder(lines) ? [at + 1] : [])) : [];
}

function disorder(lines: readonly string[]): boolean {
  return lines.some((line, at) => at > 0 && (lines[at - 1] ?? "") > line);
}

/** A file that has ended comes last. */
function compareLines(one: string | undefined, other: string | undefined): number {
  if (one === undefined) return 1;
  return other === undefined ? -1 : compareBytes(one, other);
}

function column(order: number, line: string, how: { options: Options; tab: string }): string {
  const { options, tab } = how;
  const number = order < 0 ? "1" : order > 0 ? "2" : "3";
  if (options.has(number)) return "";
  const before = ["1", "2"].filter((one) => one < number && !options.has(one)).length;
  return `${tab.repeat(before)}${line}\n`;
}
