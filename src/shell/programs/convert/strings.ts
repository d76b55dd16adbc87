import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { Printer } from "../printer.ts";

/** strings (binutils): runs of printable characters, at least four unless told. */
export const strings: Program = {
  name: "strings",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "adfn:ot:e:s:wU:0123456789",
      long: { all: "a", data: "d", bytes: "n", "print-file-name": "f", radix: "t", encoding: "e", "include-all-whitespace": "w" },
    });
    if (typeof options === "number") return options;
    const least = minimum(options);
    if (least === undefined) return yield* process.fail(`invalid integer argument ${options.value("n")}`);
    if (least < 1) return yield* process.fail(`invalid minimum string length ${least}`);
    let status = 0;
    for (const path of options.operands.length === 0 ? ["-"] : options.operands)
      status = Math.max(status, yield* stringsOf(process, path, { options, least }));
    return status;
  },
};

function minimum(options: Options): number | undefined {
  const digits = options.order.filter(([key]) => /^\d$/.test(key)).map(([key]) => key);
  const text = options.value("n") ?? (digits.length > 0 ? digits.join("") : "4");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function* stringsOf(process: Process, path: string, how: { options: Options; least: number }): Execution {
  const stat = path === "-" ? undefined : process.fs.stat(path);
  const quoted = `'${path}'`;
  if (stat !== undefined && isErrno(stat)) {
    if (stat.errno === "ENOENT") return yield* process.fail(`${quoted}: No such file`);
    return yield* process.fail(`Warning: could not locate ${quoted}.  reason: ${explain(stat)}`);
  }
  if (stat?.kind === "directory") return yield* process.fail(`Warning: ${quoted} is a directory`);
  const fd = path === "-" ? 0 : process.open(path, { read: true });
  if (isErrno(fd)) return yield* process.fail(`${path}: ${explain(fd)}`);
  const printable = how.options.has("w") ? /[\t-\r\x20-\x7e]+/g : /[\t\x20-\x7e]+/g;
  yield* scan(process, fd, { ...how, printable, path: path === "-" ? "{standard input}" : path });
  if (fd !== 0) process.close(fd);
  return 0;
}

const LONGEST_RUN = 1 << 16;

interface Scan {
  readonly options: Options;
  readonly least: number;
  readonly path: string;
  readonly printable: RegExp;
}

function* scan(process: Process, fd: number, how: Scan): Execution<void> {
  const out = new Printer(process);
  let held = "";
  let offset = 0;
  for (let ended = false; !ended; ) {
    const block = yield* process.read(fd);
    ended = block === "";
    const text = held + block;
    held = ended ? "" : unfinished(text, how);
    const body = text.slice(0, text.length - held.length);
    for (const { 0: run, index } of body.matchAll(how.printable))
      if (run.length >= how.least) yield* out.add(`${prefix(offset + index, how)}${run}\n`);
    yield* process.charge(block.length >> 4);
    offset += body.length;
  }
  yield* out.finish(0);
}

/** The run at the end of a block, which may go on in the next one. */
function unfinished(text: string, { printable }: Scan): string {
  const tail = text.slice(-LONGEST_RUN);
  const last = [...tail.matchAll(printable)].at(-1);
  return last !== undefined && last.index + last[0].length === tail.length && last[0].length < LONGEST_RUN ? last[0] : "";
}

function prefix(offset: number, { options, path }: { options: Options; path: string }): string {
  const name = options.has("f") ? `${path}: ` : "";
  const radix = options.value("t") ?? (options.has("o") ? "o" : undefined);
  if (radix === undefined) return name;
  const base = { o: 8, d: 10, x: 16 }[radix.charAt(0)] ?? 10;
  return `${name}${offset.toString(base).padStart(7)} `;
}
