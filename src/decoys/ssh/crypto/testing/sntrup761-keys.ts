// Streamlined NTRU Prime 761: the client's half (key generation and decapsulation).
//
// Source: as sntrup761.ts. The server never needs it: it is the opposite side in tests. It favours plain code over
// speed and makes no attempt at constant time.

import { Buffer } from "node:buffer";
import type { Random } from "../random.ts";
import {
  decodeRounded,
  degree,
  encodePublicKey,
  encodeSmall,
  hashPrefixed,
  hide,
  modulus,
  sessionSecret,
  shortPolynomial,
  sntrup761,
  weight,
} from "../sntrup761.ts";

const smallBytes = 191;

/**
 * Makes a key pair.
 *
 * @returns public key (1158 bytes) and secret key (1763 bytes: f, 1/g mod 3, public key, rejection secret, hash)
 */
export function generateKeys(random: Random): { publicKey: Buffer; secretKey: Buffer } {
  const { g, inverse: inverseOfG } = invertibleSmall(random);
  const f = shortPolynomial(random(4 * degree));
  const inverseOfF = invert(f, modulus) ?? [];
  const third = powerMod(3, modulus - 2, modulus);
  const h = multiply(
    inverseOfF.map((c) => (c * third) % modulus),
    g,
    modulus,
  );
  const publicKey = encodePublicKey(Int32Array.from(h));
  const secretKey = Buffer.concat([
    encodeSmall(f),
    encodeSmall(Int8Array.from(inverseOfG, centreMod3)),
    publicKey,
    random(smallBytes),
    hashPrefixed(4, publicKey),
  ]);
  return { publicKey, secretKey };
}

/** Recovers the shared secret; a ciphertext that was tampered with gives an unrelated one. */
export function decapsulate(secretKey: Uint8Array, ciphertext: Uint8Array): Buffer {
  const f = decodeSmall(secretKey.subarray(0, smallBytes));
  const inverseOfG = decodeSmall(secretKey.subarray(smallBytes, 2 * smallBytes));
  const publicKey = secretKey.subarray(2 * smallBytes, 2 * smallBytes + sntrup761.publicKeyBytes);
  const short = decrypt(ciphertext, f, inverseOfG);
  const expected = hide(short, publicKey, secretKey.subarray(-32));
  if (expected.equals(ciphertext)) return sessionSecret(1, short, ciphertext);
  const rejection = secretKey.subarray(-32 - smallBytes, -32);
  return hashPrefixed(0, hashPrefixed(3, rejection), ciphertext);
}

function decrypt(ciphertext: Uint8Array, f: Int8Array, inverseOfG: Int8Array): Int8Array {
  const product = multiply(Array.from(decodeRounded(ciphertext)), Array.from(f), modulus);
  const e = product.map((c) => centreMod3(centreModQ(3 * c)));
  const short = Int8Array.from(multiply(e, Array.from(inverseOfG), 3), centreMod3);
  const found = short.reduce((sum, c) => sum + (c & 1), 0);
  return found === weight ? short : new Int8Array(degree).fill(1, 0, weight);
}

function decodeSmall(encoded: Uint8Array): Int8Array {
  return new Int8Array(degree).map((_, i) => (((encoded[i >> 2] ?? 0) >> (2 * (i & 3))) & 3) - 1);
}

/** Uniform coefficients -1, 0, 1, drawn until the polynomial can be inverted modulo 3. */
function invertibleSmall(random: Random): { g: number[]; inverse: number[] } {
  for (;;) {
    const chance = Buffer.from(random(4 * degree));
    const g = Array.from({ length: degree }, (_, i) => uniformSmall(chance.readUInt32LE(4 * i)));
    const inverse = invert(g, 3);
    if (inverse) return { g, inverse };
  }
}

function uniformSmall(word: number): number {
  return Math.floor(((word & 0x3fffffff) * 3) / 2 ** 30) - 1;
}

const positiveMod = (value: number, m: number): number => ((value % m) + m) % m;
const centreMod3 = (value: number): number => positiveMod(value + 1, 3) - 1;
const centreModQ = (value: number): number => positiveMod(value + (modulus - 1) / 2, modulus) - (modulus - 1) / 2;

function powerMod(base: number, exponent: number, m: number): number {
  if (exponent === 0) return 1;
  const half = powerMod((base * base) % m, exponent >> 1, m);
  return exponent & 1 ? (half * base) % m : half;
}

/** a · b in (Z/m)[x] / (x^p - x - 1). */
function multiply(a: readonly number[], b: readonly number[], m: number): number[] {
  const product: number[] = new Array(2 * degree).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      product[i + j] = (product[i + j] ?? 0) + x * y;
    });
  });
  for (let i = 2 * degree - 1; i >= degree; i--) {
    const carried = product[i] ?? 0;
    product[i - degree] = (product[i - degree] ?? 0) + carried;
    product[i - degree + 1] = (product[i - degree + 1] ?? 0) + carried;
  }
  return product.slice(0, degree).map((c) => positiveMod(c, m));
}

interface Row {
  /** remainder = factor · a (mod x^p - x - 1) */
  remainder: number[];
  factor: number[];
}

/** 1/a in the ring modulo a prime by the extended Euclidean algorithm, or `undefined` when there is none. */
function invert(a: ArrayLike<number>, m: number): number[] | undefined {
  const ringModulus: number[] = new Array(degree + 1).fill(0);
  ringModulus[0] = m - 1;
  ringModulus[1] = m - 1;
  ringModulus[degree] = 1;
  let high: Row = { remainder: ringModulus, factor: [0] };
  let low: Row = { remainder: trim(Array.from(a, (c) => positiveMod(c, m))), factor: [1] };
  while (low.remainder.length > 1) {
    reduceRow(high, low, m);
    [high, low] = [low, high];
  }
  const constant = low.remainder[0];
  if (constant === undefined) return undefined;
  const scale = powerMod(constant, m - 2, m);
  return Array.from({ length: degree }, (_, i) => ((low.factor[i] ?? 0) * scale) % m);
}

/** Subtracts multiples of `by` until the remainder's degree is below that of `by`. */
function reduceRow(row: Row, by: Row, m: number): void {
  const inverse = powerMod(by.remainder.at(-1) ?? 1, m - 2, m);
  while (row.remainder.length >= by.remainder.length) {
    const shift = row.remainder.length - by.remainder.length;
    const scale = ((row.remainder.at(-1) ?? 0) * inverse) % m;
    subtractShifted(row.remainder, by.remainder, { shift, scale, m });
    subtractShifted(row.factor, by.factor, { shift, scale, m });
    trim(row.remainder);
  }
}

function subtractShifted(
  target: number[],
  source: readonly number[],
  { shift, scale, m }: { shift: number; scale: number; m: number },
): void {
  source.forEach((c, i) => {
    target[i + shift] = positiveMod((target[i + shift] ?? 0) - c * scale, m);
  });
  for (let i = 0; i < target.length; i++) target[i] ??= 0;
}

/** Drops leading zero coefficients. */
function trim(polynomial: number[]): number[] {
  while (polynomial.at(-1) === 0) polynomial.pop();
  return polynomial;
}
