import { type Options, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { closeInput, type InputMessage, openOr } from "../inputs.ts";
import { LineInput } from "../line-input.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { parseSize } from "../sizes.ts";

/** How much of each file head and tail show. */
export interface Amount {
  readonly count: number;
  readonly bytes: boolean;
  /** head: all but the last; tail: from this one on. */
  readonly inverse: boolean;
  readonly delimiter: string;
}

const cannotOpen: InputMessage = (path, reason) => `cannot open ${quoteName(path)} for reading: ${reason}`;
const readFailed: InputMessage = (path, reason) => `error reading ${quoteName(path)}: ${reason}`;

export const head: Program = {
  name: "head",
  *run(process) {
    const args = oldStyle(process.args);
    const options = readOptions(args, { short: "c:n:qvz", long: HEAD_LONG });
    if ("wrong" in options) return yield* process.failUsage(options.wrong);
    if ("show" in options) return 0;
    const amount = yield* amountOf(process, options, "-");
    if (typeof amount === "number") return amount;
    return yield* eachFile(process, options, (fd) => (amount.inverse ? allButLast(process, fd, amount) : first(process, fd, amount)));
  },
};

const HEAD_LONG = { bytes: "c", lines: "n", quiet: "q", silent: "q", verbose: "v", "zero-terminated": "z" };

/** -5 is -n 5. */
export function oldStyle(args: readonly string[], plus = false): readonly string[] {
  const [first = "", ...rest] = args;
  const [, sign, digits, letters = ""] = /^([-+])(\d+)([bcklqvf]*)$/.exec(first) ?? [];
  if (digits === undefined || (sign === "+" && !plus)) return args;
  const value = sign === "+" ? `+${digits}` : digits;
  const unit = letters.includes("c") ? "-c" : "-n";
  return [unit, value, ...[...letters].filter((letter) => "qvf".includes(letter)).map((letter) => `-${letter}`), ...rest];
}

export function* amountOf(process: Process, options: Options, inverseSign: "-" | "+"): Execution<Amount | number> {
  const given = options.order.findLast(([key]) => key === "n" || key === "c");
  const delimiter = options.has("z") ? "\0" : "\n";
  if (given === undefined) return { count: 10, bytes: false, inverse: false, delimiter };
  const [key, text = ""] = given;
  const [, sign = "", digits = ""] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const count = parseSize(digits, false);
  if (count === undefined) return yield* process.fail(`invalid number of ${key === "c" ? "bytes" : "lines"}: ${quoteValue(process, text)}`);
  return { count, bytes: key === "c", inverse: sign === inverseSign, delimiter };
}

/** Runs `show` on each file, with a title where there are several. */
export function* eachFile(process: Process, options: Options, show: (fd: number, path: string) => Execution<void>): Execution {
  const paths = options.operands.length === 0 ? ["-"] : options.operands;
  const titled = options.has("v") || (paths.length > 1 && !options.has("q"));
  let status = 0;
  let shown = false;
  for (const path of paths) {
    const fd = yield* openOr(process, path, cannotOpen);
    if (fd === undefined) status = 1;
    if (fd === undefined) continue;
    if (titled) yield* process.print(title(path, shown));
    shown = true;
    yield* show(fd, path);
    if (!(yield* closeInput(process, fd, { path, message: readFailed }))) status = 1;
  }
  return status;
}

function title(path: string, further: boolean): string {
  return `${further ? "\n" : ""}==> ${path === "-" ? "standard input" : path} <==\n`;
}

function* first(process: Process, fd: number, { count, bytes, delimiter }: Amount): Execution<void> {
  if (bytes) {
    for (let left = count; left > 0; ) {
      const block = yield* process.read(fd, Math.min(left, 65_536));
      if (block === "") break;
      left -= block.length;
      yield* process.print(block);
    }
    return;
  }
  for (let left = count; left > 0; ) {
    const block = yield* process.read(fd, 65_536);
    if (block === "") break;
    const { text, lines } = leading(block, left, delimiter);
    left -= lines;
    yield* process.print(text);
  }
}

/** At most `count` lines from the beginning of a block. */
function leading(block: string, count: number, delimiter: string): { text: string; lines: number } {
  let at = 0;
  for (let lines = 0; lines < count; lines += 1) {
    const end = block.indexOf(delimiter, at);
    if (end < 0) return { text: block, lines };
    at = end + 1;
  }
  return { text: block.slice(0, at), lines: count };
}

function* allButLast(process: Process, fd: number, { count, bytes, delimiter }: Amount): Execution<void> {
  if (bytes) {
    const text = yield* process.readAll(fd);
    yield* process.print(text.slice(0, Math.max(0, text.length - count)));
    return;
  }
  const input = new LineInput(process, fd, delimiter);
  const held: string[] = [];
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
    held.push(line);
    if (held.length > count) yield* process.print(held.shift() ?? "");
  }
}
