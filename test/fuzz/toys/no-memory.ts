import type { FuzzTarget } from "../fuzz-target.ts";

/** Believes a length field and makes room for it on the heap. */
function makeRoom(bytes: Uint8Array): number {
  const rows: number[][] = [];
  if (bytes.length < 2 || bytes[0] !== 0x7f) return 0;
  for (let row = 0; row < 100_000; row++) rows.push(new Array<number>(10_000).fill(row + 0.5));
  return rows.length;
}

export const target: FuzzTarget = { name: "no-memory", run: (bytes) => void makeRoom(bytes) };
