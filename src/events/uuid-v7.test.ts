import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { UuidV7 } from "./uuid-v7.ts";

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("RFC 9562 §5.7: time, version and variant are where they belong", () => {
  const id = new UuidV7({ random: (bytes) => Buffer.alloc(bytes, 0xff) }).next(0x017f22e279b0);
  assert.equal(id, "017f22e2-79b0-77ff-bfff-ffffffffffff");
});

test("RFC 9562 §6.2: ids rise within a millisecond, past the counter's end, and over a small step back of the clock", () => {
  const ids = new UuidV7({ random: randomBytes });
  let last = "";
  for (let count = 0; count < 20_000; count += 1) {
    const id = ids.next(1_000_000 - (count % 7));
    assert.match(id, FORM);
    assert.ok(id > last);
    last = id;
  }
});

test("a clock that steps back an hour is believed", () => {
  const ids = new UuidV7({ random: randomBytes });
  ids.next(7_200_000);
  assert.equal(Number.parseInt(ids.next(3_600_000).replace("-", "").slice(0, 12), 16), 3_600_000);
});

test("two generators never agree", () => {
  const one = new UuidV7({ random: randomBytes });
  const two = new UuidV7({ random: randomBytes });
  const seen = new Set<string>();
  for (let count = 0; count < 1_000; count += 1) seen.add(one.next(5)).add(two.next(5));
  assert.equal(seen.size, 2_000);
});
