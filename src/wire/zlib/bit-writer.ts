const NO_BYTES = new Uint8Array(0);
const FIRST_BYTES = 128;

/**
 * Packs bits into bytes, least significant first (RFC 1951 §3.1.1), for a stream that is handed over piece by piece.
 *
 * Up to seven bits that don't fill a byte stay for the next piece.
 */
export class BitWriter {
  #bytes: Uint8Array = NO_BYTES;
  #size = 0;
  #hold = 0;
  #count = 0;

  /** Bits that wait for the rest of their byte. */
  get pendingBits(): number {
    return this.#count;
  }

  /** Appends the low `count` (at most 16) bits of `value`; the higher ones must be zero. */
  bits(value: number, count: number): void {
    this.#hold |= value << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#byte(this.#hold & 0xff);
      this.#hold >>>= 8;
      this.#count -= 8;
    }
  }

  /** Fills the last byte up with zero bits. */
  align(): void {
    if (this.#count > 0) this.bits(0, 8 - this.#count);
  }

  /** Appends whole bytes; only after `align`. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** Hands the whole bytes over and starts the next piece. */
  finish(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#size);
    this.#bytes = NO_BYTES;
    this.#size = 0;
    return bytes;
  }

  #byte(byte: number): void {
    if (this.#size === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#size] = byte;
    this.#size += 1;
  }

  #reserve(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(FIRST_BYTES, needed, this.#bytes.length * 2));
    wider.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = wider;
  }
}
