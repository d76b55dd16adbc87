import { chmodSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/**
 * The index: a SQLite database that answers questions about the journal. It holds nothing that the journal does not hold, so it is
 * rebuilt rather than mended, and it runs with synchronous=NORMAL: a power cut may take its last transactions, never its consistency,
 * and the cursors that tell how far it has come are in the same transactions, so it goes on from there by itself.
 *
 * `events.n` is the event's place in time (moment.ts), so every index below is in the order of time without naming it.
 */
const SCHEMA = `
  CREATE TABLE cursors (series TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE kinds (kind INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE events (n INTEGER PRIMARY KEY, kind INTEGER NOT NULL, session INTEGER, source TEXT, json TEXT NOT NULL);
  CREATE INDEX events_kind ON events (kind);
  CREATE INDEX events_session ON events (session) WHERE session IS NOT NULL;
  CREATE INDEX events_source ON events (source) WHERE source IS NOT NULL;
  CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2");
  CREATE TABLE hours (hour INTEGER NOT NULL, kind INTEGER NOT NULL, decoy TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (hour, kind, decoy)) WITHOUT ROWID;
  CREATE TABLE sessions (id TEXT PRIMARY KEY, source TEXT, decoy TEXT, last TEXT NOT NULL, json TEXT NOT NULL);
  CREATE INDEX sessions_source ON sessions (source, id);
  CREATE TABLE files (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, times INTEGER NOT NULL, name TEXT NOT NULL, way TEXT NOT NULL);
  CREATE INDEX files_last ON files (last);
  CREATE TABLE file_sessions (sha256 TEXT NOT NULL, session TEXT NOT NULL, PRIMARY KEY (sha256, session)) WITHOUT ROWID;
`;

/** Grows whenever the schema or what is put into it changes: an index of another version is built again. */
const SCHEMA_VERSION = 1;
const FILE = "index.db";
const CACHE_KIB = 32_768;
const CHECKPOINT_PAGES = 4_096;
const BUSY_MS = 5_000;

/** Opens the index for its one writer; an index that is missing, broken or of another version is begun anew, empty. */
export function openForWriting(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const usable = openUsable(folder);
  if (usable !== undefined) return usable;
  removeIndex(folder);
  const fresh = new DatabaseSync(join(folder, FILE));
  chmodSync(join(folder, FILE), 0o600);
  prepareWriter(fresh);
  fresh.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  return fresh;
}

/** Opens the index for one more reader; undefined if there is none that this version and this process can read. */
export function openForReading(folder: string): DatabaseSync | undefined {
  if (statSync(join(folder, FILE), { throwIfNoEntry: false }) === undefined) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, FILE), { readOnly: true, timeout: BUSY_MS });
    if (versionOf(database) === SCHEMA_VERSION) return database;
  } catch (error) {
    // Left by a crash in a state that only its writer can mend, or in a folder where this process may not even share memory.
    if (!isBroken(error) && !hasCode(error, [SQLITE_READONLY, SQLITE_CANTOPEN])) throw error;
  }
  database?.close();
  return undefined;
}

/** An empty index that lives as long as its connection, in memory and, if large, in an unnamed temporary file. */
export function openTemporary(): DatabaseSync {
  const database = new DatabaseSync("");
  database.exec(`PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; ${SCHEMA}`);
  return database;
}

/**
 * Prepares a statement that writes. What `run` tells is in big integers: the full-text index numbers its own rows beyond 2^53,
 * and Node refuses to tell such a number in any other way.
 */
export function prepareWrite(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
}

/** Removes the index, so that the next writer builds it again. */
export function removeIndex(folder: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(join(folder, FILE + suffix), { force: true });
}

function openUsable(folder: string): DatabaseSync | undefined {
  if (statSync(join(folder, FILE), { throwIfNoEntry: false }) === undefined) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, FILE));
    prepareWriter(database);
    if (versionOf(database) === SCHEMA_VERSION) return database;
  } catch (error) {
    if (!isBroken(error)) throw error;
  }
  database?.close();
  return undefined;
}

function prepareWriter(database: DatabaseSync): void {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA busy_timeout = ${BUSY_MS};
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA temp_store = MEMORY;
  `);
}

function versionOf(database: DatabaseSync): unknown {
  return database.prepare("PRAGMA user_version").get()?.["user_version"];
}

const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** Whether an error says that the file is no sound database: then it is built again. */
export function isBroken(error: unknown): boolean {
  return hasCode(error, [SQLITE_CORRUPT, SQLITE_NOTADB]);
}

// The lowest byte is the code, what is above it says more.
function hasCode(error: unknown, codes: readonly number[]): boolean {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" && codes.includes(error.errcode & 0xff);
}
