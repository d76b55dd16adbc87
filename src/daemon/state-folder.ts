import { chownSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../errors/operator-error.ts";
import type { Account } from "../host/privileges.ts";

/** Makes the state folder, 0700, and gives all of it to the account that the sensor will run under. */
export function makeStateFolder(folder: string, owner: Account | undefined): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (owner !== undefined) giveTo(folder, owner);
  } catch (cause) {
    throw new OperatorError(
      "state-unusable",
      `The state folder ${folder} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}

/** Links are given themselves, never what they point to. */
function giveTo(path: string, owner: Account): void {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return;
  if (found.uid !== owner.uid || found.gid !== owner.gid) chownSync(path, owner.uid, owner.gid);
  if (found.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), owner);
}

/** Says so when the account that the sensor has become cannot use its own folder, since it may not enter one above it. */
export function checkStateFolder(folder: string): void {
  try {
    readdirSync(folder);
  } catch (cause) {
    throw new OperatorError("state-unusable", `The account that the sensor runs under cannot reach ${folder}.`, {
      cause,
      next: "Name a folder that it can reach, such as --state /var/lib/utsusemi.",
    });
  }
}
