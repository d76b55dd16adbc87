import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Event } from "../../events/event.ts";
import { EVENT_SERIES, type EventSeries } from "../journal/segment.ts";
import { ID_IN_JSON } from "./ingest.ts";
import { KindNumbers } from "./kind-numbers.ts";
import { momentOf, momentOfMs } from "./moment.ts";
import type { SessionSummary } from "./session-summary.ts";

/** Answers questions from one index. Each reader has its own connection, and any process may have one. Answers are newest first. */
export class IndexReader {
  readonly #database: DatabaseSync;
  readonly #kinds: KindNumbers;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#kinds = new KindNumbers(database);
  }

  events(query: EventQuery = {}): Event[] {
    const { conditions, values } = this.#eventConditions(query);
    // With a text the order of the full-text index leads; without, that of the events: both are the order of time.
    const { from, order } =
      query.text === undefined
        ? { from: "events", order: "n" }
        : { from: "words JOIN events ON events.n = words.rowid", order: "words.rowid" };
    const filter = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const direction = query.order === "oldest" ? "ASC" : "DESC";
    return this.#rows(`SELECT json FROM ${from} ${filter} ORDER BY ${order} ${direction} LIMIT ?`, [...values, limitOf(query)]).map(
      eventIn,
    );
  }

  /** All events of a visit in the order in which they happened. */
  session(id: string): Event[] {
    return this.events({ session: id, order: "oldest", limit: MAX_LIMIT });
  }

  summary(id: string): SessionSummary | undefined {
    return this.#rows("SELECT json FROM sessions WHERE id = ?", [id]).map(summaryIn)[0];
  }

  sessions(query: SessionQuery = {}): SessionSummary[] {
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    const add = (condition: string, value: string | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    add("source = ?", query.source);
    add("decoy = ?", query.decoy);
    add("last >= ?", query.since);
    add("id < ?", query.until === undefined ? undefined : firstIdOf(query.until));
    add("id < ?", query.after);
    const filter = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    return this.#rows(`SELECT json FROM sessions ${filter} ORDER BY id DESC LIMIT ?`, [...values, limitOf(query)]).map(summaryIn);
  }

  /** Captured files, the last seen first. */
  files(limit = DEFAULT_LIMIT): StoredFile[] {
    const rows = this.#rows("SELECT sha256, size, first, last, times, name, way FROM files ORDER BY last DESC LIMIT ?", [limit]);
    return rows.map((row) => this.#file(row));
  }

  file(sha256: string): StoredFile | undefined {
    return this.#rows("SELECT sha256, size, first, last, times, name, way FROM files WHERE sha256 = ?", [sha256]).map((row) =>
      this.#file(row),
    )[0];
  }

  /** How many events of each kind and decoy came in each hour of a span, from the hourly rollups: the span is widened to whole hours. */
  counts(span: TimeSpan = {}): HourCount[] {
    const from = span.since === undefined ? 0 : Math.floor(Date.parse(span.since) / HOUR_MS);
    const to = span.until === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(Date.parse(span.until) / HOUR_MS);
    const sql =
      "SELECT hour, name, decoy, count FROM hours JOIN kinds USING (kind) WHERE hour >= ? AND hour < ? ORDER BY hour, name, decoy";
    return this.#rows(sql, [from, to]).map((row) => ({
      hour: new Date(numberIn(row, "hour") * HOUR_MS).toISOString(),
      kind: textIn(row, "name"),
      decoy: textIn(row, "decoy"),
      count: numberIn(row, "count"),
    }));
  }

  /** How far the index has come in each series. */
  cursors(): Record<EventSeries, number> {
    const rows = this.#rows("SELECT series, position FROM cursors", []);
    const found = new Map(rows.map((row) => [textIn(row, "series"), numberIn(row, "position")]));
    const [evidence = 0, traffic = 0, health = 0] = EVENT_SERIES.map((series) => found.get(series) ?? 0);
    return { evidence, traffic, health };
  }

  close(): void {
    this.#database.close();
  }

  #file(row: Row): StoredFile {
    const sha256 = textIn(row, "sha256");
    const sessions = this.#rows("SELECT session FROM file_sessions WHERE sha256 = ? ORDER BY session DESC LIMIT ?", [
      sha256,
      MAX_FILE_SESSIONS,
    ]);
    return {
      sha256,
      size: numberIn(row, "size"),
      first: textIn(row, "first"),
      last: textIn(row, "last"),
      times: numberIn(row, "times"),
      name: textIn(row, "name"),
      way: textIn(row, "way"),
      sessions: sessions.map((session) => textIn(session, "session")),
    };
  }

  #eventConditions(query: EventQuery): { readonly conditions: string[]; readonly values: SQLInputValue[] } {
    const conditions: string[] = [];
    const values: SQLInputValue[] = [];
    const add = (condition: string, ...more: SQLInputValue[]) => {
      conditions.push(condition);
      values.push(...more);
    };
    if (query.text !== undefined) add("words MATCH ?", matchOf(query.text));
    if (query.kind !== undefined) add("kind = ?", this.#kinds.find(query.kind) ?? NO_KIND);
    // The number of a visit could be shared by another's: its name decides.
    if (query.session !== undefined) add("session = ? AND json_extract(json, '$.session') = ?", momentOf(query.session), query.session);
    if (query.source !== undefined) add("source = ?", query.source);
    const n = query.text === undefined ? "n" : "words.rowid";
    if (query.since !== undefined) add(`${n} >= ?`, momentOfMs(Date.parse(query.since)));
    if (query.until !== undefined) add(`${n} < ?`, momentOfMs(Date.parse(query.until)));
    if (query.after !== undefined) add(query.order === "oldest" ? `${n} > ?` : `${n} < ?`, this.#place(query.after));
    return { conditions, values };
  }

  /** Where an event stands: at its moment, or a little behind if that was taken. */
  #place(id: string): number {
    const at = momentOf(id);
    const row = this.#rows(`SELECT n FROM events WHERE n >= ? AND n < ? AND ${ID_IN_JSON} = ?`, [at, at + MAX_STEPS, id])[0];
    return row === undefined ? at : numberIn(row, "n");
  }

  #rows(sql: string, values: readonly SQLInputValue[]): Row[] {
    return this.#database.prepare(sql).all(...values);
  }
}

/** What to look for; everything that is given must hold. */
export interface EventQuery {
  /** RFC 3339; from this millisecond on. */
  readonly since?: string;
  /** RFC 3339; before this millisecond. */
  readonly until?: string;
  readonly kind?: string;
  readonly session?: string;
  /** The visitor's address. */
  readonly source?: string;
  /** Words that must all occur; each may be anything that a visitor typed, such as an address; a `*` at its end takes what begins so. */
  readonly text?: string;
  /** 100 unless told; at most 100,000. */
  readonly limit?: number;
  /** Id of the last event of the page before. */
  readonly after?: string;
  readonly order?: "newest" | "oldest";
}

export interface SessionQuery {
  /** Visits that had an event at or after this time. */
  readonly since?: string;
  /** Visits that began before this time. */
  readonly until?: string;
  readonly source?: string;
  readonly decoy?: string;
  readonly limit?: number;
  /** Id of the last visit of the page before. */
  readonly after?: string;
}

export interface TimeSpan {
  readonly since?: string;
  readonly until?: string;
}

export interface StoredFile {
  readonly sha256: string;
  readonly size: number;
  readonly first: string;
  readonly last: string;
  /** How often it was brought. */
  readonly times: number;
  /** The name and the way with which it first came. */
  readonly name: string;
  readonly way: string;
  /** The visits that brought it, the newest first; at most a thousand. */
  readonly sessions: readonly string[];
}

export interface HourCount {
  /** RFC 3339, the beginning of the hour. */
  readonly hour: string;
  readonly kind: string;
  readonly decoy: string;
  readonly count: number;
}

type Row = Readonly<Record<string, unknown>>;

export const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 100_000;
const MAX_FILE_SESSIONS = 1_000;
const MAX_STEPS = 1_000;
// Kinds are numbered from 1.
const NO_KIND = 0;
const HOUR_MS = 3_600_000;

/** Each word as a phrase in FTS5's language, where a quote is doubled: nothing that is typed is an operator but the star. A zero byte would end the query. */
function matchOf(text: string): string {
  const words = text.split(/[\s\0]+/u).filter((word) => word !== "");
  return words.map((word) => `"${word.replace(/\*$/u, "").replaceAll('"', '""')}"${word.endsWith("*") ? " *" : ""}`).join(" ") || '""';
}

function firstIdOf(time: string): string {
  const hex = Date.parse(time).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

function limitOf(query: { readonly limit?: number }): number {
  return Math.min(query.limit ?? DEFAULT_LIMIT, MAX_LIMIT);
}

function eventIn(row: Row): Event {
  return JSON.parse(textIn(row, "json"));
}

function summaryIn(row: Row): SessionSummary {
  return JSON.parse(textIn(row, "json"));
}

function textIn(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : "";
}

function numberIn(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : 0;
}
