/**
 * Makes new inputs out of old ones. All chance comes from the caller's dice, so a run repeats from its seed.
 */
import { Buffer } from "node:buffer";
import type { Chance } from "../../src/testkit/chance.ts";

/** What mutations draw from, besides the input itself. */
export interface Stock {
  /** Byte strings that the parser compares with, or that its author named. */
  readonly words: readonly Buffer[];
  /** Other inputs, to cross with. */
  readonly corpus: readonly Buffer[];
  readonly maxInputBytes: number;
}

type Mutation = (input: Buffer, dice: Chance, stock: Stock) => Buffer;

/** One to sixteen mutations of `input`, at most `maxInputBytes` long. */
export function mutate(input: Buffer, dice: Chance, stock: Stock): Buffer {
  let bytes: Buffer = Buffer.from(input);
  const times = 1 << dice.integer(5);
  for (let time = 0; time < times; time++) {
    bytes = dice.pick(MUTATIONS)(bytes, dice, stock).subarray(0, stock.maxInputBytes);
  }
  return bytes;
}

const INTERESTING = [0, 1, 0x0a, 0x0d, 0x20, 0x7f, 0x80, 0xff] satisfies [number, ...number[]];
const INTERESTING_WIDE = [
  0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
] satisfies [number, ...number[]];

const flipBit: Mutation = (bytes, dice) => withByte(bytes, dice, (byte) => byte ^ (1 << dice.integer(8)));
const setByte: Mutation = (bytes, dice) => withByte(bytes, dice, () => dice.integer(256));
const interestingByte: Mutation = (bytes, dice) => withByte(bytes, dice, () => dice.pick(INTERESTING));
const addToByte: Mutation = (bytes, dice) => withByte(bytes, dice, (byte) => byte + dice.integer(33) - 16);

const setNumber: Mutation = (bytes, dice) => overwrite(bytes, dice, encodeNumber(dice.pick(INTERESTING_WIDE), dice));

/** A number that fits what follows it, as a length field would, or nearly so. */
const setLength: Mutation = (bytes, dice) => {
  const at = dice.integer(bytes.length + 1);
  const size = 1 << dice.integer(3);
  const left = Math.max(0, bytes.length - at - size + dice.integer(3) - 1);
  return overwriteAt(bytes, at, bigEndian(dice.integer(2) === 0 ? left : dice.integer(left + 1), size));
};

const insertWord: Mutation = (bytes, dice, stock) => insert(bytes, dice, wordOf(dice, stock));
const overwriteWord: Mutation = (bytes, dice, stock) => overwrite(bytes, dice, wordOf(dice, stock));
const insertChance: Mutation = (bytes, dice) => insert(bytes, dice, dice.bytes(1 + dice.integer(8)));

const removeRange: Mutation = (bytes, dice) => {
  const { from, to } = range(bytes, dice);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};

const repeatRange: Mutation = (bytes, dice, stock) => {
  const { from, to } = range(bytes, dice);
  const times = Math.min(1 << dice.integer(6), Math.ceil(stock.maxInputBytes / Math.max(1, to - from)));
  const part = bytes.subarray(from, to);
  return Buffer.concat([bytes.subarray(0, to), ...Array.from({ length: times }, () => part), bytes.subarray(to)]);
};

const moveRange: Mutation = (bytes, dice) => {
  const { from, to } = range(bytes, dice);
  return insert(Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]), dice, Buffer.from(bytes.subarray(from, to)));
};

const truncate: Mutation = (bytes, dice) => bytes.subarray(0, dice.integer(bytes.length + 1));

const splice: Mutation = (bytes, dice, { corpus }) => {
  const other = corpus[dice.integer(corpus.length)] ?? bytes;
  return Buffer.concat([bytes.subarray(0, dice.integer(bytes.length + 1)), other.subarray(dice.integer(other.length + 1))]);
};

const insertOther: Mutation = (bytes, dice, { corpus }) => {
  const other = corpus[dice.integer(corpus.length)] ?? bytes;
  const { from, to } = range(other, dice);
  return insert(bytes, dice, other.subarray(from, to));
};

const MUTATIONS = [
  flipBit,
  setByte,
  interestingByte,
  addToByte,
  setNumber,
  setLength,
  insertWord,
  insertWord,
  overwriteWord,
  insertChance,
  removeRange,
  removeRange,
  repeatRange,
  moveRange,
  truncate,
  splice,
  insertOther,
] satisfies [Mutation, ...Mutation[]];

function withByte(bytes: Buffer, dice: Chance, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return dice.bytes(1);
  const at = dice.integer(bytes.length);
  bytes[at] = change(bytes[at] ?? 0);
  return bytes;
}

function range(bytes: Buffer, dice: Chance): { from: number; to: number } {
  const from = dice.integer(bytes.length + 1);
  const most = dice.integer(2) === 0 ? 8 : bytes.length;
  return { from, to: Math.min(bytes.length, from + 1 + dice.integer(most + 1)) };
}

function insert(bytes: Buffer, dice: Chance, part: Buffer): Buffer {
  const at = dice.integer(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
}

function overwrite(bytes: Buffer, dice: Chance, part: Buffer): Buffer {
  return overwriteAt(bytes, dice.integer(bytes.length + 1), part);
}

function overwriteAt(bytes: Buffer, at: number, part: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at + part.length)]);
}

function wordOf(dice: Chance, { words }: Stock): Buffer {
  return words[dice.integer(words.length)] ?? dice.bytes(2);
}

function encodeNumber(value: number, dice: Chance): Buffer {
  const bytes = bigEndian(value, 1 << dice.integer(3));
  return dice.integer(3) === 0 ? bytes.reverse() : bytes;
}

/** The low `size` (1, 2 or 4) bytes of a number. */
function bigEndian(value: number, size: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.subarray(4 - size);
}
