import { createHmac } from "node:crypto";

/**
 * Chance that a site's seed decides: the same seed and label always give the same numbers, and one label's numbers say nothing
 * about another's. Each drawn value has a label of its own, so that a value added to a profile changes no other.
 */
export interface Chance {
  /** A whole number from `min` to `max`, both possible, all equally likely. */
  integer(min: number, max: number): number;
  /** From 0 up to, but not including, 1. */
  fraction(): number;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
}

/** 32 bytes of a seed under a label. */
export function derive(seed: Uint8Array, label: string): Buffer {
  return createHmac("sha256", seed).update(label).digest();
}

export function chanceOf(seed: Uint8Array, label: string): Chance {
  const next = numbersOf(seed, label);
  const fraction = () => next() / 2 ** 48;
  const integer = (min: number, max: number) => {
    const span = max - min + 1;
    const fair = 2 ** 48 - (2 ** 48 % span);
    let drawn = next();
    while (drawn >= fair) drawn = next();
    return min + (drawn % span);
  };
  const pick = <T>(items: readonly T[]): T => {
    const item = items[integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  };
  return { fraction, integer, pick };
}

/** Numbers of 48 bits, five to each block of HMAC-SHA-256. */
function numbersOf(seed: Uint8Array, label: string): () => number {
  const key = derive(seed, label);
  let block = Buffer.alloc(0);
  let counter = 0;
  return () => {
    if (block.length < 6) block = createHmac("sha256", key).update(String(counter++)).digest();
    const drawn = block.readUIntBE(0, 6);
    block = block.subarray(6);
    return drawn;
  };
}
