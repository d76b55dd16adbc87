import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { sync } from "../ledger/ledger-store.ts";
import type { Reload } from "./carriage.ts";

/** What the steward is in the middle of: whoever finds this at a start finds what an interruption left. */
export interface Unfinished {
  readonly doing: "apply" | "revert";
  /** To be told when it is done or undone. */
  readonly reloads: readonly Reload[];
}

export function begin(folder: string, unfinished: Unfinished): void {
  const draft = join(folder, ".unfinished");
  const file = openSync(draft, "w", 0o600);
  try {
    writeSync(file, JSON.stringify(unfinished));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, fileIn(folder));
  sync(folder);
}

export function unfinished(folder: string): Unfinished | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(folder), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

export function finish(folder: string): void {
  rmSync(fileIn(folder), { force: true });
  sync(folder);
}

function fileIn(folder: string): string {
  return join(folder, "unfinished");
}
