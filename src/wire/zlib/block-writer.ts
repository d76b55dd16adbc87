/**
 * Writes one block in the shortest of its three forms: stored, with the fixed codes, or with codes made for it.
 *
 * The costs are exact, so a block never takes more than its bytes, five bytes and seven bits.
 */
import type { BitWriter } from "./bit-writer.ts";
import { codeLengths } from "./code-lengths.ts";
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  DYNAMIC,
  END_OF_BLOCK,
  FIRST_LENGTH,
  FIXED,
  LENGTH_BASE,
  LENGTH_CODE_ORDER,
  LENGTH_EXTRA,
  MAX_CODE_BITS,
  MAX_LENGTH_CODE_BITS,
  REPEAT_EXTRA,
  REPEAT_LAST,
  REPEAT_ZERO,
  REPEAT_ZERO_LONG,
  STORED,
} from "./deflate-format.ts";
import { FIXED_DISTANCE_ENCODER, FIXED_LITERAL_ENCODER, PrefixEncoder } from "./prefix-encoder.ts";
import { distanceSymbol, lengthSymbol, type TokenBlock } from "./token-block.ts";

interface Codes {
  readonly literals: PrefixEncoder;
  readonly distances: PrefixEncoder;
}

const FIXED_CODES: Codes = { literals: FIXED_LITERAL_ENCODER, distances: FIXED_DISTANCE_ENCODER };

/** A block that takes at most this with the fixed codes is too small for codes of its own, whose description takes about as much. */
const SMALL_BLOCK_BITS = 320;

/** `bytes` (at most 65535) are what the tokens stand for. The block is never the last of its stream. */
export function writeBlock(writer: BitWriter, tokens: TokenBlock, bytes: Uint8Array): void {
  const stored = ((5 - writer.pendingBits) & 7) + 32 + bytes.length * 8;
  const extra = extraBits(tokens);
  const fixed = codesCost(FIXED_CODES, tokens) + extra;
  const plan = fixed > SMALL_BLOCK_BITS ? planDynamic(tokens) : undefined;
  const dynamic = plan === undefined ? Infinity : plan.cost + extra;
  if (plan !== undefined && dynamic < Math.min(fixed, stored)) {
    writeType(writer, DYNAMIC);
    writeDynamicHeader(writer, plan);
    writeTokens(writer, tokens, plan);
  } else if (fixed < stored) {
    writeType(writer, FIXED);
    writeTokens(writer, tokens, FIXED_CODES);
  } else {
    writeStored(writer, bytes);
  }
}

/** A stored block (RFC 1951 §3.2.4); an empty one is what zlib calls a sync flush. */
export function writeStored(writer: BitWriter, bytes: Uint8Array): void {
  writeType(writer, STORED);
  writer.align();
  writer.bits(bytes.length, 16);
  writer.bits(bytes.length ^ 0xffff, 16);
  writer.bytes(bytes);
}

/** A block of ten bits without bytes: what zlib writes for a partial flush, and here also the last block of a stream. */
export function writeEmpty(writer: BitWriter, last: boolean): void {
  writer.bits(last ? 1 : 0, 1);
  writer.bits(FIXED, 2);
  FIXED_LITERAL_ENCODER.write(writer, END_OF_BLOCK);
}

function writeType(writer: BitWriter, type: number): void {
  writer.bits(0, 1);
  writer.bits(type, 2);
}

function codesCost(codes: Codes, tokens: TokenBlock): number {
  return codes.literals.cost(tokens.literalCounts) + codes.distances.cost(tokens.distanceCounts);
}

function extraBits(tokens: TokenBlock): number {
  const lengths = LENGTH_EXTRA.reduce((sum, bits, at) => sum + bits * (tokens.literalCounts[FIRST_LENGTH + at] ?? 0), 0);
  return DISTANCE_EXTRA.reduce((sum, bits, at) => sum + bits * (tokens.distanceCounts[at] ?? 0), lengths);
}

/** RFC 1951 §3.2.5: symbol of a literal; or of a length, its extra bits, symbol of the distance, its extra bits. */
function writeTokens(writer: BitWriter, tokens: TokenBlock, codes: Codes): void {
  for (let at = 0; at < tokens.size; at++) {
    const value = tokens.value(at);
    const distance = tokens.distance(at);
    if (distance === 0) {
      codes.literals.write(writer, value);
      continue;
    }
    const length = lengthSymbol(value);
    codes.literals.write(writer, length);
    const lengthAt = length - FIRST_LENGTH;
    writer.bits(value - (LENGTH_BASE[lengthAt] ?? 0), LENGTH_EXTRA[lengthAt] ?? 0);
    const symbol = distanceSymbol(distance);
    codes.distances.write(writer, symbol);
    writer.bits(distance - (DISTANCE_BASE[symbol] ?? 0), DISTANCE_EXTRA[symbol] ?? 0);
  }
  codes.literals.write(writer, END_OF_BLOCK);
}

/** One step of the description of the codes: a length, or a repetition with its extra bits. */
interface LengthStep {
  readonly symbol: number;
  readonly extra: number;
}

/** The codes of a dynamic block and how to describe them (RFC 1951 §3.2.7; the layout stands above the class that reads it). */
interface DynamicPlan extends Codes {
  readonly literalCount: number;
  readonly distanceCount: number;
  readonly steps: readonly LengthStep[];
  readonly lengthCode: PrefixEncoder;
  /** How many lengths of the code-length code are sent. */
  readonly sent: number;
  /** Bits of the description and of the symbols, without their extra bits. */
  readonly cost: number;
}

function planDynamic(tokens: TokenBlock): DynamicPlan {
  const literals = new PrefixEncoder(codeLengths(tokens.literalCounts, MAX_CODE_BITS));
  const distances = new PrefixEncoder(codeLengths(tokens.distanceCounts, MAX_CODE_BITS));
  const literalCount = countUsed(literals, FIRST_LENGTH);
  const distanceCount = countUsed(distances, 1);
  const steps = lengthSteps([...literals.lengths.subarray(0, literalCount), ...distances.lengths.subarray(0, distanceCount)]);
  const counts = new Uint32Array(LENGTH_CODE_ORDER.length);
  for (const { symbol } of steps) counts[symbol] = (counts[symbol] ?? 0) + 1;
  const lengthCode = new PrefixEncoder(codeLengths(counts, MAX_LENGTH_CODE_BITS));
  const sent = Math.max(4, LENGTH_CODE_ORDER.findLastIndex((symbol) => (lengthCode.lengths[symbol] ?? 0) > 0) + 1);
  const repeatBits = steps.reduce((sum, { symbol }) => sum + (REPEAT_EXTRA[symbol - REPEAT_LAST] ?? 0), 0);
  const description = 14 + 3 * sent + lengthCode.cost(counts) + repeatBits;
  const cost = description + codesCost({ literals, distances }, tokens);
  return { literals, distances, literalCount, distanceCount, steps, lengthCode, sent, cost };
}

function writeDynamicHeader(writer: BitWriter, plan: DynamicPlan): void {
  writer.bits(plan.literalCount - FIRST_LENGTH, 5);
  writer.bits(plan.distanceCount - 1, 5);
  writer.bits(plan.sent - 4, 4);
  for (const symbol of LENGTH_CODE_ORDER.subarray(0, plan.sent)) writer.bits(plan.lengthCode.lengths[symbol] ?? 0, 3);
  for (const { symbol, extra } of plan.steps) {
    plan.lengthCode.write(writer, symbol);
    writer.bits(extra, REPEAT_EXTRA[symbol - REPEAT_LAST] ?? 0);
  }
}

function countUsed(encoder: PrefixEncoder, atLeast: number): number {
  return Math.max(atLeast, encoder.lengths.findLastIndex((bits) => bits > 0) + 1);
}

/** Describes code lengths, with runs as repetitions; a run may cross from the literals into the distances. */
function lengthSteps(lengths: readonly number[]): LengthStep[] {
  const steps: LengthStep[] = [];
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at] ?? 0;
    let run = 1;
    while (lengths[at + run] === length) run++;
    addRun(steps, length, run);
    at += run;
  }
  return steps;
}

function addRun(steps: LengthStep[], length: number, run: number): void {
  let left = run;
  if (length !== 0) {
    steps.push({ symbol: length, extra: 0 });
    left -= 1;
  }
  while (left >= 3) {
    const { symbol, least, most } = repetition(length, left);
    const times = Math.min(left, most);
    steps.push({ symbol, extra: times - least });
    left -= times;
  }
  for (; left > 0; left--) steps.push({ symbol: length, extra: 0 });
}

function repetition(length: number, run: number): { symbol: number; least: number; most: number } {
  if (length !== 0) return { symbol: REPEAT_LAST, least: 3, most: 6 };
  if (run <= 10) return { symbol: REPEAT_ZERO, least: 3, most: 10 };
  return { symbol: REPEAT_ZERO_LONG, least: 11, most: 138 };
}
