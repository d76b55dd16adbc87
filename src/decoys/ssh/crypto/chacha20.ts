// ChaCha20 in its original form (64-bit counter, 64-bit nonce), as chacha20-poly1305@openssh.com uses it.
//
// Source: D. J. Bernstein, "ChaCha, a variant of Salsa20"; OpenSSH PROTOCOL.chacha20poly1305. The nonce is the packet's
// sequence number, big-endian. OpenSSL's ChaCha20 is much faster a byte, but a new nonce costs it a new cipher object
// (about 4 µs): so short inputs are done here and long ones there.
//
// Rule that must stay true: both ways give the same bytes.

import { Buffer } from "node:buffer";
import { createCipheriv } from "node:crypto";

const blockBytes = 64;
/** From this length on OpenSSL is the faster one. */
const longBytes = 512;

const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

// One block's work space, shared by all keys: it is only used between two statements of one call.
const working = new Int32Array(16);
const workingBytes = new Uint8Array(working.buffer);

/** A ChaCha20 key of 32 bytes. */
export class ChaCha20 {
  readonly #key: Uint8Array;
  readonly #input: Int32Array;

  constructor(key: Uint8Array) {
    this.#key = new Uint8Array(key);
    const view = new DataView(key.buffer, key.byteOffset, 32);
    const words = Array.from({ length: 8 }, (_, i) => view.getInt32(4 * i, true));
    this.#input = Int32Array.of(...constants, ...words, 0, 0, 0, 0);
  }

  /** The first 32 bytes of the key stream's block `counter`; the view is overwritten by the next call on any key. */
  keyStream(sequence: number, counter: number): Uint8Array {
    this.#computeBlock(sequence, counter);
    return workingBytes.subarray(0, 32);
  }

  /** Encrypts or decrypts in place, starting with the key stream's block `counter`. */
  xor(bytes: Buffer, sequence: number, counter: number): void {
    if (bytes.length >= longBytes) {
      this.#xorLong(bytes, sequence, counter);
      return;
    }
    for (let at = 0, block = counter; at < bytes.length; at += blockBytes, block++) {
      this.#computeBlock(sequence, block);
      const end = Math.min(bytes.length - at, blockBytes);
      for (let i = 0; i < end; i++) bytes[at + i] = (bytes[at + i] ?? 0) ^ (workingBytes[i] ?? 0);
    }
  }

  #xorLong(bytes: Buffer, sequence: number, counter: number): void {
    const counterAndNonce = Buffer.alloc(16);
    counterAndNonce.writeUInt32LE(counter, 0);
    counterAndNonce.writeUInt32BE(sequence, 12);
    bytes.set(createCipheriv("chacha20", this.#key, counterAndNonce).update(bytes));
  }

  #computeBlock(sequence: number, counter: number): void {
    const input = this.#input;
    input[12] = counter;
    input[15] = swapBytes(sequence);
    working.set(input);
    for (let round = 0; round < 20; round += 2) doubleRound(working);
    for (let i = 0; i < 16; i++) working[i] = (working[i] ?? 0) + (input[i] ?? 0);
  }
}

function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

function doubleRound(x: Int32Array): void {
  for (let diagonal = 0; diagonal < 2; diagonal++) {
    quarterRound(x, 0, diagonal);
    quarterRound(x, 1, diagonal);
    quarterRound(x, 2, diagonal);
    quarterRound(x, 3, diagonal);
  }
}

/** On one column of the 4 x 4 words (diagonal 0), or on the diagonal that starts there (diagonal 1). */
function quarterRound(x: Int32Array, column: number, diagonal: number): void {
  const second = 4 + ((column + diagonal) & 3);
  const third = 8 + ((column + 2 * diagonal) & 3);
  const fourth = 12 + ((column + 3 * diagonal) & 3);
  let a = x[column] ?? 0;
  let b = x[second] ?? 0;
  let c = x[third] ?? 0;
  let d = x[fourth] ?? 0;
  a = (a + b) | 0;
  d = rotate(d ^ a, 16);
  c = (c + d) | 0;
  b = rotate(b ^ c, 12);
  a = (a + b) | 0;
  d = rotate(d ^ a, 8);
  c = (c + d) | 0;
  b = rotate(b ^ c, 7);
  x[column] = a;
  x[second] = b;
  x[third] = c;
  x[fourth] = d;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
