import { done, malformed, type Parsed } from "../../../wire/parsed.ts";
import { Reader } from "../../../wire/reader.ts";

/** One value of DER, with all its bytes (`whole`) and those behind its length (`content`), as views. */
export interface Der {
  readonly tag: number;
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  objectId: 0x06,
  bmpString: 0x1e,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  version: 0xa0,
} as const;

/**
 *     tag     u8      (numbers above 30, which take more, are in no certificate)
 *     length  u8 below 0x80, or 0x80 + n and n bytes, most significant first
 *     content length bytes
 *
 * ITU-T X.690 §8.1.
 */
export function parseDer(bytes: Uint8Array): Parsed<Der> {
  const reader = new Reader(bytes);
  const tag = reader.u8();
  const size = lengthOf(reader);
  const content = reader.bytes(size);
  if (reader.short) return malformed("a DER value is longer than its message");
  return done({ tag, content, whole: bytes.subarray(0, reader.at) }, reader.at);
}

/** All values in a row, at most 1,024; what does not parse ends them. */
export function derValues(bytes: Uint8Array): readonly Der[] {
  const values: Der[] = [];
  for (let at = 0; at < bytes.length && values.length < 1_024; ) {
    const parsed = parseDer(bytes.subarray(at));
    if (parsed.status !== "done") break;
    values.push(parsed.value);
    at += parsed.size;
  }
  return values;
}

/** `1.2.840.113549.1.1.11`; empty for something longer than any object identifier in use. */
export function objectId(content: Uint8Array): string {
  if (content.length === 0 || content.length > 32) return "";
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0n;
    }
  }
  const [joined = 0n, ...rest] = arcs;
  const first = joined < 80n ? joined / 40n : 2n;
  return [first, joined - first * 40n, ...rest].join(".");
}

/** Bits of an integer's magnitude. */
export function integerBits(content: Uint8Array): number {
  const from = content.findIndex((byte) => byte !== 0);
  if (from < 0) return 0;
  return (content.length - from) * 8 - Math.clz32(content[from] ?? 0) + 24;
}

function lengthOf(reader: Reader): number {
  const first = reader.u8();
  if (first < 0x80) return first;
  const count = first & 0x7f;
  return count > 4 ? Number.MAX_SAFE_INTEGER : reader.bytes(count).reduce((size, byte) => size * 256 + byte, 0);
}
