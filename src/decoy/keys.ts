/**
 * The operations on keys that draw chance or hold a secret: no decoy can import them, the host does them.
 * All are synchronous, and none throws on a visitor's value: `undefined` means that the value is no valid public key or ciphertext.
 */
export interface Keys {
  /** Ephemeral Diffie-Hellman: draws our key pair and agrees with the visitor's public value (raw: 32 bytes for x25519, SEC 1 uncompressed point for the NIST curves). */
  agree(curve: Curve, visitorPublic: Uint8Array): Agreement | undefined;
  /** Ephemeral Diffie-Hellman over integers; big-endian unsigned values. Refuses 0, 1, p-1 and above. */
  agreeModp(group: ModpGroup, visitorPublic: Uint8Array): Agreement | undefined;
  /** ML-KEM-768 (FIPS 203) encapsulation to a 1184-byte key: `publicKey` is the 1088-byte ciphertext, `secret` 32 bytes. */
  encapsulateMlkem768(visitorPublic: Uint8Array): Agreement | undefined;
  /** This host's long-lived keys, made once and kept in the state folder. */
  readonly hostKeys: readonly HostKey[];
  /** Signs `message`. `scheme` must suit the key. Returns raw signature bytes: 64 for ed25519, (r,s) IEEE P1363 for ECDSA, PKCS#1 v1.5 for RSA. */
  sign(scheme: SignatureScheme, message: Uint8Array): Uint8Array;
}

export type Curve = "x25519" | "nistp256" | "nistp384" | "nistp521";

export interface ModpGroup {
  readonly prime: Uint8Array;
  readonly generator: number;
}

export interface Agreement {
  readonly publicKey: Uint8Array;
  readonly secret: Uint8Array;
}

export type SignatureScheme = "ed25519" | "ecdsa-nistp256" | "rsa-sha1" | "rsa-sha256" | "rsa-sha512";

/** The public half. `raw`: 32 bytes (ed25519) or an uncompressed point (ECDSA); for RSA the modulus and exponent, big-endian unsigned. */
export type HostKey =
  | { readonly kind: "ed25519"; readonly raw: Uint8Array }
  | { readonly kind: "ecdsa-nistp256"; readonly raw: Uint8Array }
  | { readonly kind: "rsa"; readonly modulus: Uint8Array; readonly exponent: Uint8Array };
