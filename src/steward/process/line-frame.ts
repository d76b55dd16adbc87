/** Bytes of one line, as they come; what is behind the line end is left. */
export class LineFrame {
  readonly #parts: Uint8Array[] = [];
  readonly #maxBytes: number;
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The line without its end; `more`: it is not there yet; `too-long`: it is longer than may be. */
  push(bytes: Uint8Array): { readonly line: string } | "more" | "too-long" {
    const end = bytes.indexOf(10);
    const part = end < 0 ? bytes : bytes.subarray(0, end);
    if (this.#size + part.length + 1 > this.#maxBytes) return "too-long";
    this.#size += part.length;
    this.#parts.push(part);
    return end < 0 ? "more" : { line: Buffer.concat(this.#parts).toString("utf8") };
  }
}
