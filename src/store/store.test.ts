import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Event } from "../events/event.ts";
import { rebuildIndex } from "./rebuild-index.ts";
import { Store, type StoreOptions } from "./store.ts";
import { StoreReader } from "./store-reader.ts";
import { temporaryFolder, Visits } from "./testing/visits.ts";

const NOW_MS = Date.UTC(2026, 0, 2, 12);

function open(folder: string, more: Partial<StoreOptions> = {}): Store {
  const store = Store.open({ folder, sensor: "edge-1", now: () => NOW_MS, ...more });
  assert.ok(store);
  return store;
}

function ask<T>(folder: string, question: (reader: StoreReader) => T): T {
  const reader = new StoreReader(folder);
  try {
    return question(reader);
  } finally {
    reader.close();
  }
}

async function keep(folder: string, events: readonly Event[], more: Partial<StoreOptions> = {}): Promise<void> {
  const store = open(folder, more);
  for (const event of events) store.append(event);
  await store.flush();
  await store.indexed();
  await store.close();
}

function manyVisits(count: number, visits = new Visits()): Event[] {
  return Array.from({ length: count }, (_, index) => visits.visit(`192.0.2.${index % 250}`, `echo ${index}`)).flat();
}

const ids = (events: readonly Event[]) => events.map(({ id }) => id);

test("the folder is 0700 and one sensor's, for as long as it lives", async (context) => {
  const folder = join(temporaryFolder(context), "state");
  const store = open(folder);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(Store.open({ folder, sensor: "edge-2", now: () => NOW_MS }), undefined);
  const code = `import { Store } from ${JSON.stringify(new URL("./store.ts", import.meta.url).href)};
    console.log(Store.open({ folder: ${JSON.stringify(folder)}, sensor: "x", now: Date.now }) === undefined ? "held" : "free");`;
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }).trim(), "held");
  await store.close();
  await open(folder).close();
});

test("nothing in the state folder can be read by others, or executed", async (context) => {
  const folder = temporaryFolder(context);
  const store = open(folder);
  for (const event of manyVisits(3)) store.append(event);
  const intake = store.quarantine.open();
  intake.write(Buffer.from("#!/bin/sh"));
  await intake.close();
  await store.indexed();
  await store.close();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === "signing-key.pub.pem") continue;
    assert.equal(statSync(join(entry.parentPath, entry.name)).mode & 0o111, 0, entry.name);
  }
  assert.equal(statSync(folder).mode & 0o077, 0);
});

test("the sensor and another process read the same, while it runs and after", async (context) => {
  const folder = temporaryFolder(context);
  const events = manyVisits(100);
  const store = open(folder);
  for (const event of events) store.append(event);
  await store.flush();
  assert.deepEqual(ids(ask(folder, (reader) => reader.questions.events({ limit: 1_000 }))), ids(events.toReversed()));
  await store.indexed();
  assert.equal(store.indexLagBytes, 0);
  const inside = store.reader();
  assert.deepEqual(ids(inside?.events({ limit: 1_000 }) ?? []), ids(events.toReversed()));
  inside?.close();
  await store.close();
  assert.equal(
    ask(folder, (reader) => reader.questions.behind),
    0,
  );
  assert.deepEqual(ids(ask(folder, (reader) => reader.questions.events({ limit: 1_000 }))), ids(events.toReversed()));
});

test("without an index a reader answers from the journal alone, and the next start builds it again", async (context) => {
  const folder = temporaryFolder(context);
  const events = manyVisits(50);
  await keep(folder, events);
  rmSync(join(folder, "index"), { recursive: true });
  ask(folder, ({ questions }) => {
    assert.equal(questions.behind, 200);
    assert.deepEqual(ids(questions.events({ limit: 1_000 })), ids(events.toReversed()));
    assert.equal(questions.sessions({ limit: 1_000 }).length, 50);
  });
  assert.equal(readdirSync(folder).includes("index"), false);
  await keep(folder, []);
  assert.equal(
    ask(folder, ({ questions }) => questions.behind),
    0,
  );
});

test("an index that is behind is completed by the reader without a seam", async (context) => {
  const folder = temporaryFolder(context);
  const visits = new Visits();
  const place = visits.context("192.0.2.9");
  const file = () =>
    visits.seal(
      { kind: "file.captured", fields: { sha256: "ab".repeat(32), size: 7, name: "x", way: "scp", truncated: false, duplicate: false } },
      place,
    );
  const before = [...manyVisits(20, visits), file()];
  await keep(folder, before);
  const after = [file(), ...manyVisits(20, visits)];
  await appendToJournalOnly(folder, after);
  ask(folder, ({ questions }) => {
    const all = [...before, ...after];
    assert.equal(questions.behind, after.length);
    assert.deepEqual(ids(questions.events({ limit: 1_000 })), ids(all.toReversed()));
    assert.deepEqual(ids(questions.events({ limit: 30, after: after[10]?.id ?? "" })), ids(all.toReversed()).slice(71, 101));
    assert.equal(questions.summary(place.session ?? "")?.events, 2);
    assert.equal(questions.sessions({ limit: 1_000 }).length, 41);
    assert.deepEqual(
      questions.files().map(({ times, sessions }) => [times, sessions.length]),
      [[2, 1]],
    );
    assert.equal(
      questions.counts().reduce((sum, { count }) => sum + count, 0),
      all.length,
    );
    assert.equal(questions.session(place.session ?? "").length, 2);
  });
});

async function appendToJournalOnly(folder: string, events: readonly Event[]): Promise<void> {
  const { Journal } = await import("./journal/journal.ts");
  const { Health } = await import("./health.ts");
  const journal = new Journal({ folder: join(folder, "journal"), sensor: "edge-1", health: new Health({}), now: () => NOW_MS });
  for (const event of events) journal.append(event);
  await journal.close();
}

test("an index that was killed while it was begun does not keep a reader from answering", async (context) => {
  const folder = temporaryFolder(context);
  await keep(folder, manyVisits(10));
  const path = join(folder, "index", "index.db");
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  const code = `const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(${JSON.stringify(path)});
    database.exec("PRAGMA cache_size = 1; CREATE TABLE a (b)");
    database.exec("BEGIN; WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000) INSERT INTO a SELECT randomblob(100) FROM n");
    process.kill(process.pid, "SIGKILL");`;
  spawnSync(process.execPath, ["-e", code]);
  assert.ok(readdirSync(join(folder, "index")).includes("index.db-journal"));
  assert.equal(ask(folder, ({ questions }) => questions.events({ limit: 1_000 })).length, 40);
  await keep(folder, []);
  assert.equal(
    ask(folder, ({ questions }) => questions.behind),
    0,
  );
});

test("the index is built again on command, but not under a running sensor", async (context) => {
  const folder = temporaryFolder(context);
  await keep(folder, manyVisits(30));
  writeFileSync(join(folder, "index", "index.db"), "");
  const progress: number[] = [];
  assert.equal(
    rebuildIndex(folder, (events) => progress.push(events)),
    120,
  );
  assert.equal(progress.at(-1), 120);
  assert.equal(
    ask(folder, ({ questions }) => questions.behind),
    0,
  );
  const store = open(folder);
  assert.equal(rebuildIndex(folder), undefined);
  await store.close();
});

test("an index that is garbage, or of another journal, is begun anew", async (context) => {
  const folder = temporaryFolder(context);
  const events = manyVisits(20);
  await keep(folder, events);
  writeFileSync(join(folder, "index", "index.db"), "this is no database, but long enough to be looked at".repeat(100));
  await keep(folder, []);
  assert.equal(
    ask(folder, ({ questions }) => questions.behind),
    0,
  );
  rmSync(join(folder, "journal"), { recursive: true });
  const others = manyVisits(2);
  await keep(folder, others);
  assert.deepEqual(ids(ask(folder, ({ questions }) => questions.events())), ids(others.toReversed()));
});

test("retention by size drops whole segments, leaves tombstones, and the index follows", async (context) => {
  const folder = temporaryFolder(context);
  const events = manyVisits(100);
  const retention = {
    evidence: { maxAgeDays: 10_000, maxBytes: 30_000 },
    traffic: { maxAgeDays: 10_000, maxBytes: 10_000 },
    health: { maxAgeDays: 10_000, maxBytes: 10_000 },
  };
  const store = open(folder, { retention, segments: { maxSegmentBytes: 10_000 } });
  for (const event of events) {
    store.append(event);
    await store.flush();
  }
  await store.indexed();
  const tombstones = await store.retain();
  assert.ok(tombstones.length > 4);
  await store.indexed();
  await store.close();
  ask(folder, (reader) => {
    const left = reader.questions.events({ limit: 1_000 });
    assert.ok(left.length > 20 && left.length < 200);
    assert.deepEqual(left.filter(({ kind }) => kind === "command.input").at(0)?.id, events.at(-2)?.id);
    for (const { series, events: count } of tombstones) assert.ok(count > 0, series);
    const dropped = tombstones.reduce((sum, stone) => sum + stone.events, 0);
    assert.equal(left.length, events.length - dropped);
    assert.equal(
      reader.questions.events({ text: "echo", limit: 1_000 }).length,
      left.filter(({ kind }) => kind === "command.input").length,
    );
    assert.deepEqual(reader.verify().problems, []);
  });
});

test("retention by age looks at the last event of a segment", async (context) => {
  const folder = temporaryFolder(context);
  const visits = new Visits(Date.UTC(2025, 0, 1));
  await keep(folder, manyVisits(40, visits), { now: () => Date.UTC(2025, 0, 1), segments: { maxSegmentBytes: 5_000 } });
  const young = manyVisits(2);
  const store = open(folder);
  for (const event of young) store.append(event);
  await store.flush();
  const tombstones = await store.retain();
  assert.ok(tombstones.every(({ reason }) => /older than \d+ days/.test(reason)));
  await store.indexed();
  await store.close();
  assert.deepEqual(ids(ask(folder, ({ questions }) => questions.events({ kind: "command.input", limit: 2 }))), [
    young[6]?.id,
    young[2]?.id,
  ]);
});

test("what retention took out of the journal before a crash is taken out of the index at the next start", async (context) => {
  const folder = temporaryFolder(context);
  await keep(folder, manyVisits(100), { segments: { maxSegmentBytes: 5_000 } });
  const { Journal } = await import("./journal/journal.ts");
  const { Health } = await import("./health.ts");
  const journal = new Journal({ folder: join(folder, "journal"), sensor: "edge-1", health: new Health({}), now: () => NOW_MS });
  const tombstone = await journal.dropOldest("evidence", "size");
  await journal.close();
  await keep(folder, []);
  assert.equal(ask(folder, ({ questions }) => questions.events({ limit: 1_000 })).length, 400 - (tombstone?.events ?? 0));
});

test("a sink reads each series by cursor, and only what is durable", async (context) => {
  const folder = temporaryFolder(context);
  const store = open(folder);
  const events = manyVisits(10);
  for (const event of events) store.append(event);
  assert.deepEqual(store.read("evidence", 0).events, []);
  await store.flush();
  const chunk = store.read("evidence", 0);
  assert.deepEqual(
    chunk.events.map((json) => JSON.parse(json)),
    events.filter(({ kind }) => !kind.startsWith("connection")),
  );
  assert.deepEqual(store.read("evidence", chunk.next), { events: [], next: chunk.next, damaged: 0 });
  await store.close();
});
