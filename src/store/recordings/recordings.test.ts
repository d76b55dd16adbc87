import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { appendFileSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { Health } from "../health.ts";
import { asciicast } from "./asciicast.ts";
import { encodeFrame, type Frame, MAGIC, type Moment, parseFrames } from "./frame.ts";
import { Recordings, type RecordingsOptions, readRecording } from "./recordings.ts";

const SESSION = "019aa8f1-0000-7000-8000-000000000001";
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function open(more: Partial<RecordingsOptions> = {}): { recordings: Recordings; folder: string; health: Health } {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-recordings-"));
  made.push(folder);
  const health = new Health({});
  return { recordings: new Recordings({ folder, health, gatherMs: 1, ...more }), folder, health };
}

function out(text: string | Uint8Array): Moment {
  return { way: "out", bytes: Buffer.from(text) };
}

const TALK: readonly Frame[] = [
  { atUs: 0, moment: { way: "size", columns: 132, rows: 43 } },
  { atUs: 1_500, moment: out("$ ") },
  { atUs: 2_000_123, moment: { way: "in", bytes: Buffer.from([0x03, 0xff, 0x00]) } },
  { atUs: 3_600_000_000, moment: out("") },
  { atUs: 3_600_000_000, moment: out(Buffer.alloc(300, 0xe2)) },
];

test("every byte and microsecond comes back", async () => {
  const { recordings, folder } = open();
  const recording = recordings.open(SESSION, 0, 1_000.25);
  for (const { atUs, moment } of TALK) assert.equal(recording.write(moment, 1_000.25 + atUs / 1e3), true);
  const recorded = await recording.close();
  assert.deepEqual([...(readRecording(folder, SESSION, 0) ?? [])], TALK);
  const file = join(folder, SESSION.slice(0, 6), `${SESSION}-0.rec`);
  assert.deepEqual(recorded, { durationMs: 3_600_000, bytes: statSync(file).size, truncated: false });
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("a caller may reuse its buffer after write, and a clock that steps back stands still", async () => {
  const { recordings, folder } = open();
  const recording = recordings.open(SESSION, 3, 0);
  const bytes = Buffer.from("abc");
  recording.write({ way: "out", bytes }, 10);
  bytes.fill(0);
  recording.write(out("d"), 5);
  await recording.close();
  assert.deepEqual(
    [...(readRecording(folder, SESSION, 3) ?? [])].map(({ atUs, moment }) => [
      atUs,
      moment.way === "size" ? "" : Buffer.from(moment.bytes).toString(),
    ]),
    [
      [10_000, "abc"],
      [10_000, "d"],
    ],
  );
  assert.deepEqual(recordings.terminals(SESSION), [3]);
});

test("a torn end is not read, and everything before it is", () => {
  const whole = Buffer.concat([Buffer.from(MAGIC), encodeFrame(5, out("one")), encodeFrame(7, out("two"))]);
  for (let size = 0; size < whole.length; size += 1) {
    const frames = [...parseFrames(whole.subarray(0, size))];
    assert.equal(frames.length, size < MAGIC.length + 6 ? 0 : 1, `cut at ${size}`);
  }
});

test("garbage after the first line is no frame and throws nothing", () => {
  for (let seed = 1; seed < 300; seed += 1) {
    const garbage = Buffer.from(Array.from({ length: 64 }, (_, index) => (seed * 31 + index * seed * 7) & 0xff));
    for (const frame of parseFrames(Buffer.concat([Buffer.from(MAGIC), garbage]))) assert.ok(frame.atUs >= 0);
  }
});

test("a recording over its cap ends there and says so", async () => {
  const { recordings } = open({ maxBytes: 60 });
  const recording = recordings.open(SESSION, 0, 0);
  assert.equal(recording.write(out("x".repeat(30)), 1), true);
  assert.equal(recording.write(out("x".repeat(30)), 2), false);
  assert.equal(recording.write(out("x"), 3), false);
  assert.equal((await recording.close())?.truncated, true);
});

test("the cap of all recordings holds, and room comes back when old ones are dropped", async () => {
  const { recordings, folder } = open({ maxTotalBytes: 100 });
  const first = recordings.open(SESSION, 0, 0);
  assert.equal(first.write(out("x".repeat(90)), 1), true);
  await first.close();
  assert.equal(recordings.open(SESSION, 1, 0).write(out("x".repeat(90)), 1), false);
  assert.equal(await recordings.dropBefore(0), 0);
  assert.equal(await recordings.dropBefore(Date.UTC(2100, 0)), 1);
  assert.deepEqual(readdirSync(folder), []);
});

test("a disk that refuses is said and counted; the next recording works again", async () => {
  const { recordings, folder, health } = open();
  // What is there is counted first.
  await recordings.dropBefore(0);
  renameSync(folder, `${folder}-away`);
  writeFileSync(folder, "in the way");
  const recording = recordings.open(SESSION, 0, 0);
  recording.write(out("x"), 1);
  assert.equal(await recording.close(), undefined);
  assert.deepEqual(
    health.degraded.map(({ what, lost }) => [what, lost]),
    [["recordings", 1]],
  );
  rmSync(folder);
  renameSync(`${folder}-away`, folder);
  const next = recordings.open(SESSION, 1, 0);
  next.write(out("x"), 1);
  assert.ok(await next.close());
  assert.deepEqual(health.degraded, []);
});

test("names that are not a visit's are no paths", () => {
  const { recordings, folder } = open();
  for (const session of ["", "../../etc", `${SESSION}/..`]) {
    assert.equal(readRecording(folder, session, 0), undefined);
    assert.throws(() => recordings.open(session, 0, 0), TypeError);
  }
  assert.equal(readRecording(folder, SESSION, 0.5), undefined);
});

test("a recording that a crash tore replays up to there", async () => {
  const { recordings, folder } = open();
  const recording = recordings.open(SESSION, 0, 0);
  recording.write(out("one"), 1);
  recording.write(out("two"), 2);
  await recording.close();
  const path = join(folder, SESSION.slice(0, 6), `${SESSION}-0.rec`);
  truncateSync(path, statSync(path).size - 1);
  assert.equal([...(readRecording(folder, SESSION, 0) ?? [])].length, 1);
  appendFileSync(path, "!!");
  assert.ok([...(readRecording(folder, SESSION, 0) ?? [])].length >= 1);
});

test("asciicast v2: header, exact times, and characters that were cut in two", () => {
  const frames: Frame[] = [
    { atUs: 1, moment: out(Buffer.from([0x68, 0xc3])) },
    { atUs: 1_000_002, moment: { way: "in", bytes: Buffer.from("\r") } },
    { atUs: 2_000_000, moment: out(Buffer.from([0xb6, 0x1b, 0xff])) },
    { atUs: 3_000_000, moment: { way: "size", columns: 100, rows: 30 } },
    { atUs: 4_000_000, moment: out(Buffer.from([0xe2, 0x82])) },
  ];
  const lines = [...asciicast(frames, { columns: 80, rows: 24, startSeconds: 1_767_312_000, terminal: "xterm" })].map((line) =>
    JSON.parse(line),
  );
  assert.deepEqual(lines, [
    { version: 2, width: 80, height: 24, timestamp: 1_767_312_000, env: { TERM: "xterm" } },
    [0.000001, "o", "h"],
    [1.000002, "i", "\r"],
    [2, "o", "ö\u001b\ufffd"],
    [3, "r", "100x30"],
    [4, "o", "\ufffd"],
  ]);
});
