import type { Buffer } from "node:buffer";
import { decapsulate, generateKeyPairSync } from "node:crypto";

/** The client's half of a key encapsulation. */
export interface Kem {
  readonly publicKey: Buffer;
  readonly ciphertextBytes: number;
  readonly open: (ciphertext: Uint8Array) => Uint8Array;
}

/** ML-KEM-768 with a fresh key pair; the runtime cannot seed it. */
export function mlkem(): Kem {
  const { publicKey, privateKey } = generateKeyPairSync("ml-kem-768");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-1184);
  return { publicKey: raw, ciphertextBytes: 1088, open: (ciphertext) => decapsulate(privateKey, ciphertext) };
}
