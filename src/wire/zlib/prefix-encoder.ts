import type { BitWriter } from "./bit-writer.ts";
import { FIXED_DISTANCE_LENGTHS, FIXED_LITERAL_LENGTHS, MAX_CODE_BITS } from "./deflate-format.ts";
import { reverseBits } from "./prefix-decoder.ts";

/**
 * Writes the symbols of one canonical prefix code (RFC 1951 §3.2.2), given by its lengths in bits, by symbol.
 */
export class PrefixEncoder {
  readonly lengths: Uint8Array;
  readonly #codes: Uint16Array;

  constructor(lengths: Uint8Array) {
    this.lengths = lengths;
    this.#codes = canonicalCodes(lengths);
  }

  write(writer: BitWriter, symbol: number): void {
    writer.bits(this.#codes[symbol] ?? 0, this.lengths[symbol] ?? 0);
  }

  /** Bits that symbols take which occur this often. */
  cost(counts: Uint32Array): number {
    return counts.reduce((bits, count, symbol) => bits + count * (this.lengths[symbol] ?? 0), 0);
  }
}

/** The codes by symbol, first bit lowest, as they are written. */
function canonicalCodes(lengths: Uint8Array): Uint16Array {
  const next = new Uint16Array(MAX_CODE_BITS + 2);
  for (const bits of lengths) if (bits > 0) next[bits + 1] = (next[bits + 1] ?? 0) + 1;
  for (let bits = 2; bits <= MAX_CODE_BITS; bits++) next[bits] = ((next[bits - 1] ?? 0) + (next[bits] ?? 0)) << 1;
  return Uint16Array.from(lengths, (bits) => {
    if (bits === 0) return 0;
    const code = next[bits] ?? 0;
    next[bits] = code + 1;
    return reverseBits(code, bits);
  });
}

/** The codes of fixed blocks (RFC 1951 §3.2.6). */
export const FIXED_LITERAL_ENCODER = new PrefixEncoder(FIXED_LITERAL_LENGTHS);
export const FIXED_DISTANCE_ENCODER = new PrefixEncoder(FIXED_DISTANCE_LENGTHS);
