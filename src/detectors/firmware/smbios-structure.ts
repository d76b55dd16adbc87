import { Buffer } from "node:buffer";
import { done, malformed, type Parsed, partial } from "../../wire/parsed.ts";
import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";

/**
 * The structure table of SMBIOS as it lies in memory: any structure is a header, a formatted area and a set of strings. Nothing is
 * understood here, so nothing is lost: encode(parse(bytes)) gives the same bytes. What the known types mean is in smbios-types.ts.
 *
 * The table comes from firmware or from whoever forged it: it is read in one pass, bounded, and stops at the first structure that is broken.
 */

export interface Structure {
  readonly type: number;
  readonly handle: number;
  /** The formatted area after its header of four bytes. */
  readonly formatted: Uint8Array;
  /** The set of strings, a character a byte; number 1 is the first. */
  readonly strings: readonly string[];
}

export interface StructureTable {
  /** In their order, the one that ends the table included. */
  readonly structures: readonly Structure[];
  /** `end`: by the structure of type 127. `bytes`: none came. `cut`: inside a structure. `broken`: a length below 4. `limit`: too many. */
  readonly stopped: "end" | "bytes" | "cut" | "broken" | "limit";
  /** Bytes that the structures take. */
  readonly size: number;
}

export const END_OF_TABLE = 127;
const MAX_STRUCTURES = 8192;
const HEADER = 4;

/**
 * Reads as many whole structures as there are.
 *
 * @param atMost how many structures the entry point promised; undefined: up to the end of the table.
 */
export function parseStructureTable(bytes: Uint8Array, atMost = MAX_STRUCTURES): StructureTable {
  const structures: Structure[] = [];
  let at = 0;
  while (at < bytes.length && structures.length < Math.min(atMost, MAX_STRUCTURES)) {
    const one = parseStructure(bytes.subarray(at));
    if (one.status !== "done") return { structures, stopped: one.status === "partial" ? "cut" : "broken", size: at };
    structures.push(one.value);
    at += one.size;
    if (one.value.type === END_OF_TABLE) return { structures, stopped: "end", size: at };
  }
  return { structures, stopped: at < bytes.length && structures.length >= MAX_STRUCTURES ? "limit" : "bytes", size: at };
}

/**
 * DSP0134 §6.1.2, structure header format; little-endian:
 *
 *     0  type       u8
 *     1  length     u8   of the formatted area, this header included, at least 4
 *     2  handle     u16
 *     4  fields     length - 4 bytes
 *
 * then §6.1.3, text strings: each ended by a zero byte, the set by one more; a set without strings is two zero bytes.
 */
export function parseStructure(bytes: Uint8Array): Parsed<Structure> {
  const reader = new Reader(bytes);
  const type = reader.u8();
  const length = reader.u8();
  const handle = reader.u16le();
  if (reader.short) return partial();
  if (length < HEADER) return malformed(`a structure of type ${type} says that it is ${length} bytes long`);
  const formatted = Uint8Array.from(reader.bytes(length - HEADER));
  if (reader.short) return partial();
  const set = parseStrings(bytes.subarray(length));
  if (set === undefined) return partial();
  return done({ type, handle, formatted, strings: set.strings }, length + set.size);
}

function parseStrings(bytes: Uint8Array): { strings: readonly string[]; size: number } | undefined {
  const strings: string[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    if (end === at) break;
    strings.push(Buffer.from(bytes.subarray(at, end)).toString("latin1"));
    at = end + 1;
  }
  if (strings.length > 0) return { strings, size: at + 1 };
  return bytes.length < 2 ? undefined : { strings, size: bytes[1] === 0 ? 2 : 1 };
}

/** One structure with its strings. Strings lose what a set cannot hold (zero bytes, characters above 255), and empty ones are left out. */
export function encodeStructure({ type, handle, formatted, strings }: Structure): Uint8Array {
  const fields = formatted.subarray(0, 0xff - HEADER);
  const writer = new Writer(512)
    .u8(type)
    .u8(fields.length + HEADER)
    .u16le(handle)
    .bytes(fields);
  const set = strings.map(settable).filter((text) => text !== "");
  for (const text of set) writer.bytes(Buffer.from(text, "latin1")).u8(0);
  return set.length === 0 ? writer.u16(0).finish() : writer.u8(0).finish();
}

/** A text as a set of strings can hold it. */
export function settable(text: string): string {
  return text.replace(/[^\u0001-\u00ff]/g, "");
}
