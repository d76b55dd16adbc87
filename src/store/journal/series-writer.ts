import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { type Head, signHead } from "./head.ts";
import { encodeRecord, type RecordKind } from "./record.ts";
import type { SeriesState } from "./recover-series.ts";
import { type SegmentStart, type Series, segmentPath } from "./segment.ts";
import type { SigningKey } from "./signing-key.ts";

/**
 * Writes one series. A batch is first framed on a draft of the state, then written, then made durable, and only then becomes the state.
 * Writing says where each byte goes, so a batch that failed half-way (disk full, I/O error) is written again, the same bytes
 * to the same places, until it succeeds: nothing is ever taken back that a reader may have seen.
 */
export class SeriesWriter {
  readonly series: Series;
  readonly #options: SeriesOptions;
  #state: SeriesState;
  #signedAt: number;
  #file: { readonly base: number; readonly handle: FileHandle } | undefined;

  constructor(series: Series, state: SeriesState, options: SeriesOptions) {
    this.series = series;
    this.#state = state;
    this.#signedAt = state.base + state.size;
    this.#options = options;
  }

  /** Position up to which everything is durable. */
  get end(): number {
    return this.#state.base + this.#state.size;
  }

  /** Position of the first byte of the segment that is written to: all segments before it are closed. */
  get base(): number {
    return this.#state.base;
  }

  /** Whether there are records that no signed head covers. */
  get unsigned(): boolean {
    return this.end > this.#signedAt;
  }

  /** Lays out the bytes of a batch, with the starts and ends of segments that fall into it. Changes nothing yet. */
  frame(entries: readonly Entry[]): Frame {
    const draft = new Draft(this.series, this.#state, this.#options);
    for (const entry of entries) draft.add(entry);
    return draft.finish();
  }

  /** Writes a frame and makes it durable. Rejects if the system refuses; then the same frame is given again. */
  async write(frame: Frame): Promise<void> {
    try {
      for (const chunk of frame.chunks) await this.#persist(chunk);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#state = frame.state;
    this.#signedAt = frame.signedAt ?? this.#signedAt;
  }

  /** The present state, signed. */
  head(): Head {
    return headOf(this.series, this.#state, this.#options);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async #persist(chunk: Chunk): Promise<void> {
    const handle = await this.#open(chunk.base);
    await writeAll(handle, chunk);
    await handle.datasync();
    if (chunk.offset === 0) await syncName(this.#options.folder);
  }

  async #open(base: number): Promise<FileHandle> {
    if (this.#file?.base === base) return this.#file.handle;
    await this.close();
    // Neither O_APPEND, since the places are ours to say, nor O_TRUNC, since a reader may have seen what a failed batch wrote.
    const handle = await open(segmentPath(this.#options.folder, base), constants.O_WRONLY | constants.O_CREAT, 0o600);
    this.#file = { base, handle };
    return handle;
  }
}

export interface SeriesOptions {
  readonly folder: string;
  readonly sensor: string;
  readonly key: SigningKey;
  readonly maxSegmentBytes: number;
  readonly maxSegmentAgeMs: number;
  /** Unix milliseconds. */
  now(): number;
}

/** One record that waits to be written. */
export interface Entry {
  readonly kind: RecordKind;
  /** Its JSON object; of a head nothing: it is made when its place is known. */
  readonly json: string;
  /** An event's time. */
  readonly time?: string;
}

export interface Frame {
  readonly chunks: readonly Chunk[];
  readonly state: SeriesState;
  readonly signedAt: number | undefined;
}

interface Chunk {
  readonly base: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

/** The state of a series as it will be when the batch is durable. */
class Draft {
  readonly #series: Series;
  readonly #options: SeriesOptions;
  readonly #chunks: Chunk[] = [];
  readonly #state: { -readonly [K in keyof SeriesState]: SeriesState[K] };
  #lines: string[] = [];
  #chunkAt: number;
  #signedAt: number | undefined;

  constructor(series: Series, state: SeriesState, options: SeriesOptions) {
    this.#series = series;
    this.#state = { ...state };
    this.#chunkAt = state.size;
    this.#options = options;
  }

  add(entry: Entry): void {
    if (this.#isFull()) this.#rotate();
    if (this.#state.size === 0) this.#begin();
    if (entry.kind === "head") this.#sign();
    else this.#put(entry.kind, entry.json);
    if (entry.time === undefined) return;
    this.#state.events += 1;
    this.#state.last = entry.time;
    if (this.#state.first === "") this.#state.first = entry.time;
  }

  finish(): Frame {
    this.#cut();
    return { chunks: this.#chunks, state: this.#state, signedAt: this.#signedAt };
  }

  #isFull(): boolean {
    const { size, events, createdMs } = this.#state;
    if (size >= this.#options.maxSegmentBytes) return true;
    return events > 0 && this.#options.now() - createdMs >= this.#options.maxSegmentAgeMs;
  }

  #rotate(): void {
    this.#sign();
    this.#cut();
    const base = this.#state.base + this.#state.size;
    Object.assign(this.#state, { base, size: 0, events: 0, first: "", last: "" });
    this.#chunkAt = 0;
  }

  #begin(): void {
    this.#state.createdMs = this.#options.now();
    const created = new Date(this.#state.createdMs).toISOString();
    const { base, hash } = this.#state;
    const start: SegmentStart = { v: 1, series: this.#series, base, sensor: this.#options.sensor, created, previous: hash };
    this.#put("segment", JSON.stringify(start));
  }

  #sign(): void {
    this.#put("head", JSON.stringify(headOf(this.#series, this.#state, this.#options)));
    this.#signedAt = this.#state.base + this.#state.size;
  }

  #put(kind: RecordKind, json: string): void {
    const { line, hash } = encodeRecord(this.#state.hash, kind, json);
    this.#lines.push(line);
    this.#state.size += Buffer.byteLength(line);
    this.#state.hash = hash;
  }

  #cut(): void {
    if (this.#lines.length === 0) return;
    this.#chunks.push({ base: this.#state.base, offset: this.#chunkAt, bytes: Buffer.from(this.#lines.join("")) });
    this.#chunkAt = this.#state.size;
    this.#lines = [];
  }
}

function headOf(series: Series, state: SeriesState, options: SeriesOptions): Head {
  const { base, size, hash, events, first, last } = state;
  const time = new Date(options.now()).toISOString();
  return signHead({ series, base, end: base + size, hash, events, first, last, time }, options.key);
}

// A full disk shows as a write that takes fewer bytes, then as an error.
async function writeAll(handle: FileHandle, chunk: Chunk): Promise<void> {
  let done = 0;
  while (done < chunk.bytes.length) {
    const { bytesWritten } = await handle.write(chunk.bytes, done, chunk.bytes.length - done, chunk.offset + done);
    done += bytesWritten;
  }
}

async function syncName(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
