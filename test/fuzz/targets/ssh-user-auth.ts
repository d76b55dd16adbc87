import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parseAuthRequest, parseKey, parsePassword, parseResponses } from "../../../src/decoys/ssh/auth/request.ts";
import { describeModes, parseTerminalModes } from "../../../src/decoys/ssh/connection/terminal-modes.ts";
import { Writer } from "../../../src/wire/writer.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** One message of a login as each of the parsers takes it; no parser gives more bytes than it was given. */
function run(input: Uint8Array): void {
  const request = parseAuthRequest(input);
  if (request.status === "done") {
    const { user, service, method, fields } = request.value;
    assert.ok(user.length + service.length + method.length + fields.length + 13 === input.length);
    parseFields(fields);
  }
  parseFields(input);
  const responses = parseResponses(input);
  if (responses.status === "done") assert.equal(Buffer.concat([...responses.value]).length + 4 * responses.value.length + 5, input.length);
  const modes = parseTerminalModes(input);
  assert.ok(modes.length * 5 <= input.length && describeModes(modes).length <= 159);
}

function parseFields(fields: Uint8Array): void {
  for (const either of [false, true]) {
    const password = parsePassword(fields, either);
    if (password.status === "done") assert.ok(password.value.password.length + 5 <= fields.length);
    const key = parseKey(fields, either);
    if (key.status === "done") assert.ok(key.value.signedBytes <= fields.length && key.value.blob.length < key.value.signedBytes);
  }
}

function encodeAuthRequest(method: string, fields: Buffer): Buffer {
  return new Writer().u8(50).string32("root").string32("ssh-connection").string32(method).bytes(fields).finish();
}

export const target: FuzzTarget = {
  name: "ssh-user-auth",
  run,
  share: 0.3,
  seeds: [
    encodeAuthRequest("none", Buffer.alloc(0)),
    encodeAuthRequest("password", Buffer.from("\0\0\0\0\x041234", "latin1")),
    encodeAuthRequest("password", Buffer.from("\x01\0\0\0\x041234\0\0\0\x01x", "latin1")),
    encodeAuthRequest("publickey", Buffer.from("\x01\0\0\0\x01a\0\0\0\x02bc\0\0\0\x01s", "latin1")),
    Buffer.from("\x3d\0\0\0\x02\0\0\0\x041234\0\0\0\0", "latin1"),
    Buffer.from([3, 0, 0, 0, 127, 128, 0, 0, 150, 0, 0]),
  ],
};
