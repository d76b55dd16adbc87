import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../../events/catalogue.ts";
import type { Event } from "../../events/event.ts";
import type { Health } from "../health.ts";
import { GroupCommit, type Waiting } from "./group-commit.ts";
import type { Head, Tombstone } from "./head.ts";
import { recoverSeries } from "./recover-series.ts";
import { EVENT_SERIES, type EventSeries, listSegments, SERIES, type Series, segmentPath } from "./segment.ts";
import { readSegmentEdges } from "./segment-edges.ts";
import { SeriesWriter } from "./series-writer.ts";
import { loadSigningKey, type SigningKey } from "./signing-key.ts";
import { Tombstones } from "./tombstones.ts";

/**
 * The truth about what was caught: an event exists once it is durable here, and everything else (index, sinks, pages) is made from it.
 * One series of segments for each retention class, and one for the tombstones of dropped segments. One process writes; any may read.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #key: SigningKey;
  readonly #notes: string[] = [];
  readonly #writers: Readonly<Record<Series, SeriesWriter>>;
  readonly #commit: GroupCommit<WaitingEvent>;
  readonly #tombstones: Tombstones;
  readonly #listeners: ((events: readonly Event[]) => void)[] = [];

  /** Opens the journal in its folder, creating what is missing and mending torn ends. */
  constructor(options: JournalOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#key = loadSigningKey(options.folder);
    const open = (series: Series) => this.#open(series);
    this.#writers = { evidence: open("evidence"), traffic: open("traffic"), health: open("health"), tombstones: open("tombstones") };
    const { maxPendingChars = 16_000_000, gatherMs = 4, retryMs = 1_000, health } = options;
    const writers = EVENT_SERIES.map((series) => this.#writers[series]);
    const durable = (batch: readonly WaitingEvent[]) => this.#announce(batch);
    this.#commit = new GroupCommit<WaitingEvent>({ writers, health, maxPendingChars, gatherMs, retryMs, durable });
    this.#tombstones = new Tombstones({ ...options, writer: this.#writers.tombstones, key: this.#key });
    this.#keepNotes();
  }

  /** Sentences on what recovery cut off when this journal was opened. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Positions up to which the series of events are durable. */
  get ends(): Ends {
    const { evidence, traffic, health } = this.#writers;
    return { evidence: evidence.end, traffic: traffic.end, health: health.end };
  }

  /** Characters of JSON that wait to be durable: a caller that can wait should, above some millions. */
  get pendingChars(): number {
    return this.#commit.pendingChars;
  }

  /** Takes an event; it exists when the listeners hear of it. Never throws for the disk's sake. */
  append(event: Event): void {
    this.#commit.push({ series: seriesOf(event), kind: "event", json: JSON.stringify(event), time: event.time, event });
  }

  /** The listener hears of every event once it is durable, in the order of `append`. */
  onDurable(listener: (events: readonly Event[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when everything appended so far is durable, or was given up by `close`. */
  flush(): Promise<void> {
    return this.#commit.flush();
  }

  /** Puts a signed head behind what no head covers yet. */
  async sign(): Promise<void> {
    await this.flush();
    for (const series of EVENT_SERIES) {
      if (this.#writers[series].unsigned) this.#commit.push({ series, kind: "head", json: "" });
    }
    await this.flush();
  }

  /** Signs and closes; while the disk refuses, what waits is counted as lost. */
  async close(): Promise<void> {
    await this.#commit.close();
    for (const writer of Object.values(this.#writers)) await this.#finish(writer);
  }

  /** Signed heads of all segments, the present ones as they are now: to be kept on another machine. */
  exportHeads(): HeadExport {
    const heads = SERIES.flatMap((series) => {
      const closed = this.closedSegments(series).flatMap((base) => readSegmentEdges(this.segmentPath(series, base)).head ?? []);
      return this.#writers[series].end === 0 ? closed : [...closed, this.#writers[series].head()];
    });
    return { v: 1, sensor: this.#options.sensor, publicKey: this.#key.publicKey.pem, heads };
  }

  /** Positions of the segments that are full, oldest first: they change no more. */
  closedSegments(series: Series): number[] {
    return listSegments(join(this.#options.folder, series)).filter((base) => base < this.#writers[series].base);
  }

  segmentPath(series: Series, base: number): string {
    return segmentPath(join(this.#options.folder, series), base);
  }

  /** Drops the oldest segment of a series and leaves its tombstone. Undefined if none is full. One call at a time. */
  async dropOldest(series: EventSeries, reason: string): Promise<Tombstone | undefined> {
    const base = this.closedSegments(series)[0];
    return base === undefined ? undefined : await this.#tombstones.drop(series, base, reason);
  }

  #open(series: Series): SeriesWriter {
    const folder = join(this.#options.folder, series);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { state, notes } = recoverSeries(folder);
    this.#notes.push(...notes.map((note) => `${series}/${note}`));
    const { sensor, now, maxSegmentBytes = 8_388_608, maxSegmentAgeMs = 86_400_000 } = this.#options;
    return new SeriesWriter(series, state, { folder, sensor, key: this.#key, maxSegmentBytes, maxSegmentAgeMs, now });
  }

  async #finish(writer: SeriesWriter): Promise<void> {
    try {
      if (writer.unsigned) await writer.write(writer.frame([{ kind: "head", json: "" }]));
      await writer.close();
    } catch (error) {
      this.#options.health.failed("journal", error);
    }
  }

  // What recovery did stands in the chain itself, so that nobody has to believe a log.
  #keepNotes(): void {
    const time = new Date(this.#options.now()).toISOString();
    for (const series of EVENT_SERIES) {
      for (const text of this.#notes) {
        if (text.startsWith(`${series}/`)) this.#commit.push({ series, kind: "note", json: JSON.stringify({ time, text }) });
      }
    }
  }

  #announce(batch: readonly WaitingEvent[]): void {
    const events = batch.flatMap(({ event }) => event ?? []);
    if (events.length > 0) for (const listener of this.#listeners) listener(events);
  }
}

export interface JournalOptions {
  readonly folder: string;
  readonly sensor: string;
  readonly health: Health;
  /** Unix milliseconds. */
  now(): number;
  readonly maxSegmentBytes?: number;
  readonly maxSegmentAgeMs?: number;
  readonly maxPendingChars?: number;
  /** Least time between two small batches. */
  readonly gatherMs?: number;
  /** Time between two tries while the disk refuses. */
  readonly retryMs?: number;
}

interface WaitingEvent extends Waiting {
  readonly event?: Event;
}

/** The end of each series, in positions. */
export type Ends = Readonly<Record<EventSeries, number>>;

export interface HeadExport {
  readonly v: 1;
  readonly sensor: string;
  /** SPKI PEM. */
  readonly publicKey: string;
  readonly heads: readonly Head[];
}

/** The series that keeps an event. */
export function seriesOf(event: Event): EventSeries {
  return catalogue[event.kind].retention;
}
