import { parentPort, workerData } from "node:worker_threads";
import type { Event } from "../src/events/event.ts";
import { IndexReader } from "../src/store/index/index-reader.ts";
import { openForReading } from "../src/store/index/schema.ts";

/** One reader of bench/store.ts: asks ten questions a second until it is told to stop, then tells how that went. */
const { index, sample }: { readonly index: string; readonly sample: Event } = workerData;
const database = openForReading(index);
if (database === undefined) throw new Error("no index");
const reader = new IndexReader(database);
const questions = [
  () => reader.events(),
  () => reader.session(sample.session ?? ""),
  () => reader.events({ text: "rare3" }),
  () => reader.counts(),
  () => reader.events({ source: sample.source?.address ?? "" }),
  () => reader.sessions(),
];
const began = performance.now();
let asked = 0;
let slowestMs = 0;
const timer = setInterval(() => {
  const start = performance.now();
  questions[asked % questions.length]?.();
  slowestMs = Math.max(slowestMs, performance.now() - start);
  asked += 1;
}, 100);
parentPort?.once("message", () => {
  clearInterval(timer);
  reader.close();
  parentPort?.postMessage({ rate: (asked / (performance.now() - began)) * 1e3, slowestMs: Math.round(slowestMs * 10) / 10 });
});
