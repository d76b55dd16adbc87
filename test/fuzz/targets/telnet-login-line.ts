import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { LoginLine } from "../../../src/decoys/telnet/login-line.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** First byte: whether it echoes, and the column at which the line starts. Lines follow each other until the input ends. */
function run(input: Uint8Array): void {
  const control = input[0] ?? 0;
  const options = { echo: (control & 1) === 1, column: control >> 1 };
  let line = new LoginLine(options);
  for (const byte of input.subarray(1)) {
    const { echo, result } = line.take(byte);
    assert.match(echo, /^[\b\r\n\x20-\x7f\x80-\xff]*$/, "echoes a control");
    if (!options.echo) assert.equal(echo, "", "shows what must not be seen");
    if (result?.is === "line") assert.ok(result.text.length <= 4095);
    if (result !== undefined) line = new LoginLine(options);
  }
}

export const target: FuzzTarget = {
  name: "telnet-login-line",
  run,
  maxInputBytes: 5_000,
  maxCpuMs: 50,
  share: 0.15,
  seeds: [
    "\x0droot\r\n",
    "\x0cpassword\n",
    "\x0dro\x7f\x7fadmin x\x17\tb\x15c\x04",
    `\x0d${"a".repeat(2_000)}\x15`,
    `\x01${"\t ".repeat(2_000)}\x17\x17`,
    "\x01\x03\x1c\x04",
  ].map((text) => Buffer.from(text, "latin1")),
};
