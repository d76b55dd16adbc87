import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Contents, Entry } from "../../src/detectors/views/memory-files.ts";

/**
 * Shows files of a host that was only thought of to a real tool: the tool runs in a mount namespace of its own, under a root that is an
 * overlay of this host's with the changes above it. What cannot be overlaid (/proc) becomes bind mounts, or where names are new or missing,
 * a tmpfs of links to the real one. All of it ends with the tool's process; outside the namespace only a temporary directory is written,
 * and removed. Works as root only.
 */

export interface ShowOptions {
  /** Runs the tool as nobody. */
  readonly asNobody?: boolean;
  /** Gives the tool a process 1 of its own, with this environment, in new pid, uts and ipc namespaces. */
  readonly initEnvironment?: Readonly<Record<string, string>>;
}

export interface Shown {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMITS = { timeout: 60_000, maxBuffer: 64 * 2 ** 20 };

/** Runs a command in front of this host with `changes`; paths of changes are real ones, without links of directories. */
export function showView(changes: Contents, command: readonly string[], options: ShowOptions = {}): Shown {
  const folder = mkdtempSync(join(tmpdir(), "show-view-"));
  try {
    const script = join(folder, "script");
    mkdirSync(join(folder, "space"));
    const steps = [...prepare(folder, changes), ...mounts(folder, changes, options), run(folder, command, options)];
    writeFileSync(script, `set -eu\n${steps.join("\n")}\n`);
    const apart = options.initEnvironment === undefined ? [] : ["--pid", "--fork", "--uts", "--ipc"];
    const environment = options.initEnvironment ?? {};
    const { status, stdout, stderr, error } = spawnSync("unshare", ["--mount", "--propagation", "private", ...apart, "sh", script], {
      ...LIMITS,
      encoding: "latin1",
      input: "",
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C", ...environment },
    });
    if (error !== undefined) throw error;
    return { status: status ?? 255, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lays the changes down beside the script, and copies them into a tmpfs, since an overlay cannot take layers that lie in one another. */
function prepare(folder: string, changes: Contents): readonly string[] {
  const staged = join(folder, "tree");
  mkdirSync(staged);
  const hidden: string[] = [];
  for (const [path, entry] of Object.entries(changes)) if (!lay(join(staged, path), entry)) hidden.push(join(folder, "space/tree", path));
  return [
    `mount -t tmpfs -o mode=755 tmpfs ${quoted(`${folder}/space`)}`,
    `mkdir ${quoted(`${folder}/space/root`)}`,
    `cp -a ${quoted(staged)} ${quoted(`${folder}/space/tree`)}`,
    ...hidden.flatMap((path) => [`mkdir -p ${quoted(dirname(path))}`, `mknod ${quoted(path)} c 0 0`]),
  ];
}

/** Writes an entry; false where nothing may be there. */
function lay(path: string, entry: Entry): boolean {
  if (typeof entry === "object" && "absence" in entry && entry.absence !== "denied") return false;
  mkdirSync(dirname(path), { recursive: true });
  if (typeof entry === "string" || entry instanceof Uint8Array) writeFileSync(path, bytesOf(entry));
  else if ("link" in entry) symlinkSync(entry.link, path);
  else if ("directory" in entry) mkdirSync(path, { recursive: true });
  else writeFileSync(path, "text" in entry ? bytesOf(entry.text) : "", { mode: "text" in entry ? (entry.look.mode ?? 0o644) : 0 });
  return true;
}

function bytesOf(entry: string | Uint8Array): Uint8Array {
  return typeof entry === "string" ? Buffer.from(entry, "latin1") : entry;
}

/** The new root: an overlay for each file system that something changes in, a bind mount for each other. */
function mounts(folder: string, changes: Contents, options: ShowOptions): readonly string[] {
  const replaced = Object.keys(changes).filter((path) => !isDirectory(changes[path]));
  const points = mountPoints().filter((point) => !["/proc", ...replaced].some((path) => isIn(path, point)));
  const homes = new Set(Object.keys(changes).map((path) => points.findLast((point) => isIn(point, path)) ?? "/"));
  const mountAt = (point: string) => {
    const at = quoted(`${folder}/space/root${point === "/" ? "" : point}`);
    if (point === "/" || homes.has(point)) {
      const layer = `${folder}/space/tree${point === "/" ? "" : point}`;
      return `mkdir -p ${quoted(layer)}\nmount -t overlay -o ${quoted(`ro,lowerdir=${layer}:${point}`)} overlay ${at}`;
    }
    return `if [ -e ${at} ]; then mount --bind ${quoted(point)} ${at} 2>/dev/null || true; fi`;
  };
  return [...points.map(mountAt), ...procMounts(folder, changes, options)];
}

/** Mount points in the order in which they lie on one another, `/` first. */
function mountPoints(): readonly string[] {
  const lines = readFileSync("/proc/self/mountinfo", "latin1").split("\n");
  const points = lines.map((line) =>
    line.split(" ")[4]?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
  );
  const named = points.filter((point) => point !== undefined);
  return [...new Set(["/", ...named])].sort((one, other) => one.split("/").length - other.split("/").length || (one < other ? -1 : 1));
}

function isDirectory(entry: Entry | undefined): boolean {
  return typeof entry === "object" && "directory" in entry;
}

function isIn(folder: string, path: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}

function procMounts(folder: string, changes: Contents, { initEnvironment }: ShowOptions): readonly string[] {
  const root = `${folder}/space/root/proc`;
  const real = (at: string) => (initEnvironment === undefined ? `mount --rbind /proc ${quoted(at)}` : `mount -t proc proc ${quoted(at)}`);
  const paths = Object.keys(changes).filter((path) => isIn("/proc", path));
  if (paths.every((path) => isPlainProcFile(path, changes[path])))
    return [
      real(root),
      ...paths.map((path) => `mount --bind ${quoted(`${folder}/space/tree${path}`)} ${quoted(`${folder}/space/root${path}`)}`),
    ];
  const live = `${folder}/space/tree/proc/.live`;
  return [
    `mkdir ${quoted(live)}`,
    ...procLinks(`${folder}/space/tree`, changes, paths),
    `mount --rbind ${quoted(`${folder}/space/tree/proc`)} ${quoted(root)}`,
    real(`${root}/.live`),
  ];
}

/** Whether a file of /proc is there and is the same for every process, so that a bind mount shows the change. */
function isPlainProcFile(path: string, entry: Entry | undefined): boolean {
  if (typeof entry === "object" && !(entry instanceof Uint8Array) && !("text" in entry)) return false;
  if (/^\/proc\/(self|thread-self|\d+)\//.test(path)) return false;
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Links to the real /proc for all that stays, in every directory on the way to a change; of processes only `1` and `self`. */
function procLinks(tree: string, changes: Contents, paths: readonly string[]): readonly string[] {
  const opened = new Set(["/proc", ...paths.flatMap((path) => foldersOf(path))]);
  return [...opened]
    .flatMap((folder) =>
      namesIn(folder)
        .filter((name) => folder !== "/proc" || !/^\d+$/.test(name) || name === "1")
        .map((name) => `${folder}/${name}`)
        .filter((path) => !opened.has(path) && !(path in changes))
        .map((path) => `ln -s ${quoted(path.replace("/proc/", "/proc/.live/"))} ${quoted(`${tree}${path}`)}`),
    )
    .concat(paths.filter((path) => isHidden(changes[path])).map((path) => `rm ${quoted(`${tree}${path}`)}`));
}

function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  for (let at = dirname(path); at !== "/proc" && at !== "/"; at = dirname(at)) folders.push(at);
  return folders;
}

function namesIn(folder: string): readonly string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : [];
}

function isHidden(entry: Entry | undefined): boolean {
  return typeof entry === "object" && "absence" in entry && entry.absence !== "denied";
}

function run(folder: string, command: readonly string[], { asNobody }: ShowOptions): string {
  const who = asNobody === true ? "--userspec=65534:65534 --groups=" : "";
  return `status=0\nchroot ${who} ${quoted(`${folder}/space/root`)} ${command.map(quoted).join(" ")} || status=$?\nexit $status`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
