import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { locateAlteration } from "./locate-alteration.ts";
import { COVERED_AT, CRC_AT, CRC_END, chainHash, contentOf, hashOf, OPENING, parseRecord, recordLine } from "./record.ts";

/**
 * Says where a line that is no whole record was altered: to the byte, where the alteration is at most four bytes wide or lies in
 * the fixed parts; else that it lies somewhere in the record. Also finds line ends that were destroyed, and line ends that were made.
 */
export interface Damage {
  /** Offset of the first altered byte in the segment, or of the record's first byte if it is not known closer. */
  readonly offset: number;
  readonly why: string;
  /** Offset at which the next record begins. */
  readonly next: number;
  /** Hash that the record carried; undefined if that is unknown. */
  readonly hash: string | undefined;
}

/**
 * @param segment the whole segment.
 * @param at where the damaged record begins.
 * @param previous hash of the record before; undefined if that one is damaged too.
 */
export function explainDamage(segment: Buffer, at: number, previous: string | undefined): Damage {
  return lostLineEnd(segment, at) ?? closerPlace(segment, at, previous) ?? somewhere(segment, at);
}

// A quote in a visitor's text is escaped in JSON, so the opening of a record can't occur within one.
function lostLineEnd(segment: Buffer, at: number): Damage | undefined {
  const opening = segment.indexOf(OPENING, at + 1, "latin1");
  const end = opening < 0 ? segment.length : opening;
  const record = parseRecord(segment.subarray(at, end - 1));
  return record && { offset: end - 1, why: "the line end was altered", next: end, hash: record.hash };
}

function closerPlace(segment: Buffer, at: number, previous: string | undefined): Damage | undefined {
  let end = segment.indexOf(NEWLINE, at);
  for (let lines = 0; lines < MAX_MADE_LINE_ENDS && end >= 0; lines += 1) {
    const offset = alteredByte(segment.subarray(at, end), previous);
    if (offset !== undefined) return { offset: at + offset, why: "altered here", next: end + 1, hash: undefined };
    end = segment.indexOf(NEWLINE, end + 1);
  }
  return undefined;
}

function somewhere(segment: Buffer, at: number): Damage {
  const end = segment.indexOf(NEWLINE, at);
  const next = end < 0 ? segment.length : end + 1;
  return { offset: at, why: `altered in more than one place of the ${next - at} bytes from here`, next, hash: undefined };
}

function alteredByte(line: Buffer, previous: string | undefined): number | undefined {
  if (line.length <= COVERED_AT || previous === undefined) return undefined;
  // Hash and content agree: the alteration is in the bytes around them, which are known beforehand.
  if (isChained(line, previous)) return firstDifference(line, recordLine(hashOf(line), contentOf(line)));
  const covered = line.subarray(COVERED_AT);
  const stored = line.toString("latin1", CRC_AT, CRC_END);
  if (covered.length > MAX_SEARCHED_BYTES || !HEX32.test(stored)) return undefined;
  const frame = line.subarray(0, COVERED_AT);
  const isOriginal = (candidate: Buffer) => isChained(Buffer.concat([frame, candidate]), previous);
  const offset = locateAlteration(covered, crc32(covered) ^ Number.parseInt(stored, 16), isOriginal);
  return offset === undefined ? undefined : COVERED_AT + offset;
}

function isChained(line: Buffer, previous: string): boolean {
  return chainHash(previous, contentOf(line)) === hashOf(line);
}

function firstDifference(one: Buffer, other: Buffer): number | undefined {
  const at = one.findIndex((byte, index) => byte !== other[index]);
  return at < 0 ? undefined : at;
}

const NEWLINE = 0x0a;
const HEX32 = /^[0-9a-f]{8}$/;
const MAX_MADE_LINE_ENDS = 3;
// The search hashes the record once for each of its bytes: some seconds at this size.
const MAX_SEARCHED_BYTES = 65_536;
