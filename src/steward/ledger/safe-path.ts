import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import process from "node:process";

/**
 * Files by name, for a process that is root while others are on the same host. A path is walked a directory at a time; each is held open while
 * the next is looked for in it, none may be a link, and none may be one in which somebody else could swap names.
 *
 * What must stay true: between the first name and the last nothing is looked up twice, so a directory that is replaced meanwhile is either not
 * reached, or refused.
 */
export class UnsafePathError extends Error {
  readonly code = "UNSAFE";
}

/** The directory is open as long as `use` runs. */
export interface Entry {
  /** A path that leads to the entry whatever happens to the names above it. */
  readonly path: string;
  readonly folder: string;
  /** Others than root can make names there: in /tmp, or in a directory that a group writes to. */
  readonly isLoose: boolean;
}

/** include/uapi/asm-generic/fcntl.h: a file that is only a place. */
const O_PATH = 0o10000000;
const PLACE = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Calls `use` with the entry at an absolute path; the last name need not be there, and may be a link, which is not followed. */
export function atPath<Result>(path: string, use: (entry: Entry) => Result): Result {
  const names = namesOf(path);
  const last = names.pop();
  let folder = openSync("/", PLACE);
  let isLoose = false;
  try {
    isLoose = looseness(folder, "/");
    for (const [at, name] of names.entries()) {
      const here = `/${names.slice(0, at + 1).join("/")}`;
      const next = openFolder(`${placeOf(folder)}/${name}`, here);
      closeSync(folder);
      folder = next;
      isLoose = looseness(folder, here);
    }
    // Without a last name it is the root itself; what leads to it is a link, so the dot is needed.
    return use({ path: `${placeOf(folder)}/${last ?? "."}`, folder: placeOf(folder), isLoose });
  } finally {
    closeSync(folder);
  }
}

function namesOf(path: string): string[] {
  const names = path.split("/").slice(1);
  if (!path.startsWith("/") || names.some((name) => name === "." || name === ".." || name.includes("\0")))
    throw new UnsafePathError(`${path} is no absolute path`);
  return names.filter((name) => name !== "");
}

/** A file that this process holds open, as a path: proc(5), /proc/PID/fd. */
export function placeOf(file: number): string {
  return `/proc/self/fd/${file}`;
}

function openFolder(path: string, named: string): number {
  try {
    return openSync(path, PLACE);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOTDIR" || code === "ELOOP") throw new UnsafePathError(`${named} is no directory, or a link to one`, { cause: error });
    throw error;
  }
}

/** inode(7): in a sticky directory others can make names, and not take ours away. */
function looseness(folder: number, named: string): boolean {
  const { uid, gid, mode } = fstatSync(folder);
  if (uid !== 0 && uid !== process.geteuid?.()) throw new UnsafePathError(`${named} belongs to somebody else than root`);
  const isSticky = (mode & 0o1000) !== 0;
  if ((mode & 0o002) !== 0 && !isSticky) throw new UnsafePathError(`everybody can change ${named}`);
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
}

/** A file to be changed: never one that somebody else may have linked to where we look. */
export function checkOwn(stats: Pick<Stats, "uid" | "nlink">, { isLoose }: Pick<Entry, "isLoose">, named: string): void {
  if (isLoose && (stats.nlink > 1 || (stats.uid !== 0 && stats.uid !== process.geteuid?.())))
    throw new UnsafePathError(`${named} lies where others make names, and may be theirs`);
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
