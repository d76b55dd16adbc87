import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, hash, type KeyObject, sign } from "node:crypto";
import { test } from "node:test";
import { sshString } from "./field.ts";
import {
  encodeEcdsaKey,
  encodeEd25519Key,
  encodeRsaKey,
  encodeSignature,
  fingerprint,
  type PublicKey,
  parsePublicKey,
  verifySignature,
} from "./public-keys.ts";
import { authorityFingerprint, opensshKeys } from "./testing/openssh-keys.ts";
import { seededRandom } from "./testing/seeded-random.ts";

function parsed(blob: Uint8Array): PublicKey {
  const result = parsePublicKey(blob);
  assert.equal(result.status, "done");
  assert.ok(result.status === "done");
  return result.value;
}

for (const { type, blob, bits, fingerprint: expected } of opensshKeys) {
  test(`${type} (${bits}): type, size and fingerprint as ssh-keygen shows them`, () => {
    const key = parsed(Buffer.from(blob, "base64"));
    assert.equal(key.type, type);
    assert.equal(key.bits, bits);
    assert.equal(key.fingerprint, expected);
    if (!type.includes("-cert-")) return;
    assert.deepEqual(key.certificate, { keyId: "visitor key", authority: authorityFingerprint });
  });

  test(`${type} (${bits}): every shortened or lengthened blob is malformed`, () => {
    const whole = Buffer.from(blob, "base64");
    for (let size = 0; size < whole.length; size++) assert.equal(parsePublicKey(whole.subarray(0, size)).status, "malformed", `${size}`);
    assert.equal(parsePublicKey(Buffer.concat([whole, Buffer.of(0)])).status, "malformed");
  });
}

/** PROTOCOL.sshsig: what is signed, and the signature blob at its end. */
function takeApart(armoured: string): { signature: Buffer; message: Buffer } {
  const whole = Buffer.from(armoured, "base64");
  const fields: Buffer[] = [];
  for (let at = 10; at < whole.length; ) {
    const size = whole.readUInt32BE(at);
    fields.push(whole.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  const [, namespace = "", reserved = "", hashName = "", signature = Buffer.alloc(0)] = fields;
  const digest = hash("sha512", Buffer.from("the message"), "buffer");
  const message = Buffer.concat([Buffer.from("SSHSIG"), ...[namespace, reserved, hashName, digest].map(sshString)]);
  return { signature, message };
}

for (const { type, blob, bits, signature: armoured } of opensshKeys) {
  if (armoured === undefined) continue;
  test(`${type} (${bits}): OpenSSH's signature is verified, a changed one is not`, () => {
    const key = parsed(Buffer.from(blob, "base64"));
    const { signature, message } = takeApart(armoured);
    assert.equal(verifySignature(key, signature, message), "verified");
    assert.equal(verifySignature(key, signature, Buffer.concat([message, Buffer.of(0)])), "wrong");
    for (let at = 0; at < signature.length; at++) {
      const changed = Buffer.from(signature);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      assert.notEqual(verifySignature(key, changed, message), "verified", `byte ${at}`);
      assert.notEqual(verifySignature(key, signature.subarray(0, at), message), "verified", `cut at ${at}`);
    }
  });
}

const text = Buffer.from("session id and request");

function jwkNumber(key: KeyObject, name: "n" | "e" | "x" | "y"): Buffer {
  return Buffer.from(key.export({ format: "jwk" })[name] ?? "", "base64url");
}

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rsaKey = parsed(encodeRsaKey(jwkNumber(rsa.publicKey, "e"), jwkNumber(rsa.publicKey, "n")));

for (const [algorithm, hashName] of [
  ["ssh-rsa", "sha1"],
  ["rsa-sha2-256", "sha256"],
  ["rsa-sha2-512", "sha512"],
] as const) {
  test(`RFC 8332 §3: an RSA key's signature named ${algorithm} is one with ${hashName}`, () => {
    const raw = sign(hashName, text, rsa.privateKey);
    assert.equal(verifySignature(rsaKey, encodeSignature(algorithm, raw), text), "verified");
    const other = algorithm === "ssh-rsa" ? "rsa-sha2-256" : "ssh-rsa";
    assert.equal(verifySignature(rsaKey, encodeSignature(other, raw), text), "wrong");
  });
}

test("an RSA signature without its leading zero bytes is verified", () => {
  // One signature in 256 starts with a zero byte; that none of 5000 does has a chance of 3 in a billion.
  for (let round = 0; round < 5000; round++) {
    const message = Buffer.from(`round ${round}`);
    const raw = sign("sha256", message, rsa.privateKey);
    if (raw[0] !== 0) continue;
    assert.equal(verifySignature(rsaKey, encodeSignature("rsa-sha2-256", raw.subarray(1)), message), "verified");
    return;
  }
  assert.fail("no signature started with a zero byte");
});

for (const [curve, nodeName, hashName] of [
  ["nistp256", "P-256", "sha256"],
  ["nistp384", "P-384", "sha384"],
  ["nistp521", "P-521", "sha512"],
] as const) {
  test(`RFC 5656 §3.1: ecdsa-sha2-${curve} round trip, with short numbers`, () => {
    const pair = generateKeyPairSync("ec", { namedCurve: nodeName });
    const point = Buffer.concat([Buffer.of(4), jwkNumber(pair.publicKey, "x"), jwkNumber(pair.publicKey, "y")]);
    const key = parsed(encodeEcdsaKey(curve, point));
    for (let round = 0; round < 40; round++) {
      const message = Buffer.from(`round ${round}`);
      const raw = sign(hashName, message, { key: pair.privateKey, dsaEncoding: "ieee-p1363" });
      assert.equal(verifySignature(key, encodeSignature(`ecdsa-sha2-${curve}`, raw), message), "verified");
    }
  });
}

test("RFC 8709: ed25519 round trip", () => {
  const pair = generateKeyPairSync("ed25519");
  const key = parsed(encodeEd25519Key(jwkNumber(pair.publicKey, "x")));
  const signature = encodeSignature("ssh-ed25519", sign(null, text, pair.privateKey));
  assert.equal(verifySignature(key, signature, text), "verified");
  assert.equal(verifySignature(key, signature, Buffer.from("other")), "wrong");
});

test("a signature algorithm that is not the key's is unsupported", () => {
  const ed25519 = parsed(encodeEd25519Key(Buffer.alloc(32, 7)));
  assert.equal(verifySignature(ed25519, encodeSignature("rsa-sha2-256", Buffer.alloc(256)), text), "unsupported");
  assert.equal(verifySignature(rsaKey, encodeSignature("ssh-ed25519", Buffer.alloc(64)), text), "unsupported");
  assert.equal(verifySignature(rsaKey, encodeSignature("rsa-sha2-1024", Buffer.alloc(256)), text), "unsupported");
});

test("impossible keys never verify and never throw", () => {
  const signature = encodeSignature("ecdsa-sha2-nistp256", Buffer.alloc(64, 1));
  const offCurve = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 9)]);
  for (const point of [offCurve, Buffer.alloc(0), Buffer.of(0), Buffer.alloc(33, 2), Buffer.alloc(1000, 4)]) {
    assert.equal(verifySignature(parsed(encodeEcdsaKey("nistp256", point)), signature, text), "wrong");
  }
  const rsaSignature = encodeSignature("ssh-rsa", Buffer.alloc(10, 1));
  const [tiny, huge] = [Buffer.of(3), Buffer.alloc(20000, 0xff)];
  for (const [e, n] of [
    [tiny, tiny],
    [tiny, huge],
    [huge, tiny],
    [tiny, Buffer.alloc(0)],
    [Buffer.alloc(0), tiny],
  ] as const) {
    assert.equal(verifySignature(parsed(encodeRsaKey(e, n)), rsaSignature, text), "wrong");
  }
  const shortKey = parsed(encodeEd25519Key(Buffer.alloc(31)));
  assert.equal(verifySignature(shortKey, encodeSignature("ssh-ed25519", Buffer.alloc(64)), text), "wrong");
});

test("security keys, certificates and ssh-dss are recognised, never verified", () => {
  const securityKey = Buffer.concat(["sk-ssh-ed25519@openssh.com", Buffer.alloc(32, 1), "ssh:"].map(sshString));
  assert.equal(verifySignature(parsed(securityKey), encodeSignature("sk-ssh-ed25519@openssh.com", Buffer.alloc(64)), text), "unsupported");
  for (const { type, blob } of opensshKeys) {
    if (!type.includes("-cert-") && type !== "ssh-dss") continue;
    const key = parsed(Buffer.from(blob, "base64"));
    assert.equal(verifySignature(key, encodeSignature(key.plainType, Buffer.alloc(64)), text), "unsupported");
  }
});

test("the name inside a security key's certificate is that of the key", () => {
  const fields = ["sk-ssh-ed25519-cert-v01@openssh.com", Buffer.alloc(32), Buffer.alloc(32, 1), "ssh:"].map(sshString);
  const rest = [Buffer.alloc(12), sshString("id"), sshString(""), Buffer.alloc(16), ...["", "", "", "authority", ""].map(sshString)];
  const key = parsed(Buffer.concat([...fields, ...rest]));
  assert.equal(key.plainType, "sk-ssh-ed25519@openssh.com");
  assert.equal(key.fingerprint, fingerprint(Buffer.concat(["sk-ssh-ed25519@openssh.com", Buffer.alloc(32, 1), "ssh:"].map(sshString))));
});

test("an unknown type has a name and a fingerprint", () => {
  const blob = Buffer.concat([sshString("ssh-mldsa44@example.com"), Buffer.from("whatever")]);
  const key = parsed(blob);
  assert.equal(key.type, "ssh-mldsa44@example.com");
  assert.equal(key.fingerprint, fingerprint(blob));
  assert.equal(verifySignature(key, encodeSignature("ssh-mldsa44@example.com", Buffer.alloc(9)), text), "unsupported");
});

test("random bytes behind every type name are a value", () => {
  const random = seededRandom("blobs");
  for (const { type } of opensshKeys) {
    for (let round = 0; round < 100; round++) {
      const result = parsePublicKey(Buffer.concat([sshString(type), random(round)]));
      assert.ok(result.status === "malformed" || result.status === "done");
    }
  }
});
