/** Rows of a fixed size, little-endian, as the kernel's structures are: each field is put at its offset. */
export class StructWriter {
  readonly #size: number;
  readonly #rows: Uint8Array[] = [];

  /** @param size bytes of one structure */
  constructor(size: number) {
    this.#size = size;
  }

  get count(): number {
    return this.#rows.length;
  }

  /** Adds a row; returns its number. @param fields offset, size in bytes (1, 2 or 4), value */
  add(...fields: readonly (readonly [number, 1 | 2 | 4, number])[]): number {
    const row = new Uint8Array(this.#size);
    const view = new DataView(row.buffer);
    for (const [offset, size, value] of fields) {
      if (size === 1) view.setUint8(offset, value);
      else if (size === 2) view.setUint16(offset, value, true);
      else view.setUint32(offset, value, true);
    }
    return this.#rows.push(row) - 1;
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#rows.length * this.#size);
    this.#rows.forEach((row, index) => {
      whole.set(row, index * this.#size);
    });
    return whole;
  }
}

/** Lists of numbers one behind the other; equal ones are kept once. */
export class ListWriter {
  readonly #numbers: number[] = [];
  readonly #known = new Map<string, number>();
  /** The longest list so far. */
  longest = 0;

  add(list: readonly number[]): { readonly first: number; readonly count: number } {
    this.longest = Math.max(this.longest, list.length);
    if (list.length === 0) return { first: 0, count: 0 };
    const first = this.#known.get(list.join()) ?? this.#numbers.length;
    if (first === this.#numbers.length) {
      for (const number of list) this.#numbers.push(number);
      this.#known.set(list.join(), first);
    }
    return { first, count: list.length };
  }

  get count(): number {
    return this.#numbers.length;
  }

  finish(): Uint16Array {
    return Uint16Array.from(this.#numbers);
  }
}
