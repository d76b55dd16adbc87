import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { extraOperand } from "../messages.ts";
import { quoteValue } from "../quoting.ts";
import { accountById, accountByName, groupsOf, nameOfGroup } from "./account-files.ts";

const LONG = { user: "u", group: "g", groups: "G", name: "n", real: "r", zero: "z", context: "Z" };

interface Identity {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export const id: Program = {
  name: "id",
  *run(process) {
    const options = yield* parseOptions(process, { short: "agGnruzZ", long: LONG });
    if (typeof options === "number") return options;
    const only = ["u", "g", "G"].filter((letter) => options.has(letter));
    const wrong = mistake(options, only.length);
    if (wrong !== undefined) return yield* process.fail(wrong);
    const how = only[0] === undefined ? undefined : { letter: only[0], names: options.has("n") };
    const shown = (who: Identity) => (how === undefined ? fullText(process, who) : onlyText(process, who, how));
    return yield* forEachUser(process, options.operands, shown);
  },
};

/** One line for each user, or for oneself. */
function* forEachUser(process: Process, users: readonly string[], show: (who: Identity) => string): Execution {
  if (users.length === 0) yield* process.print(`${show(ownIdentity(process))}\n`);
  let status = 0;
  for (const user of users) {
    const who = namedIdentity(process, user);
    if (who === undefined) status = yield* unknownUser(process, user);
    else yield* process.print(`${show(who)}\n`);
  }
  return status;
}

function mistake(options: Options, choices: number): string | undefined {
  if (choices > 1) return 'cannot print "only" of more than one choice';
  if (choices === 0 && (options.has("n") || options.has("r"))) return "cannot print only names or real IDs in default format";
  return options.has("Z") ? "--context (-Z) works only on an SELinux-enabled kernel" : undefined;
}

export function* unknownUser(process: Process, name: string): Execution {
  if (process.flavour === "busybox") return yield* process.fail(`unknown user ${name}`);
  return yield* process.fail(`${quoteValue(process, name)}: no such user`);
}

export function ownIdentity(process: Process): Identity {
  const { uid, gid, groups } = process.credentials;
  const name = accountById(process, uid)?.name ?? String(uid);
  return { name, uid, gid, groups: [gid, ...groups.filter((one) => one !== gid)] };
}

function namedIdentity(process: Process, text: string): Identity | undefined {
  const account = accountByName(process, text) ?? (/^\+?\d+$/.test(text) ? accountById(process, Number(text)) : undefined);
  return account === undefined ? undefined : { name: account.name, uid: account.uid, gid: account.gid, groups: groupsOf(process, account) };
}

function fullText(process: Process, who: Identity): string {
  const group = (gid: number) => `${gid}(${nameOfGroup(process, gid)})`;
  const context = process.system.machine.distribution === "rocky" ? " context=unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023" : "";
  const groups =
    process.flavour === "busybox" && who.groups.length === 1 && process.system.machine.distribution === "dlink"
      ? ""
      : ` groups=${who.groups.map(group).join(",")}`;
  return `uid=${who.uid}(${who.name}) gid=${group(who.gid)}${groups}${context}`;
}

function onlyText(process: Process, who: Identity, how: { readonly letter: string; readonly names: boolean }): string {
  const group = (gid: number) => (how.names ? nameOfGroup(process, gid) : String(gid));
  if (how.letter === "G") return who.groups.map(group).join(" ");
  if (how.letter === "g") return group(who.gid);
  return how.names ? who.name : String(who.uid);
}

export const whoami: Program = {
  name: "whoami",
  *run(process) {
    const options = yield* parseOptions(process, { short: "" });
    if (typeof options === "number") return options;
    const [extra] = options.operands;
    if (extra !== undefined) return yield* extraOperand(process, extra);
    yield* process.print(`${ownIdentity(process).name}\n`);
    return 0;
  },
};

export const groups: Program = {
  name: "groups",
  *run(process) {
    let status = 0;
    const shown = (gids: readonly number[]) => gids.map((gid) => nameOfGroup(process, gid)).join(" ");
    if (process.args.length === 0) yield* process.print(`${shown(ownIdentity(process).groups)}\n`);
    for (const name of process.args) {
      const who = namedIdentity(process, name);
      if (who === undefined) status = yield* unknownUser(process, name);
      else yield* process.print(`${process.flavour === "busybox" ? "" : `${name} : `}${shown(who.groups)}\n`);
    }
    return status;
  },
};

export const logname: Program = {
  name: "logname",
  *run(process) {
    const login = process.system.logins().find(({ terminal }) => terminal === process.terminal?.name);
    if (login === undefined) return yield* process.fail("no login name");
    yield* process.print(`${login.user}\n`);
    return 0;
  },
};
