import { Buffer } from "node:buffer";

/**
 * The form of a terminal recording on disk: what was seen and typed, byte for byte and to the microsecond, which no text format can hold.
 * A file is appended to only; an end that a crash tore is simply not read.
 */

/** One moment of a terminal. */
export type Moment =
  | { readonly way: "out" | "in"; readonly bytes: Uint8Array }
  | { readonly way: "size"; readonly columns: number; readonly rows: number };

export interface Frame {
  /** Microseconds since the recording began. */
  readonly atUs: number;
  readonly moment: Moment;
}

/** The first line of the file, with its line end; the number is the version of the form. */
export const MAGIC = "utsusemi-recording 1\n";

const WAYS = ["out", "in", "size"] as const;
const MAX_VARINT_BYTES = 8;

/** @param gapUs microseconds since the frame before. */
export function encodeFrame(gapUs: number, moment: Moment): Buffer {
  const body = moment.way === "size" ? Buffer.concat([varint(moment.columns), varint(moment.rows)]) : moment.bytes;
  return Buffer.concat([Buffer.of(WAYS.indexOf(moment.way)), varint(gapUs), varint(body.length), body]);
}

/**
 * The whole frames of a recording, in order; stops at the first that is torn or not a frame.
 *
 *     way      1   0 out, 1 in, 2 size
 *     gap      1-8 microseconds since the frame before, LEB128
 *     length   1-8 bytes of the body, LEB128
 *     body     n   the bytes; for size: columns and rows, LEB128 each
 */
export function* parseFrames(recording: Buffer): Generator<Frame> {
  if (recording.toString("latin1", 0, MAGIC.length) !== MAGIC) return;
  let atUs = 0;
  for (let at = MAGIC.length; at < recording.length; ) {
    const way = WAYS[recording[at] ?? WAYS.length];
    const gap = readVarint(recording, at + 1);
    const length = gap && readVarint(recording, gap.next);
    if (way === undefined || gap === undefined || length === undefined || length.next + length.value > recording.length) return;
    const moment = momentOf(way, recording.subarray(length.next, length.next + length.value));
    if (moment === undefined) return;
    atUs += gap.value;
    yield { atUs, moment };
    at = length.next + length.value;
  }
}

function momentOf(way: (typeof WAYS)[number], body: Buffer): Moment | undefined {
  if (way !== "size") return { way, bytes: body };
  const columns = readVarint(body, 0);
  const rows = columns && readVarint(body, columns.next);
  return rows && { way, columns: columns.value, rows: rows.value };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.max(0, Math.trunc(value));
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

function readVarint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 0x80 ** index;
    if (byte < 0x80) return Number.isSafeInteger(value) ? { value, next: at + index + 1 } : undefined;
  }
  return undefined;
}
