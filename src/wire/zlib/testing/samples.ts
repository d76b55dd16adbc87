import { Buffer } from "node:buffer";

/** Repeatable chance for tests: the generator mulberry32. Each call gives an integer from 0 to below `limit`. */
export function seededChance(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Bytes without any pattern. */
export function noise(size: number, seed: number): Buffer {
  const chance = seededChance(seed);
  return Buffer.from(Array.from({ length: size }, () => chance(256)));
}

/** Text like a shell session's: words that come back, near and far. */
export function prose(size: number, seed: number): Buffer {
  const chance = seededChance(seed);
  const words = Array.from({ length: 400 }, () => noise(2 + chance(9), chance(2 ** 31)).toString("base64url"));
  let text = "";
  while (text.length < size) text += `${words[chance(chance(400) + 1)]}${chance(9) === 0 ? "\r\n" : " "}`;
  return Buffer.from(text.slice(0, size));
}

/** Inputs that drive a compressor into all its corners, by name. */
export const SAMPLES: ReadonlyMap<string, Buffer> = new Map([
  ["nothing", Buffer.alloc(0)],
  ["one byte", Buffer.from("a")],
  ["two equal bytes", Buffer.from("aa")],
  ["the shortest match", Buffer.from("abcabc")],
  ["a run of one byte", Buffer.alloc(70_000, 0x2a)],
  ["all bytes", Buffer.from(Array.from({ length: 512 }, (_, at) => at & 0xff))],
  ["noise", noise(40_000, 1)],
  ["two symbols", Buffer.from(noise(20_000, 2).map((byte) => 0x30 + (byte & 1)))],
  ["prose", prose(150_000, 3)],
  ["a match from the edge of the window", Buffer.concat([noise(32_768, 4), noise(300, 4)])],
  ["a match from just behind the window", Buffer.concat([noise(32_769, 5), noise(300, 5)])],
  [
    "steep frequencies",
    Buffer.from(Array.from({ length: 24 }, (_, at) => "abcdefghijklmnopqrstuvwxyz".charAt(at).repeat(2 ** (at >> 1))).join("")),
  ],
]);
