import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { ChaCha20 } from "./chacha20.ts";
import { poly1305 } from "./poly1305.ts";
import { seededRandom } from "./testing/seeded-random.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

test("ChaCha20 gives OpenSSL's bytes for every length around its blocks and its switch to OpenSSL", () => {
  const random = seededRandom("chacha20");
  for (const length of [0, 1, 4, 63, 64, 65, 127, 128, 129, 511, 512, 513, 5000]) {
    const key = random(32);
    const plain = random(length);
    for (const sequence of [0, 1, 0x01020304, 0xffffffff]) {
      const iv = Buffer.alloc(16);
      iv.writeUInt32LE(1, 0);
      iv.writeUInt32BE(sequence, 12);
      const bytes = Buffer.from(plain);
      new ChaCha20(key).xor(bytes, sequence, 1);
      assert.deepEqual(bytes, createCipheriv("chacha20", key, iv).update(plain));
    }
  }
});

test("RFC 8439 §2.5.2: Poly1305 of the example message", () => {
  const key = hex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
  const tag = poly1305(key, Buffer.from("Cryptographic Forum Research Group"));
  assert.equal(tag.toString("hex"), "a8061dc1305136c6c22b8baf0c0127a9");
});

// Number, r, s, message, tag.
const edgeVectors = [
  [7, "02", "", "ff".repeat(16), "03"],
  [8, "02", "ff".repeat(16), "02", "03"],
  [9, "01", "", `${"ff".repeat(16)}f0${"ff".repeat(15)}11`, "05"],
  [10, "01", "", `${"ff".repeat(16)}fb${"fe".repeat(15)}${"01".repeat(16)}`, ""],
  [11, "02", "", `fd${"ff".repeat(15)}`, `fa${"ff".repeat(15)}`],
] as const;

for (const [number, r, s, message, tag] of edgeVectors) {
  test(`RFC 8439 A.3: Poly1305 vector ${number}, a carry at the edge`, () => {
    const padded = (value: string): string => value.padEnd(32, "0");
    const length = 32 * Math.ceil(message.length / 32);
    assert.equal(poly1305(hex(padded(r) + padded(s)), hex(message.padEnd(length, "0"))).toString("hex"), padded(tag));
  });
}

test("Poly1305 gives the tags of OpenSSL's AEAD construction", () => {
  const random = seededRandom("poly1305");
  for (let length = 0; length < 300; length += 1 + (random(1)[0] ?? 0) / 16) {
    const [key, nonce, plain] = [random(32), random(12), random(length)];
    const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
    const sealed = cipher.update(plain);
    cipher.final();
    const oneTimeKey = createCipheriv("chacha20", key, Buffer.concat([Buffer.alloc(4), nonce])).update(Buffer.alloc(32));
    const lengths = Buffer.alloc(16);
    lengths.writeUInt32LE(sealed.length, 8);
    const message = Buffer.concat([sealed, Buffer.alloc((16 - (sealed.length % 16)) % 16), lengths]);
    assert.deepEqual(poly1305(oneTimeKey, message), cipher.getAuthTag());
  }
});

const prime = 2n ** 130n - 5n;

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** RFC 8439 §2.5.1, word for word in big integers. */
function plainPoly1305(key: Buffer, message: Buffer): Buffer {
  const r = littleEndian(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16);
    sum = ((sum + littleEndian(block) + 2n ** BigInt(8 * block.length)) * r) % prime;
  }
  const tag = BigInt.asUintN(128, sum + littleEndian(key.subarray(16)));
  return Buffer.from(tag.toString(16).padStart(32, "0"), "hex").reverse();
}

test("Poly1305 agrees with big integers on extreme keys and messages of every length", () => {
  const random = seededRandom("poly1305 edges");
  for (let round = 0; round < 600; round++) {
    const [key, message] = [random(32), random(round % 100)];
    if (round % 2 === 0) key.fill(0xff, 0, 16);
    if (round % 3 === 0) message.fill(0xff);
    if (round % 5 === 0) message.fill(0);
    assert.deepEqual(poly1305(key, message), plainPoly1305(key, message));
  }
});
