import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createCipheriv, hash } from "node:crypto";
import { test } from "node:test";
import { decodeRadix, encodeRadix, radixPlan } from "./radix-encoding.ts";
import type { Random } from "./random.ts";
import { encapsulate, shortPolynomial, sntrup761 } from "./sntrup761.ts";
import { decapsulate, generateKeys } from "./testing/sntrup761-keys.ts";

/** The deterministic generator of NIST's known-answer tests: CTR_DRBG with AES-256, no derivation function (SP 800-90A §10.2.1). */
function nistRandom(seed: Uint8Array): Random {
  let key: Buffer = Buffer.alloc(32);
  let counter = 0n;
  const block = (): Buffer => {
    counter = BigInt.asUintN(128, counter + 1n);
    const input = Buffer.from(counter.toString(16).padStart(32, "0"), "hex");
    return createCipheriv("aes-256-ecb", key, null).update(input);
  };
  const refresh = (mix: Uint8Array): void => {
    const state = Buffer.concat([block(), block(), block()]).map((byte, i) => byte ^ (mix[i] ?? 0));
    key = Buffer.from(state.subarray(0, 32));
    counter = BigInt(`0x${Buffer.from(state.subarray(32)).toString("hex")}`);
  };
  refresh(seed);
  return (bytes) => {
    const blocks = Array.from({ length: Math.ceil(bytes / 16) }, block);
    refresh(Buffer.alloc(0));
    return Buffer.concat(blocks).subarray(0, bytes);
  };
}

const entropy = Buffer.from(Array.from({ length: 48 }, (_, i) => i));
const seeded = (seed: number): Random => nistRandom(Buffer.alloc(48, seed));

test("key pair, ciphertext and secret are those of the published known-answer test", () => {
  const seed = nistRandom(entropy)(48);
  const random = nistRandom(seed);
  const { publicKey, secretKey } = generateKeys(random);
  const sealed = encapsulate(publicKey, random);
  assert.ok(sealed);
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
  const answer = [
    "count = 0",
    `seed = ${hex(seed)}`,
    `pk = ${hex(publicKey)}`,
    `sk = ${hex(secretKey)}`,
    `ct = ${hex(sealed.ciphertext)}`,
    `ss = ${hex(sealed.secret)}`,
    "",
  ].join("\n");
  // SHA-256 of this text: nistkat-sha256 of sntrup761 in PQClean and liboqs.
  assert.equal(hash("sha256", answer), "afc42c3a5b10f4ef69654250097ebda9b9564570f4086744b24a6daf2bd1f89a");
});

test("the vector of draft-josefsson-ntruprime-streamlined is met when chance is drawn word by word", () => {
  const generator = nistRandom(nistRandom(entropy)(48));
  const words: Random = (bytes) =>
    bytes === 191 ? generator(bytes) : Buffer.concat(Array.from({ length: bytes / 4 }, () => generator(4)));
  const { publicKey } = generateKeys(words);
  const sealed = encapsulate(publicKey, words);
  assert.equal(sealed?.ciphertext.subarray(0, 24).toString("hex"), "84f327d38929039ef84366ab796a96e6cc268454d5ad8d05");
});

test("both sides agree on the secret", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = seeded(seed);
    const { publicKey, secretKey } = generateKeys(random);
    const sealed = encapsulate(publicKey, random);
    assert.ok(sealed);
    assert.equal(sealed.ciphertext.length, sntrup761.ciphertextBytes);
    assert.deepEqual(decapsulate(secretKey, sealed.ciphertext), sealed.secret);
  }
});

test("a ciphertext altered anywhere gives another secret", () => {
  const random = seeded(9);
  const { publicKey, secretKey } = generateKeys(random);
  const sealed = encapsulate(publicKey, random);
  assert.ok(sealed);
  for (const at of [0, 500, 1006, 1007, 1038]) {
    const altered = Buffer.from(sealed.ciphertext);
    altered[at] = (altered[at] ?? 0) ^ 1;
    assert.notDeepEqual(decapsulate(secretKey, altered), sealed.secret);
  }
});

test("a key of the wrong length is refused, any content of the right length is taken", () => {
  const random = seeded(3);
  assert.equal(encapsulate(Buffer.alloc(1157), random), undefined);
  assert.equal(encapsulate(Buffer.alloc(1159), random), undefined);
  for (const key of [Buffer.alloc(1158), Buffer.alloc(1158, 0xff), random(1158)]) {
    assert.equal(encapsulate(key, random)?.ciphertext.length, 1039);
  }
});

test("a short polynomial has 286 coefficients of size 1", () => {
  const short = shortPolynomial(seeded(5)(4 * 761));
  assert.equal(short.filter((c) => c === 1 || c === -1).length, 286);
  assert.equal(short.filter((c) => c === 0).length, 475);
});

test("radix packing gives every digit back, for even and odd counts", () => {
  const random = seeded(6);
  for (const [count, modulus] of [
    [1, 4591],
    [2, 3],
    [5, 1531],
    [761, 4591],
    [761, 1531],
  ] as const) {
    const plan = radixPlan(count, modulus);
    const chance = random(2 * count);
    const digits = Int32Array.from({ length: count }, (_, i) => (256 * (chance[2 * i] ?? 0) + (chance[2 * i + 1] ?? 0)) % modulus);
    const packed = Buffer.alloc(2 * count + 2);
    encodeRadix(plan, digits.slice(), packed);
    assert.deepEqual(decodeRadix(plan, packed), digits);
  }
});

test("radix unpacking of any bytes gives digits below the modulus", () => {
  const plan = radixPlan(761, 4591);
  for (const bytes of [Buffer.alloc(1158, 0xff), seeded(7)(1158), seeded(8)(1158)]) {
    assert.ok(decodeRadix(plan, bytes).every((digit) => digit >= 0 && digit < 4591));
  }
});
