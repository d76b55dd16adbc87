import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Reader } from "../../../src/wire/reader.ts";
import { Writer } from "../../../src/wire/writer.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

type Step = (reader: Reader, writer: Writer) => unknown;

/** Each reads one field and writes it back. */
const STEPS: readonly Step[] = [
  (reader, writer) => writer.u8(reader.u8()),
  (reader, writer) => writer.u16(reader.u16()),
  (reader, writer) => writer.u16le(reader.u16le()),
  (reader, writer) => writer.u32(reader.u32()),
  (reader, writer) => writer.u32le(reader.u32le()),
  (reader, writer) => writer.u64(reader.u64()),
  (reader, writer) => writer.bytes(reader.bytes(5)),
  (reader, writer) => writer.string32(reader.string32()),
  (reader, writer) => writer.string32(reader.string32(16)),
  (reader, writer) => writer.bytes(reader.rest()),
];

/** First byte: how many fields are read; then their kinds; then the message. What was read whole must be written the same. */
function run(input: Uint8Array): void {
  const count = (input[0] ?? 0) & 15;
  const kinds = input.subarray(1, 1 + count);
  const bytes = Buffer.from(input.subarray(1 + count));
  const reader = new Reader(bytes);
  const writer = new Writer(1);
  for (const kind of kinds) {
    const before = reader.at;
    STEPS[kind % STEPS.length]?.(reader, writer);
    assert.ok(reader.at >= before && reader.at <= bytes.length && reader.left === bytes.length - reader.at);
    if (reader.short) break;
  }
  if (!reader.short) assert.deepEqual(writer.finish(), bytes.subarray(0, reader.at));
  else assert.deepEqual([reader.u8(), reader.u64(), reader.bytes(3).length, reader.left], [0, 0n, 0, 0]);
}

export const target: FuzzTarget = {
  name: "wire-reader",
  run,
  share: 0.5,
  seeds: [Buffer.from([7, 0, 1, 3, 5, 6, 7, 9, ...Array.from({ length: 20 }, (_, at) => at), 0, 0, 0, 2, 65, 66, 67])],
};
