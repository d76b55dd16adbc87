import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { catalogue } from "../../events/catalogue.ts";
import type { Ends } from "../journal/journal.ts";
import { JournalReader } from "../journal/journal-reader.ts";
import { EVENT_SERIES, type EventSeries } from "../journal/segment.ts";
import { type Batch, Ingest } from "./ingest.ts";
import { momentOfMs } from "./moment.ts";
import { openForWriting, prepareWrite } from "./schema.ts";

/** Brings an index up to the journal, and takes out of it what the journal dropped. There is one for an index, in its own thread. */
export class IndexWriter {
  readonly #database: DatabaseSync;
  readonly #ingest: Ingest;
  readonly #readers: Readonly<Record<EventSeries, JournalReader>>;
  #taken = 0;

  constructor(folders: IndexFolders) {
    this.#database = openForWriting(folders.index);
    this.#ingest = new Ingest(this.#database);
    const reader = (series: EventSeries) => new JournalReader(join(folders.journal, series));
    this.#readers = { evidence: reader("evidence"), traffic: reader("traffic"), health: reader("health") };
  }

  /** How far the index has come. */
  get cursors(): Ends {
    const at = (series: EventSeries) => this.#ingest.cursor(series);
    return { evidence: at("evidence"), traffic: at("traffic"), health: at("health") };
  }

  /** Events taken in since it was opened. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether it holds what the journal does not: then it is the index of another journal. */
  isAheadOf(ends: Ends): boolean {
    const { cursors } = this;
    return EVENT_SERIES.some((series) => cursors[series] > ends[series]);
  }

  /** Takes in some thousand events in one transaction; false if there were none. `ends` says up to where the journal is durable. */
  step(ends: Ends): boolean {
    const batches = EVENT_SERIES.flatMap((series) => this.#batchesOf(series, ends[series]));
    if (batches.length === 0) return false;
    this.#ingest.apply(batches);
    for (const { events } of batches) this.#taken += events.length;
    return true;
  }

  #batchesOf(series: EventSeries, end: number): Batch[] {
    const batches: Batch[] = [];
    let from = this.#ingest.cursor(series);
    for (let events = 0; events < MAX_STEP_EVENTS && from < end; ) {
      const chunk = this.#readers[series].read(from, end);
      if (chunk.next === from) break;
      batches.push({ series, events: chunk.events, next: chunk.next });
      events += chunk.events.length;
      from = chunk.next;
    }
    return batches;
  }

  /** Takes out up to some thousand events of a series that happened up to a time; false if there were none left. */
  prune(series: EventSeries, upTo: string): boolean {
    const before = momentOfMs(Date.parse(upTo) + 1);
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const removed = this.#kindsOf(series).reduce((sum, kind) => sum + this.#removeEvents(kind, before), 0);
      if (removed === 0) this.#removeSums(series, upTo);
      this.#database.exec("COMMIT");
      return removed > 0;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    for (const reader of Object.values(this.#readers)) reader.close();
    this.#database.close();
  }

  #kindsOf(series: EventSeries): number[] {
    const rows = this.#database.prepare("SELECT kind, name FROM kinds").all();
    return rows.flatMap(({ kind, name }) => (typeof kind === "number" && RETENTION.get(`${name}`) === series ? kind : []));
  }

  #removeEvents(kind: number, before: number): number {
    const rows = this.#database.prepare("SELECT n FROM events WHERE kind = ? AND n < ? LIMIT ?").all(kind, before, MAX_STEP_EVENTS);
    const removeEvent = prepareWrite(this.#database, "DELETE FROM events WHERE n = ?");
    const removeWords = prepareWrite(this.#database, "DELETE FROM words WHERE rowid = ?");
    for (const { n } of rows) {
      removeEvent.run(n ?? null);
      removeWords.run(n ?? null);
    }
    return rows.length;
  }

  // The last step: what was summed up over events that are gone. A visit goes when the series that is kept longest lets go of it.
  #removeSums(series: EventSeries, upTo: string): void {
    const hour = Math.floor(Date.parse(upTo) / HOUR_MS);
    for (const kind of this.#kindsOf(series)) prepareWrite(this.#database, "DELETE FROM hours WHERE kind = ? AND hour < ?").run(kind, hour);
    if (series === "evidence") prepareWrite(this.#database, "DELETE FROM sessions WHERE last <= ?").run(upTo);
  }
}

export interface IndexFolders {
  readonly index: string;
  readonly journal: string;
}

const RETENTION: ReadonlyMap<string, EventSeries> = new Map(Object.entries(catalogue).map(([name, { retention }]) => [name, retention]));
const MAX_STEP_EVENTS = 4_000;
const HOUR_MS = 3_600_000;
