import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The commands, one a line in corpus/*.txt; empty lines and those that begin with `##` are none. `\n` in a line stays as the shell reads it. */
export function readCorpus(folder = join(import.meta.dirname, "corpus")): readonly string[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort();
  return files.flatMap((name) => readLines(join(folder, name)));
}

export function readLines(path: string): readonly string[] {
  return readFileSync(path, "latin1")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("##"));
}

/** What stands before each command on both sides: the same place, mask and locale. */
export const PREFIX = "unset LANG; export TZ=UTC; umask 022; cd /tmp/w; ";

export interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

export function sameOutcome(one: Outcome, other: Outcome): boolean {
  return one.out === other.out && one.err === other.err && one.status === other.status;
}
