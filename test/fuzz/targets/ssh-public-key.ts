import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parsePublicKey, verifySignature } from "../../../src/decoys/ssh/crypto/public-keys.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const MESSAGE = Buffer.from("what is signed");

/** First two bytes: the length of the key's blob; the rest is a signature. The corpus holds signed keys. */
function run(input: Uint8Array): void {
  const size = (input[0] ?? 0) * 256 + (input[1] ?? 0);
  const blob = input.subarray(2, 2 + size);
  const parsed = parsePublicKey(blob);
  if (parsed.status !== "done") return;
  const key = parsed.value;
  assert.equal(parsed.size, blob.length);
  assert.match(key.fingerprint, /^SHA256:[A-Za-z0-9+/]{43}$/);
  assert.ok(Number.isInteger(key.bits) && key.bits >= 0 && key.bits <= 8 * blob.length + 521);
  const verdict = verifySignature(key, input.subarray(2 + size), MESSAGE);
  if (key.certificate !== undefined) assert.notEqual(verdict, "verified");
}

export const target: FuzzTarget = {
  name: "ssh-public-key",
  run,
  share: 0.5,
  words: ["-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", "ssh-dss"],
};
