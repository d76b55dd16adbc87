import type { GeneratedNode } from "./node.ts";

/** Builders of generated directories and files, such as /proc. Inode numbers come from the path, so that they stay. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Of files; 0444 unless told. */
  readonly mode?: number;
  /** Of links; 0 unless told. */
  readonly size?: number;
  readonly nowMs: () => number;
}

export const ROOT_OWNER = { uid: 0, gid: 0 };

/** The root of a pseudo file system is inode 1 of its own device. */
const ROOTS: ReadonlySet<string> = new Set(["/proc", "/sys", "/dev/pts"]);

function inodeOf(path: string): number {
  if (ROOTS.has(path)) return 1;
  let number = 4_026_531_840;
  for (let at = 0; at < path.length; at += 1) number = 4_026_531_840 + ((number * 31 + path.charCodeAt(at)) % 200_000_000);
  return number;
}

function metadata(path: string, owner: Owner) {
  const { uid, gid, nowMs, size = 0 } = owner;
  return {
    number: inodeOf(path),
    uid,
    gid,
    size,
    get modifyMs() {
      return nowMs();
    },
  };
}

export function generatedFile(path: string, content: () => string, owner: Owner): GeneratedNode {
  return Object.assign(metadata(path, owner), { layer: "generated", kind: "file", mode: owner.mode ?? 0o444, content } as const);
}

export function generatedLink(path: string, link: () => string, owner: Owner): GeneratedNode {
  return Object.assign(metadata(path, owner), { layer: "generated", kind: "link", mode: owner.mode ?? 0o777, link } as const);
}

export interface Entries {
  names(): readonly string[];
  child(name: string): GeneratedNode | undefined;
}

export function generatedDirectory(path: string, entries: Entries, owner: Owner): GeneratedNode {
  return Object.assign(metadata(path, owner), {
    layer: "generated",
    kind: "directory",
    mode: owner.mode ?? 0o555,
    names: () => entries.names(),
    child: (name: string) => entries.child(name),
  } as const);
}

/** A character device of a generated directory, such as /dev/pts/0. */
export function generatedDevice(path: string, device: { readonly major: number; readonly minor: number }, owner: Owner): GeneratedNode {
  return Object.assign(metadata(path, owner), { layer: "generated", kind: "character", mode: 0o620, device } as const);
}

/** Nested tables: a text function is a file, an object a directory. */
export interface Table {
  readonly [name: string]: (() => string) | Table;
}

export function tableDirectory(path: string, table: Table, owner: Owner): GeneratedNode {
  return generatedDirectory(path, tableEntries(path, table, owner), owner);
}

export function tableEntries(path: string, table: Table, owner: Owner): Entries {
  return {
    names: () => Object.keys(table),
    child: (name) => {
      const entry = Object.hasOwn(table, name) ? table[name] : undefined;
      if (entry === undefined) return undefined;
      return typeof entry === "function" ? generatedFile(`${path}/${name}`, entry, owner) : tableDirectory(`${path}/${name}`, entry, owner);
    },
  };
}
