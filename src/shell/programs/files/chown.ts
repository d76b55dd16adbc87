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
  const owner = reference === undefined ? namedOwner(process, first, name) : ownerOf(process, reference, name);
  return "wrong" in owner ? yield* process.fail(owner.wrong) : { owner, paths };
}

function ownerOf(process: Process, reference: string, name: string): Owner | { wrong: string } {
  const stat = process.fs.stat(reference);
  if (isErrno(stat)) return { wrong: `failed to get attributes of ${quoteName(reference)}: ${explain(stat)}` };
  return { uid: name === "chown" ? stat.uid : undefined, gid: stat.gid };
}

function namedOwner(process: Process, text: string, name: string): Owner | { wrong: string } {
  if (name === "chown") {
    const owner = parseOwner(process, text);
    return "wrong" in owner ? { wrong: `${owner.wrong}: ${quoteValue(process, text)}` } : owner;
  }
  const gid = text === "" ? undefined : groupId(process, text);
  if (text !== "" && gid === undefined) return { wrong: `invalid group: ${quoteValue(process, text)}` };
  return { uid: undefined, gid };
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
  if (typeof target !== "string" || isErrno(stat)) return yield* complain(process, cannotReach(process, path), how);
  const owner = { uid: how.owner.uid ?? stat.uid, gid: how.owner.gid ?? stat.gid };
  const done = fs.chown(target, owner);
  const word = how.owner.uid === undefined ? "group" : "ownership";
  if (isErrno(done)) return yield* complain(process, `changing ${word} of ${quoteName(path)}: ${explain(done)}`, how);
  yield* report(process, { path, from: stat, to: owner }, how);
  return true;
}

function cannotReach(process: Process, path: string): string {
  const verb = isErrno(process.fs.lstat(path)) ? "access" : "dereference";
  const stat = process.fs.stat(path);
  return `cannot ${verb} ${quoteName(path)}${isErrno(stat) ? `: ${explain(stat)}` : ""}`;
}

function* complain(process: Process, message: string, how: How): Execution<boolean> {
  if (!how.options.has("f")) yield* process.fail(message);
  return false;
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
