import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { escapeIac, IAC, IacDecoder, type TelnetItem } from "../../../src/decoys/telnet/iac.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** First byte: dialect, and the size of the pieces. Whole or in pieces, the same items; never more bytes out than in. */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const dialect = control & 1 ? "busybox" : "rfc854";
  const size = 1 + (control >> 1);
  const stream = input.subarray(1);
  const whole = [...new IacDecoder(dialect).push(stream)];
  const decoder = new IacDecoder(dialect);
  const pieces: TelnetItem[] = [];
  for (let at = 0; at < stream.length; at += size) pieces.push(...decoder.push(stream.subarray(at, at + size)));
  assert.deepEqual(joinTexts(pieces), whole);
  const bytesOut = whole.reduce((sum, item) => sum + ("bytes" in item ? item.bytes.length : 0), 0);
  assert.ok(bytesOut <= stream.length);

  const text = new IacDecoder(dialect).push(escapeIac(stream));
  assert.ok(
    text.every((item) => item.is === "text"),
    "escaped bytes are text",
  );
  if (!stream.includes(13)) assert.deepEqual(textOf(text), Buffer.from(stream));
}

function joinTexts(items: readonly TelnetItem[]): TelnetItem[] {
  const joined: TelnetItem[] = [];
  for (const item of items) {
    const last = joined.at(-1);
    if (item.is === "text" && last?.is === "text") joined.splice(-1, 1, { is: "text", bytes: Buffer.concat([last.bytes, item.bytes]) });
    else joined.push(item);
  }
  return joined;
}

function textOf(items: readonly TelnetItem[]): Buffer {
  return Buffer.concat(items.flatMap((item) => (item.is === "text" ? [item.bytes] : [])));
}

export const target: FuzzTarget = {
  name: "telnet-iac",
  run,
  share: 0.5,
  words: [Buffer.from([IAC, 250, 31]), Buffer.from([IAC, 240]), Buffer.from([IAC, IAC])],
  seeds: [0, 1, 2, 3].map((control) =>
    Buffer.from([
      control,
      65,
      IAC,
      253,
      1,
      13,
      0,
      IAC,
      250,
      31,
      0,
      80,
      0,
      24,
      IAC,
      240,
      IAC,
      IAC,
      13,
      10,
      IAC,
      241,
      IAC,
      250,
      24,
      0,
      120,
      IAC,
      240,
    ]),
  ),
};
