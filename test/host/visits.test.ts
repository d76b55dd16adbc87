import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { Conversation } from "../rig/conversation.ts";
import { startTestSensor, type TestSensor, type TestSensorOptions } from "../rig/sensor.ts";

const MODULES = [fileURLToPath(new URL("../rig/test-decoys.ts", import.meta.url))];

function startPuppets(options: Partial<TestSensorOptions> = {}): Promise<TestSensor> {
  return startTestSensor({ decoys: { puppet: {}, echo: {} }, modules: MODULES, ...options });
}

test("a session that throws is closed alone, with a fault that shows where", async () => {
  await using sensor = await startPuppets();
  const other = await new Conversation(sensor.port("puppet")).connected();
  const broken = await new Conversation(sensor.port("puppet")).connected();
  await broken.say("throw ouch\n").over();
  const fault = await sensor.keep.waitFor((event) => event.kind === "fault");
  assert.match(String(fault.fields["stack"]), /ouch[\s\S]*test-decoys\.ts/);
  await other.say("say still-here\n").hears("still-here");
});

test("what is remembered for a source is found at its next visit, on that decoy only", async () => {
  await using sensor = await startPuppets();
  const first = await new Conversation(sensor.port("puppet")).connected();
  await first.say("recall\nremember treasure\n").hears("true");
  first.socket.end();
  await sensor.keep.waitFor((event) => event.kind === "connection.close");
  const second = await new Conversation(sensor.port("puppet")).connected();
  assert.equal(await second.say("recall\n").hears("treasure\n"), "treasure\n");
});

test("a captured file is whole, or cut at its cap with the reason", async () => {
  await using sensor = await startPuppets({ limits: { session: { captureBytes: 100_000 } } });
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  await visitor.say("capture 99999\ncapture 200000\n").hears("false");
  const cut = await sensor.keep.waitFor((event) => event.kind === "file.captured" && event.fields["truncated"] === true);
  const whole = await sensor.keep.waitFor((event) => event.kind === "file.captured" && event.fields["truncated"] === false);
  assert.equal(whole.fields["size"], 99_999);
  assert.equal(cut.fields["size"], 100_000);
  assert.equal(whole.fields["name"], "../../etc/x");
  await sensor.keep.waitFor((event) => event.kind === "limit.reached" && event.fields["limit"] === "capture");
});

test("a recording is kept with its times, and cut at its cap", async () => {
  await using sensor = await startPuppets({ limits: { session: { recordingBytes: 150_000 } } });
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  visitor.say("record 70000\nrecord 70000\nrecord 70000\n");
  await sensor.keep.waitFor((event) => event.kind === "limit.reached" && event.fields["limit"] === "recording");
  visitor.socket.end();
  const recorded = await sensor.keep.waitFor((event) => event.kind === "terminal.recorded");
  assert.equal(recorded.fields["bytes"], 140_000);
});

test("a flood of observations is cut, and the worker is not taken for hostile", async () => {
  await using sensor = await startPuppets({ limits: { session: { observationsPerSecond: 10 } } });
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  await visitor.say("observe 5000\nlong 200000\nsay done\n").hears("done");
  visitor.socket.end();
  await sensor.keep.waitFor((event) => event.kind === "connection.close");
  const kinds = sensor.events().map((event) => event.kind);
  assert.equal(kinds.filter((kind) => kind === "ssh.ident").length, 100);
  assert.equal(kinds.filter((kind) => kind === "limit.reached").length, 1);
  assert.ok(!kinds.includes("worker.hostile"));
});

test("an endless text is cut at 64 KiB, never inside a character", async () => {
  await using sensor = await startPuppets();
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  visitor.say("long 200000\n");
  const event = await sensor.keep.waitFor((one) => one.kind === "ssh.ident");
  assert.equal(String(event.fields["ident"]), "é".repeat(32_768));
});

test("TLS begins in the middle of a conversation", async () => {
  await using sensor = await startPuppets();
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  await visitor.say("say ready\ntls\n").hears("ready");
  const tls = connectTls({ socket: visitor.socket, rejectUnauthorized: false });
  await once(tls, "secureConnect");
  assert.equal(tls.getPeerCertificate().subject.CN, "willow");
  tls.write("say secret\n");
  const [answer] = await once(tls, "data");
  assert.equal(String(answer), "secret\n");
  tls.destroy();
});

test("over the caps a visitor is refused politely, and refusals are told once", async () => {
  await using sensor = await startPuppets({ limits: { connectionsPerSource: 2 } });
  const inside = [await new Conversation(sensor.port("echo")).connected(), await new Conversation(sensor.port("echo")).connected()];
  for (const one of inside) await one.hears("hello");
  for (let i = 0; i < 20; i += 1) await new Conversation(sensor.port("echo")).over();
  const refused = sensor.events().filter((event) => event.kind === "connection.refused");
  assert.equal(refused.length, 1);
  assert.deepEqual(refused[0]?.fields, { limit: "connectionsPerSource", count: 1 });
  inside[0]?.socket.destroy();
  await sensor.keep.waitFor((event) => event.kind === "connection.close");
  await (await new Conversation(sensor.port("echo")).connected()).hears("hello");
});

test("no visitor is lost when the sensor stops: each visit is closed by the sensor", async () => {
  const sensor = await startPuppets();
  const visitor = await new Conversation(sensor.port("echo")).connected();
  await visitor.hears("hello");
  await sensor.stop();
  await visitor.over();
  const closed = sensor.events().find((event) => event.kind === "connection.close");
  assert.equal(closed?.fields["by"], "sensor");
});

test("while the store is behind, workers are not read, and go on afterwards", async () => {
  await using sensor = await startPuppets();
  sensor.keep.setBehind(true);
  await new Promise((resolve) => setTimeout(resolve, 120));
  const visitor = await new Conversation(sensor.port("puppet")).connected();
  await visitor.say("observe 1\nsay done\n").hears("done");
  await new Promise((resolve) => setTimeout(resolve, 900));
  assert.deepEqual(
    sensor.events().map((event) => event.kind),
    ["connection.open"],
  );
  sensor.keep.setBehind(false);
  await sensor.keep.waitFor((event) => event.kind === "ssh.ident");
  assert.ok(!sensor.events().some((event) => event.kind === "worker.replaced"));
});
