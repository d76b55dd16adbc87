import assert from "node:assert/strict";
import {
  createDiffieHellmanGroup,
  createECDH,
  createPublicKey,
  decapsulate,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  verify,
  X509Certificate,
} from "node:crypto";
import { test } from "node:test";
import type { Curve } from "../../decoy/keys.ts";
import { selfSigned } from "../self-signed.ts";
import { nodeKeys } from "./node-keys.ts";

const ed25519 = generateKeyPairSync("ed25519");
const ecdsa = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const pem = (pair: typeof ed25519) => pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const keys = nodeKeys([pem(ed25519), pem(ecdsa), pem(rsa)]);

test("x25519: both sides have the same secret; all-zero and wrong lengths are refused", () => {
  const theirs = generateKeyPairSync("x25519");
  const agreement = keys.agree("x25519", theirs.publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  assert.ok(agreement !== undefined);
  const ours = createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b656e032100", "hex"), agreement.publicKey]),
    format: "der",
    type: "spki",
  });
  assert.deepEqual(Buffer.from(agreement.secret), diffieHellman({ privateKey: theirs.privateKey, publicKey: ours }));
  assert.equal(keys.agree("x25519", Buffer.alloc(32)), undefined);
  assert.equal(keys.agree("x25519", Buffer.alloc(31, 1)), undefined);
});

const nist: readonly (readonly [Curve, string, number])[] = [
  ["nistp256", "prime256v1", 65],
  ["nistp384", "secp384r1", 97],
  ["nistp521", "secp521r1", 133],
];
for (const [curve, name, bytes] of nist) {
  test(`${curve}: both sides have the same secret; points off the curve and compressed ones are refused (RFC 5656 §4)`, () => {
    const theirs = createECDH(name);
    const agreement = keys.agree(curve, theirs.generateKeys());
    assert.ok(agreement !== undefined);
    assert.equal(agreement.publicKey.length, bytes);
    assert.deepEqual(Buffer.from(agreement.secret), theirs.computeSecret(agreement.publicKey));
    assert.equal(keys.agree(curve, Buffer.alloc(bytes, 4)), undefined);
    assert.equal(keys.agree(curve, theirs.getPublicKey(null, "compressed")), undefined);
    assert.equal(keys.agree(curve, new Uint8Array(0)), undefined);
  });
}

test("ML-KEM-768: the visitor decapsulates the same secret; other lengths are refused", () => {
  const theirs = generateKeyPairSync("ml-kem-768");
  const agreement = keys.encapsulateMlkem768(theirs.publicKey.export({ format: "der", type: "spki" }).subarray(-1_184));
  assert.ok(agreement !== undefined);
  assert.equal(agreement.publicKey.length, 1_088);
  assert.deepEqual(Buffer.from(agreement.secret), decapsulate(theirs.privateKey, agreement.publicKey));
  assert.equal(keys.encapsulateMlkem768(Buffer.alloc(1_183)), undefined);
});

// A 1024-bit safe prime of RFC 2409 §6.2: a group that the code does not know by name.
const OTHER_PRIME = createDiffieHellmanGroup("modp2").getPrime();
for (const [what, prime] of [
  ["a group known by name", createDiffieHellmanGroup("modp14").getPrime()],
  ["a group of our own", OTHER_PRIME],
] as const) {
  test(`Diffie-Hellman in ${what}: both sides have the same secret, quickly; 0, 1, p-1 and above are refused`, () => {
    const theirs = generateKeyPairSync("dh", { prime, generator: 2 });
    const der = theirs.publicKey.export({ format: "der", type: "spki" });
    const fromMs = performance.now();
    const agreement = keys.agreeModp({ prime, generator: 2 }, der.subarray(-prime.length));
    assert.ok(performance.now() - fromMs < 200);
    assert.ok(agreement !== undefined);
    const one = Buffer.alloc(prime.length);
    assert.equal(keys.agreeModp({ prime, generator: 2 }, one), undefined);
    one[prime.length - 1] = 1;
    assert.equal(keys.agreeModp({ prime, generator: 2 }, one), undefined);
    assert.equal(keys.agreeModp({ prime, generator: 2 }, prime), undefined);
    const less = Buffer.from(prime);
    less[prime.length - 1] = (less[prime.length - 1] ?? 0) - 1;
    assert.equal(keys.agreeModp({ prime, generator: 2 }, less), undefined);
    assert.equal(keys.agreeModp({ prime, generator: 2 }, Buffer.concat([prime, Buffer.of(0)])), undefined);
    const power = modPow(
      BigInt(`0x${Buffer.from(agreement.publicKey).toString("hex")}`),
      privateValue(theirs.privateKey),
      BigInt(`0x${prime.toString("hex")}`),
    );
    assert.equal(BigInt(`0x${Buffer.from(agreement.secret).toString("hex")}`), power);
  });
}

test("signatures of every scheme verify, in the form that the contract says", () => {
  const message = Buffer.from("exchange hash");
  assert.ok(verify(null, message, ed25519.publicKey, keys.sign("ed25519", message)));
  assert.equal(keys.sign("ecdsa-nistp256", message).length, 64);
  assert.ok(verify("sha256", message, { key: ecdsa.publicKey, dsaEncoding: "ieee-p1363" }, keys.sign("ecdsa-nistp256", message)));
  assert.ok(verify("sha1", message, rsa.publicKey, keys.sign("rsa-sha1", message)));
  assert.ok(verify("sha256", message, rsa.publicKey, keys.sign("rsa-sha256", message)));
  assert.ok(verify("sha512", message, rsa.publicKey, keys.sign("rsa-sha512", message)));
  assert.deepEqual(
    keys.hostKeys.map(({ kind }) => kind),
    ["ed25519", "ecdsa-nistp256", "rsa"],
  );
});

test("a self-signed certificate is well formed, names the host, and is the same at each start (RFC 5280 §4.1)", () => {
  for (const pair of [ecdsa, rsa]) {
    const made = selfSigned(pem(pair), "willow.example.net", Date.UTC(2025, 5, 1));
    const parsed = new X509Certificate(made.certificate);
    assert.equal(parsed.subject, "CN=willow.example.net");
    assert.equal(parsed.checkHost("willow.example.net"), "willow.example.net");
    assert.ok(parsed.verify(pair.publicKey));
    assert.equal(parsed.validFromDate.getTime(), Date.UTC(2025, 5, 1));
    if (pair === rsa) assert.equal(selfSigned(pem(pair), "willow.example.net", Date.UTC(2025, 5, 1)).certificate, made.certificate);
  }
});

function privateValue(key: KeyObject): bigint {
  // PKCS #8 ends with an OCTET STRING that holds one INTEGER: the private value.
  const der = Buffer.from(key.export({ format: "der", type: "pkcs8" }));
  for (let at = der.length - 3; at > 0; at -= 1) {
    if (der[at] === 2 && lengthAt(der, at) === der.length - contentAt(der, at))
      return BigInt(`0x${der.subarray(contentAt(der, at)).toString("hex")}`);
  }
  throw new Error("no private value");
}

function contentAt(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function lengthAt(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return first;
  const bytes = first & 0x7f;
  return bytes > 0 && bytes <= 2 && at + 2 + bytes <= der.length ? der.readUIntBE(at + 2, bytes) : -1;
}

function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let power = base % modulus, left = exponent; left > 0n; left >>= 1n, power = (power * power) % modulus) {
    if (left & 1n) result = (result * power) % modulus;
  }
  return result;
}
