// Message authentication codes by their SSH names.
//
// Source: RFC 4253 §6.4, RFC 6668, OpenSSH PROTOCOL §1.5 and §1.6. A name that ends in -etm@openssh.com is the same
// code over the encrypted packet instead of the plain one.

import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { Umac, umacKeyBytes } from "./umac.ts";

/** A code with its key. */
export interface Mac {
  readonly tagBytes: number;
  /** The tag of one packet. */
  tag(sequence: number, packet: Uint8Array): Buffer;
}

export interface MacAlgorithm {
  readonly keyBytes: number;
  readonly tagBytes: number;
  /** The packet is encrypted first; its length stays in the clear. */
  readonly encryptThenMac: boolean;
  create(key: Uint8Array): Mac;
}

/** RFC 4253 §6.4: mac(key, sequence number ‖ packet), cut to `tagBytes`. */
class PacketHmac implements Mac {
  readonly tagBytes: number;
  readonly #hash: string;
  readonly #key: Uint8Array;
  readonly #sequence = Buffer.alloc(4);

  constructor(hash: string, tagBytes: number, key: Uint8Array) {
    this.tagBytes = tagBytes;
    this.#hash = hash;
    this.#key = new Uint8Array(key);
  }

  tag(sequence: number, packet: Uint8Array): Buffer {
    this.#sequence.writeUInt32BE(sequence);
    return createHmac(this.#hash, this.#key).update(this.#sequence).update(packet).digest().subarray(0, this.tagBytes);
  }
}

type Shape = Omit<MacAlgorithm, "encryptThenMac">;

function hmac(hash: string, keyBytes: number, tagBytes = keyBytes): Shape {
  return { keyBytes, tagBytes, create: (key) => new PacketHmac(hash, tagBytes, key) };
}

function umac(tagBytes: 8 | 16): Shape {
  return { keyBytes: umacKeyBytes, tagBytes, create: (key) => new Umac(key, tagBytes) };
}

const plain: Readonly<Record<string, Shape>> = {
  "umac-64@openssh.com": umac(8),
  "umac-128@openssh.com": umac(16),
  "hmac-sha2-256": hmac("sha256", 32),
  "hmac-sha2-384": hmac("sha384", 48),
  "hmac-sha2-512": hmac("sha512", 64),
  "hmac-sha1": hmac("sha1", 20),
  "hmac-sha1-96": hmac("sha1", 20, 12),
  "hmac-md5": hmac("md5", 16),
  "hmac-md5-96": hmac("md5", 16, 12),
};

/** Twisted's hmac-sha2-384 is the only one without an -etm form. */
const encryptThenMac: Readonly<Record<string, Shape>> = {
  "umac-64-etm@openssh.com": umac(8),
  "umac-128-etm@openssh.com": umac(16),
  "hmac-sha2-256-etm@openssh.com": hmac("sha256", 32),
  "hmac-sha2-512-etm@openssh.com": hmac("sha512", 64),
  "hmac-sha1-etm@openssh.com": hmac("sha1", 20),
  "hmac-sha1-96-etm@openssh.com": hmac("sha1", 20, 12),
  "hmac-md5-etm@openssh.com": hmac("md5", 16),
  "hmac-md5-96-etm@openssh.com": hmac("md5", 16, 12),
};

/** Every code that works here, by name. */
export const macs: ReadonlyMap<string, MacAlgorithm> = new Map([
  ...Object.entries(plain).map(([name, shape]): [string, MacAlgorithm] => [name, { ...shape, encryptThenMac: false }]),
  ...Object.entries(encryptThenMac).map(([name, shape]): [string, MacAlgorithm] => [name, { ...shape, encryptThenMac: true }]),
]);
