// Mixed-radix packing of many small digits into bytes, as NTRU Prime's public keys and ciphertexts use it.
//
// Source: NTRU Prime round-3 specification, Encode and Decode. Neighbouring digits are merged pairwise, level by
// level; whenever a merged modulus reaches 2^14 its low bytes are written out. What is written where depends only
// on the number of digits and their modulus, so it is planned once.
//
// Rule that must stay true: decoding accepts every byte string of the right length and gives digits below the
// modulus; encoding a decoded canonical string gives it back.

const mergeLimit = 1 << 14;

interface Level {
  /** Number of digits before merging. */
  readonly count: number;
  /** Modulus of each digit. */
  readonly moduli: Int32Array;
  /** Bytes written out for each merged pair: 0, 1 or 2. */
  readonly bytesOut: Uint8Array;
}

/** How a fixed number of digits with one modulus is packed. */
export interface RadixPlan {
  readonly levels: readonly Level[];
  /** Modulus of the single digit that is left at the end. */
  readonly rootModulus: number;
  readonly count: number;
  /** Pairs in all levels together. */
  readonly pairs: number;
}

/** Plans the packing of `count` digits, each below `modulus`. */
export function radixPlan(count: number, modulus: number): RadixPlan {
  const levels: Level[] = [];
  let moduli = new Int32Array(count).fill(modulus);
  let pairs = 0;
  while (moduli.length > 1) {
    const merged = mergeModuli(moduli);
    levels.push({ count: moduli.length, moduli, bytesOut: merged.bytesOut });
    pairs += moduli.length >> 1;
    moduli = merged.moduli;
  }
  return { levels, rootModulus: moduli[0] ?? 1, count, pairs };
}

function mergeModuli(moduli: Int32Array): { moduli: Int32Array<ArrayBuffer>; bytesOut: Uint8Array } {
  const pairs = moduli.length >> 1;
  const merged = new Int32Array((moduli.length + 1) >> 1);
  const bytesOut = new Uint8Array(pairs);
  for (let i = 0; i < pairs; i++) {
    let product = (moduli[2 * i] ?? 1) * (moduli[2 * i + 1] ?? 1);
    for (; product >= mergeLimit; product = (product + 255) >>> 8) bytesOut[i] = (bytesOut[i] ?? 0) + 1;
    merged[i] = product;
  }
  if (moduli.length % 2 === 1) merged[pairs] = moduli[moduli.length - 1] ?? 1;
  return { moduli: merged, bytesOut };
}

/** Packs the digits into the start of `out`; destroys `digits`. */
export function encodeRadix(plan: RadixPlan, digits: Int32Array, out: Uint8Array): void {
  let at = 0;
  for (const level of plan.levels) at = mergePairs(level, digits, out.subarray(at)) + at;
  let root = digits[0] ?? 0;
  for (let left = plan.rootModulus; left > 1; left = (left + 255) >>> 8) {
    out[at++] = root & 0xff;
    root >>>= 8;
  }
}

/** Turns the digits at the start of `digits` into half as many; gives the number of bytes written out. */
function mergePairs({ count, moduli, bytesOut }: Level, digits: Int32Array, out: Uint8Array): number {
  const pairs = count >> 1;
  let at = 0;
  for (let i = 0; i < pairs; i++) {
    let merged = (digits[2 * i] ?? 0) + (digits[2 * i + 1] ?? 0) * (moduli[2 * i] ?? 1);
    for (let left = bytesOut[i] ?? 0; left > 0; left--) {
      out[at++] = merged & 0xff;
      merged >>>= 8;
    }
    digits[i] = merged;
  }
  if (count % 2 === 1) digits[pairs] = digits[count - 1] ?? 0;
  return at;
}

/** Unpacks the digits from the start of `bytes`, which must be long enough. */
export function decodeRadix(plan: RadixPlan, bytes: Uint8Array): Int32Array {
  const lows = new Int32Array(plan.pairs);
  let at = readLows(plan, bytes, lows);
  const digits = new Int32Array(plan.count);
  let root = 0;
  for (let left = plan.rootModulus, shift = 0; left > 1; left = (left + 255) >>> 8, shift += 8) {
    root |= (bytes[at++] ?? 0) << shift;
  }
  digits[0] = root % plan.rootModulus;
  let firstPair = plan.pairs;
  for (const level of plan.levels.toReversed()) {
    firstPair -= level.count >> 1;
    splitPairs(level, digits, lows.subarray(firstPair));
  }
  return digits;
}

/** Collects the written-out low bytes of every pair; gives the position behind them. */
function readLows(plan: RadixPlan, bytes: Uint8Array, lows: Int32Array): number {
  let at = 0;
  let pair = 0;
  for (const { bytesOut } of plan.levels) {
    for (const count of bytesOut) {
      if (count > 0) lows[pair] = bytes[at++] ?? 0;
      if (count > 1) lows[pair] = (lows[pair] ?? 0) | ((bytes[at++] ?? 0) << 8);
      pair++;
    }
  }
  return at;
}

/** Turns merged digits at the start of `digits` into twice as many, from the last to the first as they overlap. */
function splitPairs(level: Level, digits: Int32Array, lows: Int32Array): void {
  const { count, moduli, bytesOut } = level;
  const pairs = count >> 1;
  if (count % 2 === 1) digits[count - 1] = digits[pairs] ?? 0;
  for (let i = pairs - 1; i >= 0; i--) {
    const merged = (lows[i] ?? 0) + ((digits[i] ?? 0) << (8 * (bytesOut[i] ?? 0)));
    const modulus = moduli[2 * i] ?? 1;
    const quotient = (merged / modulus) | 0;
    digits[2 * i] = merged - quotient * modulus;
    // Only a string that no encoder makes has a quotient beyond the modulus.
    digits[2 * i + 1] = quotient % (moduli[2 * i + 1] ?? 1);
  }
}
