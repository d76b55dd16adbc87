const MODULUS = 65_521;
/** The most bytes after which neither sum can have left 32 bits. */
const BYTES_BETWEEN_REDUCTIONS = 5_552;

/**
 * The Adler-32 checksum of `bytes`, going on from `start`, the checksum of the bytes before them (RFC 1950 §8.2).
 */
export function adler32(bytes: Uint8Array, start = 1): number {
  let low = start & 0xffff;
  let high = start >>> 16;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + BYTES_BETWEEN_REDUCTIONS);
    for (; at < end; at++) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return high * 0x1_0000 + low;
}
