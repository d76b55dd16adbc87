import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Event } from "../../events/event.ts";
import { JournalReader } from "../journal/journal-reader.ts";
import { EVENT_SERIES, type EventSeries } from "../journal/segment.ts";
import {
  DEFAULT_LIMIT,
  type EventQuery,
  type HourCount,
  IndexReader,
  type SessionQuery,
  type StoredFile,
  type TimeSpan,
} from "./index-reader.ts";
import type { IndexFolders } from "./index-writer.ts";
import { Ingest } from "./ingest.ts";
import { openForReading, openTemporary } from "./schema.ts";
import type { SessionSummary } from "./session-summary.ts";

/**
 * Answers for another process, whether the sensor runs or not. It writes nothing: what the journal has beyond the index (after a crash,
 * or because the sensor is busy) is put into a temporary index of this process, and each answer is made of both. The two fit without
 * a seam, because the index is read as it was at one moment, with the cursors of that moment; so a reader is for one command, not for long.
 */
export class CaughtUpReader {
  readonly #index: IndexReader | undefined;
  readonly #snapshot: DatabaseSync | undefined;
  readonly #tail: IndexReader;
  readonly #behind: number;

  constructor(folders: IndexFolders) {
    this.#snapshot = openForReading(folders.index);
    this.#snapshot?.exec("BEGIN");
    this.#index = this.#snapshot && new IndexReader(this.#snapshot);
    const temporary = openTemporary();
    this.#behind = takeTail(temporary, { journal: folders.journal, index: this.#index });
    this.#tail = new IndexReader(temporary);
  }

  /** Events that the index did not have yet. */
  get behind(): number {
    return this.#behind;
  }

  events(query: EventQuery = {}): Event[] {
    const oldestFirst = query.order === "oldest";
    const all = this.#both((reader) => reader.events(query)).sort((one, other) => (one.id < other.id === oldestFirst ? -1 : 1));
    return all.slice(0, query.limit ?? DEFAULT_LIMIT);
  }

  /** All events of a visit in the order in which they happened. */
  session(id: string): Event[] {
    return this.#both((reader) => reader.session(id)).sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  summary(id: string): SessionSummary | undefined {
    return this.#tail.summary(id) ?? this.#index?.summary(id);
  }

  sessions(query: SessionQuery = {}): SessionSummary[] {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const newer = this.#tail.sessions({ ...query, limit });
    const known = new Set(newer.map(({ id }) => id));
    const older = this.#index?.sessions({ ...query, limit: limit + newer.length }).filter(({ id }) => !known.has(id)) ?? [];
    return [...newer, ...older].sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, limit);
  }

  files(limit = DEFAULT_LIMIT): StoredFile[] {
    const merged = new Map<string, StoredFile>();
    for (const file of this.#both((reader) => reader.files(limit))) merged.set(file.sha256, this.file(file.sha256) ?? file);
    return [...merged.values()].sort((one, other) => (one.last < other.last ? 1 : -1)).slice(0, limit);
  }

  file(sha256: string): StoredFile | undefined {
    const before = this.#index?.file(sha256);
    const since = this.#tail.file(sha256);
    if (before === undefined || since === undefined) return before ?? since;
    const sessions = [...new Set([...since.sessions, ...before.sessions])];
    return { ...before, last: since.last, times: before.times + since.times, sessions };
  }

  counts(span: TimeSpan = {}): HourCount[] {
    const sums = new Map<string, HourCount>();
    for (const count of this.#both((reader) => reader.counts(span))) {
      const key = JSON.stringify([count.hour, count.kind, count.decoy]);
      sums.set(key, { ...count, count: count.count + (sums.get(key)?.count ?? 0) });
    }
    return [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, count]) => count);
  }

  close(): void {
    this.#snapshot?.exec("COMMIT");
    this.#index?.close();
    this.#tail.close();
  }

  #both<T>(ask: (reader: IndexReader) => T[]): T[] {
    return [...(this.#index === undefined ? [] : ask(this.#index)), ...ask(this.#tail)];
  }
}

function takeTail(temporary: DatabaseSync, from: { readonly journal: string; readonly index: IndexReader | undefined }): number {
  const ingest = new Ingest(temporary, (id) => from.index?.summary(id));
  const cursors = from.index?.cursors();
  return EVENT_SERIES.reduce((sum, series) => sum + takeSeries(ingest, { journal: from.journal, series, at: cursors?.[series] ?? 0 }), 0);
}

function takeSeries(ingest: Ingest, from: { readonly journal: string; readonly series: EventSeries; readonly at: number }): number {
  const reader = new JournalReader(join(from.journal, from.series));
  let events = 0;
  for (let at = from.at; ; ) {
    const chunk = reader.read(at);
    if (chunk.next === at) break;
    ingest.apply([{ series: from.series, events: chunk.events, next: chunk.next }]);
    events += chunk.events.length;
    at = chunk.next;
  }
  reader.close();
  return events;
}
