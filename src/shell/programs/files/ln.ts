import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { ask } from "../messages.ts";
import { lastPart, normalPath, parentPart } from "../paths.ts";
import { quoteName } from "../quoting.ts";
import { planTransfers, type Transfer } from "./targets.ts";

export const ln: Program = {
  name: "ln",
  *run(process) {
    const options = yield* parseOptions(process, { short: "bdfFiLnPrsS:t:Tv", long: LONG });
    if (typeof options === "number") return options;
    const plan = yield* plannedLinks(process, options);
    if (typeof plan === "number") return plan;
    let status = 0;
    for (const transfer of plan) if (!(yield* linkOne(process, transfer, options))) status = 1;
    return status;
  },
};

const LONG = {
  backup: "backup?",
  directory: "d",
  force: "f",
  interactive: "i",
  logical: "L",
  "no-dereference": "n",
  physical: "P",
  relative: "r",
  symbolic: "s",
  "target-directory": "t",
  "no-target-directory": "T",
  verbose: "v",
};

/** With one operand the link goes into the working directory; with -n a link to a directory is no directory. */
function* plannedLinks(process: Process, options: Options): Execution<readonly Transfer[] | number> {
  const { operands } = options;
  const [from, to] = operands;
  if (operands.length === 1 && from !== undefined && !options.has("t")) return [{ from, to: `./${lastPart(from)}` }];
  if (operands.length === 2 && from !== undefined && to !== undefined && options.has("n")) {
    const stat = process.fs.lstat(to);
    if (!isErrno(stat) && stat.kind === "link") return [{ from, to }];
  }
  return yield* planTransfers(process, options);
}

function* linkOne(process: Process, transfer: Transfer, options: Options): Execution<boolean> {
  const { fs } = process;
  const { from, to } = transfer;
  const symbolic = options.has("s");
  const wrong = symbolic ? undefined : sourceProblem(process, from);
  if (wrong !== undefined) return yield* cannot(process, wrong);
  if (!isErrno(fs.lstat(to)) && !(yield* clear(process, transfer, options))) return false;
  const target = symbolic && options.has("r") ? relativeTarget(process, from, to) : from;
  const made = symbolic ? fs.symlink(target, to) : fs.link(from, to);
  const shown = symbolic ? `symbolic link ${quoteName(to)}` : `hard link ${quoteName(to)} => ${quoteName(from)}`;
  if (isErrno(made)) return yield* cannot(process, `failed to create ${shown}: ${explain(made)}`);
  if (options.has("v")) yield* process.print(`${quoteName(to)} ${symbolic ? "->" : "=>"} ${quoteName(target)}\n`);
  return true;
}

function sourceProblem(process: Process, from: string): string | undefined {
  const source = process.fs.lstat(from);
  if (isErrno(source)) return `failed to access ${quoteName(from)}: ${explain(source)}`;
  return source.kind === "directory" ? `${from}: hard link not allowed for directory` : undefined;
}

function* clear(process: Process, { from, to }: Transfer, options: Options): Execution<boolean> {
  const { fs } = process;
  if (options.has("i") && !(yield* ask(process, `replace ${quoteName(to)}? `))) return false;
  if (!options.has("f") && !options.has("i"))
    return yield* cannot(process, `failed to create ${options.has("s") ? "symbolic" : "hard"} link ${quoteName(to)}: File exists`);
  const one = fs.stat(from);
  const other = fs.lstat(to);
  if (!options.has("s") && !isErrno(one) && !isErrno(other) && one.inode === other.inode)
    return yield* cannot(process, `${quoteName(from)} and ${quoteName(to)} are the same file`);
  const done = fs.remove(to);
  return isErrno(done) ? yield* cannot(process, `${to}: cannot overwrite directory`) : true;
}

/** -r: the way from the link to its target. */
function relativeTarget(process: Process, from: string, to: string): string {
  const absolute = (path: string) =>
    normalPath(process.absolute(path))
      .split("/")
      .filter((part) => part !== "");
  const target = absolute(from);
  const base = absolute(parentPart(to));
  let shared = 0;
  while (shared < base.length && shared < target.length && base[shared] === target[shared]) shared += 1;
  return [...base.slice(shared).map(() => ".."), ...target.slice(shared)].join("/") || ".";
}

function* cannot(process: Process, message: string): Execution<boolean> {
  yield* process.fail(message);
  return false;
}

export const link: Program = {
  name: "link",
  *run(process) {
    const [from, to, extra] = process.args;
    if (from === undefined || to === undefined)
      return yield* process.failUsage(from === undefined ? "missing operand" : `missing operand after ${quoteName(from)}`);
    if (extra !== undefined) return yield* process.failUsage(`extra operand ${quoteName(extra)}`);
    const made = process.fs.link(from, to);
    return isErrno(made) ? yield* process.fail(`cannot create link ${quoteName(to)} to ${quoteName(from)}: ${explain(made)}`) : 0;
  },
};

export const unlink: Program = {
  name: "unlink",
  *run(process) {
    const [path, extra] = process.args;
    if (path === undefined) return yield* process.failUsage("missing operand");
    if (extra !== undefined) return yield* process.failUsage(`extra operand ${quoteName(extra)}`);
    const done = process.fs.remove(path);
    return isErrno(done) ? yield* process.fail(`cannot unlink ${quoteName(path)}: ${explain(done)}`) : 0;
  },
};
