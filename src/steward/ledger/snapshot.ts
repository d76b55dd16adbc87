import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { hashOf } from "./kinds.ts";
import { readAttributes } from "./system-calls.ts";

/** Everything below a directory that a change could leave its mark on, by path; equal snapshots: nothing was left. */
export type Snapshot = Readonly<Record<string, SnapshotEntry>>;

export interface SnapshotEntry {
  readonly type: string;
  readonly mode: string;
  readonly owner: string;
  /** Nanoseconds since 1970. */
  readonly modified: string;
  /** SHA-256, or where a link points. */
  readonly contents?: string;
  /** The first path of the same inode. */
  readonly sameAs: string;
  /** Extended attributes, ACLs and capabilities among them; Base64. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a snapshot leaves out, since nothing can bring it back or merely looking changes it. */
export const LEFT_OUT: readonly string[] = ["ctime", "atime", "inode numbers"];

export function takeSnapshot(root: string): Snapshot {
  const first = new Map<string, string>();
  const paths = ["", ...readdirSync(root, { recursive: true, encoding: "utf8" }).sort()];
  return Object.fromEntries(paths.map((path) => [path, entryAt(join(root, path), { first, path })]));
}

interface Taking {
  readonly first: Map<string, string>;
  readonly path: string;
}

function entryAt(path: string, { first, path: name }: Taking): SnapshotEntry {
  const stats = lstatSync(path, { bigint: true });
  const inode = `${stats.dev}.${stats.ino}`;
  const sameAs = first.get(inode) ?? name;
  first.set(inode, sameAs);
  const contents = stats.isFile() ? hashOf(readFileSync(path)) : stats.isSymbolicLink() ? readlinkSync(path) : undefined;
  return {
    type: (stats.mode & 0o170000n).toString(8),
    mode: (stats.mode & 0o7777n).toString(8),
    owner: `${stats.uid}:${stats.gid}`,
    modified: `${stats.mtimeNs}`,
    sameAs,
    ...(contents === undefined ? {} : { contents }),
    attributes: readAttributes(path),
  };
}
