import type { Persona, User } from "../decoy/persona.ts";

/** The files under /etc that say who has an account, from the persona's users and groups. */
export interface Account extends User {
  /** The password field of /etc/shadow. */
  readonly shadow: string;
}

type Groups = Persona["groups"];

export function accountFiles(accounts: readonly Account[], groups: Groups, installedMs: number): Readonly<Record<string, string>> {
  const changed = Math.floor(installedMs / 86_400_000);
  return {
    "/etc/passwd": lines(accounts.map((one) => [one.name, "x", one.uid, one.gid, one.gecos, one.home, one.shell])),
    "/etc/group": lines(groups.map((one) => [one.name, "x", one.gid, one.members.join(",")])),
    "/etc/shadow": lines(accounts.map((one) => [one.name, one.shadow, changed, 0, 99_999, 7, "", "", ""])),
    "/etc/gshadow": lines(groups.map((one) => [one.name, "*", "", one.members.join(",")])),
  };
}

function lines(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.join(":")}\n`).join("");
}
