import type { FuzzTarget } from "../fuzz-target.ts";

/** A list of lengths whose reader never moves on at a length of 0. */
function countFields(bytes: Uint8Array): number {
  let fields = 0;
  for (let at = 0; at < bytes.length; at += bytes[at] ?? 1) fields += 1;
  return fields;
}

export const target: FuzzTarget = { name: "endless-loop", run: (bytes) => void countFields(bytes) };
