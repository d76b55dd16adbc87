import type { Viewer } from "../../../detectors/views/viewer.ts";
import { OperatorError } from "../../../errors/operator-error.ts";
import type { CarrierHost } from "../../apply/carriage.ts";

/** A user who may log in, wherever the host knows them from. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/**
 * The account of a user whose logins shall be disguised. Never one with root's number: whoever puts things right must see the real host.
 * @throws OperatorError `scope-unknown`, `disguise-unsupported`
 */
export function accountOf(name: string, host: CarrierHost): Account {
  const line = host.ask("getent", "passwd", name)?.split("\n", 1)[0] ?? "";
  // passwd(5): name, password, number, group, comment, home, shell.
  const [found, , uid = "", gid = "", , home = "", shell = ""] = line.split(":");
  if (found !== name || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) throw new OperatorError("scope-unknown", `There is no user ${name}.`);
  if (Number(uid) === 0)
    throw new OperatorError("disguise-unsupported", `Logins of ${name} stay as they are: root always sees the real host.`, {
      next: "Name an ordinary user.",
    });
  return { name, uid: Number(uid), gid: Number(gid), home, shell: shell === "" ? "/bin/sh" : shell };
}

/** As whom a login looks: with the groups that the host knows of. Without root's rights, or any of them. */
export function viewerOf({ name, uid, gid }: Account, host: CarrierHost): Viewer {
  const groups = host.ask("id", "-G", "--", name)?.trim().split(/\s+/) ?? [];
  return { uid, gid, groups: groups.filter((group) => /^\d+$/.test(group)).map(Number), capabilities: 0 };
}

/** Accounts above these are not looked at one by one. */
const MOST_NAMED = 200;

/** This user and all others of the host's own file: those whose logins may be disguised beside. */
export function namesBeside({ name }: Account, host: CarrierHost): readonly string[] {
  const lines = (host.read("/etc/passwd") ?? "").split("\n").map((line) => line.split(":"));
  const people = lines.flatMap(([other = "", , uid = ""]) => (Number(uid) >= 1000 && NAME.test(other) ? [other] : []));
  return [...new Set([name, ...people.slice(0, MOST_NAMED)])];
}

const NAME = /^[a-z_][a-z0-9_-]{0,30}\$?$/;
