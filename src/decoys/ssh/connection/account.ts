import type { Persona, User } from "../../../decoy/persona.ts";
import type { Credentials } from "../../../shell/file-system.ts";

/** Whom a file transfer acts as. */
export interface Account {
  readonly home: string;
  readonly credentials: Credentials;
}

/** The account behind a login name; a name that got in without an account of its own acts as root in /, as its shell does. */
export function accountOf(persona: Persona, name: string): Account {
  const user = persona.users.find((one) => one.name === name);
  if (user === undefined) return { home: "/", credentials: { uid: 0, gid: 0, groups: [0] } };
  return { home: user.home, credentials: { uid: user.uid, gid: user.gid, groups: groupsOf(persona, user) } };
}

function groupsOf(persona: Persona, user: User): readonly number[] {
  const member = persona.groups.filter((group) => group.members.includes(user.name)).map((group) => group.gid);
  return [user.gid, ...member.filter((gid) => gid !== user.gid)];
}
