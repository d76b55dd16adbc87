/**
 * The inputs that are kept between runs: corpus/TARGET/, one file each, named after its content.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const CORPUS = join(import.meta.dirname, "corpus");

/** In the order of their names, so that a run repeats. */
export function readCorpus(name: string): Buffer[] {
  const folder = join(CORPUS, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file)));
}

/** Replaces what is kept. Files whose name starts with `bug-` stay: they once failed, and must never again. */
export function writeCorpus(name: string, inputs: readonly Uint8Array[]): void {
  const folder = join(CORPUS, name);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (!file.startsWith("bug-")) rmSync(join(folder, file));
  for (const input of inputs) {
    writeFileSync(join(folder, createHash("sha256").update(input).digest("hex").slice(0, 12)), input);
  }
}
