import type { Buffer } from "node:buffer";
import type { HostKey, Keys, SignatureScheme } from "../../../decoy/keys.ts";
import { Writer } from "../../../wire/writer.ts";
import { writeMpint } from "./mpint.ts";

interface HostKeyAlgorithm {
  readonly kind: HostKey["kind"];
  readonly scheme: SignatureScheme;
}

/** Host key algorithms that work here (RFC 4253 §6.6, RFC 5656, RFC 8332, RFC 8709). */
export const hostKeyAlgorithms: Readonly<Record<string, HostKeyAlgorithm>> = {
  "ssh-ed25519": { kind: "ed25519", scheme: "ed25519" },
  "ecdsa-sha2-nistp256": { kind: "ecdsa-nistp256", scheme: "ecdsa-nistp256" },
  "rsa-sha2-512": { kind: "rsa", scheme: "rsa-sha512" },
  "rsa-sha2-256": { kind: "rsa", scheme: "rsa-sha256" },
  "ssh-rsa": { kind: "rsa", scheme: "rsa-sha1" },
};

const blobs = new WeakMap<HostKey, Buffer>();

/** The host's public key for an algorithm, as it stands in the key exchange; undefined: the host has no such key. */
export function hostKeyBlob(keys: Keys, algorithm: string): Buffer | undefined {
  const kind = hostKeyAlgorithms[algorithm]?.kind;
  const key = keys.hostKeys.find((one) => one.kind === kind);
  return key && encodeHostKey(key);
}

/** A public key in SSH's format (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4); kept for the key's lifetime. */
export function encodeHostKey(key: HostKey): Buffer {
  const known = blobs.get(key);
  if (known !== undefined) return known;
  const blob = encode(key);
  blobs.set(key, blob);
  return blob;
}

function encode(key: HostKey): Buffer {
  const writer = new Writer();
  switch (key.kind) {
    case "ed25519":
      return writer.string32("ssh-ed25519").string32(key.raw).finish();
    case "ecdsa-nistp256":
      return writer.string32("ecdsa-sha2-nistp256").string32("nistp256").string32(key.raw).finish();
    case "rsa":
      writer.string32("ssh-rsa");
      writeMpint(writer, key.exponent);
      return writeMpint(writer, key.modulus).finish();
  }
}

/** Signs with the host key of `algorithm`: `string name, string signature`; an ECDSA signature is two mpints (RFC 5656 §3.1.2). */
export function signAsHost(keys: Keys, algorithm: string, signed: Uint8Array): Buffer {
  const scheme = hostKeyAlgorithms[algorithm]?.scheme ?? "ed25519";
  const raw = keys.sign(scheme, signed);
  const writer = new Writer().string32(algorithm);
  return writer.string32(scheme === "ecdsa-nistp256" ? encodeEcdsaSignature(raw) : raw).finish();
}

function encodeEcdsaSignature(raw: Uint8Array): Buffer {
  const half = raw.length / 2;
  const writer = new Writer();
  writeMpint(writer, raw.subarray(0, half));
  return writeMpint(writer, raw.subarray(half)).finish();
}
