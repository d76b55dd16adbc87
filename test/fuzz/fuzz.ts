/**
 * Fuzzes one target in a thread of its own, and watches it from outside: for inputs that never come back, and for those
 * that eat all memory. A failure leaves a reproducer: a file with the input.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { readCorpus } from "./corpus.ts";
import type { Failure } from "./fuzz-loop.ts";
import type { ThreadOrders, ThreadReport } from "./fuzz-thread.ts";

export const ROOT = join(import.meta.dirname, "..", "..");
const FAILURES = join(ROOT, ".cache", "fuzz");
const MAX_SHOWN_BYTES = 1 << 17;
const HEADER_BYTES = 8;
const MAX_HEAP_MIB = 256;
const WATCH_MS = 250;

export interface FuzzOrders {
  readonly name: string;
  readonly url: string;
  readonly seed: string;
  readonly runs: number;
  readonly guided?: boolean;
  /** How long an input may keep the thread before it counts as hanging. */
  readonly hangMs?: number;
}

export interface FuzzReport extends ThreadReport {
  readonly name: string;
  readonly seconds: number;
  /** The file with the input that failed. */
  readonly reproducer: string | undefined;
}

export async function fuzz(orders: FuzzOrders): Promise<FuzzReport> {
  const startMs = performance.now();
  const shared = new SharedArrayBuffer(HEADER_BYTES + MAX_SHOWN_BYTES);
  const corpus = readCorpus(orders.name);
  const covered = [pathToFileURL(join(ROOT, "src/")).href, pathToFileURL(join(import.meta.dirname, "toys/")).href];
  const { url, seed, runs, guided = true } = orders;
  const report = await runThread({ url, seed, runs, guided, corpus, shared, covered }, orders.hangMs ?? 20_000);
  const seconds = (performance.now() - startMs) / 1_000;
  return { ...report, name: orders.name, seconds, reproducer: report.failure && writeReproducer(orders.name, report.failure) };
}

function runThread(orders: ThreadOrders, hangMs: number): Promise<ThreadReport> {
  const worker = new Worker(join(import.meta.dirname, "fuzz-thread.ts"), {
    workerData: orders,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
  });
  return new Promise((resolve, reject) => {
    const fail = (kind: Failure["kind"], message: string): void => {
      const { runs, input } = shownInput(orders.shared);
      resolve({ runs, failure: { kind, message, input }, ranCharacters: 0, found: [], kept: [] });
    };
    const watch = watchProgress(orders.shared, hangMs, () => {
      fail("hang", `no answer within ${hangMs} ms`);
      void worker.terminate();
    });
    worker.once("message", resolve);
    worker.once("error", (error: Error & { code?: string }) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") fail("memory", `more than ${MAX_HEAP_MIB} MiB of heap`);
      else reject(error);
    });
    worker.once("exit", () => clearInterval(watch));
  });
}

/** Calls `hung` when the same run lasts longer than it may. Before the first run, the code is still being loaded. */
function watchProgress(shared: SharedArrayBuffer, hangMs: number, hung: () => void): NodeJS.Timeout {
  let last = 0;
  let sinceMs = performance.now();
  return setInterval(() => {
    const { runs } = shownInput(shared);
    if (runs !== last) sinceMs = performance.now();
    last = runs;
    if (runs > 0 && performance.now() - sinceMs > hangMs) hung();
  }, WATCH_MS);
}

function shownInput(shared: SharedArrayBuffer): { runs: number; input: Uint8Array } {
  const header = new Int32Array(shared, 0, 2);
  const runs = Atomics.load(header, 0);
  return { runs, input: new Uint8Array(shared, HEADER_BYTES, Atomics.load(header, 1)).slice() };
}

function writeReproducer(name: string, { input }: Failure): string {
  const file = join(FAILURES, `${name}-${createHash("sha256").update(input).digest("hex").slice(0, 12)}`);
  mkdirSync(FAILURES, { recursive: true });
  writeFileSync(file, input);
  return file;
}
