import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";

/** What the layout must know of the real host's files; nothing is changed through it. */
export interface HostTree {
  look(path: string): HostEntry | undefined;
  /** How many names a directory has. */
  count(path: string): number;
  /** Every mount, in the order in which they lie on one another. */
  readonly mounts: readonly Mount[];
  /** Whether the kernel knows overlays. */
  readonly hasOverlays: boolean;
  /** Whether mounts will be locked together, as they are in a user namespace: then no overlay can be laid over a directory that has mounts. */
  readonly hasLockedMounts: boolean;
  /** Directories in which names must stay as free as they are, beside those that show it by their mode. */
  readonly isWorkedIn?: (folder: string) => boolean;
  /** Directories that nobody but us knows: that names in them are fixed is no limit. */
  readonly isOwn?: (folder: string) => boolean;
}

export interface HostEntry {
  readonly kind: "file" | "directory" | "link" | "other";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly modified: number;
  readonly target?: string;
}

export interface Mount {
  readonly path: string;
  /** Such as `sysfs` or `ext4`. */
  readonly type: string;
  readonly isReadOnly: boolean;
}

/** The host that this process sees. */
export function hostTree(hasLockedMounts: boolean): HostTree {
  return {
    hasLockedMounts,
    look: lookAt,
    count: (path) => readdirSync(path).length,
    mounts: parseMounts(readFileSync("/proc/self/mountinfo", "latin1")),
    hasOverlays: /\toverlay$/m.test(readFileSync("/proc/filesystems", "latin1")),
  };
}

function lookAt(path: string): HostEntry | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const { mode, uid, gid, mtimeMs } = stats;
  const entry = { kind: kindOf(stats), mode: mode & 0o7777, uid, gid, modified: Math.max(0, Math.floor(mtimeMs / 1000)) };
  return stats.isSymbolicLink() ? { ...entry, target: readlinkSync(path) } : entry;
}

function kindOf(stats: Stats): HostEntry["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "link" : "other";
}

/** proc(5), /proc/PID/mountinfo: id, parent, device, root, mount point, options, [optional fields] `-` type, source, options. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , , path, options = ""] = before.split(" ");
    const [type] = after.split(" ");
    if (path === undefined || type === undefined) return [];
    return [{ path: unescaped(path), type, isReadOnly: options.split(",").includes("ro") }];
  });
}

/** Space, tab, line end and backslash are octal there. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The mount that a path lies in: of the longest mount point the newest. */
export function mountOf({ mounts }: HostTree, path: string): Mount | undefined {
  const around = mounts.filter((mount) => isWithin(mount.path, path));
  const longest = Math.max(...around.map((mount) => mount.path.length));
  return around.findLast((mount) => mount.path.length === longest);
}

export function isWithin(folder: string, path: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}
