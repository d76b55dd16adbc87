import type { Contents, Entry } from "../../detectors/views/memory-files.ts";
import { type Attributes, attributesOf, isFile, isHidden } from "./attributes.ts";
import { followed, parentOf } from "./follow.ts";
import { type HostEntry, type HostTree, isWithin, mountOf } from "./host-tree.ts";
import type { PlanRecord } from "./plan-record.ts";
import { stageBind, stageLayer } from "./stage.ts";

/**
 * Turns files that shall read otherwise into mounts: which of them is bound over a real file, and which directory must be laid over or put
 * into a frame because names appear or vanish in it. The smallest directory that does is taken.
 *
 * What must stay true: whatever is not changed stays the real thing, and what the tree writes there reaches it. A read-only overlay breaks
 * that, so it is used where nobody writes (/sys) or where a frame would be too many mounts; then it is said.
 */
export interface Layout {
  /** For the guard, in their order. */
  readonly records: readonly PlanRecord[];
  /** What cannot be shown here, each a sentence. */
  readonly leftOut: readonly string[];
  /** Names of the files that those are about, as they were given. */
  readonly notShown: readonly string[];
  /** What is different for who works inside, each a sentence. */
  readonly limits: readonly string[];
}

/** A change at the path that it has after all links are followed. */
export interface Change {
  readonly path: string;
  readonly entry: Entry;
  /** What is there in reality. */
  readonly real: HostEntry | undefined;
  readonly attributes: Attributes;
}

/** A directory in which names appear or vanish. */
export interface Layer {
  readonly folder: string;
  readonly how: "overlay" | "frame";
  readonly changes: readonly Change[];
}

/** More entries than these are not bound one by one. */
const MOST_IN_FRAME = 400;

export function layOut(contents: Contents, host: HostTree): Layout {
  const changes = Object.entries(contents).map(([name, entry]) => ({ ...changeAt(name, entry, { contents, host }), name }));
  const made = changes.filter((change) => !isNoChange(change)).map((change) => ({ ...change, why: whyNot(change, host) }));
  const impossible = made.filter(({ why }) => why !== undefined);
  const possible = made.filter(({ why }) => why === undefined);
  const bound = possible.filter(isBind);
  const layers = layersOf(
    possible.filter((change) => !isBind(change)),
    host,
  );
  return {
    records: [
      ...layers.flatMap((layer, index) => stageLayer(layer, { host, staged: `${index}` })),
      ...bound.flatMap((change, index) => stageBind(change, `f${index}`)),
    ],
    leftOut: impossible.flatMap(({ why }) => why ?? []),
    notShown: impossible.map(({ name }) => name),
    limits: limitsOf(layers.filter(({ folder }) => host.isOwn?.(folder) !== true)),
  };
}

function changeAt(path: string, entry: Entry, { contents, host }: { contents: Contents; host: HostTree }): Change {
  const real = followed(path, { contents, host });
  const there = host.look(real);
  const folder = host.look(folderOf(real, host));
  return { path: real, entry, real: there, attributes: attributesOf(real, entry, { there, folder }) };
}

/** A directory that is there already; a name hidden that is not there. */
function isNoChange({ entry, real }: Change): boolean {
  if (isHidden(entry)) return real === undefined;
  return typeof entry === "object" && "directory" in entry && real?.kind === "directory";
}

/** A generated file over a real one needs nothing but a bind mount. */
function isBind({ entry, real }: Change): boolean {
  return isFile(entry) && (real?.kind === "file" || real?.kind === "other");
}

/** The nearest directory that is there in reality, above what a path names. */
export function folderOf(path: string, host: HostTree): string {
  let at = parentOf(path);
  while (at !== "/" && host.look(at)?.kind !== "directory") at = parentOf(at);
  return at;
}

function whyNot(change: Change, host: HostTree): string | undefined {
  const folder = folderOf(change.path, host);
  if (/^\/proc\/(self|thread-self|\d+)(\/|$)/.test(change.path))
    return `${change.path} differs from process to process, so no mount can show it otherwise.`;
  if (folder === "/proc" && !isBind(change))
    return `${change.path} ${isHidden(change.entry) ? "cannot be hidden" : "cannot appear"}: names directly in /proc are the kernel's.`;
  if (!isBind(change) && isWorkedIn(folder, host))
    return `${change.path} ${isHidden(change.entry) ? "stays" : "is left out"}: people make and remove files in ${folder}, and must still be able to.`;
  if (isFile(change.entry) && change.real?.kind === "directory") return `${change.path} is a directory here, and stays one.`;
  return undefined;
}

/** Where everybody may write, and homes: a name there cannot be fixed without being noticed. */
function isWorkedIn(folder: string, host: HostTree): boolean {
  if (((host.look(folder)?.mode ?? 0) & 0o002) !== 0 || /^\/(root|home\/[^/]+)$/.test(folder)) return true;
  return host.isWorkedIn?.(folder) === true;
}

function layersOf(changes: readonly Change[], host: HostTree): readonly Layer[] {
  const byFolder = Map.groupBy(changes, ({ path }) => folderOf(path, host));
  return [...byFolder]
    .filter(([folder]) => !changes.some(({ path, entry }) => isHidden(entry) && isWithin(path, folder)))
    .sort(([one], [other]) => depth(one) - depth(other) || (one < other ? -1 : 1))
    .map(([folder, inside]) => ({ folder, how: howToLay(folder, host), changes: inside }));
}

function depth(path: string): number {
  return path === "/" ? 0 : path.split("/").length;
}

function howToLay(folder: string, host: HostTree): Layer["how"] {
  const isSys = mountOf(host, folder)?.type === "sysfs";
  const isLocked = host.hasLockedMounts && host.mounts.some(({ path }) => path !== folder && isWithin(folder, path));
  const fits = host.hasOverlays && !isLocked && folder !== "/" && !/[:,\\]/.test(folder) && !isWithin("/proc", folder);
  return fits && (isSys || host.count(folder) > MOST_IN_FRAME) ? "overlay" : "frame";
}

function limitsOf(layers: readonly Layer[]): readonly string[] {
  const named = (wanted: Layer["how"]) =>
    layers.filter(({ how, folder }) => how === wanted && !isWithin("/sys", folder)).map(({ folder }) => folder);
  const [framed, overlaid] = [named("frame"), named("overlay")];
  return [
    ...(framed.length > 0
      ? [`Inside, names directly in ${framed.join(", ")} cannot be made, renamed or removed; what lies deeper is the real thing.`]
      : []),
    ...(overlaid.length > 0 ? [`Inside, nothing below ${overlaid.join(", ")} can be written.`] : []),
  ];
}
