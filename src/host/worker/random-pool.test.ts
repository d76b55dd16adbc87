import assert from "node:assert/strict";
import { test } from "node:test";
import { drawRandom } from "./random-pool.ts";

test("random bytes have the size that was asked for and are never given twice", () => {
  const sizes = Array.from({ length: 600 }, (_, at) => 8 + (at % 25));
  const drawn = sizes.map((size) => Buffer.from(drawRandom(size)));
  assert.deepEqual(
    drawn.map((bytes) => bytes.length),
    sizes,
  );
  const eights = drawn.map((bytes) => bytes.subarray(0, 8).toString("hex"));
  assert.equal(new Set(eights).size, eights.length);
});

test("what was given does not change when more is drawn", () => {
  const first = drawRandom(32);
  const before = Buffer.from(first).toString("hex");
  for (let draw = 0; draw < 500; draw += 1) drawRandom(200);
  assert.equal(Buffer.from(first).toString("hex"), before);
  assert.equal(drawRandom(100_000).length, 100_000);
  assert.equal(drawRandom(0).length, 0);
});
