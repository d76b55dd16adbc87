import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Holds a folder for one sensor. Node has no file locks, but SQLite does: an open exclusive transaction is a lock of the kernel's,
 * which goes with the process however it dies, so there is no stale lock to clear away.
 */
export class FolderLock {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  release(): void {
    this.#database.close();
  }
}

/** Undefined if another process holds the folder. */
export function lockFolder(folder: string): FolderLock | undefined {
  const database = new DatabaseSync(join(folder, "lock"));
  try {
    database.exec("BEGIN EXCLUSIVE");
    return new FolderLock(database);
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}

const SQLITE_BUSY = 5;
