// UMAC-64 and UMAC-128, the message authentication codes umac-64@openssh.com and umac-128@openssh.com.
//
// Source: RFC 4418. In SSH the nonce is the packet's sequence number as 64 bits, big-endian. A tag of 8 (16) bytes is
// made of 2 (4) streams: each hashes the message with its own shifted key in three layers, and the result is hidden
// under a pad from AES.
//
// Rules that must stay true: messages are at most 2^24 bytes (longer ones would need the RFC's 128-bit polynomial;
// packets end at 2^18); sums of products stay below 2^53, where doubles are exact; no time depends on the data.

import { Buffer } from "node:buffer";
import { createCipheriv } from "node:crypto";

export const umacKeyBytes = 16;

const maxMessageBytes = 2 ** 24;
/** What the first layer hashes at once. */
const chunkBytes = 1024;
/** 32 products of a 16-bit and a 32-bit number: the most that a double can sum. */
const segmentWords = 64;
const padBlocksAtOnce = 8;

const two16 = 2 ** 16;
const two32 = 2 ** 32;
const two36 = 2 ** 36;

// One chunk of the message, aligned: it is only used between two statements of one call.
const chunk = new Uint8Array(chunkBytes);
const chunkView = new DataView(chunk.buffer);

/** An unsigned 64-bit number in two halves. */
interface Word64 {
  readonly high: number;
  readonly low: number;
}

/** UMAC with one key. Tags are 8 or 16 bytes. */
export class Umac {
  readonly tagBytes: 8 | 16;
  readonly #streams: readonly Stream[];
  readonly #pads: Pads;

  /**
   * @param key 16 bytes
   * @param nonceHigh upper half of the 64-bit nonce; always 0 in SSH
   */
  constructor(key: Uint8Array, tagBytes: 8 | 16, nonceHigh = 0) {
    this.tagBytes = tagBytes;
    const streams = tagBytes / 4;
    // The indices are those of RFC 4418: 0 the pads' key, 1 to 3 the layers, 4 the third layer's second key.
    const encrypt = createCipheriv("aes-128-ecb", key, null);
    // The words of the first layer's key are swapped into the byte order of the message.
    const layer1 = deriveKey(encrypt, 1, chunkBytes + (streams - 1) * 16).swap32();
    const layer2 = deriveKey(encrypt, 2, streams * 24);
    const layer3 = deriveKey(encrypt, 3, streams * 64);
    const mask = deriveKey(encrypt, 4, streams * 4);
    this.#pads = new Pads(deriveKey(encrypt, 0, umacKeyBytes), tagBytes, nonceHigh);
    this.#streams = Array.from({ length: streams }, (_, i) => ({
      key: new DataView(layer1.buffer, layer1.byteOffset + 16 * i, chunkBytes),
      polynomial: new Polynomial64(layer2.subarray(24 * i, 24 * i + 8)),
      inner: innerProductKeys(layer3.subarray(64 * i + 32, 64 * i + 64)),
      mask: mask.readUInt32BE(4 * i),
    }));
  }

  /** The tag of a message under a 32-bit nonce. */
  tag(sequence: number, message: Uint8Array): Buffer {
    if (message.length > maxMessageBytes) throw new RangeError("message beyond the 64-bit polynomial of UMAC");
    const tag = Buffer.allocUnsafe(this.tagBytes);
    this.#pads.copy(sequence, tag);
    const view = new DataView(tag.buffer, tag.byteOffset, tag.length);
    const hashes = message.length <= chunkBytes ? this.#hashShort(message) : this.#hashLong(message);
    hashes.forEach((hash, i) => {
      view.setUint32(4 * i, view.getUint32(4 * i) ^ hash);
    });
    return tag;
  }

  /** RFC 4418 §5.1: a single chunk skips the second layer. */
  #hashShort(message: Uint8Array): number[] {
    const words = loadChunk(message);
    return this.#streams.map((stream) => innerProduct(stream, hashChunk(stream.key, words, message.length)));
  }

  #hashLong(message: Uint8Array): number[] {
    for (const { polynomial } of this.#streams) polynomial.reset();
    for (let at = 0; at < message.length; at += chunkBytes) {
      const part = message.subarray(at, at + chunkBytes);
      const words = loadChunk(part);
      for (const stream of this.#streams) stream.polynomial.add(hashChunk(stream.key, words, part.length));
    }
    return this.#streams.map((stream) => innerProduct(stream, stream.polynomial.value()));
  }
}

interface Stream {
  /** 256 words, little-endian as loaded, for the first layer. */
  readonly key: DataView;
  readonly polynomial: Polynomial64;
  /** Four numbers modulo 2^36 - 5 for the third layer: the first four meet only zeros. */
  readonly inner: readonly number[];
  readonly mask: number;
}

type Encrypt = ReturnType<typeof createCipheriv>;

/** RFC 4418 §3.2.1 KDF: AES over the index and a counter. */
function deriveKey(encrypt: Encrypt, index: number, bytes: number): Buffer {
  const blocks = Buffer.alloc(16 * Math.ceil(bytes / 16));
  for (let at = 0; at < blocks.length; at += 16) {
    blocks[at + 7] = index;
    blocks[at + 15] = at / 16 + 1;
  }
  return encrypt.update(blocks).subarray(0, bytes);
}

/** Copies up to 1024 bytes and pads them with zeros to a positive multiple of 32 bytes; gives the number of words. */
function loadChunk(part: Uint8Array): number {
  const padded = Math.max(32, (part.length + 31) & ~31);
  chunk.fill(0, part.length, padded);
  chunk.set(part);
  return padded / 4;
}

/** RFC 4418 §5.2: NH of the loaded chunk, plus its length in bits. */
function hashChunk(key: DataView, words: number, bytes: number): Word64 {
  let high = 0;
  let low = bytes * 8;
  for (let from = 0; from < words; from += segmentWords) {
    let products = 0;
    let shifted = 0;
    for (let block = 4 * from, end = 4 * Math.min(words, from + segmentWords); block < end; block += 32) {
      for (let at = block; at < block + 16; at += 4) {
        const a = (chunkView.getInt32(at, true) + key.getInt32(at, true)) | 0;
        const b = (chunkView.getInt32(at + 16, true) + key.getInt32(at + 16, true)) >>> 0;
        products += (a & 0xffff) * b;
        shifted += (a >>> 16) * b;
      }
    }
    const productsHigh = Math.floor(products / two32);
    const shiftedHigh = Math.floor(shifted / two16);
    low += products - productsHigh * two32 + (shifted - shiftedHigh * two16) * two16;
    high += productsHigh + shiftedHigh;
  }
  return { high: (high + Math.floor(low / two32)) % two32, low: low % two32 };
}

/** RFC 4418 §5.3.2 POLY with 64-bit words, modulo 2^64 - 59. The value is held as four limbs of 16 bits. */
class Polynomial64 {
  readonly #keyHigh: number;
  readonly #keyLow: number;
  #limbs: [number, number, number, number] = [1, 0, 0, 0];

  constructor(key: Buffer) {
    this.#keyHigh = key.readUInt32BE(0) & 0x01ffffff;
    this.#keyLow = key.readUInt32BE(4) & 0x01ffffff;
  }

  reset(): void {
    this.#limbs = [1, 0, 0, 0];
  }

  add({ high, low }: Word64): void {
    if (high < 0xffffffff) {
      this.#step(high, low);
      return;
    }
    // Words from 2^64 - 2^32 on are escaped by the marker p - 1, and lowered by 59 to stay below p.
    this.#step(0xffffffff, two32 - 60);
    if (low >= 59) this.#step(high, low - 59);
    else this.#step(high - 1, low - 59 + two32);
  }

  /** value = value * key + word: products stay below 2^41, sums below 2^48. */
  #step(high: number, low: number): void {
    const [y0, y1, y2, y3] = this.#limbs;
    const [keyHigh, keyLow] = [this.#keyHigh, this.#keyLow];
    const above0 = y2 * keyHigh;
    const above1 = y3 * keyHigh;
    this.#carry([
      y0 * keyLow + 59 * above0 + low,
      y1 * keyLow + 59 * above1,
      y2 * keyLow + y0 * keyHigh + high,
      y3 * keyLow + y1 * keyHigh,
    ]);
  }

  #carry(sums: [number, number, number, number]): void {
    let carry = 0;
    for (let pass = 0; pass < 3; pass++) {
      carry *= 59;
      for (let i = 0; i < 4; i++) {
        const sum = (sums[i] ?? 0) + carry;
        carry = Math.floor(sum / two16);
        sums[i] = sum - carry * two16;
      }
    }
    this.#limbs = sums;
  }

  /** The representative from 0 to p - 1. */
  value(): Word64 {
    const [y0, y1, y2, y3] = this.#limbs;
    const high = y3 * two16 + y2;
    const low = y1 * two16 + y0;
    const excess = low - (two32 - 59);
    return high === 0xffffffff && excess >= 0 ? { high: 0, low: excess } : { high, low };
  }
}

const prime36 = two36 - 5;

function innerProductKeys(keys: Buffer): number[] {
  return Array.from({ length: 4 }, (_, i) => Number(keys.readBigUInt64BE(8 * i) % BigInt(prime36)));
}

/** RFC 4418 §5.4 L3-HASH of a 64-bit number, whose four 16-bit parts meet the last four of the eight keys. */
function innerProduct({ inner, mask }: Stream, { high, low }: Word64): number {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = inner;
  const sum = fold36((high >>> 16) * k0) + fold36((high & 0xffff) * k1) + fold36((low >>> 16) * k2) + fold36((low & 0xffff) * k3);
  const folded = fold36(sum);
  const residue = folded >= prime36 ? folded - prime36 : folded;
  return (residue % two32) ^ mask;
}

/** The same modulo 2^36 - 5, below 2^36 + 2^19. */
function fold36(value: number): number {
  const above = Math.floor(value / two36);
  return value - above * two36 + above * 5;
}

/** RFC 4418 §3.3.1 PDF: the pads of consecutive nonces, computed a few at a time. */
class Pads {
  readonly #encrypt: Encrypt;
  readonly #tagBytes: number;
  readonly #blocks = Buffer.alloc(16 * padBlocksAtOnce);
  /** Sequence numbers that share one call of AES; with 8-byte tags two nonces share a block. */
  readonly #batch: number;
  #first = -1;
  #stock: Buffer = this.#blocks;

  constructor(key: Uint8Array, tagBytes: number, nonceHigh: number) {
    for (let at = 0; at < this.#blocks.length; at += 16) this.#blocks.writeUInt32BE(nonceHigh, at);
    this.#encrypt = createCipheriv("aes-128-ecb", key, null);
    this.#tagBytes = tagBytes;
    this.#batch = (16 / tagBytes) * padBlocksAtOnce;
  }

  copy(sequence: number, into: Buffer): void {
    const first = sequence - (sequence % this.#batch);
    if (first !== this.#first) this.#refill(first);
    const at = (sequence - first) * this.#tagBytes;
    for (let i = 0; i < this.#tagBytes; i++) into[i] = this.#stock[at + i] ?? 0;
  }

  #refill(first: number): void {
    const noncesPerBlock = 16 / this.#tagBytes;
    for (let i = 0; i < padBlocksAtOnce; i++) this.#blocks.writeUInt32BE(first + i * noncesPerBlock, 16 * i + 4);
    this.#stock = this.#encrypt.update(this.#blocks);
    this.#first = first;
  }
}
