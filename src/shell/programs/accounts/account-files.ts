import type { Process } from "../../program.ts";

/**
 * Accounts as /etc/passwd, /etc/group and /etc/shadow have them now: what a visitor added is there too. Where the tree has no such file,
 * the persona's own list holds.
 * passwd(5): name:password:uid:gid:gecos:home:shell; group(5): name:password:gid:member,member.
 */
export interface Account {
  readonly name: string;
  readonly password: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export function readAccounts(process: Process): readonly Account[] {
  const lines = linesOf(process, "/etc/passwd");
  if (lines.length === 0) return process.system.users.map((user) => ({ ...user, password: "x" }));
  return lines.flatMap((line) => {
    const [name = "", password = "", uid = "", gid = "", gecos = "", home = "", shell = ""] = line.split(":");
    return name !== "" && /^\d+$/.test(uid) ? [{ name, password, uid: Number(uid), gid: Number(gid), gecos, home, shell }] : [];
  });
}

export function readGroups(process: Process): readonly Group[] {
  const lines = linesOf(process, "/etc/group");
  if (lines.length === 0) return process.system.groups;
  return lines.flatMap((line) => {
    const [name = "", , gid = "", members = ""] = line.split(":");
    return name !== "" && /^\d+$/.test(gid)
      ? [{ name, gid: Number(gid), members: members.split(",").filter((member) => member !== "") }]
      : [];
  });
}

function linesOf(process: Process, path: string): readonly string[] {
  const text = process.fs.readFile(path);
  return typeof text === "string" ? text.split("\n").filter((line) => line.includes(":")) : [];
}

export function accountByName(process: Process, name: string): Account | undefined {
  return readAccounts(process).find((account) => account.name === name);
}

export function accountById(process: Process, uid: number): Account | undefined {
  return readAccounts(process).find((account) => account.uid === uid);
}

/** Name of a group, or its number where it has none. */
export function nameOfGroup(process: Process, gid: number): string {
  return readGroups(process).find((group) => group.gid === gid)?.name ?? String(gid);
}

/** The groups that login gives a user: its own, then those that list it. */
export function groupsOf(process: Process, account: { readonly name: string; readonly gid: number }): readonly number[] {
  const others = readGroups(process).filter(({ gid, members }) => gid !== account.gid && members.includes(account.name));
  return [account.gid, ...others.map(({ gid }) => gid)];
}

/** Replaces the line of `name`; undefined removes it; a name that is not there is appended. */
export function withLine(text: string, name: string, line: string | undefined): string {
  const lines = text.split("\n").filter((one) => one !== "");
  const at = lines.findIndex((one) => one.startsWith(`${name}:`));
  const replaced = line === undefined ? [] : [line];
  if (at >= 0) lines.splice(at, 1, ...replaced);
  else lines.push(...replaced);
  return lines.map((one) => `${one}\n`).join("");
}

/** Writes an account file through the file system, as root does it. False: not allowed, or a read-only file system. */
export function changeFile(process: Process, path: string, change: { readonly name: string; readonly line: string | undefined }): boolean {
  const text = process.fs.readFile(path);
  if (typeof text !== "string") return false;
  return "ok" in process.fs.writeFile(path, withLine(text, change.name, change.line));
}
