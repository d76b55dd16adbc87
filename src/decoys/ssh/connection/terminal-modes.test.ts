import assert from "node:assert/strict";
import test from "node:test";
import { describeModes, parseTerminalModes } from "./terminal-modes.ts";

test("terminal modes are read up to the end mark or the first that is not understood (RFC 4254 §8)", () => {
  assert.deepEqual(describeModes(parseTerminalModes(Buffer.from("35000000010100000003000000", "hex"))), ["53=1", "1=3"]);
  assert.deepEqual(parseTerminalModes(Buffer.from("3500000001a000000000", "hex")), [{ opcode: 53, value: 1 }]);
  assert.deepEqual(parseTerminalModes(Buffer.from("350000", "hex")), []);
  assert.deepEqual(parseTerminalModes(new Uint8Array(0)), []);
});
