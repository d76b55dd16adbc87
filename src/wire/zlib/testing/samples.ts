import { Buffer } from "node:buffer";
import { chance } from "../../../testkit/chance.ts";

/** Bytes without any pattern. */
export function noise(size: number, seed: number): Buffer {
  return chance(seed).bytes(size);
}

/** Text like a shell session's: words that come back, near and far. */
export function prose(size: number, seed: number): Buffer {
  const dice = chance(seed);
  const words = Array.from({ length: 400 }, () => noise(2 + dice.integer(9), dice.integer(2 ** 31)).toString("base64url"));
  let text = "";
  while (text.length < size) text += `${words[dice.integer(dice.integer(400) + 1)]}${dice.integer(9) === 0 ? "\r\n" : " "}`;
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
