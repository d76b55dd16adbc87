import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { Envelope } from "../../events/envelope.ts";
import type { Event } from "../../events/event.ts";
import { Health } from "../health.ts";
import { Journal, type JournalOptions } from "./journal.ts";
import { JournalReader } from "./journal-reader.ts";
import { type VerifyReport, verifyJournal } from "./verify-journal.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-journal-"));
  made.push(folder);
  return folder;
}

function open(folder: string, more: Partial<JournalOptions> = {}): Journal {
  return new Journal({ folder, sensor: "edge-1", health: new Health({}), now: () => Date.UTC(2026, 0, 2), gatherMs: 0, ...more });
}

const envelope = new Envelope({ now: () => 1_767_312_000_000_000_000n, random: randomBytes });

function command(line: string): Event {
  return envelope.seal({ kind: "command.input", fields: { line, interactive: true } }, { sensor: "edge-1", decoy: "ssh" });
}

function ident(text: string): Event {
  return envelope.seal({ kind: "ssh.ident", fields: { ident: text } }, { sensor: "edge-1", decoy: "ssh" });
}

async function write(folder: string, events: readonly Event[], more: Partial<JournalOptions> = {}): Promise<void> {
  const journal = open(folder, more);
  for (const event of events) {
    journal.append(event);
    await journal.flush();
  }
  await journal.close();
}

function readAll(folder: string, series: string): Event[] {
  const reader = new JournalReader(join(folder, series));
  const events: Event[] = [];
  for (let from = 0; ; ) {
    const chunk = reader.read(from);
    if (chunk.next === from) break;
    events.push(...chunk.events.map((json) => JSON.parse(json)));
    from = chunk.next;
  }
  reader.close();
  return events;
}

function segments(folder: string, series: string): string[] {
  return readdirSync(join(folder, series))
    .sort()
    .map((name) => join(folder, series, name));
}

function problems(report: VerifyReport): string[] {
  return report.problems.map(({ file, offset, why }) => `${file}@${offset}: ${why}`);
}

test("events are announced in order, after they are in the file", async () => {
  const folder = newFolder();
  const journal = open(folder);
  const heard: string[] = [];
  journal.onDurable((events) => {
    const onDisk = ["evidence", "traffic"]
      .flatMap((series) => segments(folder, series))
      .map((path) => readFileSync(path, "utf8"))
      .join("");
    for (const { id } of events) {
      assert.ok(onDisk.includes(id));
      heard.push(id);
    }
  });
  const events = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? command(`ls ${index}`) : ident(`SSH-2.0-${index}`)));
  for (const event of events) journal.append(event);
  assert.deepEqual(heard, []);
  await journal.flush();
  assert.deepEqual(
    heard,
    events.map(({ id }) => id),
  );
  await journal.close();
});

test("each kind goes to the series of its retention class and comes back as it was", async () => {
  const folder = newFolder();
  const events = [command("uname -a"), ident("SSH-2.0-Go"), command("id\u0000\u2028\u{1f980}")];
  await write(folder, events);
  assert.deepEqual(readAll(folder, "evidence"), [events[0], events[2]]);
  assert.deepEqual(readAll(folder, "traffic"), [events[1]]);
  assert.deepEqual(problems(verifyJournal(folder)), []);
});

test("a segment is JSON lines that simple tools read, and can be verified by hand", async () => {
  const folder = newFolder();
  await write(folder, [command("id")]);
  const lines = readFileSync(segments(folder, "evidence")[0] ?? "", "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map((line) => Object.keys(line)[2]),
    ["segment", "event", "head"],
  );
  const { createHash } = await import("node:crypto");
  const byHand = createHash("sha256")
    .update(`${lines[0].hash}"event":${JSON.stringify(lines[1].event)}`)
    .digest("hex");
  assert.equal(lines[1].hash, byHand);
});

test("files are 0600, the folder 0700", async () => {
  const folder = join(newFolder(), "journal");
  await write(folder, [command("id")]);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, "signing-key.pem")).mode & 0o777, 0o600);
  for (const path of segments(folder, "evidence")) assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("segments rotate by size and by age, and the chain goes through them", async () => {
  const folder = newFolder();
  const events = Array.from({ length: 40 }, (_, index) => command(`echo ${index}`));
  await write(folder, events, { maxSegmentBytes: 4_000 });
  assert.ok(segments(folder, "evidence").length > 3);
  assert.deepEqual(readAll(folder, "evidence"), events);
  assert.deepEqual(problems(verifyJournal(folder)), []);
  const before = segments(folder, "evidence").length;
  await write(folder, [command("later")], { now: () => Date.UTC(2026, 0, 4) });
  assert.equal(segments(folder, "evidence").length, before + 1);
  assert.deepEqual(problems(verifyJournal(folder)), []);
});

test("a journal goes on where it was closed, in the same segment, under the same key", async () => {
  const folder = newFolder();
  const events = [command("one"), command("two"), command("three")];
  for (const event of events) await write(folder, [event]);
  assert.equal(segments(folder, "evidence").length, 1);
  assert.deepEqual(readAll(folder, "evidence"), events);
  assert.deepEqual(problems(verifyJournal(folder)), []);
});

test("every torn end is cut to the last whole record, noted, and written on", async () => {
  const folder = newFolder();
  await write(folder, [command("one"), command("two")]);
  const path = segments(folder, "evidence")[0] ?? "";
  const whole = readFileSync(path);
  const secondAt = whole.indexOf('{"crc"', whole.indexOf('"event"'));
  const secondEnd = whole.indexOf("\n", secondAt);
  for (let size = secondAt; size <= secondEnd; size += 7) {
    writeFileSync(path, whole.subarray(0, size));
    const journal = open(folder);
    assert.equal(journal.notes.length, size === secondAt ? 0 : 1, `cut at ${size}`);
    const again = command("again");
    journal.append(again);
    await journal.close();
    assert.deepEqual(
      readAll(folder, "evidence").map((event) => event.fields["line"]),
      ["one", "again"],
    );
    assert.equal(readFileSync(path, "utf8").includes('"note":{"time":'), size > secondAt);
    assert.deepEqual(problems(verifyJournal(folder)), []);
  }
});

for (const left of [0, 20]) {
  test(`a segment of which ${left} bytes were written is begun again`, async () => {
    const folder = newFolder();
    await write(
      folder,
      Array.from({ length: 12 }, (_, index) => command(`echo ${index}`)),
      { maxSegmentBytes: 2_000 },
    );
    const last = segments(folder, "evidence").at(-1) ?? "";
    truncateSync(last, left);
    const journal = open(folder, { maxSegmentBytes: 2_000 });
    assert.equal(journal.notes.length, left === 0 ? 0 : 1);
    journal.append(command("on"));
    await journal.close();
    assert.equal(readAll(folder, "evidence").at(-1)?.fields["line"], "on");
    assert.deepEqual(problems(verifyJournal(folder)), []);
  });
}

test("recovery never cuts whole records off, even behind altered bytes", async () => {
  const folder = newFolder();
  await write(folder, [command("one"), command("two"), command("three")]);
  const path = segments(folder, "evidence")[0] ?? "";
  const bytes = readFileSync(path);
  bytes.write("X", bytes.indexOf('"two"') + 1);
  writeFileSync(path, bytes);
  const journal = open(folder);
  await journal.close();
  assert.deepEqual(
    readAll(folder, "evidence").map((event) => event.fields["line"]),
    ["one", "three"],
  );
  assert.deepEqual(problems(verifyJournal(folder)), [`evidence/0000000000000000.jsonl@${bytes.indexOf('"Xwo"') + 1}: altered here`]);
});

test("verify names the altered byte, wherever it is", async () => {
  const folder = newFolder();
  await write(folder, [command("one ö"), command('two "quoted" {"crc":"'), command("three")]);
  const path = segments(folder, "evidence")[0] ?? "";
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 1) {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(at) ^ (1 + (at % 255)), at);
    writeFileSync(path, altered);
    assert.match(problems(verifyJournal(folder))[0] ?? "none", new RegExp(`^evidence/0{16}\\.jsonl@${at}: `), `byte ${at}`);
  }
});

test("verify names the altered byte where it became a line end", async () => {
  const folder = newFolder();
  await write(folder, [command("one"), command("two")]);
  const path = segments(folder, "evidence")[0] ?? "";
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 5) {
    if (bytes[at] === 0x0a) continue;
    const altered = Buffer.from(bytes);
    altered.writeUInt8(0x0a, at);
    writeFileSync(path, altered);
    assert.match(problems(verifyJournal(folder))[0] ?? "none", new RegExp(`@${at}: `), `byte ${at}`);
  }
});

test("verify finds records that were taken out, doubled, or exchanged", async () => {
  const folder = newFolder();
  await write(folder, [command("one"), command("two"), command("three")]);
  const path = segments(folder, "evidence")[0] ?? "";
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const [start = "", one = "", two = "", three = "", head = ""] = lines;
  for (const forged of [
    [start, one, three, head],
    [start, one, one, two, three, head],
    [start, two, one, three, head],
    [one, two, three, head],
  ]) {
    writeFileSync(path, `${forged.join("\n")}\n`);
    assert.notDeepEqual(problems(verifyJournal(folder)), []);
  }
});

test("a journal that was rewritten with another key is found out by the heads that were exported before", async () => {
  const folder = newFolder();
  const journal = open(folder);
  journal.append(command("one"));
  await journal.flush();
  const heads = journal.exportHeads();
  await journal.close();
  assert.deepEqual(problems(verifyJournal(folder, heads)), []);
  assert.equal(verifyJournal(folder, heads).heads, 1);
  rmSync(folder, { recursive: true });
  await write(folder, [command("won")]);
  assert.deepEqual(problems(verifyJournal(folder)), []);
  assert.notDeepEqual(problems(verifyJournal(folder, heads)), []);
});

test("an end that was cut off is found out by the heads that were exported before", async () => {
  const folder = newFolder();
  const journal = open(folder);
  journal.append(command("one"));
  await journal.flush();
  journal.append(command("two"));
  await journal.flush();
  const heads = journal.exportHeads();
  await journal.close();
  const path = segments(folder, "evidence")[0] ?? "";
  const bytes = readFileSync(path);
  truncateSync(path, bytes.indexOf('{"crc"', bytes.indexOf('"one"')));
  assert.deepEqual(problems(verifyJournal(folder)), []);
  assert.match(problems(verifyJournal(folder, heads))[0] ?? "", /cut off/);
});

test("a dropped segment leaves a signed tombstone, and verify is content", async () => {
  const folder = newFolder();
  const events = Array.from({ length: 30 }, (_, index) => command(`echo ${index}`));
  await write(folder, events, { maxSegmentBytes: 4_000 });
  const journal = open(folder);
  const before = segments(folder, "evidence").length;
  const tombstone = await journal.dropOldest("evidence", "older than 90 days");
  assert.ok(tombstone);
  assert.equal(tombstone.reason, "older than 90 days");
  assert.ok(tombstone.events > 0);
  await journal.dropOldest("evidence", "size");
  await journal.close();
  assert.equal(segments(folder, "evidence").length, before - 2);
  assert.deepEqual(problems(verifyJournal(folder)), []);
  assert.ok(readAll(folder, "evidence").length < events.length);
  assert.deepEqual(readAll(folder, "evidence").at(-1), events.at(-1));
});

test("the segment that is written to is never dropped", async () => {
  const folder = newFolder();
  const journal = open(folder);
  journal.append(command("one"));
  await journal.flush();
  assert.equal(await journal.dropOldest("evidence", "size"), undefined);
  await journal.close();
});

test("a segment that is missing without a tombstone is named", async () => {
  const folder = newFolder();
  await write(
    folder,
    Array.from({ length: 30 }, (_, index) => command(`echo ${index}`)),
    { maxSegmentBytes: 4_000 },
  );
  const [first = "", second = ""] = segments(folder, "evidence");
  const kept = readFileSync(second);
  rmSync(second);
  assert.match(problems(verifyJournal(folder))[0] ?? "", /missing/);
  writeFileSync(second, kept);
  rmSync(first);
  assert.match(problems(verifyJournal(folder))[0] ?? "", /missing/);
});

test("a tombstone that the sensor did not sign is named", async () => {
  const folder = newFolder();
  await write(
    folder,
    Array.from({ length: 30 }, (_, index) => command(`echo ${index}`)),
    { maxSegmentBytes: 4_000 },
  );
  const journal = open(folder);
  await journal.dropOldest("evidence", "size");
  await journal.close();
  const path = segments(folder, "tombstones")[0] ?? "";
  const forged = readFileSync(path, "utf8").replace('"reason":"size"', '"reason":"Size"');
  writeFileSync(path, forged);
  assert.notDeepEqual(problems(verifyJournal(folder)), []);
});

test("while the disk refuses, events wait; what has no room is counted; all that waited is kept afterwards", async () => {
  const folder = newFolder();
  const said: string[] = [];
  const health = new Health({
    degraded: ({ reason }) => said.push(reason),
    recovered: ({ lost }) => said.push(`recovered, lost ${lost}`),
  });
  const journal = open(folder, { health, retryMs: 5, maxPendingChars: 2_000 });
  renameSync(join(folder, "evidence"), join(folder, "away"));
  for (let count = 0; count < 20; count += 1) journal.append(command(`echo ${count}`));
  while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(health.degraded[0]?.what, "journal");
  renameSync(join(folder, "away"), join(folder, "evidence"));
  await journal.flush();
  await journal.close();
  const kept = readAll(folder, "evidence").length;
  assert.ok(kept > 0 && kept < 20);
  assert.equal(said.at(-1), `recovered, lost ${20 - kept}`);
});
