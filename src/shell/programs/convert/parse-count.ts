import { parseSize } from "../sizes.ts";

/** A number of bytes: decimal, 0x hexadecimal or 0 octal, with a suffix as `parseSize` knows them; undefined when it is none. */
export function parseCount(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return Number(text);
  return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : parseSize(text, true);
}
