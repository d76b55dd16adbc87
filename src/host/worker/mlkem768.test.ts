import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, decapsulate } from "node:crypto";
import test from "node:test";
import { nodeKeys } from "./node-keys.ts";

/**
 * ML-KEM-768 as FIPS 203 has it, since no SSH client of Debian 12 speaks it. The seed is that of the CCTV vector for ML-KEM-768 which Wycheproof
 * publishes too (testvectors_v1/mlkem_768_test.json); of its 1184-byte public key the digest stands here.
 */
const seed = Buffer.from(
  "cbfc4405d1b2a3a386c94c25e0f2d5f5ee92cb0388ff4d6aa04223086d51c3fd24752da14c9fc3b8ae0d9e4a8b1016b8d8fc69e229c03ea2ef08a4ae0cffc37f",
  "hex",
);
const PUBLIC_KEY_SHA256 = "67fe2cb60768d55758c67bfd5842692dedb14513d581c48db2cd3adf94568106";
const key = createPrivateKey({ key: seed, format: "raw-seed", asymmetricKeyType: "ml-kem-768" });
const publicKey = createPublicKey(key).export({ format: "raw-public" });

test("FIPS 203 §7.1: the published seed makes the published key", () => {
  assert.equal(createHash("sha256").update(publicKey).digest("hex"), PUBLIC_KEY_SHA256);
});

test("FIPS 203 §7.2: what we encapsulate to the published key, its owner decapsulates", () => {
  const agreement = nodeKeys([]).encapsulateMlkem768(publicKey);
  assert.ok(agreement !== undefined);
  assert.equal(agreement.publicKey.length, 1088);
  assert.deepEqual(Buffer.from(agreement.secret), decapsulate(key, agreement.publicKey));
});

test("FIPS 203 §6.3: a wrong ciphertext is rejected implicitly, with SHAKE256 of z and the ciphertext", () => {
  const ciphertext = Buffer.alloc(1088);
  const expected = createHash("shake256", { outputLength: 32 }).update(seed.subarray(32)).update(ciphertext).digest();
  assert.deepEqual(decapsulate(key, ciphertext), expected);
});

test("FIPS 203 §7.2: a key whose numbers are not reduced, or of another length, is refused", () => {
  const unreduced = Buffer.from(publicKey);
  unreduced.fill(0xff, 0, 3);
  for (const wrong of [unreduced, publicKey.subarray(1), Buffer.alloc(0)]) assert.equal(nodeKeys([]).encapsulateMlkem768(wrong), undefined);
});
