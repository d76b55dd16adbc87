import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Where the ledger lies: its lines, and what files held before. Every call is durable when it returns. */
export interface LedgerStore {
  read(): Uint8Array;
  append(bytes: Uint8Array): void;
  /** Keeps that many bytes of the lines. */
  cut(size: number): void;
  /** Keeps contents under their name. */
  keep(name: string, contents: Uint8Array): void;
  kept(name: string): Uint8Array;
  /** Forgets all: nothing is changed any more. */
  clear(): void;
}

/** In a folder that only its owner can read: files' former contents are in it. */
export function folderStore(folder: string): LedgerStore {
  const lines = join(folder, "ledger");
  const contents = join(folder, "before");
  mkdirSync(contents, { recursive: true, mode: 0o700 });
  closeSync(openSync(lines, "a", 0o600));
  const isEmpty = readFileSync(lines).length === 0;
  for (const name of readdirSync(contents)) if (isEmpty || name.startsWith(".")) rmSync(join(contents, name));
  for (const path of [contents, folder]) sync(path);
  return {
    read: () => readFileSync(lines),
    append: (bytes) => write(lines, "a", bytes),
    cut: (size) => {
      truncateSync(lines, size);
      sync(lines);
    },
    keep: (name, bytes) => {
      write(join(contents, `.${name}`), "w", bytes);
      renameSync(join(contents, `.${name}`), join(contents, name));
      sync(contents);
    },
    kept: (name) => readFileSync(join(contents, name)),
    clear: () => {
      truncateSync(lines, 0);
      sync(lines);
      for (const name of readdirSync(contents)) rmSync(join(contents, name));
      sync(contents);
    },
  };
}

function write(path: string, flag: "a" | "w", bytes: Uint8Array): void {
  const file = openSync(path, flag, 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
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
