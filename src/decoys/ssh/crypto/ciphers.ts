// Ciphers by their SSH names: key, initialisation vector and block sizes, and which OpenSSL cipher does the work.
//
// Source: RFC 4253 §6.3, RFC 4344 §4, OpenSSH PROTOCOL §1.6 and PROTOCOL.chacha20poly1305. Not available: blowfish-cbc,
// cast128-cbc and arcfour (OpenSSL keeps them in its legacy provider, which Node does not load), twofish and serpent.

interface Sizes {
  readonly keyBytes: number;
  readonly ivBytes: number;
  /** Packets are padded to a multiple of this, at least 8. */
  readonly blockBytes: number;
}

/** A cipher that hides a packet and needs a MAC beside it. */
export interface StreamCipherAlgorithm extends Sizes {
  readonly mode: "ctr" | "cbc";
  /** OpenSSL's name. */
  readonly openssl: string;
}

/** AES-GCM: RFC 5647 with OpenSSH's rule that the negotiated MAC is ignored. */
export interface GcmAlgorithm extends Sizes {
  readonly mode: "gcm";
  readonly openssl: "aes-128-gcm" | "aes-256-gcm";
  readonly tagBytes: 16;
}

/** chacha20-poly1305@openssh.com: the length is encrypted apart. */
export interface ChaChaAlgorithm extends Sizes {
  readonly mode: "chacha20-poly1305";
  readonly tagBytes: 16;
}

/** Before the first key exchange. */
export interface PlainAlgorithm extends Sizes {
  readonly mode: "none";
}

export type CipherAlgorithm = StreamCipherAlgorithm | GcmAlgorithm | ChaChaAlgorithm | PlainAlgorithm;

function ctr(openssl: string, keyBytes: number): StreamCipherAlgorithm {
  return { mode: "ctr", openssl, keyBytes, ivBytes: 16, blockBytes: 16 };
}

function cbc(openssl: string, keyBytes: number, blockBytes = 16): StreamCipherAlgorithm {
  return { mode: "cbc", openssl, keyBytes, ivBytes: blockBytes, blockBytes };
}

function gcm(openssl: GcmAlgorithm["openssl"], keyBytes: number): GcmAlgorithm {
  return { mode: "gcm", openssl, keyBytes, ivBytes: 12, blockBytes: 16, tagBytes: 16 };
}

/** No cipher: RFC 4253 §6 still pads to 8 bytes. */
export const noCipher: PlainAlgorithm = { mode: "none", keyBytes: 0, ivBytes: 0, blockBytes: 8 };

/** Every cipher that works here, by name. */
export const ciphers: ReadonlyMap<string, CipherAlgorithm> = new Map<string, CipherAlgorithm>([
  ["chacha20-poly1305@openssh.com", { mode: "chacha20-poly1305", keyBytes: 64, ivBytes: 0, blockBytes: 8, tagBytes: 16 }],
  ["aes128-gcm@openssh.com", gcm("aes-128-gcm", 16)],
  ["aes256-gcm@openssh.com", gcm("aes-256-gcm", 32)],
  ["aes128-ctr", ctr("aes-128-ctr", 16)],
  ["aes192-ctr", ctr("aes-192-ctr", 24)],
  ["aes256-ctr", ctr("aes-256-ctr", 32)],
  ["aes128-cbc", cbc("aes-128-cbc", 16)],
  ["aes192-cbc", cbc("aes-192-cbc", 24)],
  ["aes256-cbc", cbc("aes-256-cbc", 32)],
  ["rijndael-cbc@lysator.liu.se", cbc("aes-256-cbc", 32)],
  ["3des-cbc", cbc("des-ede3-cbc", 24, 8)],
]);

/** True when the cipher authenticates by itself, so that the negotiated MAC is not used. */
export function isAead(cipher: CipherAlgorithm): cipher is GcmAlgorithm | ChaChaAlgorithm {
  return cipher.mode === "gcm" || cipher.mode === "chacha20-poly1305";
}
