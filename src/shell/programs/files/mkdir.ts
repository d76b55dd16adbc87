import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { type ModeChange, parseMode } from "../mode.ts";
import { joinPath } from "../paths.ts";
import { quoteName, quoteValue } from "../quoting.ts";

export const mkdir: Program = {
  name: "mkdir",
  *run(process) {
    const options = yield* parseOptions(process, { short: "m:pvZ", long: { mode: "m", parents: "p", verbose: "v", context: "context?" } });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing operand");
    const modeText = options.value("m");
    const mode = modeText === undefined ? undefined : parseMode(modeText);
    if (modeText !== undefined && mode === undefined) return yield* process.fail(`invalid mode ${quoteValue(process, modeText)}`);
    let status = 0;
    const how = { mode, verbose: options.has("v") };
    for (const path of options.operands) {
      const made = options.has("p") ? yield* makeParents(process, path, how) : yield* make(process, path, how);
      if (!made) status = 1;
    }
    return status;
  },
};

interface How {
  readonly mode: ModeChange | undefined;
  readonly verbose: boolean;
}

function* make(process: Process, path: string, how: How): Execution<boolean> {
  const made = process.fs.makeDirectory(path);
  if (isErrno(made)) {
    yield* process.fail(`cannot create directory ${quoteName(path)}: ${explain(made)}`);
    return false;
  }
  if (how.mode !== undefined) process.fs.chmod(path, how.mode(0o777, { directory: true, umask: process.umask }));
  if (how.verbose) yield* process.print(`${process.name}: created directory ${quoteName(path)}\n`);
  return true;
}

function* makeParents(process: Process, path: string, how: How): Execution<boolean> {
  const parts = path.split("/").filter((part) => part !== "");
  let sofar = path.startsWith("/") ? "/" : "";
  for (const [at, part] of parts.entries()) {
    sofar = sofar === "" ? part : joinPath(sofar, part);
    yield* process.charge(2 + at);
    const last = at === parts.length - 1;
    if (!(yield* makePart(process, sofar, { ...how, mode: last ? how.mode : undefined, last }))) return false;
  }
  return true;
}

function* makePart(process: Process, path: string, how: How & { readonly last: boolean }): Execution<boolean> {
  const stat = process.fs.stat(path);
  if (isErrno(stat)) return yield* make(process, path, how);
  if (stat.kind === "directory") return true;
  yield* process.fail(`cannot create directory ${quoteName(path)}: ${how.last ? "File exists" : "Not a directory"}`);
  return false;
}

export const rmdir: Program = {
  name: "rmdir",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "pv",
      long: { parents: "p", verbose: "v", "ignore-fail-on-non-empty": "ignore-fail-on-non-empty" },
    });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing operand");
    let status = 0;
    for (const operand of options.operands) {
      for (const path of options.has("p") ? ancestry(operand) : [operand]) {
        if (yield* removeOne(process, path, { options, parent: path !== operand })) continue;
        status = 1;
        break;
      }
    }
    return status;
  },
};

function* removeOne(process: Process, path: string, how: { options: Options; parent: boolean }): Execution<boolean> {
  if (how.options.has("v")) yield* process.print(`${process.name}: removing directory, ${quoteName(path)}\n`);
  const done = process.fs.removeDirectory(path);
  if (!isErrno(done)) return true;
  if (how.options.has("ignore-fail-on-non-empty") && done.errno === "ENOTEMPTY") return true;
  yield* process.fail(`failed to remove ${how.parent ? "directory " : ""}${quoteName(path)}: ${explain(done)}`);
  return false;
}

/** a/b/c, a/b, a. */
function ancestry(path: string): readonly string[] {
  const trimmed = path.replace(/\/+$/, "");
  const paths = [path];
  for (let cut = trimmed.lastIndexOf("/"); cut > 0; cut = trimmed.lastIndexOf("/", cut - 1)) paths.push(trimmed.slice(0, cut));
  return paths;
}
