import { FIXED_DISTANCE_LENGTHS, FIXED_LITERAL_LENGTHS, MAX_CODE_BITS } from "./deflate-format.ts";

/** Results of `decode` that are no symbol. */
export const STARVED = -1;
export const NO_SUCH_CODE = -2;

const MAX_SYMBOLS = 288;
const MAX_ROOT_BITS = 9;

/** How the code lengths use up the code space: exactly, with codes left over, or more than there is. */
export type Fit = "complete" | "incomplete" | "oversubscribed";

/**
 * Reads the symbols of one canonical prefix code (RFC 1951 §3.2.2).
 *
 * Codes of up to nine bits are looked up in one step, longer ones are followed bit by bit: they are rare by their nature,
 * and the small table is quick to fill, since a hostile stream may bring a new code with every few bytes.
 */
export class PrefixDecoder {
  /** `symbol << 4 | bits` by the next `rootBits` bits; 0 where the code is longer or doesn't exist. */
  readonly #root = new Uint16Array(1 << MAX_ROOT_BITS);
  /** Number of codes of each length, and the symbols in the order of their codes. */
  readonly #counts = new Uint16Array(MAX_CODE_BITS + 1);
  readonly #symbols = new Uint16Array(MAX_SYMBOLS);
  #maxBits = 0;
  #rootBits = 0;

  /** Replaces the code by the one that has these lengths in bits, by symbol; 0 means that a symbol isn't used. */
  load(lengths: Uint8Array): Fit {
    this.#counts.fill(0);
    for (const bits of lengths) this.#counts[bits] = (this.#counts[bits] ?? 0) + 1;
    this.#counts[0] = 0;
    this.#maxBits = this.#counts.findLastIndex((count) => count > 0);
    this.#rootBits = Math.max(0, Math.min(this.#maxBits, MAX_ROOT_BITS));
    const left = this.#codesLeft();
    if (left < 0) return "oversubscribed";
    this.#assignCodes(lengths);
    return left === 0 ? "complete" : "incomplete";
  }

  /** True when the code has at most the one-bit code `0`: the only incomplete codes that a stream may use. */
  get trivial(): boolean {
    return this.#maxBits <= 1;
  }

  /** `symbol << 4 | bits` of the code at the low end of `hold`, of which `count` bits count; or STARVED or NO_SUCH_CODE. */
  decode(hold: number, count: number): number {
    const entry = this.#root[hold & ((1 << this.#rootBits) - 1)] ?? 0;
    if (entry === 0) return this.#follow(hold, count);
    return (entry & 15) <= count ? entry : STARVED;
  }

  #codesLeft(): number {
    let left = 1;
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      left = left * 2 - (this.#counts[bits] ?? 0);
      if (left < 0) return left;
    }
    return left;
  }

  #assignCodes(lengths: Uint8Array): void {
    const nextCode = new Uint16Array(MAX_CODE_BITS + 2);
    const nextIndex = new Uint16Array(MAX_CODE_BITS + 2);
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      const count = this.#counts[bits] ?? 0;
      nextCode[bits + 1] = ((nextCode[bits] ?? 0) + count) << 1;
      nextIndex[bits + 1] = (nextIndex[bits] ?? 0) + count;
    }
    this.#root.fill(0, 0, 1 << this.#rootBits);
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const bits = lengths[symbol] ?? 0;
      if (bits === 0) continue;
      const code = nextCode[bits] ?? 0;
      const index = nextIndex[bits] ?? 0;
      nextCode[bits] = code + 1;
      nextIndex[bits] = index + 1;
      this.#symbols[index] = symbol;
      if (bits <= this.#rootBits) this.#fillRoot(reverseBits(code, bits), (symbol << 4) | bits);
    }
  }

  #fillRoot(first: number, entry: number): void {
    const step = 1 << (entry & 15);
    for (let at = first; at < 1 << this.#rootBits; at += step) this.#root[at] = entry;
  }

  #follow(hold: number, count: number): number {
    let code = 0;
    let firstCode = 0;
    let firstIndex = 0;
    for (let bits = 1; bits <= this.#maxBits; bits++) {
      if (bits > count) return STARVED;
      code |= (hold >>> (bits - 1)) & 1;
      const codes = this.#counts[bits] ?? 0;
      if (code - firstCode < codes) return ((this.#symbols[firstIndex + code - firstCode] ?? 0) << 4) | bits;
      firstIndex += codes;
      firstCode = (firstCode + codes) << 1;
      code <<= 1;
    }
    return NO_SUCH_CODE;
  }
}

/** The low `count` bits of `value` in the opposite order: codes travel with their first bit lowest. */
export function reverseBits(value: number, count: number): number {
  let reversed = 0;
  for (let bit = 0; bit < count; bit++) reversed |= ((value >>> bit) & 1) << (count - 1 - bit);
  return reversed;
}

function fixedDecoder(lengths: Uint8Array): PrefixDecoder {
  const decoder = new PrefixDecoder();
  decoder.load(lengths);
  return decoder;
}

/** The codes of fixed blocks (RFC 1951 §3.2.6); never loaded again, so all streams share them. */
export const FIXED_LITERALS = fixedDecoder(FIXED_LITERAL_LENGTHS);
export const FIXED_DISTANCES = fixedDecoder(FIXED_DISTANCE_LENGTHS);
