import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hexOf } from "../../disguise/draw.ts";
import { codeOf } from "./safe-path.ts";

/**
 * Cgroups of `disguise run` whose tree has ended, and whose keeper and janitor were killed before they could remove them. They are told from a container
 * engine's by the site's own number, which is in their names, and nothing is in them.
 */
const MOST_DEPTH = 5;

/** Paths below the unified tree's mount point, inner ones first. */
export function leftCgroups(seeds: readonly string[]): readonly string[] {
  const root = unifiedRoot();
  if (root === undefined || seeds.length === 0) return [];
  const numbers = seeds.map((seed) => hexOf({ seed }, "container", 64));
  return ownFolders(root, numbers, MOST_DEPTH).filter(isEmpty);
}

function unifiedRoot(): string | undefined {
  const line = readFileSync("/proc/self/mountinfo", "latin1")
    .split("\n")
    .findLast((one) => one.includes(" - cgroup2 "));
  return line?.split(" ")[4];
}

function ownFolders(folder: string, numbers: readonly string[], depth: number): readonly string[] {
  if (depth === 0) return [];
  return foldersIn(folder).flatMap((path) => {
    const isOwn = numbers.some((number) => basename(path).includes(number) || basename(path) === `guest-${number.slice(0, 6)}`);
    return [...ownFolders(path, numbers, depth - 1), ...(isOwn ? [path] : [])];
  });
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name));
  } catch (error) {
    if (codeOf(error) !== undefined) return [];
    throw error;
  }
}

/** Linux, admin-guide/cgroup-v2: `populated 0`, no process in it or below. */
function isEmpty(path: string): boolean {
  const events = join(path, "cgroup.events");
  return existsSync(events) && /^populated 0$/m.test(readFileSync(events, "latin1"));
}

const ENGINES: readonly string[] = ["/run/docker.sock", "/run/containerd/containerd.sock", "/run/crio/crio.sock"];

/** With the folders above it that are empty, unless a container engine or systemd may want them. */
export function sweepCgroup(path: string): void {
  const root = unifiedRoot();
  const hasEngine = ENGINES.some((socket) => existsSync(socket));
  for (let at = path; at !== root && at !== "/"; at = dirname(at)) {
    const isShared = at !== path && (hasEngine || (at.endsWith(".slice") && existsSync("/run/systemd/system")));
    if (isShared || !isRemoved(at)) return;
  }
}

function isRemoved(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EBUSY" || codeOf(error) === "ENOTEMPTY") return false;
    if (codeOf(error) === "ENOENT") return true;
    throw error;
  }
}
