import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Event } from "../../events/event.ts";
import type { EventSeries } from "../journal/segment.ts";
import { KindNumbers } from "./kind-numbers.ts";
import { momentOf } from "./moment.ts";
import { prepareWrite } from "./schema.ts";
import { newSummary, type SessionSummary, summarise } from "./session-summary.ts";

/**
 * Puts events into an index. What a batch adds and the cursor behind it go in one transaction, so after a crash nothing is missing
 * and nothing is counted twice; an event that is there already, by its id, is passed over.
 */
export class Ingest {
  readonly #database: DatabaseSync;
  readonly #kinds: KindNumbers;
  readonly #statements: Statements;
  readonly #knownSession: (id: string) => SessionSummary | undefined;
  /** Visits of late: a visit's events come close together. */
  readonly #sessions = new Map<string, SessionSummary>();
  readonly #changed = new Set<SessionSummary>();
  readonly #hours = new Map<string, HourCount>();

  /** @param knownSession what is known of a visit elsewhere, if this database has nothing of it. */
  constructor(database: DatabaseSync, knownSession: (id: string) => SessionSummary | undefined = () => undefined) {
    this.#database = database;
    this.#kinds = new KindNumbers(database);
    this.#statements = prepareAll(database);
    this.#knownSession = knownSession;
  }

  /** Where to go on in a series. */
  cursor(series: EventSeries): number {
    const position = this.#statements.cursor.get(series)?.["position"];
    return typeof position === "number" ? position : 0;
  }

  /** Takes in batches, each with the cursor that follows it, in one transaction. */
  apply(batches: readonly Batch[]): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      for (const batch of batches) {
        for (const json of batch.events) this.#take(json);
        this.#statements.setCursor.run(batch.series, batch.next);
      }
      this.#putHours();
      this.#putSessions();
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#forget();
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #take(json: string): void {
    const event: Event = JSON.parse(json);
    const n = this.#place(event, json);
    if (n === undefined) return;
    const words = wordsOf(event);
    if (words !== "") this.#statements.words.run(n, words);
    this.#count(event);
    if (event.session !== undefined) this.#takeSession(event.session, event);
    if (event.kind === "file.captured") this.#takeFile(event);
  }

  /** Inserts at the event's moment, or the next that is free; undefined if the event is there already. */
  #place(event: Event, json: string): number | undefined {
    const kind = this.#kinds.numberOf(event.kind);
    const session = event.session === undefined ? null : momentOf(event.session);
    const source = event.source?.address ?? null;
    for (let n = momentOf(event.id); ; n += 1) {
      if (this.#statements.event.run(n, kind, session, source, json).changes === 1n) return n;
      if (this.#statements.idAt.get(n)?.["id"] === event.id) return undefined;
    }
  }

  #count(event: Event): void {
    const hour = event.time.slice(0, 13);
    const decoy = event.decoy ?? "";
    const key = `${hour} ${event.kind} ${decoy}`;
    const counted = this.#hours.get(key);
    if (counted !== undefined) counted.count += 1;
    else this.#hours.set(key, { hour: Date.parse(`${hour}:00:00Z`) / HOUR_MS, kind: this.#kinds.numberOf(event.kind), decoy, count: 1 });
  }

  #takeSession(id: string, event: Event): void {
    const summary = this.#sessions.get(id) ?? this.#storedSession(id) ?? this.#knownSession(id) ?? newSummary(id, event);
    this.#sessions.set(id, summary);
    summarise(summary, event);
    this.#changed.add(summary);
  }

  #storedSession(id: string): SessionSummary | undefined {
    const json = this.#statements.session.get(id)?.["json"];
    return typeof json === "string" ? JSON.parse(json) : undefined;
  }

  #takeFile(event: Event): void {
    const { sha256, size, name, way } = event.fields;
    if (typeof sha256 !== "string" || typeof size !== "number" || typeof name !== "string" || typeof way !== "string") return;
    this.#statements.file.run(sha256, size, event.time, event.time, name, way);
    if (event.session !== undefined) this.#statements.fileSession.run(sha256, event.session);
  }

  #putHours(): void {
    for (const { hour, kind, decoy, count } of this.#hours.values()) this.#statements.hour.run(hour, kind, decoy, count);
    this.#hours.clear();
  }

  #putSessions(): void {
    for (const summary of this.#changed) {
      const { id, source, decoy, end } = summary;
      this.#statements.setSession.run(id, source?.address ?? null, decoy ?? null, end, JSON.stringify(summary));
    }
    this.#changed.clear();
    if (this.#sessions.size > MAX_SESSIONS_KEPT) this.#sessions.clear();
  }

  // What was summed up for a transaction that did not happen.
  #forget(): void {
    this.#sessions.clear();
    this.#changed.clear();
    this.#hours.clear();
    this.#kinds.forget();
  }
}

export interface Batch {
  readonly series: EventSeries;
  /** Each event as its JSON. */
  readonly events: readonly string[];
  /** The position behind them. */
  readonly next: number;
}

interface HourCount {
  readonly hour: number;
  readonly kind: number;
  readonly decoy: string;
  count: number;
}

interface Statements {
  readonly cursor: StatementSync;
  readonly setCursor: StatementSync;
  readonly event: StatementSync;
  readonly idAt: StatementSync;
  readonly words: StatementSync;
  readonly hour: StatementSync;
  readonly session: StatementSync;
  readonly setSession: StatementSync;
  readonly file: StatementSync;
  readonly fileSession: StatementSync;
}

function prepareAll(database: DatabaseSync): Statements {
  return {
    cursor: database.prepare("SELECT position FROM cursors WHERE series = ?"),
    setCursor: prepareWrite(database, "INSERT OR REPLACE INTO cursors VALUES (?, ?)"),
    event: prepareWrite(database, "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?)"),
    idAt: database.prepare(`SELECT ${ID_IN_JSON} AS id FROM events WHERE n = ?`),
    words: prepareWrite(database, "INSERT INTO words (rowid, text) VALUES (?, ?)"),
    hour: prepareWrite(database, "INSERT INTO hours VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"),
    session: database.prepare("SELECT json FROM sessions WHERE id = ?"),
    setSession: prepareWrite(
      database,
      "INSERT INTO sessions VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET source = excluded.source, decoy = excluded.decoy, last = excluded.last, json = excluded.json",
    ),
    file: prepareWrite(
      database,
      "INSERT INTO files VALUES (?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last), times = times + 1",
    ),
    fileSession: prepareWrite(database, "INSERT OR IGNORE INTO file_sessions VALUES (?, ?)"),
  };
}

/** The id within an event's JSON, which begins `{"v":1,"id":"`. */
export const ID_IN_JSON = "json_extract(json, '$.id')";
const HOUR_MS = 3_600_000;
const MAX_SESSIONS_KEPT = 4_096;
const MAX_WORDS_CHARS = 2_048;

/** The texts of an event that are searched for, without the overlong rest. */
function wordsOf(event: Event): string {
  const texts: string[] = [];
  for (const value of Object.values(event.fields)) {
    if (typeof value === "string") texts.push(value.length > MAX_WORDS_CHARS ? value.slice(0, MAX_WORDS_CHARS) : value);
    else if (typeof value === "object") texts.push(value.join("\n").slice(0, MAX_WORDS_CHARS));
  }
  return texts.join("\n");
}
