import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * One line of a journal segment: a JSON object whose first 92 bytes have fixed places, so that `jq -c .event FILE` reads it,
 * and so that a reader finds the parts without parsing. The hash chains each record to the one before; the checksum tells
 * which record was altered, and where in it. A record's bytes never change once they are written.
 */

/** `event`: an event. `segment`: the first record of a segment. `head`: signed so far. `tombstone`: a dropped segment. `note`: what recovery did. */
export type RecordKind = "event" | "segment" | "head" | "tombstone" | "note";

export interface JournalRecord {
  readonly kind: RecordKind;
  /** Hex SHA-256 over the hash before and this record's content. */
  readonly hash: string;
  /** The content as it is hashed: `"event":{...}`. */
  readonly content: string;
}

/** The hash before the first record of a series. */
export const FIRST_HASH = "0".repeat(64);
/** The most bytes of one record with its line end; a longer event can't be kept. */
export const MAX_RECORD_BYTES = 8_388_608;

/** What one commit writes of one series at most, but for a last record that is longer. Recovery relies on it. */
export const MAX_BATCH_BYTES = 4_194_304;

export const OPENING = '{"crc":"';
export const CRC_AT = OPENING.length;
export const CRC_END = CRC_AT + 8;
/** Where the bytes begin that the checksum covers. */
export const COVERED_AT = CRC_END + 2;
const HASH_AT = COVERED_AT + '"hash":"'.length;
const HASH_END = HASH_AT + 64;
const CONTENT_AT = HASH_END + 2;
const NEWLINE = 0x0a;

export interface Framed {
  readonly line: string;
  readonly hash: string;
}

/** @param json one JSON object on one line. */
export function encodeRecord(previous: string, kind: RecordKind, json: string): Framed {
  const content = `"${kind}":${json}`;
  const chained = chainHash(previous, content);
  const covered = `"hash":"${chained}",${content}}`;
  return { line: `${OPENING}${hex32(crc32(covered))}",${covered}\n`, hash: chained };
}

export function chainHash(previous: string, content: string | Buffer): string {
  return typeof content === "string" ? hash("sha256", previous + content) : hash("sha256", Buffer.concat([Buffer.from(previous), content]));
}

/**
 * Reads one line without its line end; undefined if it is not a whole, unaltered record. Whether the hash fits is the chain's question.
 *
 *     {"crc":"     8  fixed
 *     crc          8  CRC-32 (ISO-HDLC) in hex of all that follows the next two bytes
 *     ",           2  fixed
 *     "hash":"     8  fixed
 *     hash        64  SHA-256 in hex over the previous record's hash (its 64 hex digits) and the content
 *     ",           2  fixed
 *     content      n  "kind":{...}, JSON
 *     }            1  fixed
 */
export function parseRecord(line: Buffer): JournalRecord | undefined {
  if (line.length <= CONTENT_AT) return undefined;
  const frame = `${OPENING}${hex32(crc32(line.subarray(COVERED_AT)))}",`;
  if (line.toString("latin1", 0, COVERED_AT) !== frame) return undefined;
  const content = line.toString("utf8", CONTENT_AT, line.length - 1);
  const kind = kindOf(content);
  return kind === undefined ? undefined : { kind, hash: line.toString("latin1", HASH_AT, HASH_END), content };
}

/** The line, without its end, that a record with this hash and content has. */
export function recordLine(hash: string, content: Buffer): Buffer {
  const covered = Buffer.concat([Buffer.from(`"hash":"${hash}",`), content, Buffer.from("}")]);
  return Buffer.concat([Buffer.from(`${OPENING}${hex32(crc32(covered))}",`), covered]);
}

/** The bytes that a record's hash is made of, besides the hash before. */
export function contentOf(line: Buffer): Buffer {
  return line.subarray(CONTENT_AT, line.length - 1);
}

/** The hash that a line carries. */
export function hashOf(line: Buffer): string {
  return line.toString("latin1", HASH_AT, HASH_END);
}

/** Whether a line claims to be an event, without checking it. */
export function holdsEvent(line: Buffer): boolean {
  return line.toString("latin1", CONTENT_AT, CONTENT_AT + 8) === '"event":';
}

/** The record's JSON object as text. */
export function recordJson(record: JournalRecord): string {
  return record.content.slice(record.kind.length + 3);
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}

export interface Line {
  /** Offset of its first byte. */
  readonly at: number;
  /** Without its line end. */
  readonly bytes: Buffer;
}

/** The whole lines in `bytes`; what follows the last line end is left out. */
export function* wholeLines(bytes: Buffer, from = 0): Generator<Line> {
  let at = from;
  for (let end = bytes.indexOf(NEWLINE, at); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
    yield { at, bytes: bytes.subarray(at, end) };
    at = end + 1;
  }
}

const KINDS: readonly RecordKind[] = ["event", "segment", "head", "tombstone", "note"];

function kindOf(content: string): RecordKind | undefined {
  return KINDS.find((kind) => content.startsWith(`"${kind}":{`));
}
