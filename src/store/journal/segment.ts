import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * A series is one endless row of records, cut into segment files. A position is an offset in bytes in that row, and a file is named
 * after the position of its first byte: so a cursor is one number, stays right when old segments are dropped, and is found without an index.
 */

/** The three retention classes of events, and the tombstones of their dropped segments, which are kept for ever. */
export const SERIES = ["evidence", "traffic", "health", "tombstones"] as const;
export type Series = (typeof SERIES)[number];
/** The series that hold events. */
export const EVENT_SERIES = ["evidence", "traffic", "health"] as const;
export type EventSeries = (typeof EVENT_SERIES)[number];

/** The first record of every segment. */
export interface SegmentStart {
  readonly v: 1;
  readonly series: Series;
  readonly base: number;
  readonly sensor: string;
  readonly created: string;
  /** Hash of the last record of the segment before. */
  readonly previous: string;
}

const DIGITS = 16;
const NAME = /^([0-9]{16})\.jsonl$/;

export function segmentName(base: number): string {
  return `${base.toString().padStart(DIGITS, "0")}.jsonl`;
}

/** Positions of the first bytes of the segments in a series' folder, rising; none if the folder is missing. */
export function listSegments(folder: string): number[] {
  return listNames(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);
}

export function segmentPath(folder: string, base: number): string {
  return join(folder, segmentName(base));
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** The system's name of a failed call, such as ENOSPC; empty if it was no failed call. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
