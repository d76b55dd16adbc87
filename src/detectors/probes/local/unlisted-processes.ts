import { statSync } from "node:fs";
import { type Files, textOf } from "../../views/files.ts";
import { liveFiles } from "./live-files.ts";

/**
 * Processes that are there when asked for by number, and not in the listing of /proc: what a module that hides a logger does. Threads are there
 * too and never listed, so only what leads its group counts; and what began or ended meanwhile does not.
 */

const MOST_PROCESS_IDS = 32_768;
const MOST_CANDIDATES = 5000;

/** How many; undefined: /proc cannot be listed. Takes about 50 ms. */
export function countUnlistedProcesses(files: Files = liveFiles(), isThere: (id: number) => boolean = hasFolder): number | undefined {
  const before = listedProcesses(files);
  if (before === undefined || before.size === 0) return undefined;
  const most = Math.min(MOST_PROCESS_IDS, Math.max(...before) + 1000);
  const candidates: number[] = [];
  for (let id = 1; id <= most && candidates.length < MOST_CANDIDATES; id += 1) {
    if (!before.has(id) && isThere(id) && leadsItsGroup(files, id)) candidates.push(id);
  }
  const after = listedProcesses(files);
  return candidates.filter((id) => after?.has(id) === false && leadsItsGroup(files, id)).length;
}

function listedProcesses(files: Files): ReadonlySet<number> | undefined {
  const names = files.list("/proc");
  return typeof names === "string" ? undefined : new Set(names.filter((name) => /^[1-9]\d{0,9}$/.test(name)).map(Number));
}

function hasFolder(id: number): boolean {
  try {
    return statSync(`/proc/${id}`, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function leadsItsGroup(files: Files, id: number): boolean {
  return /^Tgid:\s*(\d+)$/m.exec(textOf(files, `/proc/${id}/status`) ?? "")?.[1] === String(id);
}
