/** How much a source may add to the file system of its visit; beyond it, the disk is full. */
export class Quota {
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  #bytes = 0;
  #entries = 0;

  constructor(maxBytes: number, maxEntries: number) {
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
  }

  get usedKib(): number {
    return Math.ceil(this.#bytes / 1024);
  }

  /** False: there is no room for so many more bytes. */
  take(bytes: number): boolean {
    if (bytes > 0 && this.#bytes + bytes > this.#maxBytes) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }

  takeEntry(): boolean {
    if (this.#entries >= this.#maxEntries) return false;
    this.#entries += 1;
    return true;
  }
}
