import type { Entry } from "../../detectors/views/memory-files.ts";
import type { HostEntry } from "./host-tree.ts";

/** Mode, owner and time of a generated entry. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly modified: number;
}

/** What only root may read in /sys (drivers/firmware/dmi-id.c, dmi_scan.c, drivers/acpi/sysfs.c). */
const ROOT_ONLY = /^\/sys\/.*(_serial|_uuid|\/raw|\/tables\/[^/]+|\/smbios_entry_point)$/;

export function isHidden(entry: Entry): boolean {
  return typeof entry === "object" && "absence" in entry && entry.absence !== "denied";
}

/** Whether the entry is a file with contents, one that may not be read included. */
export function isFile(entry: Entry): boolean {
  if (typeof entry !== "object" || entry instanceof Uint8Array) return true;
  if ("text" in entry) return entry.look.kind !== "directory";
  return "absence" in entry && entry.absence === "denied";
}

export function bytesOf(entry: Entry): Uint8Array {
  if (entry instanceof Uint8Array) return entry;
  if (typeof entry === "string") return Buffer.from(entry, "latin1");
  return "text" in entry ? Buffer.from(entry.text, "latin1") : new Uint8Array();
}

/** What the entry says of itself; else what is there in reality; else what is usual there, as old as its directory. */
export function attributesOf(
  path: string,
  entry: Entry,
  { there, folder }: { readonly there: HostEntry | undefined; readonly folder: HostEntry | undefined },
): Attributes {
  const isPlain = typeof entry !== "object" || entry instanceof Uint8Array;
  const look = isPlain || !("text" in entry) ? {} : entry.look;
  const like = there === undefined || there.kind === "link" ? undefined : there;
  const denied = !isPlain && "absence" in entry;
  return {
    mode: denied ? 0 : (look.mode ?? like?.mode ?? usualMode(path, entry)),
    uid: look.uid ?? like?.uid ?? 0,
    gid: look.gid ?? like?.gid ?? 0,
    modified: Math.max(0, Math.floor(look.modified ?? like?.modified ?? folder?.modified ?? 0)),
  };
}

function usualMode(path: string, entry: Entry): number {
  if (!isFile(entry)) return 0o755;
  if (ROOT_ONLY.test(path)) return 0o400;
  return /^\/(sys|proc)\//.test(path) ? 0o444 : 0o644;
}
