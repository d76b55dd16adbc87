import { explain, isErrno } from "../../errno.ts";
import type { Stat } from "../../file-system.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { ask } from "../messages.ts";
import { joinPath } from "../paths.ts";
import { quoteName } from "../quoting.ts";

export const rm: Program = {
  name: "rm",
  *run(process) {
    const options = yield* parseOptions(process, { short: "dfirvIR", long: LONG });
    if (typeof options === "number") return options;
    const how = removeHow(options);
    if (options.operands.length === 0) return how.force ? 0 : yield* process.failUsage("missing operand");
    if (options.has("I") && !(yield* askOnce(process, options))) return 0;
    let status = 0;
    for (const path of options.operands) if (!(yield* removeNamed(process, path, { how, options }))) status = 1;
    return status;
  },
};

const LONG = {
  force: "f",
  interactive: "interactive?",
  recursive: "r",
  dir: "d",
  verbose: "v",
  "preserve-root": "preserve-root?",
  "no-preserve-root": "no-preserve-root",
  "one-file-system": "one-file-system",
};

export interface RemoveHow {
  readonly recursive: boolean;
  readonly force: boolean;
  readonly directories: boolean;
  readonly verbose: boolean;
  readonly interactive: boolean;
}

function removeHow(options: Options): RemoveHow {
  const rule = options.order.findLast(([key]) => ["f", "i", "I", "interactive"].includes(key));
  const interactive = rule?.[0] === "i" || (rule?.[0] === "interactive" && !["never", "no", "none", "once"].includes(rule[1] ?? "always"));
  return {
    recursive: options.has("r") || options.has("R"),
    force: options.has("f") && !interactive,
    directories: options.has("d"),
    verbose: options.has("v"),
    interactive,
  };
}

function* askOnce(process: Process, options: Options): Execution<boolean> {
  const recursive = options.has("r") || options.has("R");
  const count = options.operands.length;
  if (count <= 3 && !recursive) return true;
  const items = `${count} argument${count === 1 ? "" : "s"}`;
  return yield* ask(process, `remove ${items}${recursive ? " recursively" : ""}? `);
}

function* removeNamed(process: Process, path: string, { how, options }: { how: RemoveHow; options: Options }): Execution<boolean> {
  const name = path.replace(/\/+$/, "");
  const last = name.slice(name.lastIndexOf("/") + 1);
  if (how.recursive && name === "" && path !== "" && !options.has("no-preserve-root")) {
    yield* process.fail("it is dangerous to operate recursively on '/'");
    yield* process.fail("use --no-preserve-root to override this failsafe");
    return false;
  }
  if (last === "." || last === "..") {
    if (how.recursive) yield* process.fail(`refusing to remove '.' or '..' directory: skipping ${quoteName(path)}`);
    else yield* process.fail(`cannot remove ${quoteName(path)}: Is a directory`);
    return false;
  }
  return yield* removeTree(process, path, how);
}

/** Removes what is at `path`; what cannot be removed is told. */
export function* removeTree(process: Process, path: string, how: RemoveHow): Execution<boolean> {
  yield* process.charge(4);
  const stat = process.fs.lstat(path);
  if (isErrno(stat)) {
    if (how.force && (stat.errno === "ENOENT" || stat.errno === "ENOTDIR")) return true;
    return yield* cannot(process, path, explain(stat));
  }
  if (stat.kind !== "directory") return yield* removeFile(process, { path, stat }, how);
  if (!how.recursive && !how.directories) return yield* cannot(process, path, "Is a directory");
  return yield* removeDirectory(process, path, how);
}

function* removeFile(process: Process, { path, stat }: { path: string; stat: Stat }, how: RemoveHow): Execution<boolean> {
  const guarded = !how.force && stat.kind !== "link" && isErrno(process.fs.access(path, 2)) && process.isTerminal(0);
  const question = `remove ${guarded ? "write-protected " : ""}${kindOf(stat)} ${quoteName(path)}? `;
  if ((how.interactive || guarded) && !(yield* ask(process, question))) return true;
  const done = process.fs.remove(path);
  if (isErrno(done)) return yield* cannot(process, path, explain(done));
  if (how.verbose) yield* process.print(`removed ${quoteName(path)}\n`);
  return true;
}

function kindOf(stat: Stat): string {
  return stat.kind === "file" && stat.size === 0 ? "regular empty file" : KIND_WORDS[stat.kind];
}

const KIND_WORDS: Readonly<Record<Stat["kind"], string>> = {
  file: "regular file",
  directory: "directory",
  link: "symbolic link",
  character: "character special file",
  block: "block special file",
  fifo: "fifo",
  socket: "socket",
};

function* removeDirectory(process: Process, path: string, how: RemoveHow): Execution<boolean> {
  const { fs } = process;
  const names = fs.list(path);
  if (isErrno(names)) return yield* cannot(process, path, explain(names));
  const asks = names.length > 0 && how.interactive;
  if (asks && !(yield* ask(process, `descend into directory ${quoteName(path)}? `))) return true;
  if (how.recursive && !(yield* removeChildren(process, { path, names }, how))) return false;
  if (how.interactive && !(yield* ask(process, `remove directory ${quoteName(path)}? `))) return true;
  const done = fs.removeDirectory(path);
  if (isErrno(done)) return yield* cannot(process, path, explain(done));
  if (how.verbose) yield* process.print(`removed directory ${quoteName(path)}\n`);
  return true;
}

function* removeChildren(process: Process, of: { path: string; names: readonly string[] }, how: RemoveHow): Execution<boolean> {
  let whole = true;
  for (const name of [...of.names]) if (!(yield* removeTree(process, joinPath(of.path, name), how))) whole = false;
  return whole;
}

function* cannot(process: Process, path: string, reason: string): Execution<boolean> {
  yield* process.fail(`cannot remove ${quoteName(path)}: ${reason}`);
  return false;
}
