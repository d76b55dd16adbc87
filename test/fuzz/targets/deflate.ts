import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Deflater } from "../../../src/wire/zlib/deflater.ts";
import { Inflater } from "../../../src/wire/zlib/inflater.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** First byte: flush, and the size of the pieces. Each piece must come back as soon as it was sent. */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const bytes = input.subarray(1);
  const deflater = new Deflater("zlib", control & 1 ? "sync" : "partial");
  const inflater = new Inflater();
  const size = 1 + (control >> 1) * 8;
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    const packet = deflater.push(piece);
    assert.ok(packet.length <= piece.length + 20, "grows at most by a header and two blocks");
    assert.deepEqual(inflater.push(packet, piece.length), { status: "done", bytes: piece.slice() });
  }
  inflater.push(deflater.finish(), 0);
  assert.ok(inflater.ended);
}

export const target: FuzzTarget = {
  name: "deflate",
  run,
  maxInputBytes: 3_000,
  share: 0.2,
  seeds: [Buffer.from("\xffabcabcabcabd", "latin1"), Buffer.concat([Buffer.of(0xfe), Buffer.alloc(900, "0123456789")])],
};
