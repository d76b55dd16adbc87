import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

describe("a writer", () => {
  it("keeps every field when its buffer has to grow in the middle of one", () => {
    for (const firstBytes of [0, 1, 3, 9, 256]) {
      const writer = new Writer(firstBytes).u8(1).u16(2).u16le(3).u32(4).u32le(5).u64(6n).bytes("seven").string32(Buffer.alloc(300, 8));
      const reader = new Reader(writer.patchU32(5, 0xdeadbeef).finish());
      assert.deepEqual([reader.u8(), reader.u16(), reader.u16le(), reader.u32(), reader.u32le()], [1, 2, 3, 0xdeadbeef, 5]);
      assert.equal(reader.u64(), 6n);
      assert.equal(reader.bytes(5).toString(), "seven");
      assert.deepEqual(reader.string32(), Buffer.alloc(300, 8));
      assert.equal(reader.left, 0);
      assert.equal(reader.short, false);
    }
  });
});
