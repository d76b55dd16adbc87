import { Worker } from "node:worker_threads";
import type { Health } from "../health.ts";
import type { Ends } from "../journal/journal.ts";
import { EVENT_SERIES, type EventSeries } from "../journal/segment.ts";
import type { FromIndex, ToIndex } from "./index-worker.ts";
import type { IndexFolders } from "./index-writer.ts";

/** The index's thread as the sensor sees it: told of what is durable, asked how far behind it is. A thread that dies is replaced. */
export class IndexThread {
  readonly #options: IndexThreadOptions;
  #worker: Worker;
  #ends: Ends = NOTHING;
  #cursors: Ends = NOTHING;
  #pruning = false;
  #closing = false;
  #waiting: (() => void)[] = [];
  readonly #prunes = new Map<EventSeries, string>();

  constructor(options: IndexThreadOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  /** Bytes of journal that are durable and not yet indexed. */
  get lagBytes(): number {
    return EVENT_SERIES.reduce((sum, series) => sum + Math.max(0, this.#ends[series] - this.#cursors[series]), 0);
  }

  /** The journal is durable up to here. */
  advance(ends: Ends): void {
    this.#ends = ends;
    this.#post({ type: "ends", ends });
  }

  /** The journal dropped a series' events up to this time. */
  prune(series: EventSeries, upTo: string): void {
    this.#pruning = true;
    this.#prunes.set(series, upTo);
    this.#post({ type: "prune", series, upTo });
  }

  /** Resolves when the index is at the journal's end and has taken out what was dropped. */
  caughtUp(): Promise<void> {
    if (this.#isCaughtUp()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.#closing = true;
    const exit = new Promise((resolve) => this.#worker.once("exit", resolve));
    this.#post({ type: "close" });
    await exit;
    this.#settle();
  }

  #start(): Worker {
    // Unless told otherwise the file beside this one, in the form in which this one runs.
    const name = import.meta.url.endsWith(".ts") ? "./index-worker.ts" : "./index-worker.js";
    const worker = new Worker(this.#options.entry ?? new URL(name, import.meta.url), {
      name: "index",
      workerData: this.#options.folders,
      execArgv: [],
    });
    worker.on("message", (message: FromIndex) => this.#hear(message));
    worker.on("error", (error) => this.#options.health.failed("index", error));
    worker.on("exit", () => this.#ended());
    return worker;
  }

  #hear(message: FromIndex): void {
    if (message.type === "failed") {
      this.#options.health.failed("index", new Error(message.why));
      return;
    }
    this.#options.health.works("index");
    this.#cursors = message.cursors;
    this.#pruning = message.pruning;
    if (!message.pruning) this.#prunes.clear();
    if (this.#isCaughtUp()) this.#settle();
  }

  #isCaughtUp(): boolean {
    return this.lagBytes === 0 && !this.#pruning;
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #ended(): void {
    if (this.#closing) return;
    this.#options.health.failed("index", new Error("its thread ended"));
    setTimeout(() => {
      if (this.#closing) return;
      this.#worker = this.#start();
      this.advance(this.#ends);
      for (const [series, upTo] of this.#prunes) this.prune(series, upTo);
    }, this.#options.restartMs ?? RESTART_MS).unref();
  }

  #post(message: ToIndex): void {
    this.#worker.postMessage(message);
  }
}

export interface IndexThreadOptions {
  readonly folders: IndexFolders;
  readonly health: Health;
  readonly restartMs?: number;
  /** Path of the module that the thread runs. */
  readonly entry?: string | undefined;
}

const NOTHING: Ends = { evidence: 0, traffic: 0, health: 0 };
const RESTART_MS = 1_000;
