// The exchange hash H and the keys that follow from it.
//
// Source: RFC 4253 §7.2 and §8 (Diffie-Hellman), RFC 4419 §3 (group exchange), RFC 5656 §4 and RFC 8731 §3 (elliptic
// curves), draft-ietf-sshm-ntruprime-ssh and draft-ietf-sshm-mlkem-hybrid-kex (hybrids).
//
// Rule that must stay true: a shared secret is encoded once, as an mpint or, for hybrids, as a string, and enters H and
// every key in that form.

import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import type { CipherAlgorithm } from "./ciphers.ts";
import { mpint, sshString, uint32 } from "./field.ts";
import type { MacAlgorithm } from "./macs.ts";
import type { PacketKeys } from "./packet-keys.ts";

export type KexHash = "sha1" | "sha256" | "sha384" | "sha512";

/** What goes into every exchange hash. */
export interface Handshake {
  /** Identification lines without line end. */
  readonly clientIdent: Uint8Array;
  readonly serverIdent: Uint8Array;
  /** Whole KEXINIT payloads, from the message number on. */
  readonly clientKexInit: Uint8Array;
  readonly serverKexInit: Uint8Array;
  /** The host key's blob. */
  readonly hostKey: Uint8Array;
}

/** K of a classic exchange: a number, big-endian. */
export function numberSecret(secret: Uint8Array): Buffer {
  return mpint(secret);
}

/** K of a hybrid: the hash of both secrets, as a string. */
export function hybridSecret(hashName: KexHash, kemSecret: Uint8Array, curveSecret: Uint8Array): Buffer {
  return sshString(hash(hashName, Buffer.concat([kemSecret, curveSecret]), "buffer"));
}

/** The public values of an elliptic-curve or hybrid exchange, as they were sent. */
export function publicStrings(fromClient: Uint8Array, fromServer: Uint8Array): Buffer {
  return Buffer.concat([sshString(fromClient), sshString(fromServer)]);
}

/** The public values e and f of a Diffie-Hellman exchange. */
export function publicNumbers(e: Uint8Array, f: Uint8Array): Buffer {
  return Buffer.concat([mpint(e), mpint(f)]);
}

/** What a client asks of group exchange: sizes in bits. The old request (RFC 4419 §5) names only the preferred one. */
export interface GroupRequest {
  readonly preferredBits: number;
  readonly minBits?: number;
  readonly maxBits?: number;
}

/** What group exchange hashes before e and f; append {@link publicNumbers}. */
export function groupParts(request: GroupRequest, prime: Uint8Array, generator: Uint8Array): Buffer {
  const { preferredBits, minBits, maxBits } = request;
  const sizes = [minBits, preferredBits, maxBits].filter((bits) => bits !== undefined);
  return Buffer.concat([...sizes.map(uint32), mpint(prime), mpint(generator)]);
}

/**
 * H of one key exchange.
 *
 * @param exchanged what the family hashes between host key and secret: {@link publicStrings}, {@link publicNumbers} or {@link groupParts}
 * @param secret K as {@link numberSecret} or {@link hybridSecret} encodes it
 */
export function exchangeHash(
  hashName: KexHash,
  handshake: Handshake,
  { exchanged, secret }: { exchanged: Uint8Array; secret: Uint8Array },
): Buffer {
  const { clientIdent, serverIdent, clientKexInit, serverKexInit, hostKey } = handshake;
  const common = [clientIdent, serverIdent, clientKexInit, serverKexInit, hostKey].map(sshString);
  return hash(hashName, Buffer.concat([...common, exchanged, secret]), "buffer");
}

/** What keys are derived from. */
export interface KeySource {
  readonly hash: KexHash;
  /** K, encoded. */
  readonly secret: Uint8Array;
  /** H of this exchange. */
  readonly exchangeHash: Uint8Array;
  /** H of the connection's first exchange. */
  readonly sessionId: Uint8Array;
}

/** RFC 4253 §7.2: HASH(K ‖ H ‖ letter ‖ session id), lengthened by HASH(K ‖ H ‖ what there is so far). */
export function deriveKey(source: KeySource, letter: string, bytes: number): Buffer {
  const { secret, sessionId } = source;
  let key: Buffer = Buffer.alloc(0);
  let suffix: Uint8Array = Buffer.concat([Buffer.from(letter, "latin1"), sessionId]);
  while (key.length < bytes) {
    key = Buffer.concat([key, hash(source.hash, Buffer.concat([secret, source.exchangeHash, suffix]), "buffer")]);
    suffix = key;
  }
  return key.subarray(0, bytes);
}

/** RFC 4253 §7.2: the letters of each direction's initialisation vector, key and MAC key. */
const letters = {
  toServer: { iv: "A", key: "C", macKey: "E" },
  toClient: { iv: "B", key: "D", macKey: "F" },
} as const;

/** All that a sealer or opener of one direction needs. */
export function derivePacketKeys(
  source: KeySource,
  direction: keyof typeof letters,
  { cipher, mac }: { cipher: CipherAlgorithm; mac?: MacAlgorithm | undefined },
): PacketKeys {
  const { iv, key, macKey } = letters[direction];
  return {
    cipher,
    mac,
    iv: deriveKey(source, iv, cipher.ivBytes),
    key: deriveKey(source, key, cipher.keyBytes),
    macKey: deriveKey(source, macKey, mac?.keyBytes ?? 0),
  };
}
