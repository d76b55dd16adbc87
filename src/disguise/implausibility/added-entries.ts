import { type Files, isAbsence } from "../../detectors/views/files.ts";
import type { Contents, Entry } from "../../detectors/views/memory-files.ts";
import type { TreeEntry } from "./features.ts";

/**
 * Entries that are in a host's tree only under a disguise, directories that come with them included. Files of /proc, /sys, /dev and /run are
 * the kernel's and the services', and no tree of files; one that is there and reads otherwise looks as ordinary as before.
 */
export function addedEntries(
  contents: Contents,
  { files, nowMs }: { readonly files: Files; readonly nowMs: number },
): readonly TreeEntry[] {
  const isNew = (path: string) => isAbsence(files.look(path));
  const isAbsent = (path: string) => files.look(path) === "absent";
  const shown = Object.entries(contents).filter(([path, entry]) => !KERNELS.test(path) && isShown(entry) && isNew(path));
  const folders = new Set(shown.flatMap(([path]) => foldersAbove(path)).filter((path) => contents[path] === undefined && isAbsent(path)));
  const added = [...shown, ...[...folders].map((path): [string, Entry] => [path, { directory: true }])];
  const inside = Map.groupBy(added, ([path]) => parentOf(path));
  return added.map(([path, entry]) => {
    const there = files.list(parentOf(path));
    const company = (inside.get(parentOf(path))?.length ?? 1) + (typeof there === "string" ? 0 : there.length);
    return { path, company, ...looksOf(entry, nowMs) };
  });
}

const KERNELS = /^\/(?:proc|sys|dev|run)\//;

function isShown(entry: Entry): boolean {
  return !(typeof entry === "object" && "absence" in entry && entry.absence !== "denied");
}

function looksOf(entry: Entry, nowMs: number): Omit<TreeEntry, "path" | "company"> {
  const common = { uid: 0, size: 0 };
  if (typeof entry === "string" || entry instanceof Uint8Array) return { ...common, kind: "file", mode: 0o644, size: entry.length };
  if ("link" in entry) return { ...common, kind: "link", mode: 0o777 };
  if ("directory" in entry) return { ...common, kind: "directory", mode: 0o755 };
  if ("absence" in entry) return { ...common, kind: "file", mode: 0 };
  const { kind = "file", mode = kind === "directory" ? 0o755 : 0o644, uid = 0, modified } = entry.look;
  return {
    kind: kind === "directory" || kind === "link" ? kind : "file",
    mode,
    uid,
    size: entry.text.length,
    ...(modified === undefined ? {} : { age: nowMs / 1000 - modified }),
  };
}

function foldersAbove(path: string): readonly string[] {
  const folders: string[] = [];
  for (let at = parentOf(path); at !== "/"; at = parentOf(at)) folders.push(at);
  return folders;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}
