import { formatInteger } from "../basic/printf-format.ts";
import { withoutEscapes } from "../escapes.ts";

/** A format of hexdump -e: units, each `[count]/[bytes] "printf format"`. */
export interface DumpUnit {
  readonly times: number;
  readonly size: number;
  readonly format: string;
}

export function parseDumpFormat(text: string): readonly DumpUnit[] {
  const units: DumpUnit[] = [];
  for (const [, times = "", size = "", format = ""] of text.matchAll(/(\d+)?(?:\/(\d+))?\s*"((?:[^"\\]|\\[\s\S])*)"/g)) {
    const conversion = /%[-+ #0]*\d*(?:\.\d+)?_?([a-zA-Z])/.exec(format)?.[1];
    const usual = conversion === undefined ? 0 : "cpu".includes(conversion) && format.includes("_") ? 1 : conversion === "c" ? 1 : 4;
    units.push({ times: Number(times || "1"), size: Number(size || usual), format });
  }
  return units;
}

/** Applies each format to the same blocks of bytes, one after the other. */
export function formatDump(bytes: string, formats: readonly (readonly DumpUnit[])[]): string {
  const block = Math.max(1, ...formats.map((units) => units.reduce((sum, { times, size }) => sum + times * size, 0)));
  let shown = "";
  for (let at = 0; at < bytes.length; at += block) {
    for (const units of formats) shown += formatBlock(bytes.slice(at, at + block), units, at);
  }
  return shown;
}

function formatBlock(block: string, units: readonly DumpUnit[], address: number): string {
  let shown = "";
  let at = 0;
  for (const { times, size, format } of units) {
    for (let count = 0; count < times; count += 1) {
      if (size > 0 && at >= block.length) break;
      const last = count === times - 1 && times > 1;
      const text = convert(last ? format.replace(/\s+$/, "") : format, block.slice(at, at + size), address + at);
      shown += text;
      at += size;
    }
  }
  return shown;
}

function convert(format: string, bytes: string, address: number): string {
  let value = 0n;
  for (let index = bytes.length - 1; index >= 0; index -= 1) value = (value << 8n) | BigInt(bytes.charCodeAt(index));
  return withoutEscapes(format).bytes.replace(/%([-+ #0]*)(\d*)(?:\.(\d+))?(_a[dox]|_[cpu]|[a-zA-Z%])/g, (...match: string[]) => {
    const [, flags = "", width = "", precision, letter = ""] = match;
    const how = { flags, width: Number(width || "0"), precision: precision === undefined ? undefined : Number(precision) };
    if (letter === "%") return "%";
    if (letter.startsWith("_a")) return formatInteger(BigInt(address), letter.charAt(2), how);
    if (letter === "_p") return bytes.replaceAll(/[^ -~]/g, ".");
    if (letter === "c" || letter === "s" || letter.startsWith("_")) return bytes;
    return formatInteger(letter === "d" || letter === "i" ? BigInt.asIntN(bytes.length * 8, value) : value, letter, how);
  });
}
