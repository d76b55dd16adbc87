import { Buffer } from "node:buffer";
import { closeSync, fdatasyncSync, openSync, readSync } from "node:fs";
import { MAX_RECORD_BYTES, parseRecord, recordJson, wholeLines } from "./record.ts";
import { errorCode, listSegments, segmentPath } from "./segment.ts";
import { syncFolder } from "./signing-key.ts";

/**
 * Reads a series by cursor: a position from which to go on. Any process may read while the sensor writes.
 *
 * A reader must not show what a power cut could still take back. Inside the sensor the caller says up to where the series is durable
 * (`until`). Anybody else doesn't know, so the reader syncs the file itself after reading and before returning: then it is durable.
 */
export class JournalReader {
  readonly #folder: string;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #bases: readonly number[] = [];
  #file: { readonly base: number; readonly fd: number } | undefined;

  /** @param folder the folder of one series. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The events from a position on, as JSON: about a mebibyte of them, none if there are no more.
   * @param from a position that `next` gave, or 0. If its segment was dropped, reading goes on behind the gap.
   * @param until position up to which the series is known to be durable; left out, the reader sees to that itself.
   */
  read(from: number, until?: number): JournalChunk {
    const base = this.#segmentAt(from);
    if (base === undefined) return { events: [], next: from, damaged: 0 };
    const at = Math.max(from, base);
    const bytes = this.#fill(base, { at, maxBytes: until === undefined ? CHUNK_BYTES : Math.min(until - at, CHUNK_BYTES) });
    const { events, size, damaged } = eventsIn(bytes);
    if (size > 0) {
      if (until === undefined) this.#settle(base);
      return { events, next: at + size, damaged };
    }
    this.#bases = listSegments(this.#folder);
    const following = this.#bases.find((other) => other > base && other >= at);
    return following === undefined ? { events: [], next: at, damaged: 0 } : this.read(following, until);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd);
    this.#file = undefined;
  }

  /** The segment that holds a position, or the first one behind it. */
  #segmentAt(position: number): number | undefined {
    if (this.#file !== undefined && this.#file.base <= position && this.#isLastBefore(position)) return this.#file.base;
    this.#bases = listSegments(this.#folder);
    return this.#bases.findLast((base) => base <= position) ?? this.#bases[0];
  }

  // Only what was listed is known: the end of the segment shows when nothing more is read from it.
  #isLastBefore(position: number): boolean {
    return this.#bases.findLast((base) => base <= position) === this.#file?.base;
  }

  /** Whole lines from a position, or nothing. */
  #fill(base: number, range: { readonly at: number; readonly maxBytes: number }): Buffer {
    const fd = this.#open(base);
    if (fd === undefined || range.maxBytes <= 0) return Buffer.alloc(0);
    for (let size = range.maxBytes; ; size = Math.min(size * 2, MAX_RECORD_BYTES)) {
      const chunk = size <= CHUNK_BYTES ? this.#chunk : Buffer.allocUnsafe(size);
      const bytes = chunk.subarray(0, readSync(fd, chunk, { position: range.at - base, length: size }));
      const isWhole = bytes.includes(NEWLINE) || bytes.length < size || size >= MAX_RECORD_BYTES;
      if (isWhole) return bytes;
    }
  }

  #open(base: number): number | undefined {
    if (this.#file?.base === base) return this.#file.fd;
    this.close();
    try {
      this.#file = { base, fd: openSync(segmentPath(this.#folder, base), "r") };
      return this.#file.fd;
    } catch (error) {
      // Retention dropped it between the listing and now.
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  #settle(base: number): void {
    if (this.#file?.base !== base) return;
    fdatasyncSync(this.#file.fd);
    if (this.#bases.at(-1) === base) syncFolder(this.#folder);
  }
}

export interface JournalChunk {
  /** Each event as its JSON. */
  readonly events: readonly string[];
  /** Where to go on. */
  readonly next: number;
  /** Lines that were passed over because their checksum is wrong. */
  readonly damaged: number;
}

function eventsIn(bytes: Buffer): { readonly events: readonly string[]; readonly size: number; readonly damaged: number } {
  const events: string[] = [];
  let size = 0;
  let damaged = 0;
  for (const line of wholeLines(bytes)) {
    size = line.at + line.bytes.length + 1;
    const record = parseRecord(line.bytes);
    if (record === undefined) damaged += 1;
    else if (record.kind === "event") events.push(recordJson(record));
  }
  if (size === 0 && bytes.length === MAX_RECORD_BYTES) return { events, size: bytes.length, damaged: 1 };
  return { events, size, damaged };
}

const CHUNK_BYTES = 1_048_576;
const NEWLINE = 0x0a;
