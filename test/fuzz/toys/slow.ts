import type { FuzzTarget } from "../fuzz-target.ts";

/** Looks through all of the input again for each byte of it, and again for each of those. */
function countTriples(bytes: Uint8Array): number {
  let triples = 0;
  for (const one of bytes) for (const two of bytes) for (const three of bytes) if (one + two === three) triples++;
  return triples;
}

export const target: FuzzTarget = { name: "slow", run: (bytes) => void countTriples(bytes), maxInputBytes: 400, maxCpuMs: 10 };
