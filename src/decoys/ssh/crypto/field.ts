import { Buffer } from "node:buffer";

/** RFC 4251 §5 string: the bytes behind their 32-bit length. */
export function sshString(bytes: Uint8Array | string): Buffer {
  const content = typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes;
  const field = Buffer.allocUnsafe(4 + content.length);
  field.writeUInt32BE(content.length);
  field.set(content, 4);
  return field;
}

/**
 * RFC 4251 §5 mpint of a number that is not negative: no leading zero bytes, but one before a high bit.
 *
 * @param unsigned big-endian, of any length
 */
export function mpint(unsigned: Uint8Array): Buffer {
  const significant = stripZeros(unsigned);
  const sign = (significant[0] ?? 0) >= 0x80 ? 1 : 0;
  const field = Buffer.alloc(4 + sign + significant.length);
  field.writeUInt32BE(sign + significant.length);
  field.set(significant, 4 + sign);
  return field;
}

/** A big-endian number without its leading zero bytes. */
export function stripZeros(unsigned: Uint8Array): Uint8Array {
  let zeros = 0;
  while (unsigned[zeros] === 0) zeros++;
  return unsigned.subarray(zeros);
}

/** RFC 4251 §5 uint32. */
export function uint32(value: number): Buffer {
  const field = Buffer.allocUnsafe(4);
  field.writeUInt32BE(value);
  return field;
}
