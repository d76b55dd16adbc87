import type { Process } from "../program.ts";

/** Names of users and groups, numbers where there are none. */
export function userName(process: Process, uid: number): string {
  return process.system.userById(uid)?.name ?? String(uid);
}

export function groupName(process: Process, gid: number): string {
  return process.system.groups.find((group) => group.gid === gid)?.name ?? String(gid);
}

export interface Owner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** `user`, `user:group`, `user:`, `:group`, numbers too; what is wrong otherwise. */
export function parseOwner(process: Process, text: string): Owner | { readonly wrong: string } {
  const separator = text.includes(":") ? ":" : ".";
  const cut = text.indexOf(separator);
  const userPart = cut < 0 ? text : text.slice(0, cut);
  const groupPart = cut < 0 ? undefined : text.slice(cut + 1);
  const user = process.system.userByName(userPart);
  const uid = userPart === "" ? undefined : (user?.uid ?? number(userPart));
  if (userPart !== "" && uid === undefined) return { wrong: "invalid user" };
  if (groupPart === undefined) return { uid, gid: undefined };
  if (groupPart === "") return { uid, gid: user?.gid };
  const gid = groupId(process, groupPart);
  return gid === undefined ? { wrong: "invalid group" } : { uid, gid };
}

export function groupId(process: Process, text: string): number | undefined {
  return process.system.groups.find((group) => group.name === text)?.gid ?? number(text);
}

function number(text: string): number | undefined {
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}
