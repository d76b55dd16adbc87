import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** Seeded chance: the same seed gives the same numbers and bytes on every machine. Not for secrets. */
export interface Chance {
  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number;
  bytes(size: number): Buffer;
  pick<T>(items: readonly [T, ...T[]]): T;
}

export function chance(seed: string | number): Chance {
  const words = sfc32(createHash("sha256").update(String(seed)).digest());
  const integer = (below: number): number => Math.floor((words() / 2 ** 32) * below);
  return {
    integer,
    bytes: (size) => Buffer.from(Uint8Array.from({ length: size }, () => words() & 0xff)),
    pick: (items) => items[integer(items.length)] ?? items[0],
  };
}

/** The sfc32 generator (Chris Doty-Humphrey's Small Fast Counting, PractRand): 128 bits of state, passes the usual test batteries. */
function sfc32(seed: Buffer): () => number {
  let a = seed.readUInt32LE(0);
  let b = seed.readUInt32LE(4);
  let c = seed.readUInt32LE(8);
  let counter = seed.readUInt32LE(12);
  return () => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = ((((c << 21) | (c >>> 11)) >>> 0) + sum) >>> 0;
    return sum;
  };
}
