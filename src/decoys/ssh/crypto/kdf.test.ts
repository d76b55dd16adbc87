import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ciphers } from "./ciphers.ts";
import { mpint, sshString } from "./field.ts";
import {
  deriveKey,
  derivePacketKeys,
  exchangeHash,
  groupParts,
  type Handshake,
  hybridSecret,
  numberSecret,
  publicNumbers,
  publicStrings,
} from "./kdf.ts";
import { macs } from "./macs.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

test("RFC 4251 §5: the mpint examples that are not negative", () => {
  assert.deepEqual(mpint(hex("00")), hex("00 00 00 00"));
  assert.deepEqual(mpint(hex("")), hex("00 00 00 00"));
  assert.deepEqual(mpint(hex("09a378f9b2e332a7")), hex("00 00 00 08 09 a3 78 f9 b2 e3 32 a7"));
  assert.deepEqual(mpint(hex("80")), hex("00 00 00 02 00 80"));
  assert.deepEqual(mpint(hex("000080")), hex("00 00 00 02 00 80"));
});

const source = {
  hash: "sha256",
  secret: numberSecret(hex("8001")),
  exchangeHash: Buffer.alloc(32, 0xaa),
  sessionId: Buffer.alloc(32, 0xbb),
} as const;

function sha256(...parts: Uint8Array[]): Buffer {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest();
}

test("RFC 4253 §7.2: the first block takes letter and session id, later blocks all that came before", () => {
  const { secret, exchangeHash: h, sessionId } = source;
  const k1 = sha256(secret, h, Buffer.from("C"), sessionId);
  const k2 = sha256(secret, h, k1);
  const k3 = sha256(secret, h, k1, k2);
  const whole = Buffer.concat([k1, k2, k3]);
  for (const bytes of [0, 1, 16, 32, 33, 64, 65, 96]) assert.deepEqual(deriveKey(source, "C", bytes), whole.subarray(0, bytes));
});

test("RFC 4253 §7.2: each direction has its own letters", () => {
  const cipher = ciphers.get("aes128-cbc");
  const mac = macs.get("hmac-sha2-512");
  assert.ok(cipher);
  const toServer = derivePacketKeys(source, "toServer", { cipher, mac });
  const toClient = derivePacketKeys(source, "toClient", { cipher, mac });
  assert.deepEqual(
    [toServer.iv, toServer.key, toServer.macKey],
    [deriveKey(source, "A", 16), deriveKey(source, "C", 16), deriveKey(source, "E", 64)],
  );
  assert.deepEqual(
    [toClient.iv, toClient.key, toClient.macKey],
    [deriveKey(source, "B", 16), deriveKey(source, "D", 16), deriveKey(source, "F", 64)],
  );
});

const handshake: Handshake = {
  clientIdent: Buffer.from("SSH-2.0-client"),
  serverIdent: Buffer.from("SSH-2.0-server"),
  clientKexInit: hex("14 01"),
  serverKexInit: hex("14 02"),
  hostKey: Buffer.from("host key"),
};
const common =
  "0000000e 5353482d322e302d636c69656e74 0000000e 5353482d322e302d736572766572 00000002 1401 00000002 1402 00000008 686f7374206b6579";

test("RFC 5656 §4, RFC 8731 §3: exchange hash of elliptic curves", () => {
  const h = exchangeHash("sha256", handshake, {
    exchanged: publicStrings(hex("c1c2"), hex("d1d2d3")),
    secret: numberSecret(hex("00ff01")),
  });
  assert.deepEqual(h, sha256(hex(`${common} 00000002 c1c2 00000003 d1d2d3 00000003 00ff01`)));
});

test("RFC 4253 §8: exchange hash of Diffie-Hellman", () => {
  const h = exchangeHash("sha256", handshake, { exchanged: publicNumbers(hex("00c1"), hex("11")), secret: numberSecret(hex("05")) });
  assert.deepEqual(h, sha256(hex(`${common} 00000002 00c1 00000001 11 00000001 05`)));
});

test("RFC 4419 §3 and §5: exchange hash of group exchange, with new and old request", () => {
  const group = { prime: hex("ef"), generator: hex("02") };
  const numbers = publicNumbers(hex("33"), hex("44"));
  const hashFor = (request: { preferredBits: number; minBits?: number; maxBits?: number }): Buffer =>
    exchangeHash("sha256", handshake, {
      exchanged: Buffer.concat([groupParts(request, group.prime, group.generator), numbers]),
      secret: numberSecret(hex("05")),
    });
  const tail = "00000002 00ef 00000001 02 00000001 33 00000001 44 00000001 05";
  assert.deepEqual(
    hashFor({ minBits: 2048, preferredBits: 3072, maxBits: 8192 }),
    sha256(hex(`${common} 00000800 00000c00 00002000 ${tail}`)),
  );
  assert.deepEqual(hashFor({ preferredBits: 3072 }), sha256(hex(`${common} 00000c00 ${tail}`)));
});

test("draft-ietf-sshm-ntruprime-ssh: a hybrid secret is the hash of both, as a string", () => {
  const [kem, curve] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const expected = createHash("sha512").update(kem).update(curve).digest();
  assert.deepEqual(hybridSecret("sha512", kem, curve), sshString(expected));
});
