import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

test("what a Writer writes a Reader reads", () => {
  const bytes = new Writer(1)
    .u8(1)
    .u16(2)
    .u32(3)
    .u64(4n)
    .u16le(5)
    .u32le(6)
    .string32("seven")
    .bytes(Buffer.from([8]))
    .finish();
  const reader = new Reader(bytes);
  assert.deepEqual([reader.u8(), reader.u16(), reader.u32(), reader.u64(), reader.u16le(), reader.u32le()], [1, 2, 3, 4n, 5, 6]);
  assert.equal(reader.string32().toString(), "seven");
  assert.deepEqual([...reader.rest()], [8]);
  assert.equal(reader.short, false);
});

test("a read past the end gives nothing, marks the message short, and stays at the end", () => {
  const reader = new Reader(Buffer.from([0, 0, 0, 9, 1]));
  assert.equal(reader.string32().length, 0);
  assert.equal(reader.short, true);
  assert.equal(reader.left, 0);
  assert.equal(reader.u8(), 0);
});

test("a string longer than allowed is short although its bytes are there", () => {
  const reader = new Reader(new Writer().string32("too long").finish());
  assert.equal(reader.string32(3).length, 0);
  assert.equal(reader.short, true);
});

test("patchU32 sets a length that is known only at the end", () => {
  const writer = new Writer().u32(0).bytes("abc");
  assert.deepEqual([...writer.patchU32(0, 3).finish()], [0, 0, 0, 3, 97, 98, 99]);
});
