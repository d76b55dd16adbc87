import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Event } from "../../src/events/event.ts";
import { Conversation } from "../rig/conversation.ts";
import { startTestSensor, type TestSensor, type TestSensorOptions } from "../rig/sensor.ts";

const MODULES = [fileURLToPath(new URL("../rig/test-decoys.ts", import.meta.url))];
const MIB = 1_048_576;

function start(limits: TestSensorOptions["limits"] = {}): Promise<TestSensor> {
  return startTestSensor({ decoys: { puppet: {}, echo: {} }, modules: MODULES, limits });
}

/** Resident memory of the only worker, bytes (proc_pid_status(5)). */
function workerRss(sensor: TestSensor): number {
  const status = readFileSync(`/proc/${sensor.host.workers[0]}/status`, "latin1");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

function reached(limit: string): (event: Event) => boolean {
  return (event) => event.kind === "limit.reached" && event.fields["limit"] === limit;
}

test("a visitor who says nothing is dropped after the idle time, with the reason", async () => {
  await using sensor = await start({ session: { idleMs: 300 } });
  const visitor = await new Conversation(sensor.port("echo")).connected();
  await visitor.over();
  const event = await sensor.keep.waitFor(reached("idleMs"));
  assert.equal(event.fields["amount"], 300);
  const closed = await sensor.keep.waitFor((one) => one.kind === "connection.close");
  assert.equal(closed.fields["by"], "limit");
});

test("a byte now and then keeps a visitor from being idle, not from the end of the visit", async () => {
  await using sensor = await start({ session: { idleMs: 400, durationMs: 1_200 } });
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  const drip = setInterval(() => visitor.say("x"), 100);
  await visitor.over();
  clearInterval(drip);
  await sensor.keep.waitFor(reached("durationMs"));
  assert.ok(!sensor.events().some(reached("idleMs")));
});

test("a gigabyte without a line end is read in constant memory, up to the allowance", async () => {
  await using sensor = await start({ session: { bytesIn: 1_024 * MIB } });
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  const before = workerRss(sensor);
  let most = 0;
  const look = setInterval(() => {
    most = Math.max(most, workerRss(sensor));
  }, 50);
  const piece = Buffer.alloc(MIB, "a");
  for (let sent = 0; sent < 1_100 && !visitor.isOver; sent += 1) {
    if (!visitor.socket.write(piece))
      await Promise.race([new Promise((resolve) => visitor.socket.once("drain", resolve)), visitor.over(60_000)]);
  }
  await sensor.keep.waitFor(reached("bytesIn"), 30_000);
  clearInterval(look);
  // What was read stays until the collector comes: some tens of MiB, whatever the visitor sends.
  assert.ok(most - before < 128 * MIB, `grew by ${Math.round((most - before) / MIB)} MiB`);
});

test("a visitor who never reads is dropped when too much waits for him", async () => {
  await using sensor = await start({ session: { memoryBytes: 2 * MIB } });
  const before = workerRss(sensor);
  const socket = connect(sensor.port("puppet"), "127.0.0.1");
  socket.on("error", () => socket.destroy());
  socket.pause();
  socket.write("pour 1000\n");
  const event = await sensor.keep.waitFor(reached("memoryBytes"));
  assert.equal(event.fields["amount"], 2 * MIB);
  assert.ok(workerRss(sensor) - before < 48 * MIB);
  socket.destroy();
  await sensor.keep.waitFor((one) => one.kind === "connection.close");
});

test("output over a second's allowance is held back, not lost", async () => {
  await using sensor = await start({ session: { bytesPerTurn: 65_536, bytesPerSecond: 655_360 } });
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  const fromMs = performance.now();
  await visitor.say("pour 8\nsay done\n").hears("done");
  const tookMs = performance.now() - fromMs;
  assert.equal(visitor.text.length, 8 * 65_536 + "done\n".length);
  assert.ok(tookMs > 600 && tookMs < 3_000, `took ${tookMs} ms`);
});

test("resets at every point of a conversation leave nothing open", async () => {
  await using sensor = await start();
  const text = "say hello\nrecord 10\ncapture 10\nlater 5\npour 3\nremember x\nbye\n";
  for (let at = 0; at <= text.length; at += 1) {
    const visitor = await new Conversation(sensor.port("puppet")).connected();
    visitor.say(text.slice(0, at));
    // Resets at once, and after the answer began.
    if (at % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    visitor.socket.resetAndDestroy();
  }
  const healthy = await new Conversation(sensor.port("puppet")).connected();
  await healthy.say("say fine\n").hears("fine");
  healthy.socket.end();
  for (let tries = 0; sensor.host.connections > 0 && tries < 100; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(sensor.host.connections, 0);
  const kinds = new Map<string, number>();
  for (const { kind } of sensor.events()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  assert.equal(kinds.get("connection.close"), kinds.get("connection.open"));
  for (const kind of ["fault", "worker.hostile", "worker.replaced"]) assert.equal(kinds.get(kind), undefined, kind);
});

test("half-open visits are answered and end", async () => {
  await using sensor = await start();
  const visitor = await new Conversation(sensor.port("echo")).connected();
  visitor.socket.end("last words");
  assert.equal(await visitor.hears("last words"), "hello\nlast words");
  const closed = await sensor.keep.waitFor((event) => event.kind === "connection.close");
  assert.equal(closed.fields["by"], "visitor");
});

test("500 visitors at once who drip and vanish leave the memory as it was", async () => {
  await using sensor = await start({ connectionsPerSource: 1_000, session: { idleMs: 2_000 } });
  const crowd = await Promise.all(Array.from({ length: 500 }, () => new Conversation(sensor.port("puppet")).connected()));
  for (const visitor of crowd) visitor.say("say hi\n");
  await Promise.all(crowd.map((visitor) => visitor.hears("hi")));
  const full = workerRss(sensor);
  for (const visitor of crowd) visitor.socket.destroy();
  for (let tries = 0; sensor.host.connections > 0 && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(sensor.host.connections, 0);
  assert.ok(workerRss(sensor) < full + 8 * MIB);
});
