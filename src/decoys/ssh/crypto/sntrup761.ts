// Streamlined NTRU Prime 761: the server's half (encapsulation) of the key encapsulation in sntrup761x25519-sha512.
//
// Source: the NTRU Prime round-3 specification (parameters p = 761, q = 4591, w = 286) and
// draft-ietf-sshm-ntruprime-ssh. The ring is R/q = (Z/q)[x] / (x^p - x - 1).
//
// Rules that must stay true: nothing here draws chance, the caller hands it in; every 1158-byte public key is
// accepted, because every one decodes to some polynomial; the work does not depend on the values of secret coefficients.

import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { decodeRadix, encodeRadix, radixPlan } from "./radix-encoding.ts";
import type { Random } from "./random.ts";

export const sntrup761 = { publicKeyBytes: 1158, ciphertextBytes: 1039, secretBytes: 32 } as const;

/** Degree of the ring's modulus x^p - x - 1: a polynomial has this many coefficients. */
export const degree = 761;
/** Prime modulus of the coefficients. */
export const modulus = 4591;
/** How many coefficients of a short polynomial are not zero. */
export const weight = 286;

const halfModulus = (modulus - 1) / 2;
/** Two bits a coefficient, four coefficients a byte. */
const smallBytes = Math.ceil(degree / 4);
const confirmationBytes = 32;

const publicKeyPlan = radixPlan(degree, modulus);
const roundedPlan = radixPlan(degree, (modulus + 2) / 3);

/**
 * Encapsulates a fresh secret for a visitor's public key.
 *
 * @param publicKey 1158 bytes; another length gives `undefined`
 * @param random asked once for 3044 bytes
 * @returns ciphertext (1039 bytes) and shared secret (32 bytes)
 */
export function encapsulate(publicKey: Uint8Array, random: Random): { ciphertext: Buffer; secret: Buffer } | undefined {
  if (publicKey.length !== sntrup761.publicKeyBytes) return undefined;
  const short = shortPolynomial(random(4 * degree));
  const ciphertext = hide(short, publicKey, hashPrefixed(4, publicKey));
  return { ciphertext, secret: sessionSecret(1, short, ciphertext) };
}

/** Encrypts the short polynomial r under a public key and appends the confirmation hash (specification: Hide). */
export function hide(short: Int8Array, publicKey: Uint8Array, publicKeyHash: Uint8Array): Buffer {
  const ciphertext = Buffer.allocUnsafe(sntrup761.ciphertextBytes);
  const product = multiplyShort(decodePublicKey(publicKey), short);
  encodeRadix(roundedPlan, roundToThirds(product), ciphertext);
  const inner = hashPrefixed(3, encodeSmall(short));
  const confirmation = hashPrefixed(2, inner, publicKeyHash);
  ciphertext.set(confirmation, sntrup761.ciphertextBytes - confirmationBytes);
  return ciphertext;
}

/** The shared secret: prefix 1 when the ciphertext was good, 0 when it was rejected (specification: HashSession). */
export function sessionSecret(prefix: 0 | 1, short: Int8Array, ciphertext: Uint8Array): Buffer {
  return hashPrefixed(prefix, hashPrefixed(3, encodeSmall(short)), ciphertext);
}

/** First 32 bytes of SHA-512 over a domain-separating byte and the parts (specification: Hash_prefix). */
export function hashPrefixed(prefix: number, ...parts: Uint8Array[]): Buffer {
  const message = Buffer.concat([Buffer.of(prefix), ...parts]);
  return hash("sha512", message, "buffer").subarray(0, 32);
}

/**
 * A polynomial with exactly 286 coefficients ±1, the others 0, from 761 little-endian words of chance: the low bits
 * mark what each word becomes, and sorting by the rest shuffles them (specification: Short_random).
 */
export function shortPolynomial(chance: Uint8Array): Int8Array {
  const view = new DataView(chance.buffer, chance.byteOffset, 4 * degree);
  const words = new Uint32Array(degree);
  for (let i = 0; i < degree; i++) {
    const word = view.getUint32(4 * i, true);
    words[i] = i < weight ? word & ~1 : (word & ~3) | 1;
  }
  words.sort();
  const short = new Int8Array(degree);
  for (let i = 0; i < degree; i++) short[i] = ((words[i] ?? 0) & 3) - 1;
  return short;
}

/** Coefficients -1, 0, 1 as two-bit digits 0, 1, 2, the first in the low bits; 191 bytes. */
export function encodeSmall(small: Int8Array): Buffer {
  const encoded = Buffer.alloc(smallBytes);
  for (let i = 0; i < degree; i++) {
    encoded[i >> 2] = (encoded[i >> 2] ?? 0) | (((small[i] ?? 0) + 1) << (2 * (i & 3)));
  }
  return encoded;
}

/** Coefficients of h, each from 0 to 4590. */
function decodePublicKey(publicKey: Uint8Array): Int32Array {
  const h = decodeRadix(publicKeyPlan, publicKey);
  for (let i = 0; i < degree; i++) h[i] = ((h[i] ?? 0) + halfModulus + 1) % modulus;
  return h;
}

/** A polynomial in its published form; any representative of a coefficient will do. */
export function encodePublicKey(h: Int32Array): Buffer {
  const digits = h.map((coefficient) => shiftedResidue(coefficient));
  const encoded = Buffer.alloc(sntrup761.publicKeyBytes);
  encodeRadix(publicKeyPlan, digits, encoded);
  return encoded;
}

/** The rounded polynomial in a ciphertext, centred, every coefficient a multiple of 3. */
export function decodeRounded(ciphertext: Uint8Array): Int32Array {
  return decodeRadix(roundedPlan, ciphertext).map((digit) => digit * 3 - halfModulus);
}

/** (coefficient + 2295) mod 4591, for coefficients above -4591000. */
function shiftedResidue(coefficient: number): number {
  return (coefficient + halfModulus + 1000 * modulus) % modulus;
}

/** Rounds each centred coefficient to the nearest multiple of 3 and gives the digit (multiple + 2295) / 3. */
function roundToThirds(polynomial: Int32Array): Int32Array {
  const digits = new Int32Array(degree);
  for (let i = 0; i < degree; i++) digits[i] = ((shiftedResidue(polynomial[i] ?? 0) + 1) / 3) | 0;
  return digits;
}

// Kronecker substitution: both polynomials become integers with 24 bits a coefficient, the integers are multiplied
// (the runtime's sub-quadratic multiplication is the fastest at hand), and the product's coefficients are read back.
// A coefficient of the product is at most 761 * 4590 * 2 < 2^23, so neighbours never run into each other.
const slotBytes = 3;

/** h · r in the ring, coefficients not reduced (below 2^22 in size), for h from 0 to 4590 and r from -1 to 1. */
function multiplyShort(h: Int32Array, r: Int8Array): Int32Array {
  const digits = packSlots(h) * packSlots(r.map((coefficient) => coefficient + 1));
  const product = unpackSlots(digits);
  // What r + 1 instead of r has added to each coefficient: the sum of the up to 761 coefficients of h that met it.
  let surplus = 0;
  for (let i = 0; i < 2 * degree - 1; i++) {
    surplus += i < degree ? (h[i] ?? 0) : -(h[i - degree] ?? 0);
    product[i] = (product[i] ?? 0) - surplus;
  }
  return foldModulus(product);
}

/** The value at 2^24 of a polynomial with coefficients from 0 to 65535. */
function packSlots(polynomial: Int32Array | Int8Array): bigint {
  const slots = Buffer.alloc(slotBytes * degree);
  for (let i = 0; i < degree; i++) {
    const coefficient = polynomial[i] ?? 0;
    const at = slotBytes * (degree - i);
    slots[at - 2] = coefficient >> 8;
    slots[at - 1] = coefficient & 0xff;
  }
  return BigInt(`0x${slots.toString("hex")}`);
}

/** The opposite of {@link packSlots} for the plain product of degree 2p - 2. */
function unpackSlots(value: bigint): Int32Array {
  const count = 2 * degree - 1;
  const slots = Buffer.from(value.toString(16).padStart(2 * slotBytes * count, "0"), "hex");
  const polynomial = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const at = slotBytes * (count - i);
    polynomial[i] = ((slots[at - 3] ?? 0) << 16) | ((slots[at - 2] ?? 0) << 8) | (slots[at - 1] ?? 0);
  }
  return polynomial;
}

/** Reduces by x^p = x + 1. */
function foldModulus(product: Int32Array): Int32Array {
  for (let i = 2 * degree - 2; i >= degree; i--) {
    const coefficient = product[i] ?? 0;
    product[i - degree] = (product[i - degree] ?? 0) + coefficient;
    product[i - degree + 1] = (product[i - degree + 1] ?? 0) + coefficient;
  }
  return product.subarray(0, degree);
}
