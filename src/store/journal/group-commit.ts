import type { Health } from "../health.ts";
import { MAX_BATCH_BYTES, MAX_RECORD_BYTES } from "./record.ts";
import type { EventSeries } from "./segment.ts";
import type { Entry, Frame, SeriesWriter } from "./series-writer.ts";

/**
 * Makes entries durable in groups: while one batch is on its way to the disk the next gathers, so that one fdatasync a series serves
 * many events, and none of it runs on the event loop. Batches are announced in the order of `push`, after their sync and never before.
 * A batch that the disk refuses is tried again until it is taken; what does not fit into the waiting room is lost, and counted.
 */
export class GroupCommit<T extends Waiting> {
  readonly #options: GroupCommitOptions<T>;
  #pending: T[] = [];
  #pendingChars = 0;
  #pushed = 0;
  #settled = 0;
  #flushes: { readonly until: number; readonly resolve: () => void }[] = [];
  #running: Promise<void> | undefined;
  #closing = false;

  constructor(options: GroupCommitOptions<T>) {
    this.#options = options;
  }

  /** Characters of JSON that wait to be durable. */
  get pendingChars(): number {
    return this.#pendingChars;
  }

  /** False if there is no room: the entry is lost, and counted. */
  push(entry: T): boolean {
    const chars = entry.json.length;
    if (this.#closing || chars > MAX_ENTRY_CHARS || this.#pendingChars + chars > this.#options.maxPendingChars) {
      this.#options.health.failed("journal", new Error("more events than the disk takes"), 1);
      return false;
    }
    this.#pending.push(entry);
    this.#pendingChars += entry.json.length;
    this.#pushed += 1;
    this.#running ??= this.#run();
    return true;
  }

  /** Resolves when everything pushed so far is durable, or was given up by `close`. */
  flush(): Promise<void> {
    if (this.#settled >= this.#pushed) return Promise.resolve();
    const until = this.#pushed;
    return new Promise((resolve) => this.#flushes.push({ until, resolve }));
  }

  /** Writes what waits; while the disk refuses it gives up after one more try, and counts the rest as lost. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    await nextTurn();
    while (this.#pending.length > 0) {
      const began = performance.now();
      const batch = this.#take();
      const frames = this.#frame(batch);
      if (await this.#persist(frames)) this.#options.durable(batch);
      else this.#giveUp(batch.length);
      this.#settle(batch);
      await this.#gather(began);
    }
    this.#running = undefined;
  }

  #take(): T[] {
    let chars = 0;
    let count = 0;
    for (const entry of this.#pending) {
      if (count > 0 && (chars + entry.json.length + FRAME_CHARS > MAX_BATCH_CHARS || count === MAX_BATCH_ENTRIES)) break;
      chars += entry.json.length + FRAME_CHARS;
      count += 1;
    }
    return this.#pending.splice(0, count);
  }

  #frame(batch: readonly T[]): readonly Framed[] {
    return this.#options.writers.flatMap((writer) => {
      const entries = batch.filter((entry) => entry.series === writer.series);
      return entries.length === 0 ? [] : [{ writer, frame: writer.frame(entries) }];
    });
  }

  /** Tries until the disk takes it; false if it did not before the end. */
  async #persist(frames: readonly Framed[]): Promise<boolean> {
    let left = frames;
    for (;;) {
      const results = await Promise.allSettled(left.map(({ writer, frame }) => writer.write(frame)));
      const failure = results.find((result) => result.status === "rejected");
      if (failure === undefined) {
        this.#options.health.works("journal");
        return true;
      }
      this.#options.health.failed("journal", failure.reason);
      if (this.#closing) return false;
      left = left.filter((_, index) => results[index]?.status === "rejected");
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    const until = performance.now() + this.#options.retryMs;
    while (!this.#closing && performance.now() < until) await sleep(Math.min(CLOSE_CHECK_MS, this.#options.retryMs));
  }

  #giveUp(entries: number): void {
    const rest = this.#pending.splice(0);
    this.#options.health.failed("journal", new Error("closed while the disk refused"), entries + rest.length);
    this.#pendingChars = 0;
    this.#settled += rest.length;
  }

  #settle(batch: readonly T[]): void {
    this.#settled += batch.length;
    for (const entry of batch) this.#pendingChars -= entry.json.length;
    const settled = this.#flushes.filter(({ until }) => until <= this.#settled);
    this.#flushes = this.#flushes.filter(({ until }) => until > this.#settled);
    for (const { resolve } of settled) resolve();
  }

  // A trickle of events would cost one sync each: wait a little, unless somebody waits for us.
  async #gather(began: number): Promise<void> {
    const restMs = this.#options.gatherMs - (performance.now() - began);
    const hurried = this.#closing || this.#flushes.length > 0 || this.#pending.length >= MAX_BATCH_ENTRIES / 4;
    if (restMs > 0 && !hurried) await sleep(restMs);
  }
}

export interface Waiting extends Entry {
  readonly series: EventSeries;
}

export interface GroupCommitOptions<T extends Waiting> {
  readonly writers: readonly SeriesWriter[];
  readonly health: Health;
  readonly maxPendingChars: number;
  /** Least time between the starts of two small batches. */
  readonly gatherMs: number;
  readonly retryMs: number;
  /** Hears of each batch once it is durable. */
  durable(batch: readonly T[]): void;
}

interface Framed {
  readonly writer: SeriesWriter;
  readonly frame: Frame;
}

const FRAME_CHARS = 128;
const MAX_BATCH_ENTRIES = 2_000;
// A character is at most three bytes of UTF-8, and recovery relies on the bounds in bytes.
const MAX_BATCH_CHARS = MAX_BATCH_BYTES / 3;
const MAX_ENTRY_CHARS = MAX_RECORD_BYTES / 3 - FRAME_CHARS;
const CLOSE_CHECK_MS = 50;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
