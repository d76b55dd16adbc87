import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, lstatSync, opendirSync, openSync, readlinkSync, readSync, type Stats, statSync } from "node:fs";
import type { Absence, FileLook, Files } from "../../views/files.ts";

/**
 * The files of the host that this runs on, as a view shows them. Nothing here throws, whatever lies there, and nothing here waits or takes
 * something from others: only regular files are opened (a device may act on being opened, a FIFO may wait), and those of /proc and /sys
 * whose reading uses up what somebody else should get are not.
 *
 * `denied` also stands for what is there but gives no contents: a device, a socket, a file of /sys that answers EIO or EINVAL. Names that are
 * no UTF-8 are told as Latin-1, and found again under that spelling. What hangs below us (a dead network file system) hangs us too.
 */
export function liveFiles(root = "/"): Files {
  const below = root.replace(/\/+$/, "");
  return {
    read: (path) => answer(() => firstSpelling(below + path, readRegular)),
    list: (path) => answer(() => firstSpelling(below + path, listNames)),
    look: (path) => answer(() => firstSpelling(below + path, lookAt)),
  };
}

/** As `Files.read` promises. */
const MOST_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** Of one directory; the rest is left out. */
const MOST_NAMES = 100_000;

/** Regular files by their mode, yet reading takes away (and may wait for) what another program reads. */
const CONSUMED = /^\/proc\/kmsg$|\/tracing\/(?:per_cpu\/[^/]+\/)?trace_pipe(?:_raw)?$/;

const ABSENT = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ESRCH", "EISDIR", "ERR_INVALID_ARG_VALUE"]);
/** Ours for the moment, not the file's: nobody may conclude anything. */
const OURS = new Set(["EMFILE", "ENFILE", "ENOMEM", "EINTR", "ESTALE", "ETIMEDOUT"]);

function answer<T>(ask: () => T | Absence): T | Absence {
  try {
    return ask();
  } catch (error) {
    return absenceOf(codeOf(error));
  }
}

function absenceOf(code: string): Absence {
  if (ABSENT.has(code)) return "absent";
  return OURS.has(code) ? "unknown" : "denied";
}

/** The code of an error of the file system; any other error is a fault of ours. */
function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  throw error;
}

/** Asks for the path as UTF-8; where there is none and it could have been told as Latin-1, for that. */
function firstSpelling<T>(path: string, ask: (path: string | Buffer) => T | Absence): T | Absence {
  const first = answer(() => ask(path));
  if (first !== "absent" || !/[\x80-\xff]/.test(path) || /[^\x00-\xff]/.test(path)) return first;
  return ask(Buffer.from(path, "latin1"));
}

function readRegular(path: string | Buffer): Uint8Array | Absence {
  if (CONSUMED.test(path.toString())) return "denied";
  const before = statSync(path);
  if (before.isDirectory()) return "absent";
  if (!before.isFile()) return "denied";
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    return fstatSync(file).isFile() ? readUpTo(file, MOST_BYTES) : "denied";
  } finally {
    closeSync(file);
  }
}

/** To the end or to the most; sizes are not asked, for /proc says 0. */
function readUpTo(file: number, most: number): Uint8Array {
  const parts: Buffer[] = [];
  for (let room = most; room > 0; ) {
    const part = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, room));
    const size = readSync(file, part, 0, part.length, null);
    if (size === 0) break;
    parts.push(part.subarray(0, size));
    room -= size;
  }
  return Buffer.concat(parts);
}

function listNames(path: string | Buffer): readonly string[] {
  const folder = opendirSync(path, { encoding: "latin1", bufferSize: 512 });
  const names: Buffer[] = [];
  try {
    for (let entry = folder.readSync(); entry !== null && names.length < MOST_NAMES; entry = folder.readSync()) {
      names.push(Buffer.from(entry.name, "latin1"));
    }
  } finally {
    folder.closeSync();
  }
  return names.sort(Buffer.compare).map(textOf);
}

function lookAt(path: string | Buffer): FileLook {
  const stats = lstatSync(path);
  const target = stats.isSymbolicLink() ? linkTarget(path) : undefined;
  const isDevice = stats.isCharacterDevice() || stats.isBlockDevice();
  return {
    kind: kindOf(stats),
    size: stats.size,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    links: stats.nlink,
    modified: Math.floor(stats.mtimeMs / 1000),
    ...(target === undefined ? {} : { target }),
    ...(isDevice ? { device: deviceNumbers(stats.rdev) } : {}),
  };
}

/** Undefined: no right to know, as with other users' /proc/PID/exe. */
function linkTarget(path: string | Buffer): string | undefined {
  try {
    return textOf(readlinkSync(path, { encoding: "buffer" }));
  } catch (error) {
    codeOf(error);
    return undefined;
  }
}

function kindOf(stats: Stats): FileLook["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "link";
  return stats.isCharacterDevice() || stats.isBlockDevice() ? "device" : "other";
}

/** Linux: minor in bits 0-7 and 20-31, major in bits 8-19 (and, unused so far, above 32). */
function deviceNumbers(rdev: number): readonly [number, number] {
  const low = rdev % 2 ** 32;
  return [(low >>> 8) & 0xfff, (low & 0xff) | ((low >>> 12) & 0xfff00)];
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : bytes.toString("latin1");
}
