import { isErrno } from "../../errno.ts";
import { type Options, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { splitLines } from "../line-input.ts";
import { type Amount, amountOf, eachFile, oldStyle } from "./head.ts";

const LONG = {
  bytes: "c",
  lines: "n",
  quiet: "q",
  silent: "q",
  verbose: "v",
  "zero-terminated": "z",
  follow: "follow?",
  retry: "retry",
  pid: "pid:",
  "sleep-interval": "s",
};

export const tail: Program = {
  name: "tail",
  *run(process) {
    const options = readOptions(oldStyle(process.args, true), { short: "c:n:qvzfFs:", long: LONG });
    if ("wrong" in options) return yield* process.failUsage(options.wrong);
    if ("show" in options) return 0;
    const amount = yield* amountOf(process, options, "+");
    if (typeof amount === "number") return amount;
    const status = yield* eachFile(process, options, (fd) => show(process, fd, amount));
    const follows = options.has("f") || options.has("F") || options.has("follow");
    return follows ? yield* follow(process, options) : status;
  },
};

function* show(process: Process, fd: number, amount: Amount): Execution<void> {
  const text = yield* process.readAll(fd);
  yield* process.charge(text.length >> 8);
  yield* process.print(amount.bytes ? lastBytes(text, amount) : lastLines(text, amount));
}

function lastBytes(text: string, { count, inverse }: Amount): string {
  if (inverse) return text.slice(Math.max(0, count - 1));
  return count === 0 ? "" : text.slice(-count);
}

function lastLines(text: string, { count, inverse, delimiter }: Amount): string {
  if (inverse) {
    const lines = splitLines(text, delimiter).slice(0, Math.max(0, count - 1));
    return text.slice(lines.reduce((size, line) => size + line.length + 1, 0));
  }
  if (count === 0) return "";
  let at = text.endsWith(delimiter) ? text.length - 1 : text.length;
  for (let lines = 0; lines < count && at >= 0; lines += 1) at = at === 0 ? -1 : text.lastIndexOf(delimiter, at - 1);
  return text.slice(at + 1);
}

const POLL_MS = 1000;

/** -f: waits for more, for ever; a file that shrank is shown from its beginning. */
function* follow(process: Process, options: Options): Execution {
  const sizes = new Map<string, number>();
  for (const path of options.operands) sizes.set(path, sizeOf(process, path));
  if (options.operands.length === 0) return 0;
  while (true) {
    yield* process.sleep(POLL_MS);
    for (const [path, known] of sizes) {
      const size = sizeOf(process, path);
      if (size > known) yield* showNew(process, path, known);
      sizes.set(path, size);
    }
  }
}

function sizeOf(process: Process, path: string): number {
  const stat = process.fs.stat(path);
  return isErrno(stat) ? 0 : stat.size;
}

function* showNew(process: Process, path: string, from: number): Execution<void> {
  const file = process.fs.openFile(path, { read: true });
  if (isErrno(file)) return;
  const bytes = file.read(from, 65_536);
  file.close();
  if (typeof bytes === "string") yield* process.print(bytes);
}
