import type { BitReader } from "./bit-reader.ts";
import {
  DISTANCE_SYMBOLS,
  END_OF_BLOCK,
  LENGTH_CODE_ORDER,
  LITERAL_SYMBOLS,
  REPEAT_BASE,
  REPEAT_EXTRA,
  REPEAT_LAST,
} from "./deflate-format.ts";
import { NO_SUCH_CODE, PrefixDecoder, STARVED } from "./prefix-decoder.ts";

/** How reading went: whole, waiting for input, or impossible, with the reason. */
export type HeaderProgress = "done" | "starved" | { readonly why: string };

type Part = "counts" | "length code" | "lengths";

/**
 * Reads the two codes of a dynamic block, whose description may be cut at any bit.
 *
 * ```
 * HLIT    5 bits   number of literal and length codes - 257
 * HDIST   5 bits   number of distance codes - 1
 * HCLEN   4 bits   number of code lengths of the code-length code - 4
 * 3 bits each      those lengths, in the order 16 17 18 0 8 7 ...
 * ...              the lengths of the literal, then of the distance codes, by the code-length code
 * ```
 * RFC 1951 §3.2.7. Which codes are accepted follows zlib: a code must be complete, except that it may consist of one
 * one-bit code or, for distances, of none.
 */
export class DynamicHeader {
  readonly literals = new PrefixDecoder();
  readonly distances = new PrefixDecoder();
  readonly #lengthCode = new PrefixDecoder();
  readonly #lengths = new Uint8Array(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
  readonly #codeLengths = new Uint8Array(LENGTH_CODE_ORDER.length);
  #part: Part = "counts";
  #literalCount = 0;
  #distanceCount = 0;
  #codeLengthCount = 0;
  /** Lengths of the current part read so far. */
  #filled = 0;

  /** Forgets what was read: the next bits are those of a new header. */
  restart(): void {
    this.#part = "counts";
  }

  /** Reads on; when it says `done`, `literals` and `distances` are the codes of the block. */
  read(bits: BitReader): HeaderProgress {
    if (this.#part === "counts") {
      const counts = this.#readCounts(bits);
      if (counts !== "done") return counts;
    }
    if (this.#part === "length code") {
      const lengthCode = this.#readLengthCode(bits);
      if (lengthCode !== "done") return lengthCode;
    }
    const lengths = this.#readLengths(bits);
    return lengths === "done" ? this.#loadCodes() : lengths;
  }

  #readCounts(bits: BitReader): HeaderProgress {
    if (!bits.need(14)) return "starved";
    this.#literalCount = bits.take(5) + 257;
    this.#distanceCount = bits.take(5) + 1;
    this.#codeLengthCount = bits.take(4) + 4;
    if (this.#literalCount > LITERAL_SYMBOLS || this.#distanceCount > DISTANCE_SYMBOLS) {
      return { why: "too many literal, length or distance codes" };
    }
    this.#codeLengths.fill(0);
    this.#filled = 0;
    this.#part = "length code";
    return "done";
  }

  #readLengthCode(bits: BitReader): HeaderProgress {
    for (; this.#filled < this.#codeLengthCount; this.#filled++) {
      if (!bits.need(3)) return "starved";
      this.#codeLengths[LENGTH_CODE_ORDER[this.#filled] ?? 0] = bits.take(3);
    }
    if (this.#lengthCode.load(this.#codeLengths) !== "complete") return { why: "invalid code for code lengths" };
    this.#filled = 0;
    this.#part = "lengths";
    return "done";
  }

  #readLengths(bits: BitReader): HeaderProgress {
    const total = this.#literalCount + this.#distanceCount;
    while (this.#filled < total) {
      const progress = this.#readLength(bits, total);
      if (progress !== "done") return progress;
    }
    return "done";
  }

  /** One length, or one repetition of the last or of zeros. */
  #readLength(bits: BitReader, total: number): HeaderProgress {
    bits.fill();
    const entry = this.#lengthCode.decode(bits.hold, bits.count);
    if (entry === STARVED) return "starved";
    if (entry === NO_SUCH_CODE) return { why: "invalid code length" };
    const symbol = entry >> 4;
    const extra = REPEAT_EXTRA[symbol - REPEAT_LAST] ?? 0;
    if (bits.count < (entry & 15) + extra) return "starved";
    bits.drop(entry & 15);
    const times = symbol < REPEAT_LAST ? 1 : (REPEAT_BASE[symbol - REPEAT_LAST] ?? 0) + bits.take(extra);
    return this.#addLengths(symbol, times, total) ? "done" : { why: "invalid repetition of code lengths" };
  }

  #addLengths(symbol: number, times: number, total: number): boolean {
    if (this.#filled + times > total) return false;
    if (symbol === REPEAT_LAST && this.#filled === 0) return false;
    const length = symbol === REPEAT_LAST ? (this.#lengths[this.#filled - 1] ?? 0) : symbol;
    this.#lengths.fill(symbol > REPEAT_LAST ? 0 : length, this.#filled, this.#filled + times);
    this.#filled += times;
    return true;
  }

  #loadCodes(): HeaderProgress {
    if ((this.#lengths[END_OF_BLOCK] ?? 0) === 0) return { why: "no code for the end of the block" };
    const literals = this.#lengths.subarray(0, this.#literalCount);
    const distances = this.#lengths.subarray(this.#literalCount, this.#literalCount + this.#distanceCount);
    if (!loads(this.literals, literals)) return { why: "invalid code for literals and lengths" };
    if (!loads(this.distances, distances)) return { why: "invalid code for distances" };
    return "done";
  }
}

function loads(decoder: PrefixDecoder, lengths: Uint8Array): boolean {
  const fit = decoder.load(lengths);
  return fit === "complete" || (fit === "incomplete" && decoder.trivial);
}
