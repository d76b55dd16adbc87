import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Where the ledger lies: its lines, and what files held before. Every call is durable when it returns; one that throws has left nothing. */
export interface LedgerStore {
  read(): Uint8Array;
  append(bytes: Uint8Array): void;
  /** Keeps that many bytes of the lines. */
  cut(size: number): void;
  /** Keeps contents under their name. */
  keep(name: string, contents: Uint8Array): void;
  /** Undefined: it is not there any more. */
  kept(name: string): Uint8Array | undefined;
  /** Forgets all: nothing is changed any more. The lines stay as the former ones, what files held goes. */
  clear(): void;
  /** The lines of what was undone last, for whoever looks for left-overs. */
  former(): Uint8Array;
}

/** In a folder that only its owner can read: files' former contents are in it. */
export function folderStore(folder: string): LedgerStore {
  const [lines, contents, former] = [join(folder, "ledger"), join(folder, "before"), join(folder, "former")];
  mkdirSync(contents, { recursive: true, mode: 0o700 });
  closeSync(openSync(lines, "a", 0o600));
  const isEmpty = readFileSync(lines).length === 0;
  for (const name of readdirSync(contents)) if (isEmpty || name.startsWith(".")) rmSync(join(contents, name));
  for (const path of [contents, folder]) sync(path);
  return {
    read: () => readFileSync(lines),
    append: (bytes) => append(lines, bytes),
    cut: (size) => {
      truncateSync(lines, size);
      sync(lines);
    },
    keep: (name, bytes) => {
      write(join(contents, `.${name}`), bytes);
      renameSync(join(contents, `.${name}`), join(contents, name));
      sync(contents);
    },
    kept: (name) => (existsSync(join(contents, name)) ? readFileSync(join(contents, name)) : undefined),
    clear: () => {
      renameSync(lines, former);
      closeSync(openSync(lines, "a", 0o600));
      for (const name of readdirSync(contents)) rmSync(join(contents, name));
      for (const path of [contents, folder]) sync(path);
    },
    former: () => (existsSync(former) ? readFileSync(former) : new Uint8Array()),
  };
}

/** All of it, or nothing: what did not fit is cut off again, so that the next line is not written behind half a one. */
function append(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "a", 0o600);
  const { size } = fstatSync(file);
  try {
    writeAll(file, bytes);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  } finally {
    closeSync(file);
  }
}

function write(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "w", 0o600);
  try {
    writeAll(file, bytes);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  fsyncSync(file);
}

/** A file's or a directory's contents reach the disk. */
export function sync(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
