import type { FuzzTarget } from "../fuzz-target.ts";

/**
 * A parser with a bug behind five checks, each of which one byte in 256 passes: chance alone needs some 10^12 inputs.
 * What the bytes must be follows from the byte before, so it stands nowhere as a literal.
 */
function parse(bytes: Uint8Array): string {
  if (!follows(0, bytes[0])) return "no start";
  if (!follows(bytes[0], bytes[1])) return "no version";
  if (!follows(bytes[1], bytes[2])) return "no kind";
  if (!follows(bytes[2], bytes[3])) return "no size";
  if (!follows(bytes[3], bytes[4])) return "no body";
  throw new Error("the planted bug");
}

function follows(before = 0, byte = 0): boolean {
  return byte === ((before * 7 + 113) & 0xff);
}

export const target: FuzzTarget = { name: "planted-bug", run: (bytes) => void parse(bytes) };
