import { Buffer } from "node:buffer";
import {
  createDiffieHellmanGroup,
  createECDH,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import type { Agreement, Curve, HostKey, Keys, ModpGroup, SignatureScheme } from "../../decoy/keys.ts";
import { dhPublicKey, dhPublicValue } from "./dh-public-key.ts";

/**
 * The key operations of a session on node:crypto. A visitor's value never makes it throw: what OpenSSL refuses is undefined.
 * The secret halves of ephemeral keys live only inside one call.
 *
 * @param pems private host keys, PKCS #8
 */
export function nodeKeys(pems: readonly string[]): Keys {
  const own = pems.map((pem) => createPrivateKey(pem));
  return {
    agree: (curve, visitorPublic) => refusable(() => (curve === "x25519" ? agreeX25519(visitorPublic) : agreeNist(curve, visitorPublic))),
    agreeModp: (group, visitorPublic) => refusable(() => agreeModp(group, visitorPublic)),
    encapsulateMlkem768: (visitorPublic) => refusable(() => encapsulateMlkem768(visitorPublic)),
    hostKeys: own.map(publicHalf),
    sign: (scheme, message) => signWith(keyFor(own, scheme), scheme, message),
  };
}

const DIGESTS = { ed25519: null, "ecdsa-nistp256": "sha256", "rsa-sha1": "sha1", "rsa-sha256": "sha256", "rsa-sha512": "sha512" } as const;
const KEY_TYPES = { ed25519: "ed25519", "ecdsa-nistp256": "ec", "rsa-sha1": "rsa", "rsa-sha256": "rsa", "rsa-sha512": "rsa" } as const;

function keyFor(own: readonly KeyObject[], scheme: SignatureScheme): KeyObject {
  const key = own.find((one) => one.asymmetricKeyType === KEY_TYPES[scheme]);
  if (key === undefined) throw new Error(`no host key for ${scheme}`);
  return key;
}

function signWith(key: KeyObject, scheme: SignatureScheme, message: Uint8Array): Buffer {
  return sign(DIGESTS[scheme], message, { key, dsaEncoding: "ieee-p1363" });
}

const X25519_BYTES = 32;
const MLKEM768_BYTES = 1184;

function agreeX25519(visitorPublic: Uint8Array): Agreement | undefined {
  if (visitorPublic.length !== X25519_BYTES) return undefined;
  const theirs = createPublicKey({ key: visitorPublic, format: "raw-public", asymmetricKeyType: "x25519" });
  const ours = generateKeyPairSync("x25519");
  const secret = diffieHellman({ privateKey: ours.privateKey, publicKey: theirs });
  // Raw: DER would take twice as long.
  return { publicKey: ours.publicKey.export({ format: "raw-public" }), secret };
}

const NIST_NAMES = { nistp256: "prime256v1", nistp384: "secp384r1", nistp521: "secp521r1" } as const;

function agreeNist(curve: Exclude<Curve, "x25519">, visitorPublic: Uint8Array): Agreement | undefined {
  // SEC 1 §2.3.3: 4 is the uncompressed form, the only one that SSH allows (RFC 5656 §4).
  if (visitorPublic[0] !== 4) return undefined;
  const ecdh = createECDH(NIST_NAMES[curve]);
  const publicKey = ecdh.generateKeys();
  return { publicKey, secret: ecdh.computeSecret(visitorPublic) };
}

function encapsulateMlkem768(visitorPublic: Uint8Array): Agreement | undefined {
  if (visitorPublic.length !== MLKEM768_BYTES) return undefined;
  const key = createPublicKey({ key: visitorPublic, format: "raw-public", asymmetricKeyType: "ml-kem-768" });
  const { ciphertext, sharedKey } = encapsulate(key);
  return { publicKey: ciphertext, secret: sharedKey };
}

const KNOWN_GROUPS = ["modp14", "modp16", "modp18"] as const;

/**
 * Node's general `createDiffieHellman(prime)` proves the prime anew at each call (5 s at 4,096 bits): a known group goes by its name,
 * and any other through key objects, which take the prime as it is. The groups are ours, so their primes need no proof.
 */
function agreeModp(group: ModpGroup, visitorPublic: Uint8Array): Agreement | undefined {
  const prime = Buffer.from(group.prime);
  if (!isBetween(visitorPublic, prime)) return undefined;
  const name = knownName(prime, group.generator);
  if (name !== undefined) {
    const known = createDiffieHellmanGroup(name);
    const publicKey = known.generateKeys();
    return { publicKey, secret: known.computeSecret(visitorPublic) };
  }
  const ours = generateKeyPairSync("dh", { prime, generator: group.generator });
  const publicKey = dhPublicKey({ prime, generator: group.generator, value: visitorPublic });
  const secret = diffieHellman({ privateKey: ours.privateKey, publicKey });
  return { publicKey: dhPublicValue(ours.publicKey), secret };
}

function isBetween(value: Uint8Array, prime: Buffer): boolean {
  const number = toInteger(value);
  return number > 1n && number < toInteger(prime) - 1n;
}

const knownPrimes = new Map<string, (typeof KNOWN_GROUPS)[number]>();

function knownName(prime: Buffer, generator: number): (typeof KNOWN_GROUPS)[number] | undefined {
  if (generator !== 2) return undefined;
  if (knownPrimes.size === 0) for (const name of KNOWN_GROUPS) knownPrimes.set(createDiffieHellmanGroup(name).getPrime("hex"), name);
  return knownPrimes.get(prime.toString("hex"));
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString("hex")}`);
}

function rawPublic(key: KeyObject, bytes: number): Buffer {
  return key.export({ format: "der", type: "spki" }).subarray(-bytes);
}

const P256_POINT_BYTES = 65;

function publicHalf(key: KeyObject): HostKey {
  const half = createPublicKey(key);
  if (key.asymmetricKeyType === "ed25519") return { kind: "ed25519", raw: rawPublic(half, 32) };
  if (key.asymmetricKeyType === "ec") return { kind: "ecdsa-nistp256", raw: rawPublic(half, P256_POINT_BYTES) };
  const { n = "", e = "" } = half.export({ format: "jwk" });
  return { kind: "rsa", modulus: Buffer.from(n, "base64url"), exponent: Buffer.from(e, "base64url") };
}

/** OpenSSL says no by an error with a code: that is the visitor's fault. Any other error is ours. */
function refusable(compute: () => Agreement | undefined): Agreement | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
