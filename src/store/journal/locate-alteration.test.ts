import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { locateAlteration } from "./locate-alteration.ts";

const original = Buffer.from("A record of some length, in which somebody will alter a byte or a few.");
const digest = createHash("sha256").update(original).digest("hex");
const isOriginal = (candidate: Buffer) => createHash("sha256").update(candidate).digest("hex") === digest;

function locate(altered: Buffer): number | undefined {
  return locateAlteration(altered, crc32(original) ^ crc32(altered), isOriginal);
}

test("every bit of every byte: the altered byte is named", () => {
  for (let at = 0; at < original.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const altered = Buffer.from(original);
      altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at);
      assert.equal(locate(altered), at);
    }
  }
});

test("four bytes in a row: the first is named", () => {
  for (let at = 0; at + 4 <= original.length; at += 1) {
    const altered = Buffer.from(original);
    altered.writeUInt32BE((altered.readUInt32BE(at) ^ 0x01ff_00a5) >>> 0, at);
    assert.equal(locate(altered), at);
  }
});

test("alterations far apart are not located, and never wrongly", () => {
  const altered = Buffer.from(original);
  altered.writeUInt8(0x21, 3);
  altered.writeUInt8(0x21, 50);
  assert.equal(locate(altered), undefined);
});
