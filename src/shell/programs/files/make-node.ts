import { explain, isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { parseMode } from "../mode.ts";
import { quoteName, quoteValue } from "../quoting.ts";

export const mkfifo: Program = {
  name: "mkfifo",
  *run(process) {
    const options = yield* parseOptions(process, { short: "m:Z", long: { mode: "m" } });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing operand");
    let status = 0;
    for (const path of options.operands) {
      const made = process.fs.makeNode(path, "fifo");
      if (isErrno(made)) status = yield* process.fail(`cannot create fifo ${quoteName(path)}: ${explain(made)}`);
      else applyMode(process, path, options.value("m"));
    }
    return status;
  },
};

const KINDS: Readonly<Record<string, "fifo" | "character" | "block">> = { p: "fifo", c: "character", u: "character", b: "block" };

export const mknod: Program = {
  name: "mknod",
  *run(process) {
    const options = yield* parseOptions(process, { short: "m:Z", long: { mode: "m" } });
    if (typeof options === "number") return options;
    const [path, letter, major, minor, extra] = options.operands;
    if (path === undefined) return yield* process.failUsage("missing operand");
    if (letter === undefined) return yield* process.failUsage(`missing operand after ${quoteName(path)}`);
    const kind = KINDS[letter];
    if (kind === undefined) return yield* process.failUsage(`invalid device type ${quoteValue(process, letter)}`);
    if (kind !== "fifo" && minor === undefined) return yield* missingNumbers(process, options.operands.at(-1) ?? "");
    if (extra !== undefined) return yield* process.failUsage(`extra operand ${quoteName(extra)}`);
    const device = kind === "fifo" ? {} : { device: { major: Number(major), minor: Number(minor) } };
    const made = process.fs.makeNode(path, kind, device);
    if (isErrno(made)) return yield* process.fail(`${path}: ${explain(made)}`);
    applyMode(process, path, options.value("m"));
    return 0;
  },
};

function* missingNumbers(process: Process, after: string): Execution {
  yield* process.fail(`missing operand after ${quoteName(after)}`);
  yield* process.write(2, `Special files require major and minor device numbers.\nTry '${process.name} --help' for more information.\n`);
  return 1;
}

function applyMode(process: Process, path: string, text: string | undefined): void {
  const change = text === undefined ? undefined : parseMode(text);
  if (change !== undefined) process.fs.chmod(path, change(0o666, { directory: false, umask: process.umask }));
}
