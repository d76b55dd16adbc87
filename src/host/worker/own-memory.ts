import type { Memory } from "../../decoy/memory.ts";

/** What is kept for one visitor's source: it came with the socket, and each write goes to the parent. */
export class OwnMemory implements Memory {
  readonly maxBytes: number;
  readonly #keep: (value: Uint8Array) => void;
  #value: Uint8Array | undefined;

  constructor(start: { readonly maxBytes: number; readonly value: Uint8Array | undefined; readonly keep: (value: Uint8Array) => void }) {
    this.maxBytes = start.maxBytes;
    this.#value = start.value;
    this.#keep = start.keep;
  }

  read(): Uint8Array | undefined {
    return this.#value;
  }

  write(value: Uint8Array): boolean {
    if (value.length > this.maxBytes) return false;
    this.#value = value.slice();
    this.#keep(this.#value);
    return true;
  }
}
