import { Buffer } from "node:buffer";

/**
 * The few pieces of DER (ITU-T X.690 §8, §10) that keys and certificates are made of.
 */
export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  explicit0: 0xa0,
  explicit3: 0xa3,
} as const;

/** One element: tag, length, content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), derLength(content.length), content]);
}

/** A non-negative whole number, big-endian. */
export function derInteger(value: Uint8Array): Buffer {
  const bytes = stripZeros(value);
  const needsZero = ((bytes[0] ?? 0x80) & 0x80) !== 0;
  return needsZero ? der(TAG.integer, Uint8Array.of(0), bytes) : der(TAG.integer, bytes);
}

/** Whole bytes as a bit string. */
export function derBits(bytes: Uint8Array): Buffer {
  return der(TAG.bitString, Uint8Array.of(0), bytes);
}

export function stripZeros(bytes: Uint8Array): Buffer {
  const from = bytes.findIndex((byte) => byte !== 0);
  return from < 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(from));
}

/** Where the content of the element at `at` begins and ends, in DER of our own making. */
export function derContent(bytes: Buffer, at: number): { readonly from: number; readonly to: number } {
  const first = bytes.readUInt8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const from = at + 2 + lengthBytes;
  return { from, to: from + length };
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}
