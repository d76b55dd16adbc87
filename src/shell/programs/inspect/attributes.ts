import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { joinPath } from "../paths.ts";

/** chattr and lsattr (e2fsprogs), sync, shred. Attributes are told as set, and no file has any but the extents flag. */
const NONE = "--------------e-------";

export const lsattr: Program = {
  name: "lsattr",
  *run(process) {
    const options = yield* parseOptions(process, { short: "adlpRVv" });
    if (typeof options === "number") return options;
    let status = 0;
    for (const path of options.operands.length === 0 ? ["."] : options.operands) {
      const stat = process.fs.lstat(path);
      if (isErrno(stat)) status = yield* process.fail(`${explain(stat)} while trying to stat ${path}`);
      else if (stat.kind === "directory" && !options.has("d")) yield* listDirectory(process, path, options.has("a"));
      else yield* process.print(`${NONE} ${path}\n`);
    }
    return status;
  },
};

function* listDirectory(process: Process, path: string, all: boolean): Execution<void> {
  const names = process.fs.list(path);
  if (isErrno(names)) return;
  for (const name of names) if (all || !name.startsWith(".")) yield* process.print(`${NONE} ${joinPath(path, name)}\n`);
}

const CHATTR_USAGE = "Usage: chattr [-pRVf] [-+=aAcCdDeijPsStTuFx] [-v version] files...\n";

export const chattr: Program = {
  name: "chattr",
  *run(process) {
    const changes = process.args.filter((arg) => /^[-+=][aAcCdDeEFiIjmNPsStTuVxRf]+$/.test(arg));
    const paths = process.args.filter((arg) => !changes.includes(arg));
    if (changes.length === 0 || paths.length === 0) {
      yield* process.write(2, changes.length === 0 ? CHATTR_USAGE : CHATTR_USAGE);
      return 1;
    }
    let status = 0;
    for (const path of paths) {
      const stat = process.fs.lstat(path);
      if (isErrno(stat)) status = yield* process.fail(`${explain(stat)} while trying to stat ${path}`);
    }
    return status;
  },
};

export const sync: Program = {
  name: "sync",
  *run(process) {
    yield* process.sleep(3);
    return 0;
  },
};

export const shred: Program = {
  name: "shred",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "fn:s:uvxz",
      long: { force: "f", iterations: "n", size: "s", remove: "u", verbose: "v", exact: "x", zero: "z" },
    });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing file operand");
    let status = 0;
    for (const path of options.operands) if (!(yield* shredOne(process, path, options))) status = 1;
    return status;
  },
};

const BLOCK_BYTES = 4096;
const MAX_SHRED_BYTES = 65_536;

function* shredOne(process: Process, path: string, options: Options): Execution<boolean> {
  const stat = process.fs.stat(path);
  const open = isErrno(stat) ? stat : process.open(path, { write: true });
  if (isErrno(open) || isErrno(stat)) {
    yield* process.fail(`${path}: failed to open for writing${isErrno(open) ? `: ${explain(open)}` : ""}`);
    return false;
  }
  process.close(open);
  const size = Math.min(Math.ceil(stat.size / BLOCK_BYTES) * BLOCK_BYTES, MAX_SHRED_BYTES);
  process.fs.writeFile(path, options.has("z") ? "\0".repeat(size) : process.system.random(size));
  if (options.has("u")) process.fs.remove(path);
  return true;
}
