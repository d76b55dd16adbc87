import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { Event } from "../src/events/event.ts";
import { Health } from "../src/store/health.ts";
import { IndexReader } from "../src/store/index/index-reader.ts";
import { IndexWriter } from "../src/store/index/index-writer.ts";
import { openForReading } from "../src/store/index/schema.ts";
import { Journal } from "../src/store/journal/journal.ts";
import { EventSource } from "./store-events.ts";

/**
 * Measures the store: durable events a second in the journal, events a second into the index alone and beside four readers, and how long
 * the usual questions take at a given size. Prints a JSON line for each figure, then a table.
 *
 *     node bench/store.ts [--events 500000] [--folder DIR]
 *
 * Builds the whole index through the writer itself, so `--events 5000000` takes ten minutes and about 12 GB.
 */
const { values } = parseArgs({ options: { events: { type: "string", default: "500000" }, folder: { type: "string", default: tmpdir() } } });
const EVENTS = Number(values.events);
const DAYS = 7;
const END_MS = Date.UTC(2026, 0, 8);
const BLOCK = 20_000;
const MAX_WAITING_CHARS = 8_000_000;

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly wanted: string;
}
const figures: Figure[] = [];

function report(figure: Figure): void {
  figures.push(figure);
  console.log(JSON.stringify({ ...figure, events: EVENTS }));
}

const folder = mkdtempSync(join(values.folder, "utsusemi-bench-store-"));
try {
  await run(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${EVENTS} events, ${cpus().length} processors (${cpus()[0]?.model ?? "unknown"}), node ${process.version}`);
console.table(
  Object.fromEntries(figures.map(({ name, value, unit, wanted }) => [name, { measured: `${value.toLocaleString("en")} ${unit}`, wanted }])),
);

async function run(within: string): Promise<void> {
  const folders = { journal: join(within, "journal"), index: join(within, "index") };
  mkdirSync(folders.journal);
  const sample = await fillJournal(folders.journal);
  const ends = { evidence: Number.MAX_SAFE_INTEGER, traffic: Number.MAX_SAFE_INTEGER, health: Number.MAX_SAFE_INTEGER };
  const writer = new IndexWriter(folders);
  // A fifth of the events goes in beside the readers, at the end, when the index is large.
  const alone = fill(writer, ends, EVENTS * 0.8);
  report({ name: "index, alone", value: alone.rate, unit: "events/s", wanted: ">= 10,000" });
  report({ name: "index, alone, slowest tenth", value: alone.slowest, unit: "events/s", wanted: "" });
  report({ name: "index, longest transaction", value: alone.longestMs, unit: "ms", wanted: "" });
  const readers = Array.from({ length: 4 }, () => startReader(folders.index, sample));
  const beside = fill(writer, ends, Number.POSITIVE_INFINITY);
  report({ name: "index, beside 4 readers at 10 queries/s", value: beside.rate, unit: "events/s", wanted: ">= 6,000" });
  for (const reader of readers) reader.postMessage("stop");
  const answers = await Promise.all(readers.map(async (reader) => (await once(reader, "message"))[0]));
  report({
    name: "queries answered meanwhile",
    value: Math.round(answers.reduce((sum, { rate }) => sum + rate, 0)),
    unit: "queries/s",
    wanted: "40",
  });
  report({ name: "slowest of them", value: Math.max(...answers.map(({ slowestMs }) => slowestMs)), unit: "ms", wanted: "" });
  writer.close();
  measureQueries(folders.index, sample);
}

/** Returns one event of the middle of the last day. */
async function fillJournal(journalFolder: string): Promise<Event> {
  const journal = new Journal({ folder: journalFolder, sensor: "edge-1", health: new Health({}), now: Date.now });
  const source = new EventSource(EVENTS, { days: DAYS, endMs: END_MS });
  let durable = 0;
  let ms = 0;
  let sample: Event | undefined;
  journal.onDurable((events) => {
    durable += events.length;
  });
  while (durable < EVENTS) {
    const block = Array.from({ length: Math.min(BLOCK, EVENTS - durable) }, () => source.next());
    if (durable >= EVENTS * (1 - 0.5 / DAYS) || sample === undefined) sample = block.find(({ kind }) => kind === "command.input") ?? sample;
    const began = performance.now();
    for (const event of block) {
      journal.append(event);
      if (journal.pendingChars > MAX_WAITING_CHARS) await journal.flush();
    }
    await journal.flush();
    ms += performance.now() - began;
  }
  const bytes = Object.values(journal.ends).reduce((sum, end) => sum + end, 0);
  await journal.close();
  report({ name: "journal, durable", value: Math.round((EVENTS / ms) * 1e3), unit: "events/s", wanted: ">= 100,000" });
  report({ name: "journal, bytes an event with its frame", value: Math.round(bytes / EVENTS), unit: "B", wanted: "" });
  if (sample === undefined) throw new Error("no events");
  return sample;
}

function fill(writer: IndexWriter, ends: Parameters<IndexWriter["step"]>[0], until: number) {
  const began = performance.now();
  const from = writer.taken;
  const tenths: number[] = [];
  let longestMs = 0;
  let lastMs = began;
  let lastEvents = from;
  let now = from;
  while (now < until) {
    const stepMs = performance.now();
    if (!writer.step(ends)) break;
    now = writer.taken;
    longestMs = Math.max(longestMs, performance.now() - stepMs);
    if (now - lastEvents < EVENTS / 10) continue;
    tenths.push(((now - lastEvents) / (performance.now() - lastMs)) * 1e3);
    lastMs = performance.now();
    lastEvents = now;
  }
  const rate = ((now - from) / (performance.now() - began)) * 1e3;
  return { rate: Math.round(rate), slowest: Math.round(Math.min(rate, ...tenths)), longestMs: Math.round(longestMs) };
}

function startReader(index: string, sample: Event): Worker {
  return new Worker(new URL("./store-reader.ts", import.meta.url), { workerData: { index, sample } });
}

function measureQueries(index: string, { session, source }: Event): void {
  const database = openForReading(index);
  if (database === undefined) throw new Error("no index");
  const reader = new IndexReader(database);
  const day = { since: new Date(END_MS - 86_400_000).toISOString(), until: new Date(END_MS).toISOString() };
  const rare = `rare${Math.floor(EVENTS / 20_000)}`;
  measure("last 100 events", "< 5 ms", () => reader.events().length);
  measure("all of one session", "< 5 ms", () => reader.session(session ?? "").length);
  measure("a rare word", "< 10 ms", () => reader.events({ text: rare }).length);
  measure("counts by hour and kind of the last day", "< 20 ms", () => reader.counts(day).length);
  measure("last 100 of one source", "", () => reader.events({ source: source?.address ?? "" }).length);
  measure("last 100 of one kind", "", () => reader.events({ kind: "auth.attempt" }).length);
  measure("last 100 with a frequent word", "", () => reader.events({ text: "tmp" }).length);
  measure("last 100 sessions", "", () => reader.sessions().length);
  reader.close();
}

function measure(name: string, wanted: string, ask: () => number): void {
  const began = performance.now();
  const found = ask();
  const firstMs = performance.now() - began;
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now();
    ask();
    return performance.now() - start;
  }).sort((one, other) => one - other);
  const round = (ms: number) => Math.round(ms * 1e3) / 1e3;
  report({ name: `${name} (${found} rows), median`, value: round(times[25] ?? 0), unit: "ms", wanted });
  report({ name: `${name}, first time`, value: round(firstMs), unit: "ms", wanted: "" });
}
