import { Buffer } from "node:buffer";

const FIRST_BYTES = 256;

/**
 * Builds one message, field by field, big-endian unless the name says otherwise.
 * `finish()` returns a view of the writer's own buffer: the writer is spent afterwards.
 */
export class Writer {
  #bytes: Buffer;
  #size = 0;

  constructor(firstBytes = FIRST_BYTES) {
    this.#bytes = Buffer.allocUnsafe(firstBytes);
  }

  get size(): number {
    return this.#size;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#bytes.writeUInt8(value & 0xff, at);
    return this;
  }

  u16(value: number): this {
    const at = this.#grow(2);
    this.#bytes.writeUInt16BE(value & 0xffff, at);
    return this;
  }

  u16le(value: number): this {
    const at = this.#grow(2);
    this.#bytes.writeUInt16LE(value & 0xffff, at);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeUInt32BE(value >>> 0, at);
    return this;
  }

  u32le(value: number): this {
    const at = this.#grow(4);
    this.#bytes.writeUInt32LE(value >>> 0, at);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#grow(8);
    this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value), at);
    return this;
  }

  /** Copies `bytes`; a string is written as UTF-8. */
  bytes(bytes: Uint8Array | string): this {
    const source = typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes;
    const at = this.#grow(source.length);
    this.#bytes.set(source, at);
    return this;
  }

  /** Bytes under a 32-bit length (RFC 4251 §5 string). */
  string32(bytes: Uint8Array | string): this {
    const source = typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes;
    return this.u32(source.length).bytes(source);
  }

  /** Overwrites four bytes that are already written, such as a length known only at the end. */
  patchU32(at: number, value: number): this {
    this.#bytes.writeUInt32BE(value >>> 0, at);
    return this;
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  #grow(bytes: number): number {
    const at = this.#size;
    this.#size += bytes;
    if (this.#size > this.#bytes.length) {
      const wider = Buffer.allocUnsafe(Math.max(this.#size, this.#bytes.length * 2));
      wider.set(this.#bytes.subarray(0, at));
      this.#bytes = wider;
    }
    return at;
  }
}
