import { bytesOf, isFile, isHidden } from "./attributes.ts";
import { nameOf, parentOf } from "./follow.ts";
import { type HostTree, isWithin } from "./host-tree.ts";
import type { Change, Layer } from "./layout.ts";
import type { PlanRecord } from "./plan-record.ts";

/** Generated entries in the staging area, and the mount that shows them; paths without a slash before them lie in that area. */

interface Staging {
  readonly host: HostTree;
  /** The layer's own directory in the staging area. */
  readonly staged: string;
}

/** A single file over a real one. */
export function stageBind(change: Change, staged: string): readonly PlanRecord[] {
  return [fileRecord(change, staged), ["bind", staged, change.path, `${change.path} cannot be shown otherwise`]];
}

/** A directory in which names appear or vanish, with all that is generated below it. */
export function stageLayer(layer: Layer, { host, staged }: Staging): readonly PlanRecord[] {
  const { folder, how, changes } = layer;
  const inside = (path: string) => `${staged}${path.slice(folder === "/" ? 0 : folder.length)}`;
  const shown = changes.filter(({ entry }) => !isHidden(entry)).toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const hidden = changes.filter(({ entry }) => isHidden(entry));
  const folders = foldersOf(shown, folder);
  const mode = (path: string) => shown.find((change) => change.path === path)?.attributes;
  return [
    directoryRecord(staged, host.look(folder)),
    ...folders.map((path) => directoryRecord(inside(path), mode(path))),
    ...shown.filter((change) => !folders.includes(change.path)).map((change) => entryRecord(change, inside(change.path))),
    ...(how === "overlay" ? hidden.map(({ path }): PlanRecord => ["white", inside(path)]) : []),
    ...folders.toReversed().map((path): PlanRecord => ["time", inside(path), `${newest(path, layer, host)}`]),
    ...(how === "overlay" ? [["time", staged, `${host.look(folder)?.modified ?? 0}`] satisfies PlanRecord] : []),
    mountRecord(layer, { host, staged }),
  ];
}

function mountRecord({ folder, how, changes }: Layer, { host, staged }: Staging): PlanRecord {
  const what = `names in ${folder} cannot be shown otherwise`;
  const hidden = changes.filter(({ entry }) => isHidden(entry)).map(({ path }) => nameOf(path));
  if (how === "frame") return ["frame", folder, staged, what, ...hidden];
  const below = host.mounts.map(({ path }) => path).filter((path) => path !== folder && isWithin(folder, path));
  return ["overlay", folder, staged, what, `lowerdir=${staged}:${folder}`, ...topmost(below)];
}

/** Mounts that lie in no other of them: those come along with it. */
function topmost(paths: readonly string[]): readonly string[] {
  const all = [...new Set(paths)];
  return all.filter((path) => !all.some((other) => other !== path && isWithin(other, path)));
}

/** Every generated directory, those that only hold something included, outer ones first. */
function foldersOf(changes: readonly Change[], top: string): readonly string[] {
  const folders = new Set<string>();
  for (const { path, entry } of changes) {
    const isFolder = !isFile(entry) && !(typeof entry === "object" && "link" in entry);
    for (let at = isFolder ? path : parentOf(path); at !== top && at !== "/"; at = parentOf(at)) folders.add(at);
  }
  return [...folders].sort();
}

/** A directory is as new as the newest thing in it. */
function newest(folder: string, { changes, folder: top }: Layer, host: HostTree): number {
  const own = changes.find(({ path, entry }) => path === folder && typeof entry === "object" && "text" in entry);
  if (own !== undefined) return own.attributes.modified;
  const inside = changes.filter(({ path }) => path !== folder && isWithin(folder, path)).map(({ attributes }) => attributes.modified);
  return inside.length > 0 ? Math.max(...inside) : (host.look(top)?.modified ?? 0);
}

function entryRecord(change: Change, staged: string): PlanRecord {
  const { entry, attributes } = change;
  if (typeof entry === "object" && "link" in entry)
    return ["link", staged, `${attributes.uid}`, `${attributes.gid}`, `${attributes.modified}`, entry.link];
  return fileRecord(change, staged);
}

function fileRecord({ entry, attributes }: Change, staged: string): PlanRecord {
  const { mode, uid, gid, modified } = attributes;
  return ["file", staged, `${mode}`, `${uid}`, `${gid}`, `${modified}`, bytesOf(entry)];
}

function directoryRecord(staged: string, like?: { readonly mode: number; readonly uid: number; readonly gid: number }): PlanRecord {
  const { mode, uid, gid } = like ?? { mode: 0o755, uid: 0, gid: 0 };
  return ["dir", staged, `${mode}`, `${uid}`, `${gid}`];
}
