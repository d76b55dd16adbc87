import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, unlinkSync } from "node:fs";
import type { Event } from "../../events/event.ts";
import { FIRST_HASH, hashOf, holdsEvent, MAX_BATCH_BYTES, MAX_RECORD_BYTES, parseRecord, recordJson, wholeLines } from "./record.ts";
import { listSegments, type SegmentStart, segmentName, segmentPath } from "./segment.ts";
import { syncFolder } from "./signing-key.ts";

/**
 * Finds where a series ends after a crash. Only what follows the last whole record is cut off: it was never acknowledged.
 * Altered bytes with whole records behind them are left as they are, for `verify` to name: cutting there would destroy evidence.
 */

/** Where the next record of a series goes, and what its segment holds. */
export interface SeriesState {
  /** Position of the segment's first byte. */
  readonly base: number;
  /** Bytes in the segment; 0 if it is still to be created. */
  readonly size: number;
  /** Hash of the last record. */
  readonly hash: string;
  readonly events: number;
  /** Times of the first and the last event in the segment; empty if there is none. */
  readonly first: string;
  readonly last: string;
  readonly createdMs: number;
}

export interface RecoveredSeries {
  readonly state: SeriesState;
  /** Sentences on what was cut off. */
  readonly notes: readonly string[];
}

export const EMPTY_SERIES: SeriesState = { base: 0, size: 0, hash: FIRST_HASH, events: 0, first: "", last: "", createdMs: 0 };

export function recoverSeries(folder: string): RecoveredSeries {
  const notes: string[] = [];
  for (const base of listSegments(folder).reverse()) {
    const path = segmentPath(folder, base);
    const bytes = readFileSync(path);
    const end = lastWholeEnd(bytes);
    if (end < bytes.length) {
      notes.push(`${segmentName(base)}: cut off ${bytes.length - end} bytes at offset ${end} that were not a whole record`);
      cutOff(path, end);
    }
    // A file that was only created, or holds no whole record, would stand in the way of the segment that goes on from the one before.
    if (end === 0) remove(folder, path);
    else return { state: stateOf(base, bytes.subarray(0, end)), notes };
  }
  return { state: EMPTY_SERIES, notes };
}

// A batch is made durable before the next is written, so what was not acknowledged lies within the last batch.
function lastWholeEnd(bytes: Buffer): number {
  const windowAt = Math.max(0, bytes.length - MAX_BATCH_BYTES - MAX_RECORD_BYTES);
  const from = windowAt === 0 ? 0 : bytes.indexOf(0x0a, windowAt) + 1;
  let end = from;
  for (const line of wholeLines(bytes, from)) {
    if (parseRecord(line.bytes) !== undefined) end = line.at + line.bytes.length + 1;
  }
  return end;
}

function cutOff(path: string, end: number): void {
  const fd = openSync(path, "r+");
  ftruncateSync(fd, end);
  fsyncSync(fd);
  closeSync(fd);
}

function remove(folder: string, path: string): void {
  unlinkSync(path);
  syncFolder(folder);
}

function stateOf(base: number, bytes: Buffer): SeriesState {
  let hash = FIRST_HASH;
  let events = 0;
  let first: Buffer | undefined;
  let last: Buffer | undefined;
  for (const line of wholeLines(bytes)) {
    hash = hashOf(line.bytes);
    if (!holdsEvent(line.bytes)) continue;
    events += 1;
    first ??= line.bytes;
    last = line.bytes;
  }
  return { base, size: bytes.length, hash, events, first: timeIn(first), last: timeIn(last), createdMs: createdMs(bytes) };
}

function timeIn(line: Buffer | undefined): string {
  const record = line && parseRecord(line);
  if (record === undefined) return "";
  const event: Event = JSON.parse(recordJson(record));
  return event.time;
}

function createdMs(bytes: Buffer): number {
  const record = parseRecord(bytes.subarray(0, bytes.indexOf(0x0a)));
  if (record?.kind !== "segment") return 0;
  const start: SegmentStart = JSON.parse(recordJson(record));
  return Date.parse(start.created);
}
