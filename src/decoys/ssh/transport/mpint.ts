import type { Writer } from "../../../wire/writer.ts";

/** Writes a big-endian unsigned number as an mpint (RFC 4251 §5): no leading zeros, but one where the first bit is set. */
export function writeMpint(writer: Writer, unsigned: Uint8Array): Writer {
  let start = 0;
  while (start < unsigned.length && unsigned[start] === 0) start += 1;
  const digits = unsigned.subarray(start);
  const padded = (digits[0] ?? 0) >= 0x80;
  writer.u32(digits.length + (padded ? 1 : 0));
  if (padded) writer.u8(0);
  return writer.bytes(digits);
}

/** The magnitude of an mpint's bytes; undefined for a negative number. */
export function unsignedMpint(bytes: Uint8Array): Uint8Array | undefined {
  if ((bytes[0] ?? 0) >= 0x80) return undefined;
  return bytes[0] === 0 ? bytes.subarray(1) : bytes;
}
