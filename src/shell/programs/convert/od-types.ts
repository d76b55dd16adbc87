import { Buffer } from "node:buffer";
import { escapedByte } from "./escaped-byte.ts";
import { shortestFloat } from "./shortest-float.ts";

/** How od shows one kind of value: `a`, `c`, and `d` `o` `u` `x` `f` with a size, each perhaps followed by `z`. */
export interface OdType {
  /** Bytes of a value. */
  readonly size: number;
  /** Columns of a value, without the blank before it. */
  readonly width: number;
  readonly trailer: boolean;
  readonly show: (bytes: string) => string;
}

const SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8, F: 4, D: 8 };
const WIDTHS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  d: { 1: 4, 2: 6, 4: 11, 8: 20 },
  u: { 1: 3, 2: 5, 4: 10, 8: 20 },
  o: { 1: 3, 2: 6, 4: 11, 8: 22 },
  x: { 1: 2, 2: 4, 4: 8, 8: 16 },
  f: { 4: 15, 8: 24 },
};
const DEFAULT_SIZE: Readonly<Record<string, number>> = { d: 4, u: 4, o: 4, x: 4, f: 8 };

/** A -t argument, which may hold several types; or what is wrong with it. */
export function parseOdTypes(text: string): readonly OdType[] | { readonly wrong: string } {
  const types: OdType[] = [];
  for (let rest = text; rest !== ""; ) {
    const [whole = "", letter = "", size = "", trailer = ""] = /^([acdoufx])(\d+|[CSILFD])?(z?)/.exec(rest) ?? [];
    if (whole === "") return { wrong: `invalid character '${rest.charAt(0)}' in type string` };
    const type = odType(letter, size, trailer === "z");
    if (type === undefined)
      return {
        wrong: `invalid type string;\nthis system doesn't provide a ${size}-byte ${letter === "f" ? "floating point" : "integral"} type`,
      };
    types.push(type);
    rest = rest.slice(whole.length);
  }
  return types;
}

export function odType(letter: string, sizeText: string, trailer = false): OdType | undefined {
  if (letter === "a") return { size: 1, width: 3, trailer, show: named };
  if (letter === "c") return { size: 1, width: 3, trailer, show: escapedByte };
  const size = sizeText === "" ? DEFAULT_SIZE[letter] : (SIZES[sizeText] ?? Number(sizeText));
  const width = size === undefined ? undefined : WIDTHS[letter]?.[size];
  if (size === undefined || width === undefined) return undefined;
  return { size, width, trailer, show: letter === "f" ? (bytes) => float(bytes, size) : (bytes) => integer(bytes, { letter, size }) };
}

function integer(bytes: string, how: { letter: string; size: number }): string {
  let value = 0n;
  for (let at = how.size - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes.charCodeAt(at));
  if (how.letter === "d") return BigInt.asIntN(how.size * 8, value).toString();
  if (how.letter === "u") return value.toString();
  return value.toString(how.letter === "o" ? 8 : 16).padStart(WIDTHS[how.letter]?.[how.size] ?? 0, "0");
}

function float(bytes: string, size: number): string {
  const raw = Buffer.from(bytes, "latin1");
  return shortestFloat(size === 4 ? raw.readFloatLE(0) : raw.readDoubleLE(0), size === 4);
}

const NAMES = "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp".split(
  " ",
);

function named(byte: string): string {
  const code = byte.charCodeAt(0) & 127;
  return code === 127 ? "del" : (NAMES[code] ?? String.fromCharCode(code));
}
