import type { DatabaseSync } from "node:sqlite";
import { prepareWrite } from "./schema.ts";

/** Kinds of events as small numbers, in one database: a kind gets its number when it first comes, and keeps it. */
export class KindNumbers {
  readonly #database: DatabaseSync;
  readonly #numbers = new Map<string, number>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#load();
  }

  /** The number of a kind, a new one if need be. */
  numberOf(name: string): number {
    return this.#numbers.get(name) ?? this.#add(name);
  }

  /** The number of a kind; undefined if no such event was ever indexed. */
  find(name: string): number | undefined {
    if (!this.#numbers.has(name)) this.#load();
    return this.#numbers.get(name);
  }

  /** After a rollback: numbers that were given in it are not given. */
  forget(): void {
    this.#numbers.clear();
    this.#load();
  }

  #load(): void {
    for (const row of this.#database.prepare("SELECT kind, name FROM kinds").all()) {
      if (typeof row["name"] === "string" && typeof row["kind"] === "number") this.#numbers.set(row["name"], row["kind"]);
    }
  }

  #add(name: string): number {
    prepareWrite(this.#database, "INSERT OR IGNORE INTO kinds (name) VALUES (?)").run(name);
    this.#load();
    return this.#numbers.get(name) ?? 0;
  }
}
