import { Buffer } from "node:buffer";

/**
 * Builds a DEFLATE stream by hand, bit by bit: values go lowest bit first, codes highest bit first (RFC 1951 §3.1.1).
 */
export class BitString {
  #bits = "";

  /** A number in `count` bits. */
  value(value: number, count: number): this {
    for (let bit = 0; bit < count; bit++) this.#bits += (value >>> bit) & 1;
    return this;
  }

  /** Several numbers in `count` bits each. */
  values(values: readonly number[], count: number): this {
    for (const value of values) this.value(value, count);
    return this;
  }

  /** A prefix code as it is written down, such as `"0110"`. */
  code(code: string): this {
    this.#bits += code;
    return this;
  }

  align(): this {
    this.#bits = this.#bits.padEnd(Math.ceil(this.#bits.length / 8) * 8, "0");
    return this;
  }

  finish(): Buffer {
    this.align();
    const bytes = this.#bits.match(/.{8}/g) ?? [];
    return Buffer.from(bytes.map((bits) => Number.parseInt([...bits].reverse().join(""), 2)));
  }
}
