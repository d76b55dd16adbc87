import { Buffer } from "node:buffer";
import { createECDH, createHash, createPrivateKey, createPublicKey, diffieHellman, encapsulate, type KeyObject, sign } from "node:crypto";
import type { Agreement, Curve, HostKey, Keys, ModpGroup, SignatureScheme } from "../decoy/keys.ts";
import type { Chance } from "./chance.ts";
import { TEST_ECDSA_KEY, TEST_RSA_KEY } from "./test-keys.ts";

/**
 * Keys drawn from a seed, so that a whole handshake repeats byte for byte. Two things cannot be seeded in node:crypto and stay random:
 * ECDSA signatures and ML-KEM encapsulation.
 */
export function fakeKeys(chance: Chance): Keys {
  const ed25519 = seededKey("302e020100300506032b657004220420", chance.bytes(32));
  const ecdsa = createPrivateKey(TEST_ECDSA_KEY);
  const rsa = createPrivateKey(TEST_RSA_KEY);
  const keyFor = (scheme: SignatureScheme): KeyObject => (scheme === "ed25519" ? ed25519 : scheme === "ecdsa-nistp256" ? ecdsa : rsa);
  return {
    agree: (curve, visitorPublic) => attempt(() => agree(curve, visitorPublic, chance)),
    agreeModp: (group, visitorPublic) => attempt(() => agreeModp(group, visitorPublic, chance)),
    encapsulateMlkem768: (visitorPublic) => attempt(() => encapsulateMlkem768(visitorPublic)),
    hostKeys: [publicEd25519(ed25519), publicEcdsa(ecdsa), publicRsa(rsa)],
    sign: (scheme, message) => signWith(keyFor(scheme), scheme, message),
  };
}

const DIGESTS = { ed25519: null, "ecdsa-nistp256": "sha256", "rsa-sha1": "sha1", "rsa-sha256": "sha256", "rsa-sha512": "sha512" } as const;

function signWith(key: KeyObject, scheme: SignatureScheme, message: Uint8Array): Buffer {
  return sign(DIGESTS[scheme], message, { key, dsaEncoding: "ieee-p1363" });
}

function agree(curve: Curve, visitorPublic: Uint8Array, chance: Chance): Agreement {
  if (curve === "x25519") {
    const own = seededKey("302e020100300506032b656e04220420", chance.bytes(32));
    const publicKey = createPublicKey({
      key: Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), visitorPublic]),
      format: "der",
      type: "spki",
    });
    return { publicKey: rawPublic(own), secret: diffieHellman({ privateKey: own, publicKey }) };
  }
  const names = { nistp256: "prime256v1", nistp384: "secp384r1", nistp521: "secp521r1" } as const;
  const ecdh = createECDH(names[curve]);
  const sizes = { nistp256: 32, nistp384: 48, nistp521: 66 } as const;
  const scalar = Buffer.concat([Buffer.alloc(sizes[curve] - 16), chance.bytes(16)]);
  ecdh.setPrivateKey(scalar);
  return { publicKey: ecdh.getPublicKey(), secret: ecdh.computeSecret(visitorPublic) };
}

function agreeModp(group: ModpGroup, visitorPublic: Uint8Array, chance: Chance): Agreement | undefined {
  const prime = toInteger(group.prime);
  const value = toInteger(visitorPublic);
  if (value <= 1n || value >= prime - 1n) return undefined;
  // By big integers: node:crypto would prove the prime anew each time, which takes half a minute at 8192 bits.
  const own = toInteger(chance.bytes(32));
  return { publicKey: toBytes(power(BigInt(group.generator), own, prime)), secret: toBytes(power(value, own, prime)) };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base % modulus, left = exponent; left > 0n; left >>= 1n, square = (square * square) % modulus) {
    if (left & 1n) result = (result * square) % modulus;
  }
  return result;
}

function toBytes(number: bigint): Buffer {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}

function encapsulateMlkem768(visitorPublic: Uint8Array): Agreement {
  const prefix = Buffer.from("308204b2300b0609608648016503040402038204a100", "hex");
  const key = createPublicKey({ key: Buffer.concat([prefix, visitorPublic]), format: "der", type: "spki" });
  const { ciphertext, sharedKey } = encapsulate(key);
  return { publicKey: ciphertext, secret: sharedKey };
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString("hex")}`);
}

function seededKey(prefixHex: string, seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([Buffer.from(prefixHex, "hex"), seed]), format: "der", type: "pkcs8" });
}

function rawPublic(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}

function publicEd25519(key: KeyObject): HostKey {
  return { kind: "ed25519", raw: rawPublic(key) };
}

function publicEcdsa(key: KeyObject): HostKey {
  return { kind: "ecdsa-nistp256", raw: createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-65) };
}

function publicRsa(key: KeyObject): HostKey {
  const { n, e } = createPublicKey(key).export({ format: "jwk" });
  return { kind: "rsa", modulus: Buffer.from(n ?? "", "base64url"), exponent: Buffer.from(e ?? "", "base64url") };
}

/** node:crypto throws on an invalid public value; the contract of `Keys` says undefined. */
function attempt<T>(compute: () => T | undefined): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** A short name for a transcript: two equal transcripts have the same. */
export function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
