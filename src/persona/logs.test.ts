import assert from "node:assert/strict";
import { test } from "node:test";
import { writeLog } from "./logs.ts";

const wallMs = Date.UTC(2026, 10, 18, 12, 30);
const writing = { hostname: "web01", seed: Buffer.alloc(32, 5), bootMs: wallMs - 40 * 86_400_000, wallMs };
const hourly = { everyMinutes: 60, minute: 17, lines: ["CRON[@pid]: opened", "CRON[@pid]: closed"] };

test("a log goes from Sunday's rotation to now, an event an hour, in order", () => {
  const { text, lastMs } = writeLog({ path: "/l", stamp: "rfc3339", events: [hourly] }, writing);
  const lines = text.trimEnd().split("\n");
  assert.equal(lines.length, 2 * (3 * 24 + 13));
  assert.match(lines[0] ?? "", /^2026-11-15T00:17:0\d\.\d{6}\+00:00 web01 CRON\[\d+\]: opened$/);
  assert.deepEqual(lines, [...lines].sort());
  assert.ok(lastMs <= wallMs && lastMs > wallMs - 3_600_000);
});

test("what was written stays as it was an hour later, and pids rise", () => {
  const log = { path: "/l", stamp: "traditional" as const, events: [hourly] };
  const earlier = writeLog(log, writing).text;
  assert.ok(writeLog(log, { ...writing, wallMs: wallMs + 3_600_000 }).text.startsWith(earlier));
  assert.match(earlier, /^Nov 15 00:17:\d\d web01 CRON/);
  const pids = [...earlier.matchAll(/\[(\d+)\]: opened/g)].map((match) => Number(match[1]));
  assert.ok(pids.every((pid, index) => index === 0 || pid > (pids[index - 1] ?? 0)));
});

test("nothing was written before the boot", () => {
  const { text, lastMs } = writeLog({ path: "/l", stamp: "rfc3339", events: [hourly] }, { ...writing, bootMs: wallMs - 60_000 });
  assert.equal(text, "");
  assert.equal(lastMs, wallMs - 60_000);
});
