import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const LOOK_AGAIN_MS = 300;

/**
 * A folder that is made once, however many tests want it at the same time: the others wait. It is made beside its place and moved there whole;
 * whoever dies over it leaves its lock to the next one.
 */
export async function once(place: string, make: (folder: string) => Promise<void>): Promise<string> {
  mkdirSync(dirname(place), { recursive: true });
  const lock = `${place}.lock`;
  while (!existsSync(place)) {
    if (!isLocked(lock)) await wait(LOOK_AGAIN_MS);
    else
      try {
        if (!existsSync(place)) await makeWhole(place, make);
      } finally {
        rmSync(lock, { force: true });
      }
  }
  return place;
}

async function makeWhole(place: string, make: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(`${place}.new-`);
  try {
    await make(join(folder, "made"));
    renameSync(join(folder, "made"), place);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the lock is ours now. */
function isLocked(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}`, { flag: "wx" });
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  if (isAlive(lock)) return false;
  rmSync(lock, { force: true });
  return false;
}

function isAlive(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    // Between its making and its writing it is empty.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error) return error.code === "ENOENT";
    throw error;
  }
}
