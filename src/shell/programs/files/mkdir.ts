import { explain, isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
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
    const stat = process.fs.stat(sofar);
    const last = at === parts.length - 1;
    if (!isErrno(stat) && stat.kind === "directory") continue;
    if (!isErrno(stat)) {
      yield* process.fail(`cannot create directory ${quoteName(sofar)}: ${last ? "File exists" : "Not a directory"}`);
      return false;
    }
    if (!(yield* make(process, sofar, { ...how, mode: last ? how.mode : undefined }))) return false;
  }
  return true;
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
    const ignore = options.has("ignore-fail-on-non-empty");
    let status = 0;
    for (const path of options.operands.flatMap((operand) => (options.has("p") ? ancestry(operand) : [operand]))) {
      if (options.has("v")) yield* process.print(`${process.name}: removing directory, ${quoteName(path)}\n`);
      const done = process.fs.removeDirectory(path);
      if (!isErrno(done) || (ignore && done.errno === "ENOTEMPTY")) continue;
      yield* process.fail(
        `failed to remove ${options.has("p") && path !== options.operands[0] ? "directory " : ""}${quoteName(path)}: ${explain(done)}`,
      );
      status = 1;
      if (options.has("p")) break;
    }
    return status;
  },
};

/** a/b/c, a/b, a. */
function ancestry(path: string): readonly string[] {
  const trimmed = path.replace(/\/+$/, "");
  const paths = [path];
  for (let cut = trimmed.lastIndexOf("/"); cut > 0; cut = trimmed.lastIndexOf("/", cut - 1)) paths.push(trimmed.slice(0, cut));
  return paths;
}
