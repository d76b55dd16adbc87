import { parentPort, workerData } from "node:worker_threads";
import type { Ends } from "../journal/journal.ts";
import type { EventSeries } from "../journal/segment.ts";
import { type IndexFolders, IndexWriter } from "./index-writer.ts";
import { isBroken, removeIndex } from "./schema.ts";

/**
 * The thread that keeps the index: the parent tells it how far the journal is durable and what was dropped, it tells how far it has come.
 * Nothing here stops it for good: a full disk is waited for, a broken index is begun anew.
 */
export type ToIndex =
  | { readonly type: "ends"; readonly ends: Ends }
  | { readonly type: "prune"; readonly series: EventSeries; readonly upTo: string }
  | { readonly type: "close" };

export type FromIndex =
  | { readonly type: "cursors"; readonly cursors: Ends; readonly pruning: boolean }
  | { readonly type: "failed"; readonly why: string };

const GATHER_MS = 20;
const RETRY_MS = 1_000;

class IndexLoop {
  readonly #folders: IndexFolders;
  readonly #tell: (message: FromIndex) => void;
  readonly #prunes = new Map<EventSeries, string>();
  #ends: Ends | undefined;
  #writer: IndexWriter | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(folders: IndexFolders, tell: (message: FromIndex) => void) {
    this.#folders = folders;
    this.#tell = tell;
  }

  hear(message: ToIndex): void {
    if (message.type === "close") {
      this.#close();
      return;
    }
    if (message.type === "ends") this.#ends = message.ends;
    else this.#prunes.set(message.series, message.upTo);
    this.#wake(GATHER_MS);
  }

  #wake(ms: number): void {
    this.#timer ??= setTimeout(() => this.#turn(), ms);
  }

  #turn(): void {
    this.#timer = undefined;
    try {
      const writer = this.#open();
      const more = (this.#ends !== undefined && writer.step(this.#ends)) || this.#prune(writer);
      this.#tell({ type: "cursors", cursors: writer.cursors, pruning: this.#prunes.size > 0 });
      if (more) this.#wake(0);
    } catch (error) {
      this.#tell({ type: "failed", why: error instanceof Error ? error.message : String(error) });
      if (isBroken(error)) this.#beginAnew();
      this.#wake(RETRY_MS);
    }
  }

  #open(): IndexWriter {
    this.#writer ??= new IndexWriter(this.#folders);
    if (this.#ends === undefined || !this.#writer.isAheadOf(this.#ends)) return this.#writer;
    this.#beginAnew();
    this.#writer = new IndexWriter(this.#folders);
    return this.#writer;
  }

  #prune(writer: IndexWriter): boolean {
    const [next] = this.#prunes;
    if (next === undefined) return false;
    const [series, upTo] = next;
    if (!writer.prune(series, upTo) && this.#prunes.get(series) === upTo) this.#prunes.delete(series);
    return true;
  }

  #beginAnew(): void {
    this.#writer?.close();
    this.#writer = undefined;
    removeIndex(this.#folders.index);
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#writer?.close();
    parentPort?.close();
  }
}

const folders: IndexFolders = workerData;
const loop = new IndexLoop(folders, (message) => parentPort?.postMessage(message));
parentPort?.on("message", (message: ToIndex) => loop.hear(message));
