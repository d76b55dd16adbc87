import { Buffer } from "node:buffer";

/**
 * Finds which bytes of a record were altered, from its CRC-32. The checksum is linear: the difference between the one stored and the one
 * computed depends on the altered bits and their distance from the end alone. For each place there is exactly one four-byte difference
 * that explains it, found by running the checksum's register backwards; a check that can't be fooled (SHA-256) tells which one is true.
 */

/**
 * Offset of the first altered byte within `bytes`; undefined if the alteration is wider than four bytes, or is no replacement.
 * @param difference the stored checksum xor the computed one.
 * @param isOriginal whether bytes are as they were written.
 */
export function locateAlteration(bytes: Buffer, difference: number, isOriginal: (candidate: Buffer) => boolean): number | undefined {
  const candidate = Buffer.from(bytes);
  let patch = difference >>> 0;
  for (let step = 0; step < WINDOW; step += 1) patch = undoZeroByte(patch);
  for (let at = bytes.length - WINDOW; at >= 0; at -= 1) {
    candidate.writeUInt32LE((bytes.readUInt32LE(at) ^ patch) >>> 0, at);
    if (isOriginal(candidate)) return at + leadingZeroBytes(patch);
    candidate.writeUInt32LE(bytes.readUInt32LE(at), at);
    patch = undoZeroByte(patch);
  }
  return undefined;
}

const WINDOW = 4;
const POLYNOMIAL = 0xedb88320;
const BITS = 8;

/** The register before a zero byte was taken in (CRC-32/ISO-HDLC, reflected), from the register after it. */
function undoZeroByte(after: number): number {
  let register = after;
  for (let bit = 0; bit < BITS; bit += 1) {
    register = register >>> 31 === 1 ? (((register ^ POLYNOMIAL) << 1) | 1) >>> 0 : (register << 1) >>> 0;
  }
  return register;
}

function leadingZeroBytes(littleEndian: number): number {
  for (let byte = 0; byte < WINDOW; byte += 1) {
    if (((littleEndian >>> (byte * BITS)) & 0xff) !== 0) return byte;
  }
  return 0;
}
