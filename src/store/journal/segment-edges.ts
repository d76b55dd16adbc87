import { Buffer } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Head } from "./head.ts";
import { MAX_RECORD_BYTES, parseRecord, recordJson } from "./record.ts";
import type { SegmentStart } from "./segment.ts";

/** The first and the last record of a segment: what it is chained to, and the head that was signed when it was full. */
export interface SegmentEdges {
  readonly bytes: number;
  readonly start: SegmentStart | undefined;
  readonly head: Head | undefined;
}

export function readSegmentEdges(path: string): SegmentEdges {
  const fd = openSync(path, "r");
  try {
    const bytes = fstatSync(fd).size;
    return { bytes, start: readStart(fd), head: readHead(fd, bytes) };
  } finally {
    closeSync(fd);
  }
}

function readStart(fd: number): SegmentStart | undefined {
  const bytes = Buffer.alloc(EDGE_BYTES);
  const line = bytes.subarray(0, readSync(fd, bytes, { position: 0 }));
  const record = parseRecord(line.subarray(0, line.indexOf(NEWLINE)));
  return record?.kind === "segment" ? JSON.parse(recordJson(record)) : undefined;
}

function readHead(fd: number, size: number): Head | undefined {
  const position = Math.max(0, size - EDGE_BYTES);
  const bytes = Buffer.alloc(Math.min(size, EDGE_BYTES));
  readSync(fd, bytes, { position });
  if (bytes.at(-1) !== NEWLINE) return undefined;
  const from = bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
  const record = parseRecord(bytes.subarray(from, bytes.length - 1));
  return record?.kind === "head" ? JSON.parse(recordJson(record)) : undefined;
}

// A start and a head are far shorter.
const EDGE_BYTES = Math.min(8_192, MAX_RECORD_BYTES);
const NEWLINE = 0x0a;
