import type { FileLook } from "./files.ts";

/**
 * An account, as what it may read depends on it: numbers, groups and capabilities. Only modes and owners decide, as they do in /proc, /sys, /dev and
 * /run; access control lists and the capabilities of program files are in no view, and count for nothing.
 */
export interface Viewer {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** The sum of 2 to the power of each, by their numbers in linux/capability.h. */
  readonly capabilities: number;
  /** Set-uid programs give it no rights: in a user namespace, or by `no_new_privs`. */
  readonly gainsNothing?: boolean;
}

/** linux/capability.h. */
export const CAPABILITIES = { dacOverride: 1, dacReadSearch: 2, sysRawio: 17, sysPtrace: 19, sysAdmin: 21, syslog: 34 } as const;

export function hasCapability({ capabilities }: Viewer, name: keyof typeof CAPABILITIES): boolean {
  return Math.floor(capabilities / 2 ** CAPABILITIES[name]) % 2 === 1;
}

const SET_UID = 0o4000;
const SET_GID = 0o2000;

/** Whom a program runs as that this account starts; itself, unless the program's file says otherwise. Undefined: root. */
export function startedAs(viewer: Viewer, program: Rights): Viewer | undefined {
  if (viewer.gainsNothing === true || program.kind !== "file" || !mayOpen(viewer, program, "execute")) return viewer;
  if ((program.mode & SET_UID) !== 0 && program.uid === 0) return undefined;
  const uid = (program.mode & SET_UID) === 0 ? viewer.uid : program.uid;
  const groups = (program.mode & SET_GID) === 0 ? viewer.groups : [...viewer.groups, program.gid];
  return { ...viewer, uid, groups };
}

type Rights = Pick<FileLook, "kind" | "mode" | "uid" | "gid">;

const BITS = { read: 4, execute: 1 } as const;

/** Whether a file may be read, a directory be listed (`read`) or passed through (`execute`): path_resolution(7), capabilities(7). */
export function mayOpen(viewer: Viewer, look: Rights, how: keyof typeof BITS): boolean {
  const isSearch = how === "read" || look.kind === "directory";
  if (isSearch && (hasCapability(viewer, "dacOverride") || hasCapability(viewer, "dacReadSearch"))) return true;
  const isOfGroup = look.gid === viewer.gid || viewer.groups.includes(look.gid);
  const shift = look.uid === viewer.uid ? 6 : isOfGroup ? 3 : 0;
  return ((look.mode >> shift) & BITS[how]) !== 0;
}
