import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../events/event.ts";
import { Health, type HealthListener, type Trouble } from "./health.ts";
import { IndexReader } from "./index/index-reader.ts";
import { IndexThread } from "./index/index-thread.ts";
import { openForReading } from "./index/schema.ts";
import type { Tombstone } from "./journal/head.ts";
import { type HeadExport, Journal } from "./journal/journal.ts";
import { type JournalChunk, JournalReader } from "./journal/journal-reader.ts";
import type { EventSeries } from "./journal/segment.ts";
import { readTombstones } from "./journal/tombstones.ts";
import { type FolderLock, lockFolder } from "./lock.ts";
import { Quarantine } from "./quarantine/quarantine.ts";
import { Recordings } from "./recordings/recordings.ts";
import { applyRetention, DEFAULT_RETENTION, type Retention } from "./retention.ts";
import { type StoreFolders, storeFolders } from "./store-folders.ts";

/**
 * All that a sensor keeps, in one folder (0700) that one sensor holds at a time. The journal is the truth; the index is made from it by
 * its own thread; captured files and recordings lie beside it. An event may be shown, answered or exported when `onDurable` told of it.
 * A full disk never throws in here: `degraded` says what can't be kept, and the listener hears of both ends of it.
 */
export class Store {
  readonly quarantine: Quarantine;
  readonly recordings: Recordings;
  readonly #options: StoreOptions;
  readonly #folders: StoreFolders;
  readonly #lock: FolderLock;
  readonly #health: Health;
  readonly #journal: Journal;
  readonly #index: IndexThread;
  readonly #timer: NodeJS.Timeout;
  #retaining: Promise<unknown> = Promise.resolve();

  /** Opens the store, creating what is missing and mending what a crash left; undefined if another sensor holds the folder. */
  static open(options: StoreOptions): Store | undefined {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    chmodSync(options.folder, 0o700);
    const lock = lockFolder(options.folder);
    return lock && new Store(options, lock);
  }

  private constructor(options: StoreOptions, lock: FolderLock) {
    this.#options = options;
    this.#lock = lock;
    this.#health = new Health(options.health ?? {});
    this.#folders = storeFolders(options.folder);
    const { journal, index, quarantine, recordings } = this.#folders;
    const { sensor, now, segments = {} } = options;
    this.#journal = new Journal({ folder: journal, sensor, now, health: this.#health, ...segments });
    this.#index = new IndexThread({ folders: { index, journal }, health: this.#health, entry: options.indexEntry });
    this.quarantine = new Quarantine({ folder: quarantine, health: this.#health, ...options.quarantine });
    this.recordings = new Recordings({ folder: recordings, health: this.#health, ...options.recordings });
    this.#journal.onDurable(() => this.#index.advance(this.#journal.ends));
    this.#index.advance(this.#journal.ends);
    this.#pruneAgain();
    this.#timer = setInterval(() => void this.retain(), options.retainEveryMs ?? RETAIN_EVERY_MS).unref();
  }

  /** What can't be kept now, and since when how much was lost. */
  get degraded(): readonly Trouble[] {
    return this.#health.degraded;
  }

  /** Sentences on what was cut off the journal's ends when it was opened. */
  get notes(): readonly string[] {
    return this.#journal.notes;
  }

  /** Bytes of journal that the index has not yet. */
  get indexLagBytes(): number {
    return this.#index.lagBytes;
  }

  /** Takes an event. Returns at once; it exists when `onDurable` tells of it. */
  append(event: Event): void {
    this.#journal.append(event);
  }

  /** The listener hears of events once they are durable, in the order of `append`. */
  onDurable(listener: (events: readonly Event[]) => void): void {
    this.#journal.onDurable(listener);
  }

  /** Resolves when everything appended so far is durable. */
  flush(): Promise<void> {
    return this.#journal.flush();
  }

  /** Resolves when the index has everything that is durable. */
  indexed(): Promise<void> {
    return this.#index.caughtUp();
  }

  /** A new connection to the index for questions inside the sensor; undefined until the index exists. The caller closes it. */
  reader(): IndexReader | undefined {
    const database = openForReading(this.#folders.index);
    return database && new IndexReader(database);
  }

  /** Durable events of a series from a cursor on, for sinks: about a mebibyte at once. A cursor is 0 or what `next` gave. */
  read(series: EventSeries, from: number): JournalChunk {
    const reader = new JournalReader(join(this.#folders.journal, series));
    const chunk = reader.read(from, this.#journal.ends[series]);
    reader.close();
    return chunk;
  }

  /** Signed heads of the journal, to be kept on another machine. */
  exportHeads(): HeadExport {
    return this.#journal.exportHeads();
  }

  /** Drops what the rules no longer keep; runs by itself every ten minutes. */
  retain(): Promise<readonly Tombstone[]> {
    const run = this.#retaining.then(() => this.#retain());
    this.#retaining = run;
    return run;
  }

  /** Makes durable what was appended, and lets the folder go. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#retaining;
    await this.#journal.close();
    await this.#index.close();
    this.#lock.release();
  }

  async #retain(): Promise<readonly Tombstone[]> {
    const rules = this.#options.retention ?? DEFAULT_RETENTION;
    const nowMs = this.#options.now();
    try {
      const tombstones = await applyRetention(this.#journal, rules, nowMs);
      for (const { series, last } of tombstones) this.#prune(series, last);
      await this.recordings.dropBefore(nowMs - rules.evidence.maxAgeDays * DAY_MS);
      return tombstones;
    } catch (error) {
      this.#health.failed("journal", error);
      return [];
    }
  }

  // The sensor may have died between dropping a segment and taking its events out of the index.
  #pruneAgain(): void {
    const last = new Map(readTombstones(join(this.#folders.journal, "tombstones")).map((stone) => [stone.series, stone.last]));
    for (const [series, upTo] of last) this.#prune(series, upTo);
  }

  #prune(series: Tombstone["series"], last: string): void {
    if (series !== "tombstones" && last !== "") this.#index.prune(series, last);
  }
}

export interface StoreOptions {
  /** The state folder. */
  readonly folder: string;
  /** The sensor's name. */
  readonly sensor: string;
  /** Unix milliseconds. */
  now(): number;
  readonly health?: HealthListener;
  readonly retention?: Retention;
  readonly retainEveryMs?: number;
  readonly segments?: {
    readonly maxSegmentBytes?: number;
    readonly maxSegmentAgeMs?: number;
    readonly maxPendingChars?: number;
    readonly retryMs?: number;
  };
  /** Path of the module that the index's thread runs; `index-worker` beside `index-thread` unless given. */
  readonly indexEntry?: string | undefined;
  readonly quarantine?: { readonly maxFileBytes?: number; readonly maxTotalBytes?: number };
  readonly recordings?: { readonly maxBytes?: number; readonly maxTotalBytes?: number };
}

const RETAIN_EVERY_MS = 600_000;
const DAY_MS = 86_400_000;
