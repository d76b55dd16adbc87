import type { Buffer } from "node:buffer";
import type { HostKey, Keys, SignatureScheme } from "../../../decoy/keys.ts";
import { encodeEcdsaKey, encodeEd25519Key, encodeRsaKey, encodeSignature } from "../crypto/public-keys.ts";

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
  switch (key.kind) {
    case "ed25519":
      return encodeEd25519Key(key.raw);
    case "ecdsa-nistp256":
      return encodeEcdsaKey("nistp256", key.raw);
    case "rsa":
      return encodeRsaKey(key.exponent, key.modulus);
  }
}

/** Signs with the host key of `algorithm`, as signatures travel. */
export function signAsHost(keys: Keys, algorithm: string, signed: Uint8Array): Buffer {
  return encodeSignature(algorithm, keys.sign(hostKeyAlgorithms[algorithm]?.scheme ?? "ed25519", signed));
}
