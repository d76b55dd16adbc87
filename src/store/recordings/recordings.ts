import { Buffer } from "node:buffer";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Health } from "../health.ts";
import { errorCode } from "../journal/segment.ts";
import { encodeFrame, type Frame, MAGIC, type Moment, parseFrames } from "./frame.ts";

/**
 * Keeps what happened on visitors' terminals, one file a terminal. Writing is gathered for a fraction of a second, so that a typed
 * character does not cost a write, and no file stays open; a recording is durable when `close` resolves. Caps hold for each and for all.
 */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #counted: Promise<void>;
  #totalBytes = 0;

  constructor(options: RecordingsOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#counted = this.#count();
  }

  /** Bytes of all recordings. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /**
   * Begins a recording.
   * @param session the visit's id: our own UUIDv7.
   * @param startMs the time of its beginning, on the clock on which `write` is told the time, in milliseconds with a fraction.
   */
  open(session: string, terminal: number, startMs: number): Recording {
    const { maxBytes = 16_777_216, gatherMs = 200, health } = this.#options;
    const path = recordingPath(this.#options.folder, session, terminal);
    return new Recording({ path, maxBytes, gatherMs, health, startMs, admit: (bytes) => this.#admit(bytes) });
  }

  /** Numbers of the terminals of a visit that were recorded. */
  terminals(session: string): number[] {
    return recordedTerminals(this.#options.folder, session);
  }

  /** Removes the recordings of visits that began before a time, a folder (about five hours) at a time. */
  async dropBefore(ms: number): Promise<number> {
    await this.#counted;
    const { folder } = this.#options;
    let dropped = 0;
    for (const name of await readdir(folder)) {
      if (!FOLDER.test(name) || folderEndMs(name) > ms) continue;
      const { bytes, files } = await sizeOf(join(folder, name));
      await rm(join(folder, name), { recursive: true, force: true });
      this.#totalBytes -= bytes;
      dropped += files;
    }
    return dropped;
  }

  #admit(bytes: number): boolean {
    const { maxTotalBytes = 5_368_709_120 } = this.#options;
    if (this.#totalBytes + bytes > maxTotalBytes) return false;
    this.#totalBytes += bytes;
    return true;
  }

  async #count(): Promise<void> {
    for (const name of await readdir(this.#options.folder)) {
      if (FOLDER.test(name)) this.#totalBytes += (await sizeOf(join(this.#options.folder, name))).bytes;
    }
  }
}

/** One terminal being recorded. */
export class Recording {
  readonly #options: RecordingOptions;
  #lastUs = 0;
  #bytes = MAGIC.length;
  #truncated = false;
  #failed = false;
  #gathered: Buffer[] = [Buffer.from(MAGIC)];
  #timer: NodeJS.Timeout | undefined;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** False once a cap is reached: the rest is not recorded. */
  write(moment: Moment, atMs: number): boolean {
    const { startMs, maxBytes, admit } = this.#options;
    const atUs = Math.max(this.#lastUs, Math.round((atMs - startMs) * 1e3));
    const frame = encodeFrame(atUs - this.#lastUs, moment);
    if (this.#truncated || this.#bytes + frame.length > maxBytes || !admit(frame.length)) {
      this.#truncated = true;
      return false;
    }
    this.#lastUs = atUs;
    this.#bytes += frame.length;
    this.#gathered.push(frame);
    this.#timer ??= setTimeout(() => this.#flush(false), this.#options.gatherMs).unref();
    return true;
  }

  /** Resolves when the recording is durable: the fields of `terminal.recorded`; undefined if it could not be kept. */
  async close(): Promise<Recorded | undefined> {
    this.#flush(true);
    await this.#tail;
    return this.#failed ? undefined : { durationMs: Math.round(this.#lastUs / 1e3), bytes: this.#bytes, truncated: this.#truncated };
  }

  #flush(last: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = Buffer.concat(this.#gathered.splice(0));
    const before = this.#tail;
    this.#tail = before.then(() => this.#append(bytes, last));
  }

  // A recording with a hole would replay something that never happened: after a failure nothing more is added.
  async #append(bytes: Buffer, last: boolean): Promise<void> {
    if (this.#failed) return;
    try {
      await appendTo(this.#options.path, bytes, last);
      this.#options.health.works("recordings");
    } catch (error) {
      this.#failed = true;
      this.#truncated = true;
      this.#options.health.failed("recordings", error, 1);
    }
  }
}

export interface RecordingsOptions {
  readonly folder: string;
  readonly health: Health;
  readonly maxBytes?: number;
  readonly maxTotalBytes?: number;
  readonly gatherMs?: number;
}

interface RecordingOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly gatherMs: number;
  readonly startMs: number;
  readonly health: Health;
  admit(bytes: number): boolean;
}

export interface Recorded {
  readonly durationMs: number;
  readonly bytes: number;
  readonly truncated: boolean;
}

/** The frames of a recording; undefined if there is none. Works while it is still written, up to what is on the disk. */
export function readRecording(folder: string, session: string, terminal: number): Generator<Frame> | undefined {
  if (!SESSION.test(session) || !Number.isSafeInteger(terminal)) return undefined;
  try {
    return parseFrames(readFileSync(recordingPath(folder, session, terminal)));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Numbers of the terminals of a visit that were recorded, rising. */
export function recordedTerminals(folder: string, session: string): number[] {
  if (!SESSION.test(session)) return [];
  const within = join(folder, folderOf(session));
  if (statSync(within, { throwIfNoEntry: false }) === undefined) return [];
  const prefix = `${session}-`;
  return readdirSync(within)
    .flatMap((name) => (name.startsWith(prefix) ? Number(name.slice(prefix.length, -SUFFIX.length)) : []))
    .sort((one, other) => one - other);
}

const SESSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FOLDER = /^[0-9a-f]{6}$/;
const SUFFIX = ".rec";
const FOLDER_MS = 2 ** 24;

function recordingPath(folder: string, session: string, terminal: number): string {
  if (!SESSION.test(session) || !Number.isSafeInteger(terminal)) throw new TypeError("not a visit's id and a terminal's number");
  return join(folder, folderOf(session), `${session}-${terminal}${SUFFIX}`);
}

// A visit's id begins with the time: six hex digits of it make folders of 2^24 ms, which retention drops whole.
function folderOf(session: string): string {
  return session.slice(0, 6);
}

function folderEndMs(name: string): number {
  return (Number.parseInt(name, 16) + 1) * FOLDER_MS;
}

async function appendTo(path: string, bytes: Buffer, last: boolean): Promise<void> {
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  const handle = await open(path, "a", 0o600);
  try {
    await handle.writeFile(bytes);
    if (last) await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(folder: string): Promise<{ readonly bytes: number; readonly files: number }> {
  let bytes = 0;
  const names = await readdir(folder);
  for (const name of names) bytes += (await stat(join(folder, name))).size;
  return { bytes, files: names.length };
}
