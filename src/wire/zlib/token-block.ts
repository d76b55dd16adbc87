import { DISTANCE_SYMBOLS, END_OF_BLOCK, FIRST_LENGTH, LENGTH_BASE, LITERAL_SYMBOLS, MAX_MATCH } from "./deflate-format.ts";

/** Length symbol by match length. */
const LENGTH_SYMBOL = Uint16Array.from({ length: MAX_MATCH + 1 }, (_, length) => {
  return FIRST_LENGTH + LENGTH_BASE.findLastIndex((base) => base <= length);
});

/**
 * The literals and matches of one block, before anyone has decided how to write them, and how often each symbol occurs.
 */
export class TokenBlock {
  /** Literal bytes, or match lengths where the distance isn't 0. */
  readonly #values: Uint16Array;
  readonly #distances: Uint16Array;
  /** How often each symbol occurs; the end of the block once. */
  readonly literalCounts = new Uint32Array(LITERAL_SYMBOLS);
  readonly distanceCounts = new Uint32Array(DISTANCE_SYMBOLS);
  #size = 0;

  constructor(maxTokens: number) {
    this.#values = new Uint16Array(maxTokens);
    this.#distances = new Uint16Array(maxTokens);
  }

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
    this.literalCounts.fill(0);
    this.distanceCounts.fill(0);
    this.literalCounts[END_OF_BLOCK] = 1;
  }

  addLiteral(byte: number): void {
    this.#add(byte, 0);
    this.literalCounts[byte] = (this.literalCounts[byte] ?? 0) + 1;
  }

  addMatch(length: number, distance: number): void {
    this.#add(length, distance);
    const lengthAt = lengthSymbol(length);
    const distanceAt = distanceSymbol(distance);
    this.literalCounts[lengthAt] = (this.literalCounts[lengthAt] ?? 0) + 1;
    this.distanceCounts[distanceAt] = (this.distanceCounts[distanceAt] ?? 0) + 1;
  }

  /** The literal byte or match length of a token. */
  value(at: number): number {
    return this.#values[at] ?? 0;
  }

  /** The distance of a match, 0 for a literal. */
  distance(at: number): number {
    return this.#distances[at] ?? 0;
  }

  #add(value: number, distance: number): void {
    this.#values[this.#size] = value;
    this.#distances[this.#size] = distance;
    this.#size += 1;
  }
}

/** The symbol of a match length, 3 to 258 (RFC 1951 §3.2.5). */
export function lengthSymbol(length: number): number {
  return LENGTH_SYMBOL[length] ?? 0;
}

/** The symbol of a distance, 1 to 32768: two symbols for each power of two. */
export function distanceSymbol(distance: number): number {
  const offset = distance - 1;
  if (offset < 2) return offset;
  const topBit = 31 - Math.clz32(offset);
  return 2 * topBit + ((offset >>> (topBit - 1)) & 1);
}
