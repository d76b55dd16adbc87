const NO_BYTES = new Uint8Array(0);

/**
 * Takes bits, least significant first, from input that arrives in pieces (RFC 1951 §3.1.1).
 *
 * Bits that were loaded but not taken stay for the next piece, so a reader may stop at any bit and go on later.
 * Nobody may take more bits than `need` or `fill` has promised.
 */
export class BitReader {
  #input: Uint8Array = NO_BYTES;
  #at = 0;
  #hold = 0;
  #count = 0;

  /** The loaded bits; above `count` they are zero. */
  get hold(): number {
    return this.#hold;
  }

  /** How many bits are loaded. */
  get count(): number {
    return this.#count;
  }

  /** Whole bytes that nobody took, loaded ones included; meaningless after `release`. */
  get unusedBytes(): number {
    return this.#input.length - this.#at + (this.#count >> 3);
  }

  /** Sets the next piece; the last one must have been used up. */
  feed(input: Uint8Array): void {
    this.#input = input;
    this.#at = 0;
  }

  /** Lets the piece go once its bytes are loaded. */
  release(): void {
    this.#input = NO_BYTES;
    this.#at = 0;
  }

  /** Loads as much as fits: 25 bits or more, unless the input ends. */
  fill(): void {
    while (this.#count <= 24 && this.#at < this.#input.length) this.#load();
  }

  /** Loads until `bits` (at most 25, or 32 when aligned) are there; false when the input ends before. */
  need(bits: number): boolean {
    while (this.#count < bits) {
      if (this.#at === this.#input.length) return false;
      this.#load();
    }
    return true;
  }

  /** The next `bits` (at most 16). */
  take(bits: number): number {
    const value = this.#hold & ((1 << bits) - 1);
    this.drop(bits);
    return value;
  }

  /** Skips `bits` (at most 31) loaded bits. */
  drop(bits: number): void {
    this.#hold >>>= bits;
    this.#count -= bits;
  }

  /** Skips to the next byte boundary. */
  align(): void {
    this.drop(this.#count & 7);
  }

  /** Up to `maxBytes` whole bytes of this piece, as a view; none while loaded bits must be taken first. */
  takeBytes(maxBytes: number): Uint8Array {
    if (this.#count > 0) return NO_BYTES;
    const bytes = this.#input.subarray(this.#at, this.#at + maxBytes);
    this.#at += bytes.length;
    return bytes;
  }

  #load(): void {
    this.#hold |= (this.#input[this.#at] ?? 0) << this.#count;
    this.#at += 1;
    this.#count += 8;
  }
}
