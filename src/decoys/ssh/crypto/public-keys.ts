// SSH public keys: their blobs, fingerprints and signatures.
//
// Source: RFC 4253 §6.6 (ssh-rsa, ssh-dss), RFC 8332 (rsa-sha2), RFC 5656 §3.1 (ecdsa), RFC 8709 (ed25519), OpenSSH
// PROTOCOL.certkeys and PROTOCOL.u2f.
//
// Rules that must stay true: no blob and no signature makes it throw; a key of a type that is only recognised
// (ssh-dss, security keys, certificates) is never reported as verified.

import { Buffer } from "node:buffer";
import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { done, malformed, type Parsed } from "../../../wire/parsed.ts";
import { Reader } from "../../../wire/reader.ts";
import { mpint, sshString, stripZeros } from "./field.ts";

/** A key as a visitor offers it. */
export interface PublicKey {
  /** The name at the start of the blob, such as `ssh-ed25519` or `ssh-rsa-cert-v01@openssh.com`. */
  readonly type: string;
  /** The name without certificate: it decides the kind of signature. */
  readonly plainType: string;
  /** The type's own fields, in order; empty for an unknown type. */
  readonly fields: readonly Buffer[];
  /** OpenSSH's form: `SHA256:` and base64 without padding; of the key inside a certificate. */
  readonly fingerprint: string;
  /** Size as ssh-keygen shows it; 0 when unknown. */
  readonly bits: number;
  readonly certificate?: Certificate;
}

export interface Certificate {
  readonly keyId: string;
  /** Fingerprint of the authority's key. */
  readonly authority: string;
}

/** Number of length-prefixed fields after the type name. */
const fieldCounts: ReadonlyMap<string, number> = new Map([
  ["ssh-ed25519", 1],
  ["ssh-rsa", 2],
  ["ssh-dss", 4],
  ["ecdsa-sha2-nistp256", 2],
  ["ecdsa-sha2-nistp384", 2],
  ["ecdsa-sha2-nistp521", 2],
  ["sk-ssh-ed25519@openssh.com", 2],
  ["sk-ecdsa-sha2-nistp256@openssh.com", 3],
]);

const certificateSuffix = "-cert-v01@openssh.com";

interface Curve {
  readonly jwk: string;
  readonly hash: string;
  readonly bits: number;
}

const curves: ReadonlyMap<string, Curve> = new Map([
  ["ecdsa-sha2-nistp256", { jwk: "P-256", hash: "sha256", bits: 256 }],
  ["ecdsa-sha2-nistp384", { jwk: "P-384", hash: "sha384", bits: 384 }],
  ["ecdsa-sha2-nistp521", { jwk: "P-521", hash: "sha512", bits: 521 }],
]);

const rsaHashes: ReadonlyMap<string, string> = new Map([
  ["rsa-sha2-512", "sha512"],
  ["rsa-sha2-256", "sha256"],
  ["ssh-rsa", "sha1"],
]);

/** OpenSSH's limits; longer numbers would only cost time. */
const maxRsaBits = 16384;
const maxExponentBytes = 8;

/** OpenSSH's fingerprint of a blob. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${hash("sha256", blob, "base64").replace(/=+$/, "")}`;
}

/**
 * Parses a whole public key blob. An unknown type is done, too: it has a name and a fingerprint.
 *
 *     string  type
 *     string  nonce      (certificates only)
 *     string  field ...  (as many as the type has: RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4)
 *     ...                (certificates only: {@link parseCertificate})
 */
export function parsePublicKey(blob: Uint8Array): Parsed<PublicKey> {
  const reader = new Reader(blob);
  const type = reader.string32().toString("latin1");
  if (reader.short || type === "") return malformed("no key type");
  const certified = type.endsWith(certificateSuffix);
  const plainType = plainTypeOf(type);
  const count = fieldCounts.get(plainType);
  if (count === undefined) return done({ type, plainType, fields: [], fingerprint: fingerprint(blob), bits: 0 }, blob.length);
  if (certified) reader.string32();
  const fields = Array.from({ length: count }, () => reader.string32());
  if (reader.short) return malformed(`${type} key ends too early`);
  const key = { type, plainType, fields, fingerprint: plainFingerprint(plainType, fields), bits: bitsOf(plainType, fields) };
  if (certified) return parseCertificate(key, reader, blob.length);
  return reader.left > 0 ? malformed(`${type} key goes on after its end`) : done(key, blob.length);
}

/** `ssh-rsa-cert-v01@openssh.com` is `ssh-rsa`, `sk-...-cert-v01@openssh.com` is `sk-...@openssh.com`. */
function plainTypeOf(type: string): string {
  if (!type.endsWith(certificateSuffix)) return type;
  const stem = type.slice(0, -certificateSuffix.length);
  return stem.startsWith("sk-") ? `${stem}@openssh.com` : stem;
}

function plainFingerprint(plainType: string, fields: readonly Buffer[]): string {
  return fingerprint(Buffer.concat([sshString(plainType), ...fields.map(sshString)]));
}

/**
 * PROTOCOL.certkeys, after the key's own fields:
 *
 *     uint64  serial
 *     uint32  kind
 *     string  key id
 *     string  principals
 *     uint64  valid after
 *     uint64  valid before
 *     string  critical options
 *     string  extensions
 *     string  reserved
 *     string  authority's key
 *     string  signature
 */
function parseCertificate(key: PublicKey, reader: Reader, size: number): Parsed<PublicKey> {
  reader.bytes(12);
  const keyId = reader.string32().toString("utf8");
  reader.string32();
  reader.bytes(16);
  for (let skipped = 0; skipped < 3; skipped++) reader.string32();
  const authority = fingerprint(reader.string32());
  reader.string32();
  if (reader.short || reader.left > 0) return malformed(`${key.type} certificate of the wrong length`);
  return done({ ...key, certificate: { keyId, authority } }, size);
}

function bitsOf(plainType: string, fields: readonly Buffer[]): number {
  if (plainType === "ssh-rsa") return bitLength(fields[1]);
  if (plainType === "ssh-dss") return bitLength(fields[0]);
  return curves.get(plainType)?.bits ?? 256;
}

function bitLength(number: Uint8Array = new Uint8Array(0)): number {
  const significant = stripZeros(number);
  return significant.length === 0 ? 0 : 8 * significant.length - Math.clz32(significant[0] ?? 0) + 24;
}

/** The blob of an ed25519 key; `raw` is 32 bytes. */
export function encodeEd25519Key(raw: Uint8Array): Buffer {
  return Buffer.concat([sshString("ssh-ed25519"), sshString(raw)]);
}

/** The blob of an ECDSA key; `point` is uncompressed. */
export function encodeEcdsaKey(curve: "nistp256" | "nistp384" | "nistp521", point: Uint8Array): Buffer {
  return Buffer.concat([sshString(`ecdsa-sha2-${curve}`), sshString(curve), sshString(point)]);
}

/** The blob of an RSA key; big-endian numbers. */
export function encodeRsaKey(exponent: Uint8Array, modulus: Uint8Array): Buffer {
  return Buffer.concat([sshString("ssh-rsa"), mpint(exponent), mpint(modulus)]);
}

/**
 * A signature as it travels: string algorithm, string signature.
 *
 * @param algorithm such as `ssh-ed25519`, `rsa-sha2-512`, `ecdsa-sha2-nistp256`
 * @param raw 64 bytes for ed25519, PKCS#1 v1.5 for RSA, r ‖ s of equal length for ECDSA (RFC 5656 §3.1.2 wants two mpints)
 */
export function encodeSignature(algorithm: string, raw: Uint8Array): Buffer {
  const half = raw.length / 2;
  const signature = curves.has(algorithm) ? Buffer.concat([mpint(raw.subarray(0, half)), mpint(raw.subarray(half))]) : raw;
  return Buffer.concat([sshString(algorithm), sshString(signature)]);
}

/** `unsupported`: a key type or signature algorithm that is only recognised here. */
export type Verdict = "verified" | "wrong" | "unsupported";

/**
 * Whether the signature blob is this key's, over the message.
 *
 *     string  algorithm
 *     string  signature   (RFC 4253 §6.6)
 */
export function verifySignature(key: PublicKey, signature: Uint8Array, message: Uint8Array): Verdict {
  const reader = new Reader(signature);
  const algorithm = reader.string32().toString("latin1");
  const raw = reader.string32();
  if (reader.short || reader.left > 0) return "wrong";
  const check = checkFor(key, algorithm);
  if (check === undefined) return "unsupported";
  return check(raw, message) ? "verified" : "wrong";
}

type Check = (signature: Buffer, message: Uint8Array) => boolean;

function checkFor(key: PublicKey, algorithm: string): Check | undefined {
  if (key.certificate !== undefined) return undefined;
  if (key.type === "ssh-ed25519") return algorithm === key.type ? ed25519Check(key) : undefined;
  if (key.type === "ssh-rsa") return rsaCheck(key, rsaHashes.get(algorithm));
  const curve = curves.get(key.type);
  return curve !== undefined && algorithm === key.type ? ecdsaCheck(key, curve) : undefined;
}

function ed25519Check({ fields: [raw = Buffer.alloc(0)] }: PublicKey): Check {
  return (signature, message) => {
    const key = importJwk({ kty: "OKP", crv: "Ed25519", x: base64url(raw) });
    return key !== undefined && verify(null, message, key, signature);
  };
}

function rsaCheck(key: PublicKey, hashName: string | undefined): Check | undefined {
  if (hashName === undefined) return undefined;
  const [exponent, modulus] = key.fields.map(stripZeros);
  return (signature, message) => {
    if (exponent === undefined || modulus === undefined) return false;
    if (key.bits > maxRsaBits || exponent.length > maxExponentBytes || signature.length > modulus.length) return false;
    const imported = importJwk({ kty: "RSA", e: base64url(exponent), n: base64url(modulus) });
    // Some clients drop leading zero bytes of a signature.
    const padded = Buffer.concat([Buffer.alloc(modulus.length - signature.length), signature]);
    return imported !== undefined && verify(hashName, message, imported, padded);
  };
}

function ecdsaCheck({ fields }: PublicKey, { jwk, hash: hashName, bits }: Curve): Check {
  const [, point = Buffer.alloc(0)] = fields;
  const numberBytes = Math.ceil(bits / 8);
  return (signature, message) => {
    const fixed = fixedNumbers(signature, numberBytes);
    if (fixed === undefined || point[0] !== 4 || point.length !== 1 + 2 * numberBytes) return false;
    const [x, y] = [base64url(point.subarray(1, 1 + numberBytes)), base64url(point.subarray(1 + numberBytes))];
    const key = importJwk({ kty: "EC", crv: jwk, x, y });
    return key !== undefined && verify(hashName, message, { key, dsaEncoding: "ieee-p1363" }, fixed);
  };
}

/** RFC 5656 §3.1.2: mpint r, mpint s. Gives r ‖ s, each of the curve's size. */
function fixedNumbers(signature: Buffer, numberBytes: number): Buffer | undefined {
  const reader = new Reader(signature);
  const numbers = [stripZeros(reader.string32()), stripZeros(reader.string32())];
  if (reader.short || reader.left > 0 || numbers.some((number) => number.length > numberBytes)) return undefined;
  return Buffer.concat(numbers.flatMap((number) => [Buffer.alloc(numberBytes - number.length), number]));
}

interface Jwk {
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly e?: string;
  readonly n?: string;
}

/** `undefined` for numbers that are no key, such as a point beside its curve. */
function importJwk(key: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: "jwk" });
  } catch {
    // OpenSSL tells of an impossible key only by throwing.
    return undefined;
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
