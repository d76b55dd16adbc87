import { Buffer } from "node:buffer";

const FIRST_BYTES = 512;
const NOTHING = Buffer.alloc(0);

/**
 * Bytes received and not yet used. Rules that must stay true: bytes that come whole are used in place and never copied; what is left over is
 * copied once, in amortised constant time however small the pieces; an empty buffer holds no memory.
 */
export class ReceiveBuffer {
  #store: Buffer = NOTHING;
  #start = 0;
  #end = 0;
  /** The store is ours to write to; else it is the caller's view. */
  #owned = false;

  get size(): number {
    return this.#end - this.#start;
  }

  /** All unused bytes, as a view that is valid until the next `add`. */
  get bytes(): Buffer {
    return this.#store.subarray(this.#start, this.#end);
  }

  /** Adds bytes; a view is kept until `settle`. */
  add(bytes: Uint8Array): void {
    if (this.size === 0) {
      this.#store = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#start = 0;
      this.#end = bytes.length;
      this.#owned = false;
      return;
    }
    this.#reserve(bytes.length);
    this.#store.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The next `size` bytes are used. */
  use(size: number): void {
    this.#start += size;
    if (this.#start === this.#end) this.clear();
  }

  clear(): void {
    this.#store = NOTHING;
    this.#start = 0;
    this.#end = 0;
    this.#owned = false;
  }

  /** The caller's view ends: copies what is left of it. */
  settle(): void {
    if (!this.#owned && this.size > 0) this.#reserve(0);
  }

  #reserve(more: number): void {
    const size = this.size;
    if (this.#owned && this.#end + more <= this.#store.length) return;
    const room = this.#owned && size + more <= this.#store.length / 2 ? this.#store : Buffer.allocUnsafe(roomFor(size + more));
    this.#store.copy(room, 0, this.#start, this.#end);
    this.#store = room;
    this.#start = 0;
    this.#end = size;
    this.#owned = true;
  }
}

function roomFor(bytes: number): number {
  let room = FIRST_BYTES;
  while (room < bytes) room *= 2;
  return room;
}
