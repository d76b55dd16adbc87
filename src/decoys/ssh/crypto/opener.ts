// Turns packets from the wire back into payloads, for every cipher and MAC.
//
// Source: as sealer.ts. A transport waits for `headBytes`, asks `length`, waits for so many bytes, calls `open`.
//
// Rules that must stay true: no bytes whatever make it throw; nothing is believed of a packet before its tag is
// checked, but its length (which cannot be helped without encrypt-then-MAC); tags are compared in constant time; the
// input is never written to. After a fault the direction is lost: the caller ends the connection.

import { Buffer } from "node:buffer";
import { createDecipheriv, timingSafeEqual } from "node:crypto";
import { ChaCha20 } from "./chacha20.ts";
import type { GcmAlgorithm, StreamCipherAlgorithm } from "./ciphers.ts";
import { GcmNonce } from "./gcm-nonce.ts";
import type { Mac } from "./macs.ts";
import type { PacketKeys } from "./packet-keys.ts";
import { poly1305 } from "./poly1305.ts";
import { requireMac } from "./sealer.ts";

/** OpenSSH's limit of the length field. */
export const opensshMaxLength = 256 * 1024;
const minLength = 5;
const minPadding = 4;

/** Why a packet was refused. */
export interface PacketFault {
  /**
   * - `length`: below 5 or above the limit
   * - `alignment`: not a multiple of the block size
   * - `mac`: the tag is wrong
   * - `padding`: fewer than 4 bytes, or more than there are
   * - `empty`: no payload
   */
  readonly fault: "length" | "alignment" | "mac" | "padding" | "empty";
  /** The length field. */
  readonly length: number;
  /** With fault `padding`: how much there is. */
  readonly padding?: number;
  /** With fewer than 4 bytes of padding: the payload, for servers that do not mind. */
  readonly payload?: Buffer;
}

/** Reads packets of one direction, one after the other. */
export interface Opener {
  /** Bytes of a packet that `length` needs. */
  readonly headBytes: number;
  /**
   * How many bytes the next packet has in all, with length field and tag. It may be asked again before `open`.
   *
   * @param bytes at least `headBytes`; what follows is ignored
   */
  length(sequence: number, bytes: Uint8Array): number | PacketFault;
  /**
   * The payload; it may be a view of `packet`.
   *
   * @param packet exactly as long as `length` said
   */
  open(sequence: number, packet: Uint8Array): Buffer | PacketFault;
}

/** True for a payload, false for a fault. */
export function isPayload(opened: Buffer | PacketFault): opened is Buffer {
  return !("fault" in opened);
}

/** An opener for these keys; `maxLength` is the largest length field that is taken. */
export function createOpener(keys: PacketKeys, maxLength = opensshMaxLength): Opener {
  const { cipher } = keys;
  switch (cipher.mode) {
    case "none":
      return new PlainOpener(maxLength);
    case "chacha20-poly1305":
      return new ChaChaOpener(keys, maxLength);
    case "gcm":
      return new GcmOpener(cipher, keys, maxLength);
    default:
      return createStreamOpener(cipher, keys, maxLength);
  }
}

function createStreamOpener(cipher: StreamCipherAlgorithm, keys: PacketKeys, maxLength: number): Opener {
  return requireMac(keys).encryptThenMac
    ? new EncryptThenMacOpener(cipher, keys, maxLength)
    : new EncryptAndMacOpener(cipher, keys, maxLength);
}

interface Frame {
  readonly blockBytes: number;
  /** Bytes of the length field that count towards the blocks. */
  readonly lengthCounted: 0 | 4;
  readonly tagBytes: number;
  readonly maxLength: number;
}

function wholeLength(frame: Frame, length: number): number | PacketFault {
  if (length < minLength || length > frame.maxLength) return { fault: "length", length };
  if ((length + frame.lengthCounted) % frame.blockBytes !== 0) return { fault: "alignment", length };
  return 4 + length + frame.tagBytes;
}

function readLength(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

/** `body` is what follows the length field: padding length, payload, padding. */
function payloadOf(body: Buffer): Buffer | PacketFault {
  const length = body.length;
  const paddingBytes = body[0] ?? 0;
  if (paddingBytes >= length) return { fault: "padding", length, padding: paddingBytes };
  if (paddingBytes === length - 1) return { fault: "empty", length };
  const payload = body.subarray(1, length - paddingBytes);
  return paddingBytes < minPadding ? { fault: "padding", length, padding: paddingBytes, payload } : payload;
}

function view(bytes: Uint8Array, from: number, to: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
}

class PlainOpener implements Opener {
  // OpenSSH too waits for a block before it looks at the length.
  readonly headBytes = 8;
  readonly #frame: Frame;

  constructor(maxLength: number) {
    this.#frame = { blockBytes: 8, lengthCounted: 4, tagBytes: 0, maxLength };
  }

  length(_sequence: number, bytes: Uint8Array): number | PacketFault {
    return wholeLength(this.#frame, readLength(bytes));
  }

  open(_sequence: number, packet: Uint8Array): Buffer | PacketFault {
    return payloadOf(view(packet, 4, packet.length));
  }
}

class ChaChaOpener implements Opener {
  readonly headBytes = 4;
  readonly #body: ChaCha20;
  readonly #length: ChaCha20;
  readonly #head = Buffer.alloc(4);
  readonly #frame: Frame;

  constructor({ cipher, key }: PacketKeys, maxLength: number) {
    this.#body = new ChaCha20(key.subarray(0, 32));
    this.#length = new ChaCha20(key.subarray(32, 64));
    this.#frame = { blockBytes: cipher.blockBytes, lengthCounted: 0, tagBytes: 16, maxLength };
  }

  length(sequence: number, bytes: Uint8Array): number | PacketFault {
    this.#head.set(bytes.subarray(0, 4));
    this.#length.xor(this.#head, sequence, 0);
    return wholeLength(this.#frame, this.#head.readUInt32BE());
  }

  open(sequence: number, packet: Uint8Array): Buffer | PacketFault {
    const sealedBytes = packet.length - 16;
    const tag = poly1305(this.#body.keyStream(sequence, 0), packet.subarray(0, sealedBytes));
    if (!timingSafeEqual(tag, packet.subarray(sealedBytes))) return { fault: "mac", length: sealedBytes - 4 };
    const body = Buffer.from(packet.subarray(4, sealedBytes));
    this.#body.xor(body, sequence, 1);
    return payloadOf(body);
  }
}

class GcmOpener implements Opener {
  readonly headBytes = 4;
  readonly #openssl: GcmAlgorithm["openssl"];
  readonly #key: Uint8Array;
  readonly #nonce: GcmNonce;
  readonly #frame: Frame;

  constructor(cipher: GcmAlgorithm, { key, iv }: PacketKeys, maxLength: number) {
    this.#openssl = cipher.openssl;
    this.#key = new Uint8Array(key);
    this.#nonce = new GcmNonce(iv);
    this.#frame = { blockBytes: cipher.blockBytes, lengthCounted: 0, tagBytes: cipher.tagBytes, maxLength };
  }

  length(_sequence: number, bytes: Uint8Array): number | PacketFault {
    return wholeLength(this.#frame, readLength(bytes));
  }

  open(_sequence: number, packet: Uint8Array): Buffer | PacketFault {
    const sealedBytes = packet.length - 16;
    const decipher = createDecipheriv(this.#openssl, this.#key, this.#nonce.bytes, { authTagLength: 16 });
    decipher.setAAD(packet.subarray(0, 4)).setAuthTag(packet.subarray(sealedBytes));
    const body = decipher.update(packet.subarray(4, sealedBytes));
    this.#nonce.advance();
    try {
      decipher.final();
    } catch {
      // The only way in which OpenSSL tells of a wrong tag.
      return { fault: "mac", length: body.length };
    }
    return payloadOf(body);
  }
}

function startDecipher(cipher: StreamCipherAlgorithm, { key, iv }: PacketKeys): ReturnType<typeof createDecipheriv> {
  return createDecipheriv(cipher.openssl, key, iv).setAutoPadding(false);
}

/** The length is in the first block, which is decrypted as soon as it is there and kept until the rest has come. */
class EncryptAndMacOpener implements Opener {
  readonly headBytes: number;
  readonly #decipher: ReturnType<typeof createDecipheriv>;
  readonly #mac: Mac;
  readonly #frame: Frame;
  #head: Buffer | undefined;

  constructor(cipher: StreamCipherAlgorithm, keys: PacketKeys, maxLength: number) {
    this.headBytes = cipher.blockBytes;
    this.#decipher = startDecipher(cipher, keys);
    this.#mac = requireMac(keys).create(keys.macKey);
    this.#frame = { blockBytes: cipher.blockBytes, lengthCounted: 4, tagBytes: this.#mac.tagBytes, maxLength };
  }

  length(_sequence: number, bytes: Uint8Array): number | PacketFault {
    return wholeLength(this.#frame, readLength(this.#decryptHead(bytes)));
  }

  open(sequence: number, packet: Uint8Array): Buffer | PacketFault {
    const head = this.#decryptHead(packet);
    this.#head = undefined;
    const sealedBytes = packet.length - this.#mac.tagBytes;
    const plain = Buffer.allocUnsafe(sealedBytes);
    plain.set(head);
    if (sealedBytes > head.length) plain.set(this.#decipher.update(packet.subarray(head.length, sealedBytes)), head.length);
    if (!timingSafeEqual(this.#mac.tag(sequence, plain), packet.subarray(sealedBytes))) return { fault: "mac", length: sealedBytes - 4 };
    return payloadOf(plain.subarray(4));
  }

  #decryptHead(bytes: Uint8Array): Buffer {
    this.#head ??= this.#decipher.update(bytes.subarray(0, this.headBytes));
    return this.#head;
  }
}

class EncryptThenMacOpener implements Opener {
  readonly headBytes = 4;
  readonly #decipher: ReturnType<typeof createDecipheriv>;
  readonly #mac: Mac;
  readonly #frame: Frame;

  constructor(cipher: StreamCipherAlgorithm, keys: PacketKeys, maxLength: number) {
    this.#decipher = startDecipher(cipher, keys);
    this.#mac = requireMac(keys).create(keys.macKey);
    this.#frame = { blockBytes: cipher.blockBytes, lengthCounted: 0, tagBytes: this.#mac.tagBytes, maxLength };
  }

  length(_sequence: number, bytes: Uint8Array): number | PacketFault {
    return wholeLength(this.#frame, readLength(bytes));
  }

  open(sequence: number, packet: Uint8Array): Buffer | PacketFault {
    const sealedBytes = packet.length - this.#mac.tagBytes;
    const tag = this.#mac.tag(sequence, packet.subarray(0, sealedBytes));
    if (!timingSafeEqual(tag, packet.subarray(sealedBytes))) return { fault: "mac", length: sealedBytes - 4 };
    return payloadOf(this.#decipher.update(packet.subarray(4, sealedBytes)));
  }
}
