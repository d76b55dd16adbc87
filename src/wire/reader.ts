import { Buffer } from "node:buffer";

/**
 * Reads fields from one whole message, in order, big-endian unless the name says otherwise.
 *
 * A read past the end returns zeros or empty bytes and sets `short`: a parser reads straight on and asks once, at the end,
 * whether the message held what it needed. So no parser throws, and none checks a length before each field.
 */
export class Reader {
  readonly #bytes: Buffer;
  #at: number;
  #short = false;

  /** @param bytes a view, not copied. */
  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  /** True once a read wanted more bytes than there were. */
  get short(): boolean {
    return this.#short;
  }

  /** Offset of the next read, in bytes from the start. */
  get at(): number {
    return this.#at;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#has(1) ? this.#bytes.readUInt8(this.#step(1)) : 0;
  }

  u16(): number {
    return this.#has(2) ? this.#bytes.readUInt16BE(this.#step(2)) : 0;
  }

  u16le(): number {
    return this.#has(2) ? this.#bytes.readUInt16LE(this.#step(2)) : 0;
  }

  u32(): number {
    return this.#has(4) ? this.#bytes.readUInt32BE(this.#step(4)) : 0;
  }

  u32le(): number {
    return this.#has(4) ? this.#bytes.readUInt32LE(this.#step(4)) : 0;
  }

  u64(): bigint {
    return this.#has(8) ? this.#bytes.readBigUInt64BE(this.#step(8)) : 0n;
  }

  /** The next `size` bytes as a view. */
  bytes(size: number): Buffer {
    if (!this.#has(size)) return Buffer.alloc(0);
    const from = this.#step(size);
    return this.#bytes.subarray(from, from + size);
  }

  /** All that is left, as a view. */
  rest(): Buffer {
    return this.bytes(this.left);
  }

  /** Bytes under a 32-bit length, at most `maxBytes` (RFC 4251 §5 string). */
  string32(maxBytes = 0xffff_ffff): Buffer {
    const size = this.u32();
    if (size > maxBytes) {
      this.#fail();
      return Buffer.alloc(0);
    }
    return this.bytes(size);
  }

  #has(size: number): boolean {
    if (!this.#short && size <= this.left) return true;
    this.#fail();
    return false;
  }

  #fail(): void {
    this.#short = true;
    this.#at = this.#bytes.length;
  }

  #step(size: number): number {
    const from = this.#at;
    this.#at += size;
    return from;
  }
}
