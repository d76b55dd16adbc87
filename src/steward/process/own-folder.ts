import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { OperatorError } from "../../errors/operator-error.ts";

/**
 * The steward does as root what its ledger says, so nobody else may ever have been able to put one there: the folder is root's and closed, and
 * every folder above it is root's too and not to be written by others, unless names in it belong to who made them (sticky).
 */
export function ensureOwnFolder(folder: string): void {
  refuseOpenAbove(dirname(folder));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (!lstatSync(folder).isDirectory() || uid !== 0) throw notOurs(folder);
  if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

const STICKY = 0o1000;

function refuseOpenAbove(folder: string): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats !== undefined && (!stats.isDirectory() || stats.uid !== 0 || ((stats.mode & 0o022) !== 0 && (stats.mode & STICKY) === 0)))
    throw notOurs(folder);
  if (folder !== "/") refuseOpenAbove(dirname(folder));
}

function notOurs(folder: string): OperatorError {
  return new OperatorError("steward-refused", `${folder} could be changed by others than root, so nothing below it can be trusted.`, {
    next: "Name a folder with --folder that only root can write, such as /var/lib/utsusemi-steward.",
  });
}
