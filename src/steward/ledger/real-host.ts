import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import type { EntryState } from "./change.ts";
import type { HostPort } from "./host-port.ts";
import { hashOf } from "./kinds.ts";
import { sync } from "./ledger-store.ts";
import { realKernel } from "./real-kernel.ts";
import { atPath, checkOwn, codeOf, type Entry, placeOf } from "./safe-path.ts";
import { readAttributes, setModified, writeAttribute } from "./system-calls.ts";

export interface RealHostOptions {
  /** Whose mount namespace mounts are made in; 1 unless a test has one of its own. */
  readonly process1?: number;
}

/** This host. Needs root for most of it. */
export function realHost({ process1 = 1 }: RealHostOptions = {}): HostPort {
  return {
    ...realKernel(process1),
    look,
    read: (path) => atPath(path, (entry) => readEntry(entry.path)),
    isEmpty: (path) => atPath(path, (entry) => readdirSync(entry.path).length === 0),
    createFile: (path) => atPath(path, (entry) => closeSync(openSync(entry.path, NEW, 0o600))),
    writeFile: (path, contents) => atPath(path, (entry) => writeEntry(entry, path, contents)),
    createDirectory: (path) => atPath(path, (entry) => mkdirSync(entry.path, 0o700)),
    createLink: (path, target) => atPath(path, (entry) => symlinkSync(target, entry.path)),
    remove: (path) => atPath(path, (entry) => (lstatSync(entry.path).isDirectory() ? rmdirSync(entry.path) : unlinkSync(entry.path))),
    setMode: (path, mode) => atPath(path, (entry) => setMode(entry, path, mode)),
    setOwner: (path, uid, gid) => atPath(path, (entry) => setOwner(entry, path, { uid, gid })),
    setModified: (path, modified) => atPath(path, (entry) => setModified(entry.path, modified)),
    setAttribute: (path, { name, value }) => atPath(path, (entry) => writeAttribute(entry.path, name, value)),
    syncFolder: (path) => atPath(`${path}/-`, ({ folder }) => sync(`${folder}/.`)),
  };
}

const NEW = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
const ONLY_FILES = constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** open(2): a place only; a link itself, too. */
const O_PATH = 0o10000000;

function look(path: string): EntryState {
  try {
    return atPath(path, ({ path: entry }) => lookAtEntry(entry));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { is: "absent" };
    throw error;
  }
}

function lookAtEntry(path: string): EntryState {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return { is: "absent" };
  const attributes = readAttributes(path);
  const state = {
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    modified: `${stats.mtimeNs}`,
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
  if (stats.isFile()) return { is: "file", ...state, contents: hashOf(readEntry(path)) };
  if (stats.isSymbolicLink()) return { is: "link", ...state, contents: readlinkSync(path) };
  return { is: stats.isDirectory() ? "directory" : "other", ...state };
}

function readEntry(path: string): Uint8Array {
  return withFile(path, constants.O_RDONLY | ONLY_FILES | constants.O_NOATIME, (file) => readFileSync(file));
}

function withFile<Result>(path: string, flags: number, use: (file: number) => Result): Result {
  const file = openSync(path, flags);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

/** In place: whoever shares the inode sees it, and all that hangs on it stays. */
function writeEntry(entry: Entry, named: string, contents: Uint8Array): void {
  withFile(entry.path, constants.O_RDWR | ONLY_FILES, (file) => {
    checkOwn(fstatSync(file), entry, named);
    for (let at = 0; at < contents.length; ) at += writeSync(file, contents, at, contents.length - at, at);
    ftruncateSync(file, contents.length);
    fsyncSync(file);
  });
}

/** chmod(2) follows links, so it is given an entry that is held open. */
function setMode(entry: Entry, named: string, mode: number): void {
  withFile(entry.path, O_PATH | constants.O_NOFOLLOW, (file) => {
    const stats = fstatSync(file);
    if (!stats.isDirectory()) checkOwn(stats, entry, named);
    chmodSync(placeOf(file), mode);
  });
}

function setOwner(entry: Entry, named: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  const stats = lstatSync(entry.path);
  if (stats.isFile()) checkOwn(stats, entry, named);
  lchownSync(entry.path, uid, gid);
}
