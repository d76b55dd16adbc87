import { join } from "node:path";

/**
 * Where the steward's things are unless somebody says otherwise. The folder is not below the sensor's: that one belongs to the sensor's own
 * account, which could put another ledger in its place, and what a ledger says is done as root.
 */
export const STEWARD_FOLDER = "/var/lib/utsusemi-steward";
const SOCKET = "/run/utsusemi-steward/socket";

export function socketOf(folder: string): string {
  return folder === STEWARD_FOLDER ? SOCKET : join(folder, "run", "socket");
}

/** The steward's unit, where `service install` has written one: it works in the standard folder. */
export const STEWARD_SERVICE = "utsusemi-steward.service";
