import { WINDOW_BYTES } from "./deflate-format.ts";

const NO_BYTES = new Uint8Array(0);
const FIRST_WINDOW_BYTES = 1_024;
const FIRST_OUTPUT_BYTES = 256;

/**
 * What an inflater writes: the output of one push, and the 32 KiB before it to which matches reach back.
 *
 * The cap is asked before anything is allocated: a stream that would expand to gigabytes costs at most the cap.
 * The window grows with what was really written, so a connection that says little keeps little.
 */
export class BoundedOutput {
  /** A ring once it has its full size; before, it never wraps, since it grows first. */
  #window: Uint8Array = NO_BYTES;
  #windowEnd = 0;
  #kept = 0;
  #bytes: Uint8Array = NO_BYTES;
  #size = 0;
  #maxBytes = 0;

  /** How far back a match may reach, in bytes. */
  get reach(): number {
    return Math.min(this.#kept + this.#size, WINDOW_BYTES);
  }

  /** Starts the output of one push; `expectedBytes` is a guess of its size. */
  begin(maxBytes: number, expectedBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#bytes = new Uint8Array(Math.min(maxBytes, Math.max(FIRST_OUTPUT_BYTES, expectedBytes)));
    this.#size = 0;
  }

  /** Writes one byte; false when that would exceed the cap. */
  literal(byte: number): boolean {
    if (!this.#reserve(1)) return false;
    this.#bytes[this.#size] = byte;
    this.#size += 1;
    return true;
  }

  /** Writes `bytes`; false when that would exceed the cap. */
  append(bytes: Uint8Array): boolean {
    if (!this.#reserve(bytes.length)) return false;
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
    return true;
  }

  /** Repeats `length` bytes from `distance` (1 to `reach`) back, which may overlap; false when that would exceed the cap. */
  copy(distance: number, length: number): boolean {
    if (!this.#reserve(length)) return false;
    const bytes = this.#bytes;
    const to = this.#size;
    const old = Math.max(0, Math.min(length, distance - to));
    if (old > 0) this.#copyOld(distance - to, old);
    for (let at = to + old; at < to + length; at++) bytes[at] = bytes[at - distance] ?? 0;
    this.#size += length;
    return true;
  }

  /** Ends the output of this push and hands it over: a view, of a buffer that nobody else holds. */
  finish(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#size);
    this.#remember(bytes);
    this.#bytes = NO_BYTES;
    this.#size = 0;
    return bytes;
  }

  /** Lets all memory go: nothing will be written any more. */
  clear(): void {
    this.#window = NO_BYTES;
    this.#windowEnd = 0;
    this.#kept = 0;
    this.#bytes = NO_BYTES;
    this.#size = 0;
  }

  /** Copies bytes of earlier pushes, of which the first lies `back` bytes before this push. */
  #copyOld(back: number, length: number): void {
    const mask = this.#window.length - 1;
    const from = this.#windowEnd - back;
    for (let at = 0; at < length; at++) this.#bytes[this.#size + at] = this.#window[(from + at) & mask] ?? 0;
  }

  #reserve(more: number): boolean {
    const needed = this.#size + more;
    if (needed <= this.#bytes.length) return true;
    if (needed > this.#maxBytes) return false;
    const wider = new Uint8Array(Math.min(this.#maxBytes, Math.max(needed, this.#bytes.length * 2)));
    wider.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = wider;
    return true;
  }

  #remember(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#growWindow(Math.min(this.#kept + bytes.length, WINDOW_BYTES));
    const newest = bytes.subarray(Math.max(0, bytes.length - WINDOW_BYTES));
    const untilWrap = this.#window.length - this.#windowEnd;
    this.#window.set(newest.subarray(0, untilWrap), this.#windowEnd);
    this.#window.set(newest.subarray(untilWrap), 0);
    this.#windowEnd = (this.#windowEnd + newest.length) & (this.#window.length - 1);
    this.#kept = Math.min(this.#kept + newest.length, WINDOW_BYTES);
  }

  #growWindow(needed: number): void {
    if (needed <= this.#window.length) return;
    let size = FIRST_WINDOW_BYTES;
    while (size < needed) size *= 2;
    const wider = new Uint8Array(size);
    wider.set(this.#window.subarray(0, this.#kept));
    this.#window = wider;
    this.#windowEnd = this.#kept;
  }
}
