import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gunzip, gzip } from "../../../src/wire/zlib/gzip.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const MAX_OUTPUT_BYTES = 4_096;

/** A member that is accepted must survive being written and read again. */
function run(input: Uint8Array): void {
  const parsed = gunzip(input, MAX_OUTPUT_BYTES);
  if (parsed.status !== "done") return;
  assert.ok(parsed.size <= input.length);
  assert.ok(parsed.value.bytes.length <= MAX_OUTPUT_BYTES);
  const again = gunzip(gzip(parsed.value), MAX_OUTPUT_BYTES);
  assert.ok(again.status === "done");
  assert.deepEqual(Buffer.from(again.value.bytes), Buffer.from(parsed.value.bytes));
  assert.deepEqual(again.value.name, parsed.value.name);
  assert.equal(again.value.modifiedSeconds, parsed.value.modifiedSeconds);
}

export const target: FuzzTarget = {
  name: "gunzip",
  run,
  seeds: [
    gzip({ bytes: Buffer.from("hello hello hello"), name: Buffer.from("h.txt"), modifiedSeconds: 1_000_000 }),
    gzip({ bytes: Buffer.alloc(0), modifiedSeconds: 0 }),
    Buffer.from("1f8b081e00000000000303006162636e00636f6d0012340300000000000000000000", "hex"),
  ],
};
