import { createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { sync } from "../ledger/ledger-store.ts";

/** The site's seed: a secret that is made once, so that what is shown here is the same every time and nobody else can foretell it. */
export function siteSeed(folder: string): string {
  return readableSeed(folder) ?? madeSeed(folder);
}

/** Undefined: there is none, or it is not for us. */
export function readableSeed(folder: string): string | undefined {
  try {
    return readFileSync(fileIn(folder), "latin1").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function fileIn(folder: string): string {
  return join(folder, "seed");
}

/** Whole or not at all, wherever it is interrupted. */
function madeSeed(folder: string): string {
  const seed = randomBytes(24).toString("base64url");
  const draft = join(folder, ".seed");
  rmSync(draft, { force: true });
  const file = openSync(draft, "wx", 0o600);
  try {
    writeSync(file, `${seed}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  linkSync(draft, fileIn(folder));
  rmSync(draft);
  sync(folder);
  return seed;
}

const LEAST_MARK = 100_000;
const MARKS = 900_000;

/** The number that this site's mounts have as an option (CarryAsked.mark): looks like any size limit, and tells nobody the seed. */
export function siteMark(seed: string): number {
  return LEAST_MARK + (createHash("sha256").update(`mark ${seed}`).digest().readUInt32BE(0) % MARKS);
}
