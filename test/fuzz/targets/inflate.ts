import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import zlib from "node:zlib";
import { type Inflated, Inflater } from "../../../src/wire/zlib/inflater.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const MAX_OUTPUT_BYTES = 4_096;

/**
 * First byte: format and where the stream is cut in two. Whole and cut it must give the same bytes, within the cap, and
 * the end of a stream must be one that zlib accepts too.
 */
function run(input: Uint8Array): void {
  const format = (input[0] ?? 0) & 1 ? "zlib" : "raw";
  const stream = input.subarray(1);
  const cut = ((input[0] ?? 0) >> 1) % (stream.length + 1);
  const whole = new Inflater(format);
  const inflated = whole.push(stream, MAX_OUTPUT_BYTES);
  checkCap(inflated);

  const halves = new Inflater(format);
  const first = halves.push(stream.subarray(0, cut), MAX_OUTPUT_BYTES);
  const behind = stream.subarray(halves.ended ? stream.length : cut);
  const second = halves.push(behind, MAX_OUTPUT_BYTES);
  checkCap(first);
  checkCap(second);
  if (inflated.status === "malformed") return;
  assert.ok(first.status === "done" && second.status === "done");
  assert.equal(halves.ended, whole.ended);
  assert.deepEqual(Buffer.concat([first.bytes, second.bytes]), Buffer.from(inflated.bytes));
  if (whole.ended) checkAgainstZlib(stream, format, inflated.bytes);
}

function checkCap(inflated: Inflated): void {
  if (inflated.status === "done") assert.ok(inflated.bytes.length <= MAX_OUTPUT_BYTES);
}

function checkAgainstZlib(stream: Uint8Array, format: "raw" | "zlib", bytes: Uint8Array): void {
  const theirs = format === "raw" ? zlib.inflateRawSync(stream) : zlib.inflateSync(stream);
  assert.deepEqual(theirs, Buffer.from(bytes));
}

const plain = Buffer.from("the quick brown fox jumps over the lazy dog, and over the quick brown dog");
const seed = (control: number, stream: Buffer): Buffer => Buffer.concat([Buffer.of(control), stream]);

export const target: FuzzTarget = {
  name: "inflate",
  run,
  seeds: [
    seed(0, zlib.deflateRawSync(plain, { strategy: zlib.constants.Z_FIXED })),
    seed(20, zlib.deflateRawSync(Buffer.concat([plain, Buffer.alloc(900, "abcdefgh"), plain]), { level: 9 })),
    seed(31, zlib.deflateSync(plain, { level: 0 })),
    seed(41, zlib.deflateSync(Buffer.alloc(5_000))),
  ],
};
