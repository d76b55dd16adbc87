import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
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

/** This host. Needs root for most of it. */
export function realHost(): HostPort {
  return {
    ...realKernel(),
    look,
    read: (path) => readFileSync(path),
    isEmpty: (path) => readdirSync(path).length === 0,
    createFile: (path) => closeSync(openSync(path, "wx", 0o600)),
    writeFile,
    createDirectory: (path) => mkdirSync(path, 0o700),
    createLink: (path, target) => symlinkSync(target, path),
    remove: (path) => (lstatSync(path).isDirectory() ? rmdirSync(path) : unlinkSync(path)),
    setMode: (path, mode) => chmodSync(path, mode),
    setOwner: (path, uid, gid) => lchownSync(path, uid, gid),
    setModified,
    syncFolder: sync,
  };
}

function look(path: string): EntryState {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return { is: "absent" };
  const state = {
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    modified: `${stats.mtimeNs}`,
  };
  if (stats.isFile()) return { is: "file", ...state, contents: hashOf(readFileSync(path)) };
  if (stats.isSymbolicLink()) return { is: "link", ...state, contents: readlinkSync(path) };
  return { is: stats.isDirectory() ? "directory" : "other", ...state };
}

/** In place: whoever shares the inode sees it, and all that hangs on it stays. */
function writeFile(path: string, contents: Uint8Array): void {
  const file = openSync(path, "r+");
  try {
    for (let at = 0; at < contents.length; ) at += writeSync(file, contents, at, contents.length - at, at);
    ftruncateSync(file, contents.length);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** By touch(1): Node's own call rounds nanoseconds. */
function setModified(path: string, modified: string): void {
  const nanoseconds = modified.padStart(10, "0");
  const time = `@${nanoseconds.slice(0, -9)}.${nanoseconds.slice(-9)}`;
  execFileSync("touch", ["--no-create", "--no-dereference", "-m", "-d", time, "--", path], { stdio: ["ignore", "ignore", "inherit"] });
}
