import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { groupId, groupName, type Owner, parseOwner, userName } from "../owners.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { walk } from "../walk.ts";

export const chown: Program = changer("chown");
export const chgrp: Program = changer("chgrp");

const LONG = {
  changes: "c",
  silent: "f",
  quiet: "f",
  recursive: "R",
  verbose: "v",
  "no-dereference": "h",
  dereference: "dereference",
  reference: "reference:",
  from: "from:",
  "preserve-root": "preserve-root",
  "no-preserve-root": "no-preserve-root",
};

function changer(name: "chown" | "chgrp"): Program {
  return {
    name,
    *run(process) {
      const options = yield* parseOptions(process, { short: "cfhvRHLP", long: LONG });
      if (typeof options === "number") return options;
      const request = yield* readRequest(process, options, name);
      if (typeof request === "number") return request;
      let status = 0;
      for (const path of request.paths) if (!(yield* changeTree(process, path, { owner: request.owner, options, name }))) status = 1;
      return status;
    },
  };
}

function* readRequest(process: Process, options: Options, name: string): Execution<{ owner: Owner; paths: readonly string[] } | number> {
  const reference = options.value("reference");
  const [first, ...others] = options.operands;
  const paths = reference === undefined ? others : options.operands;
  if (first === undefined) return yield* process.failUsage("missing operand");
  if (paths.length === 0) return yield* process.failUsage(`missing operand after ${quoteValue(process, first)}`);
  if (reference !== undefined) {
    const stat = process.fs.stat(reference);
    if (isErrno(stat)) return yield* process.fail(`failed to get attributes of ${quoteName(reference)}: ${explain(stat)}`);
    return { owner: { uid: name === "chown" ? stat.uid : undefined, gid: stat.gid }, paths };
  }
  if (name === "chown") {
    const owner = parseOwner(process, first);
    return "wrong" in owner ? yield* process.fail(`${owner.wrong}: ${quoteValue(process, first)}`) : { owner, paths };
  }
  const gid = first === "" ? undefined : groupId(process, first);
  if (first !== "" && gid === undefined) return yield* process.fail(`invalid group: ${quoteValue(process, first)}`);
  return { owner: { uid: undefined, gid }, paths };
}

interface How {
  readonly owner: Owner;
  readonly options: Options;
  readonly name: string;
}

function* changeTree(process: Process, path: string, how: How): Execution<boolean> {
  if (!how.options.has("R")) return yield* changeOne(process, path, how);
  let whole = true;
  yield* walk(process, path, {
    *enter(entry) {
      if (!(yield* changeOne(process, entry.path, how))) whole = false;
      return undefined;
    },
    *failed(here, error, what) {
      whole = false;
      yield* process.fail(`${what === "stat" ? "cannot access" : "cannot read directory"} ${quoteName(here)}: ${explain(error)}`);
    },
  });
  return whole;
}

function* changeOne(process: Process, path: string, how: How): Execution<boolean> {
  const { fs } = process;
  yield* process.charge(4);
  const target = how.options.has("h") || how.options.has("R") ? path : fs.realPath(path);
  const stat = typeof target === "string" ? fs.lstat(target) : target;
  if (typeof target !== "string" || isErrno(stat)) {
    const dangling = !isErrno(fs.lstat(path));
    const why = isErrno(stat) ? explain(stat) : "";
    if (!how.options.has("f")) yield* process.fail(`cannot ${dangling ? "dereference" : "access"} ${quoteName(path)}: ${why}`);
    return false;
  }
  const owner = { uid: how.owner.uid ?? stat.uid, gid: how.owner.gid ?? stat.gid };
  const done = fs.chown(target, owner);
  if (isErrno(done)) {
    if (!how.options.has("f"))
      yield* process.fail(`changing ${how.owner.uid === undefined ? "group" : "ownership"} of ${quoteName(path)}: ${explain(done)}`);
    return false;
  }
  yield* report(process, { path, from: stat, to: owner }, how);
  return true;
}

type Pair = { readonly uid: number; readonly gid: number };

function* report(process: Process, what: { path: string; from: Pair; to: Pair }, how: How): Execution<void> {
  const { path, from, to } = what;
  const changed = from.uid !== to.uid || from.gid !== to.gid;
  if (!how.options.has("v") && !(how.options.has("c") && changed)) return;
  const word = how.owner.uid === undefined ? "group" : "ownership";
  const show = (pair: Pair) => shownOwner(process, pair, how.owner);
  if (changed) yield* process.print(`changed ${word} of ${quoteName(path)} from ${show(from)} to ${show(to)}\n`);
  else yield* process.print(`${word} of ${quoteName(path)} retained as ${show(to)}\n`);
}

function shownOwner(process: Process, pair: Pair, asked: Owner): string {
  const user = asked.uid === undefined ? "" : userName(process, pair.uid);
  const group = asked.gid === undefined ? "" : groupName(process, pair.gid);
  return user !== "" && group !== "" ? `${user}:${group}` : user || group;
}
