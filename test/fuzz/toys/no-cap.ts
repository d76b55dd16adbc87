import assert from "node:assert/strict";
import type { FuzzTarget } from "../fuzz-target.ts";

const MAX_OUTPUT_BYTES = 1_000;

/** Pairs of (byte, how often), as long as they fit; the last pair is written without asking. */
function expand(bytes: Uint8Array): number[] {
  const output: number[] = [];
  for (let at = 0; at + 1 < bytes.length && output.length < MAX_OUTPUT_BYTES; at += 2) {
    for (let times = bytes[at + 1] ?? 0; times > 0; times--) output.push(bytes[at] ?? 0);
  }
  return output;
}

export const target: FuzzTarget = { name: "no-cap", run: (bytes) => assert.ok(expand(bytes).length <= MAX_OUTPUT_BYTES, "over the cap") };
