import type { CarrierHost } from "../../apply/carriage.ts";
import { specified } from "./specifiers.ts";
import type { UnitSettings } from "./unit-text.ts";

/**
 * The account that systemd would give to a unit's command (src/core/execute.c, get_supplementary_groups): by `User=`, `Group=` and
 * `SupplementaryGroups=`, from /etc/passwd and /etc/group.
 */
export interface UnitAccount {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** Undefined: root, as it is without any of it. Text: why it cannot be told, the end of a sentence. */
export function accountOf(unit: UnitSettings, id: string, host: CarrierHost): UnitAccount | string | undefined {
  const [userName, groupName] = [specified(unit.last("User"), id), specified(unit.last("Group"), id)];
  const more = unit.list("SupplementaryGroups").flatMap((line) => line.split(/\s+/).map((name) => specified(name, id) ?? name));
  if ([userName, groupName, ...more].some((name) => name?.includes("%")))
    return "its account depends on its name in a way that is not known here";
  const groups = readGroups(host);
  const user = userName === undefined ? ROOT : userNamed(userName, host);
  if (user === undefined) return `its user ${userName} is not in /etc/passwd`;
  const numbers = [...(groupName === undefined ? [] : [groupName]), ...more].map((name) => groupNumber(name, groups));
  if (!numbers.every((number) => number !== undefined)) return "one of its groups is not in /etc/group";
  const gid = groupName === undefined ? user.gid : (numbers[0] ?? 0);
  const extra = groupName === undefined ? numbers : numbers.slice(1);
  if (user.uid === 0 && gid === 0 && extra.length === 0) return undefined;
  const own = userName === undefined || gid === 0 ? [] : [gid, ...groupsOf(user.name, groups)];
  return { uid: user.uid, gid, groups: [...new Set([...own, ...extra])] };
}

const ROOT: User = { name: "root", uid: 0, gid: 0 };

/** `--as` of the guard. */
export function accountWord({ uid, gid, groups }: UnitAccount): string {
  return `${uid}:${gid}${groups.length > 0 ? `:${groups.join(",")}` : ""}`;
}

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** passwd(5): name, password, number, group, ... */
function userNamed(name: string, host: CarrierHost): User | undefined {
  const rows = (host.read("/etc/passwd") ?? "").split("\n").map((line) => line.split(":"));
  const row = rows.find(([one]) => one === name) ?? rows.find(([, , uid]) => uid === name && /^\d+$/.test(name));
  const [found = "", , uid = "", gid = ""] = row ?? [];
  return isNumber(uid) && isNumber(gid) ? { name: found, uid: Number(uid), gid: Number(gid) } : undefined;
}

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** group(5): name, password, number, members. */
function readGroups(host: CarrierHost): readonly Group[] {
  return (host.read("/etc/group") ?? "").split("\n").flatMap((line) => {
    const [name = "", , gid = "", members = ""] = line.split(":");
    return isNumber(gid) ? [{ name, gid: Number(gid), members: members.split(",").map((one) => one.trim()) }] : [];
  });
}

function groupNumber(name: string, groups: readonly Group[]): number | undefined {
  return groups.find((group) => group.name === name)?.gid ?? (isNumber(name) ? Number(name) : undefined);
}

function groupsOf(user: string, groups: readonly Group[]): readonly number[] {
  return groups.filter(({ members }) => members.includes(user)).map(({ gid }) => gid);
}

/** All bits set stands for no account. */
function isNumber(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) < 0xffff_ffff;
}
