// Poly1305: the one-time authenticator of chacha20-poly1305@openssh.com.
//
// Source: RFC 8439 §2.5. The number modulo 2^130 - 5 is held as six limbs of 22 bits in doubles. Between blocks the
// limbs are balanced (from -2^21 to 2^21 and a little more), so a sum of six products stays below 2^52 and is exact.
// Adding and subtracting 3 * 2^73 rounds a double to a multiple of 2^22: so all carries are taken at once, without
// branches, and the running time does not depend on the data.
//
// Rule that must stay true: every intermediate sum is an integer below 2^53.

import { Buffer } from "node:buffer";

const limbBits = 22;
const limbMask = 2 ** limbBits - 1;
const limbSize = 2 ** limbBits;
/** 2^132, the weight of a seventh limb, is 20 modulo 2^130 - 5. */
const wrap = 20;
const perLimb = 2 ** -limbBits;
const wrapPerLimb = wrap * perLimb;
/** (x + rounder) - rounder is the multiple of 2^22 nearest to x. */
const rounder = 3 * 2 ** 73;
/** The bit above a whole block's 16 bytes, as it stands in the highest limb. */
const wholeBlockBit = 2 ** (128 - 5 * limbBits);

const blockBytes = 16;
// The last block of a message, padded: it is only used between two statements of one call.
const lastBlock = new Uint8Array(blockBytes);
const lastWords = new DataView(lastBlock.buffer);

type Limbs = [number, number, number, number, number, number];

/**
 * The 16-byte tag of a message under a one-time key.
 *
 * @param key 32 bytes: r, then s
 */
export function poly1305(key: Uint8Array, message: Uint8Array): Buffer {
  const keyWords = new DataView(key.buffer, key.byteOffset, 32);
  const r = clampedLimbs(keyWords);
  const rest = message.length % blockBytes;
  const wholeBytes = message.length - rest;
  const blocks = { words: new DataView(message.buffer, message.byteOffset, wholeBytes), topBit: wholeBlockBit };
  const h = absorb([0, 0, 0, 0, 0, 0], r, blocks);
  if (rest === 0) return encodeTag(h, keyWords);
  lastBlock.fill(0);
  for (let i = 0; i < rest; i++) lastBlock[i] = message[wholeBytes + i] ?? 0;
  lastBlock[rest] = 1;
  return encodeTag(absorb(h, r, { words: lastWords, topBit: 0 }), keyWords);
}

/** r with the bits cleared that RFC 8439 §2.5 wants cleared. */
function clampedLimbs(words: DataView): Limbs {
  const w0 = words.getInt32(0, true) & 0x0fffffff;
  const w1 = words.getInt32(4, true) & 0x0ffffffc;
  const w2 = words.getInt32(8, true) & 0x0ffffffc;
  const w3 = words.getInt32(12, true) & 0x0ffffffc;
  return [
    w0 & limbMask,
    ((w0 >>> 22) | (w1 << 10)) & limbMask,
    ((w1 >>> 12) | (w2 << 20)) & limbMask,
    (w2 >>> 2) & limbMask,
    ((w2 >>> 24) | (w3 << 8)) & limbMask,
    w3 >>> 14,
  ];
}

interface Blocks {
  /** A whole number of blocks. */
  readonly words: DataView;
  /** What stands above each block's 16 bytes, in the highest limb. */
  readonly topBit: number;
}

/** h = (h + block) * r for every block. */
function absorb(h: Limbs, [r0, r1, r2, r3, r4, r5]: Limbs, { words, topBit }: Blocks): Limbs {
  const [s1, s2, s3, s4, s5] = [wrap * r1, wrap * r2, wrap * r3, wrap * r4, wrap * r5];
  let [h0, h1, h2, h3, h4, h5] = h;
  for (let at = 0; at < words.byteLength; at += blockBytes) {
    const w0 = words.getInt32(at, true);
    const w1 = words.getInt32(at + 4, true);
    const w2 = words.getInt32(at + 8, true);
    const w3 = words.getInt32(at + 12, true);
    h0 += w0 & limbMask;
    h1 += ((w0 >>> 22) | (w1 << 10)) & limbMask;
    h2 += ((w1 >>> 12) | (w2 << 20)) & limbMask;
    h3 += (w2 >>> 2) & limbMask;
    h4 += ((w2 >>> 24) | (w3 << 8)) & limbMask;
    h5 += (w3 >>> 14) + topBit;
    const t0 = h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
    const t1 = h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2;
    const t2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3;
    const t3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4;
    const t4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5;
    const t5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
    const c0 = t0 + rounder - rounder;
    const c1 = t1 + rounder - rounder;
    const c2 = t2 + rounder - rounder;
    const c3 = t3 + rounder - rounder;
    const c4 = t4 + rounder - rounder;
    const c5 = t5 + rounder - rounder;
    const u0 = t0 - c0 + c5 * wrapPerLimb;
    const u1 = t1 - c1 + c0 * perLimb;
    const u2 = t2 - c2 + c1 * perLimb;
    const u3 = t3 - c3 + c2 * perLimb;
    const u4 = t4 - c4 + c3 * perLimb;
    const u5 = t5 - c5 + c4 * perLimb;
    // The first pass leaves limbs of up to 2^34; the second brings them down to 2^21 and at most 2^12 more.
    const d0 = u0 + rounder - rounder;
    const d1 = u1 + rounder - rounder;
    const d2 = u2 + rounder - rounder;
    const d3 = u3 + rounder - rounder;
    const d4 = u4 + rounder - rounder;
    const d5 = u5 + rounder - rounder;
    h0 = u0 - d0 + d5 * wrapPerLimb;
    h1 = u1 - d1 + d0 * perLimb;
    h2 = u2 - d2 + d1 * perLimb;
    h3 = u3 - d3 + d2 * perLimb;
    h4 = u4 - d4 + d3 * perLimb;
    h5 = u5 - d5 + d4 * perLimb;
  }
  return [h0, h1, h2, h3, h4, h5];
}

/** (h mod 2^130 - 5) + s, modulo 2^128, little-endian. */
function encodeTag(h: Limbs, key: DataView): Buffer {
  const [l0, l1, l2, l3, l4, l5] = reduce(h);
  const words = [l0 | (l1 << 22), (l1 >>> 10) | (l2 << 12), (l2 >>> 20) | (l3 << 2) | (l4 << 24), (l4 >>> 8) | (l5 << 14)];
  const tag = Buffer.allocUnsafe(blockBytes);
  let carry = 0;
  for (let i = 0; i < 4; i++) {
    const sum = ((words[i] ?? 0) >>> 0) + key.getUint32(blockBytes + 4 * i, true) + carry;
    carry = sum > 0xffffffff ? 1 : 0;
    tag.writeUInt32LE(sum >>> 0, 4 * i);
  }
  return tag;
}

/** The limbs, each from 0 to 2^22 - 1, of the representative from 0 to 2^130 - 6. */
function reduce(h: Limbs): Limbs {
  for (let pass = 0; pass < 2; pass++) {
    const above = carryLimbs(h);
    h[0] += 5 * above;
  }
  const plusFive: Limbs = [h[0] + 5, h[1], h[2], h[3], h[4], h[5]];
  return carryLimbs(plusFive) > 0 ? plusFive : h;
}

/** Brings every limb into its range, in place; gives what stands above bit 130. */
function carryLimbs(h: Limbs): number {
  let carry = 0;
  for (let i = 0; i < 5; i++) {
    const limb = (h[i] ?? 0) + carry;
    carry = Math.floor(limb * perLimb);
    h[i] = limb - carry * limbSize;
  }
  const top = h[5] + carry;
  const above = Math.floor(top / 2 ** 20);
  h[5] = top - above * 2 ** 20;
  return above;
}
