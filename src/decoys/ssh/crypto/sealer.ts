// Turns payloads into the packets that go over the wire, for every cipher and MAC.
//
// Source: RFC 4253 §6; OpenSSH PROTOCOL §1.5 (encrypt-then-MAC), §1.6 (AES-GCM) and PROTOCOL.chacha20poly1305.
//
// Rules that must stay true: padding is the shortest of at least 4 bytes, as OpenSSH's is; every byte of a returned
// packet is written here; a sealer is used for one direction, and is called with each sequence number once, in order.

import { Buffer } from "node:buffer";
import { createCipheriv } from "node:crypto";
import { ChaCha20 } from "./chacha20.ts";
import type { GcmAlgorithm, StreamCipherAlgorithm } from "./ciphers.ts";
import { GcmNonce } from "./gcm-nonce.ts";
import type { Mac, MacAlgorithm } from "./macs.ts";
import type { PacketKeys } from "./packet-keys.ts";
import { poly1305 } from "./poly1305.ts";
import type { Random } from "./random.ts";

/** Makes packets for one direction. */
export interface Sealer {
  /**
   * The whole packet with its tag.
   *
   * @param sequence number of the packet in this direction, modulo 2^32
   * @param payload message, already compressed
   */
  seal(sequence: number, payload: Uint8Array): Buffer;
}

/**
 * A sealer for these keys.
 *
 * @param padding asked once a packet for 4 to 19 bytes; OpenSSH pads with zeros as long as nothing is encrypted
 */
export function createSealer(keys: PacketKeys, padding: Random): Sealer {
  const { cipher } = keys;
  switch (cipher.mode) {
    case "none":
      return new PlainSealer(padding);
    case "chacha20-poly1305":
      return new ChaChaSealer(keys, padding);
    case "gcm":
      return new GcmSealer(cipher, keys, padding);
    default:
      return createStreamSealer(cipher, keys, padding);
  }
}

function createStreamSealer(cipher: StreamCipherAlgorithm, keys: PacketKeys, padding: Random): Sealer {
  return requireMac(keys).encryptThenMac ? new EncryptThenMacSealer(cipher, keys, padding) : new EncryptAndMacSealer(cipher, keys, padding);
}

/** The MAC that must stand beside a cipher that does not authenticate by itself. */
export function requireMac({ mac }: PacketKeys): MacAlgorithm {
  if (mac === undefined) throw new TypeError("this cipher needs a MAC");
  return mac;
}

interface Frame {
  readonly blockBytes: number;
  /** Bytes of the length field that count towards the blocks: 4, or 0 when the length is not encrypted with the rest. */
  readonly lengthCounted: 0 | 4;
  readonly tagBytes: number;
  readonly padding: Random;
}

/**
 * RFC 4253 §6:
 *
 *     uint32  packet_length   of what follows, without the tag
 *     byte    padding_length
 *     byte[]  payload
 *     byte[]  padding
 *     byte[]  tag             (room only)
 */
function frame({ blockBytes, lengthCounted, tagBytes, padding }: Frame, payload: Uint8Array): Buffer {
  const covered = lengthCounted + 1 + payload.length;
  let paddingBytes = blockBytes - (covered % blockBytes);
  if (paddingBytes < 4) paddingBytes += blockBytes;
  const length = 1 + payload.length + paddingBytes;
  const packet = Buffer.allocUnsafe(4 + length + tagBytes);
  packet.writeUInt32BE(length);
  packet[4] = paddingBytes;
  packet.set(payload, 5);
  packet.set(padding(paddingBytes), 5 + payload.length);
  return packet;
}

class PlainSealer implements Sealer {
  readonly #frame: Frame;

  constructor(padding: Random) {
    this.#frame = { blockBytes: 8, lengthCounted: 4, tagBytes: 0, padding };
  }

  seal(_sequence: number, payload: Uint8Array): Buffer {
    return frame(this.#frame, payload);
  }
}

/** PROTOCOL.chacha20poly1305: the first half of the key hides the body and authenticates, the second hides the length. */
class ChaChaSealer implements Sealer {
  readonly #body: ChaCha20;
  readonly #length: ChaCha20;
  readonly #frame: Frame;

  constructor({ cipher, key }: PacketKeys, padding: Random) {
    this.#body = new ChaCha20(key.subarray(0, 32));
    this.#length = new ChaCha20(key.subarray(32, 64));
    this.#frame = { blockBytes: cipher.blockBytes, lengthCounted: 0, tagBytes: 16, padding };
  }

  seal(sequence: number, payload: Uint8Array): Buffer {
    const packet = frame(this.#frame, payload);
    const sealedBytes = packet.length - 16;
    this.#length.xor(packet.subarray(0, 4), sequence, 0);
    this.#body.xor(packet.subarray(4, sealedBytes), sequence, 1);
    packet.set(poly1305(this.#body.keyStream(sequence, 0), packet.subarray(0, sealedBytes)), sealedBytes);
    return packet;
  }
}

class GcmSealer implements Sealer {
  readonly #openssl: GcmAlgorithm["openssl"];
  readonly #key: Uint8Array;
  readonly #nonce: GcmNonce;
  readonly #frame: Frame;

  constructor(cipher: GcmAlgorithm, { key, iv }: PacketKeys, padding: Random) {
    this.#openssl = cipher.openssl;
    this.#key = new Uint8Array(key);
    this.#nonce = new GcmNonce(iv);
    this.#frame = { blockBytes: cipher.blockBytes, lengthCounted: 0, tagBytes: cipher.tagBytes, padding };
  }

  seal(_sequence: number, payload: Uint8Array): Buffer {
    const packet = frame(this.#frame, payload);
    const sealedBytes = packet.length - 16;
    const cipher = createCipheriv(this.#openssl, this.#key, this.#nonce.bytes);
    cipher.setAAD(packet.subarray(0, 4));
    packet.set(cipher.update(packet.subarray(4, sealedBytes)), 4);
    cipher.final();
    packet.set(cipher.getAuthTag(), sealedBytes);
    this.#nonce.advance();
    return packet;
  }
}

function startCipher(cipher: StreamCipherAlgorithm, { key, iv }: PacketKeys): ReturnType<typeof createCipheriv> {
  return createCipheriv(cipher.openssl, key, iv).setAutoPadding(false);
}

/** RFC 4253 §6.4: the tag covers the plain packet, the cipher runs on from packet to packet. */
class EncryptAndMacSealer implements Sealer {
  readonly #cipher: ReturnType<typeof createCipheriv>;
  readonly #mac: Mac;
  readonly #frame: Frame;

  constructor(cipher: StreamCipherAlgorithm, keys: PacketKeys, padding: Random) {
    this.#cipher = startCipher(cipher, keys);
    this.#mac = requireMac(keys).create(keys.macKey);
    this.#frame = { blockBytes: cipher.blockBytes, lengthCounted: 4, tagBytes: this.#mac.tagBytes, padding };
  }

  seal(sequence: number, payload: Uint8Array): Buffer {
    const packet = frame(this.#frame, payload);
    const plain = packet.subarray(0, packet.length - this.#mac.tagBytes);
    packet.set(this.#mac.tag(sequence, plain), plain.length);
    packet.set(this.#cipher.update(plain));
    return packet;
  }
}

/** OpenSSH PROTOCOL §1.5: the length stays in the clear, the tag covers it and the encrypted rest. */
class EncryptThenMacSealer implements Sealer {
  readonly #cipher: ReturnType<typeof createCipheriv>;
  readonly #mac: Mac;
  readonly #frame: Frame;

  constructor(cipher: StreamCipherAlgorithm, keys: PacketKeys, padding: Random) {
    this.#cipher = startCipher(cipher, keys);
    this.#mac = requireMac(keys).create(keys.macKey);
    this.#frame = { blockBytes: cipher.blockBytes, lengthCounted: 0, tagBytes: this.#mac.tagBytes, padding };
  }

  seal(sequence: number, payload: Uint8Array): Buffer {
    const packet = frame(this.#frame, payload);
    const sealedBytes = packet.length - this.#mac.tagBytes;
    packet.set(this.#cipher.update(packet.subarray(4, sealedBytes)), 4);
    packet.set(this.#mac.tag(sequence, packet.subarray(0, sealedBytes)), sealedBytes);
    return packet;
  }
}
