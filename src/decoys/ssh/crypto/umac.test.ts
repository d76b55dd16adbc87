import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "./testing/seeded-random.ts";
import { Umac } from "./umac.ts";

const rfcKey = Buffer.from("abcdefghijklmnop");
// The RFC's nonce "bcdefghi".
const [nonceHigh, nonceLow] = [0x62636465, 0x66676869];

// The first 12 bytes of each 16-byte tag are the RFC's UMAC-96 tag; the last stream is checked against the plain rendering below.
const vectors = [
  ["", 0, "6E155FAD26900BE1", "32FEDB100C79AD58F07FF764"],
  ["a", 3, "44B5CB542F220104", "185E4FE905CBA7BD85E4C2DC"],
  ["a", 2 ** 10, "26BF2F5D60118BD9", "7A54ABE04AF82D60FB298C3C"],
  ["a", 2 ** 15, "27F8EF643B0D118D", "7B136BD911E4B734286EF2BE"],
  ["a", 2 ** 20, "A4477E87E9F55853", "F8ACFA3AC31CFEEA047F7B11"],
  ["abc", 1, "D4D7B9F6BD4FBFCF", "883C3D4B97A61976FFCF2323"],
  ["abc", 500, "D4CF26DDEFD5C01A", "8824A260C53C66A36C9260A6"],
] as const;

for (const [text, times, tag64, tag96] of vectors) {
  test(`RFC 4418 appendix: "${text}" ${times} times`, () => {
    const message = Buffer.from(text.repeat(times));
    assert.equal(new Umac(rfcKey, 8, nonceHigh).tag(nonceLow, message).toString("hex").toUpperCase(), tag64);
    assert.equal(new Umac(rfcKey, 16, nonceHigh).tag(nonceLow, message).toString("hex", 0, 12).toUpperCase(), tag96);
  });
}

const mask64 = 2n ** 64n - 1n;
const prime64 = 2n ** 64n - 59n;
const prime36 = 2n ** 36n - 5n;

function kdf(key: Buffer, index: number, bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 16) }, (_, i) => {
    const input = Buffer.alloc(16);
    input.writeBigUInt64BE(BigInt(index), 0);
    input.writeBigUInt64BE(BigInt(i + 1), 8);
    return createCipheriv("aes-128-ecb", key, null).update(input);
  });
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** RFC 4418 §5.2.2 */
function plainNh(key: Buffer, message: Buffer): bigint {
  const padded = Buffer.concat([message, Buffer.alloc((message.length === 0 ? 32 : -message.length & 31) & 0x3f)]);
  let sum = BigInt(8 * message.length);
  for (let block = 0; block < padded.length; block += 32) {
    for (let at = block; at < block + 16; at += 4) {
      const a = (padded.readUInt32LE(at) + key.readUInt32BE(at)) >>> 0;
      const b = (padded.readUInt32LE(at + 16) + key.readUInt32BE(at + 16)) >>> 0;
      sum = (sum + BigInt(a) * BigInt(b)) & mask64;
    }
  }
  return sum;
}

/** RFC 4418 §5.3.2, §5.4 */
function plainStream(keys: { layer1: Buffer; layer2: Buffer; layer3: Buffer; mask: number }, message: Buffer): number {
  const chunks = Array.from({ length: Math.ceil(message.length / 1024) || 1 }, (_, i) =>
    plainNh(keys.layer1, message.subarray(1024 * i, 1024 * i + 1024)),
  );
  let hashed = chunks[0] ?? 0n;
  if (chunks.length > 1) {
    const k = keys.layer2.readBigUInt64BE(0) & 0x01ffffff01ffffffn;
    hashed = 1n;
    for (const word of chunks) {
      const escaped = word >= 2n ** 64n - 2n ** 32n;
      if (escaped) hashed = (hashed * k + prime64 - 1n) % prime64;
      hashed = (hashed * k + (escaped ? word - 59n : word)) % prime64;
    }
  }
  const parts = [48n, 32n, 16n, 0n].map((shift) => (hashed >> shift) & 0xffffn);
  const sum = parts.reduce((total, part, i) => total + part * (keys.layer3.readBigUInt64BE(32 + 8 * i) % prime36), 0n);
  return (Number((sum % prime36) & 0xffffffffn) ^ keys.mask) >>> 0;
}

/** The whole of RFC 4418 §4 for 8- and 16-byte tags, word for word in big integers. */
function plainUmac(key: Buffer, tagBytes: 8 | 16, { sequence, message }: { sequence: number; message: Buffer }): Buffer {
  const nonce = Buffer.alloc(16);
  const index = tagBytes === 8 ? sequence % 2 : 0;
  nonce.writeBigUInt64BE(BigInt(sequence - index), 0);
  const pad = createCipheriv("aes-128-ecb", kdf(key, 0, 16), null)
    .update(nonce)
    .subarray(index * tagBytes);
  const tag = Buffer.alloc(tagBytes);
  for (let i = 0; i < tagBytes / 4; i++) {
    const layer1 = kdf(key, 1, 2048).subarray(16 * i);
    const layer2 = kdf(key, 2, 128).subarray(24 * i);
    const layer3 = kdf(key, 3, 512).subarray(64 * i);
    const mask = kdf(key, 4, 16).readUInt32BE(4 * i);
    tag.writeUInt32BE((plainStream({ layer1, layer2, layer3, mask }, message) ^ pad.readUInt32BE(4 * i)) >>> 0, 4 * i);
  }
  return tag;
}

test("tags agree with big integers for every length around words, blocks and chunks", () => {
  const random = seededRandom("umac");
  const lengths = [0, 1, 3, 4, 31, 32, 33, 100, 255, 256, 257, 1020, 1023, 1024, 1025, 1056, 2047, 2048, 2049, 5000, 35000];
  for (const tagBytes of [8, 16] as const) {
    for (const length of lengths) {
      const key = random(16);
      const message = random(length);
      if (length % 2 === 1) message.fill(0xff);
      const sequence = random(4).readUInt32BE();
      assert.deepEqual(new Umac(key, tagBytes).tag(sequence, message), plainUmac(key, tagBytes, { sequence, message }));
    }
  }
});

test("one object gives the right tags in any order of sequence numbers", () => {
  const key = seededRandom("order")(16);
  const message = Buffer.from("packet");
  for (const tagBytes of [8, 16] as const) {
    const umac = new Umac(key, tagBytes);
    for (const sequence of [0, 1, 2, 3, 15, 16, 17, 0, 7, 8, 0xffffffff, 0xfffffffe, 5]) {
      assert.deepEqual(umac.tag(sequence, message), plainUmac(key, tagBytes, { sequence, message }));
    }
  }
});

/** A 1024-byte chunk with this hash, which must be large: all but the first two products are zero. */
function chunkWithHash(key: Buffer, hash: bigint): Buffer {
  const largest = 0xffffffff;
  const secondProduct = Number(hash - 8192n - BigInt(largest) ** 2n);
  const sums = new Map([
    [0, largest],
    [4, largest],
    [1, 1],
    [5, secondProduct],
  ]);
  const chunk = Buffer.alloc(1024);
  for (let word = 0; word < 256; word++) {
    chunk.writeUInt32LE(((sums.get(word) ?? 0) - key.readUInt32BE(4 * word)) >>> 0, 4 * word);
  }
  return chunk;
}

test("RFC 4418 §5.3.2: chunk hashes from 2^64 - 2^32 on are escaped in the second layer", () => {
  const random = seededRandom("escape");
  for (const above of [0n, 58n, 59n, 8000n]) {
    const key = random(16);
    const layer1 = kdf(key, 1, 1024 + 16);
    const hash = 2n ** 64n - 2n ** 32n + above;
    const chunk = chunkWithHash(layer1, hash);
    assert.equal(plainNh(layer1, chunk), hash);
    const message = Buffer.concat([random(1024), chunk, random(40)]);
    assert.deepEqual(new Umac(key, 8).tag(7, message), plainUmac(key, 8, { sequence: 7, message }));
  }
});
