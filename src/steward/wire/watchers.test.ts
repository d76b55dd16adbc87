import assert from "node:assert/strict";
import test from "node:test";
import type { Sight } from "../verbs/api.ts";
import { Watchers } from "./watchers.ts";

const log = (text: string): Sight => ({ sight: "log", text });
const lost = (count: number): Sight => ({ sight: "lost", count });

test("who reads too slowly is told how much it missed, and costs nobody memory", async () => {
  const watchers = new Watchers(() => undefined);
  const seen: Sight[] = [];
  let waiting = 0;
  const left = new AbortController();
  const watching = watchers.watch({ asked: { logs: true }, see: (sight) => seen.push(sight), waiting: () => waiting, left: left.signal });
  watchers.tell(log("one"));
  waiting = 64 << 20;
  for (let count = 0; count < 1000; count += 1) watchers.tell(log("too many"));
  waiting = 0;
  watchers.tell(log("two"));
  watchers.tell(log("three"));
  assert.deepEqual(seen, [log("one"), lost(1000), log("two"), log("three")]);
  left.abort();
  await watching;
  watchers.tell(log("four"));
  assert.deepEqual([seen.length, watchers.size], [4, 0]);
});

test("logs are told only to who asked for them, and wanted only while somebody does", async () => {
  const wanted: boolean[] = [];
  const watchers = new Watchers((wantsLogs) => wanted.push(wantsLogs));
  const heard: string[] = [];
  const watch = (name: string, logs: boolean) =>
    watchers.watch({ asked: { logs }, see: () => heard.push(name), waiting: () => 0, left: new AbortController().signal });
  const both = [watch("deaf", false), watch("hearing", true)];
  watchers.tell(log("a login"));
  watchers.tell(lost(1));
  assert.deepEqual(heard, ["hearing", "deaf", "hearing"]);
  watchers.end();
  await Promise.all(both);
  assert.deepEqual(wanted, [false, true, true, false]);
});

test("who has left before is not waited for", async () => {
  const watchers = new Watchers(() => undefined);
  await watchers.watch({ asked: { logs: false }, see: () => undefined, waiting: () => 0, left: AbortSignal.abort() });
  assert.equal(watchers.size, 0);
});
