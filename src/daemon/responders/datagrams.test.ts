import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import test from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { stimulusFor } from "../../detectors/checks/remote/fingerprints/testing/shown-view.ts";
import { type Fingerprint, findFingerprint, loadFingerprints } from "../../detectors/fingerprints/index.ts";
import { takeRemoteView } from "../../detectors/probes/remote/take-remote-view.ts";
import { rowsFor, type SaidService, whyNot } from "../../detectors/responders/index.ts";
import type { Reported } from "../../events/envelope.ts";
import { AnswerBudget, MOST_SOURCES } from "./answer-budget.ts";
import { answerTo, readyRows } from "./datagram-answer.ts";
import { DatagramResponders } from "./datagrams.ts";

const known = loadFingerprints();
const able = known.all.filter((entry) => whyNot(entry, "udp") === undefined);

function serviceOf(entries: readonly Fingerprint[]): SaidService {
  return { port: 0, rows: rowsFor(entries, known) };
}

function questionTo(entry: Fingerprint): Buffer {
  const steps = stimulusFor(entry)?.steps ?? [];
  return Buffer.concat(steps.flatMap((step) => ("say" in step ? [step.say] : [])));
}

for (const address of ["127.0.0.1", "::1"])
  test(`every fingerprint that bytes over UDP can show is recognised by our own prober at ${address}, and told`, async () => {
    assert.ok(able.length >= 7, String(able.length));
    const { responders, taken } = await DatagramResponders.bind(
      able.map((entry) => serviceOf([entry])),
      address,
    );
    assert.deepEqual(taken, []);
    const told: Reported[] = [];
    responders.start((observation, place) => {
      assert.equal(place.transport, "udp");
      assert.equal(place.source?.address, address);
      told.push(observation);
    });
    for (const [index, entry] of able.entries()) {
      const port = responders.listening[index]?.port ?? 0;
      const own = stimulusFor(entry);
      const stimuli = own === undefined ? [] : [{ ...own, ports: [port], sentTo: "its-ports" as const }];
      const view = await takeRemoteView(address, { address, ports: [port], stimuli, trials: false });
      assert.deepEqual(findFingerprint(entry, view), [`udp:${port}`], entry.id);
    }
    assert.ok(told.length >= 1 && told[0]?.kind === "fingerprint.shown");
    responders.close();
  });

test("no answer is larger than its question, and none is a question to the same port", () => {
  for (const entry of able) {
    const rows = readyRows(serviceOf([entry]));
    const question = questionTo(entry);
    const whole = answerTo(question, rows);
    assert.ok(whole !== undefined && whole.bytes.length <= question.length, entry.id);
    assert.equal(answerTo(whole.bytes, rows), undefined, `${entry.id} would answer itself`);
    for (let size = 0; size < question.length; size++) {
      const answer = answerTo(question.subarray(0, size), rows);
      assert.ok(answer === undefined || answer.bytes.length <= size, `${entry.id}: ${size}`);
    }
  }
});

test("of several answers the first that fits is said", () => {
  const entries = able.filter(({ id }) => id === "dionaea.ssdp.ipmi" || id === "dionaea.ssdp.location");
  const rows = readyRows(serviceOf(entries));
  const short = Buffer.from(
    'M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMan: "ssdp:discover"\r\nMX: 5\r\nST: ssdp:all\r\n\r\n',
    "latin1",
  );
  assert.equal(answerTo(short, rows)?.shows, "dionaea.ssdp.location");
  const long = Buffer.concat([short, Buffer.alloc(400)]);
  assert.equal(answerTo(long, rows)?.shows, entries[0]?.id);
});

test("a row that repeats what it was asked never makes two hosts talk for ever", () => {
  const echo = {
    shows: "example.echo",
    greeting: [],
    on: "",
    until: "",
    least: 0,
    answer: [{ bytes: undefined, echoAt: 0, echoSize: 8, header: undefined, bare: undefined }],
    closes: false,
  };
  assert.equal(answerTo(Buffer.from("anything at all"), readyRows({ port: 7, rows: [echo] })), undefined);
});

test("one source is answered so often, all together so often, and the memory of sources is bounded", () => {
  const budget = new AnswerBudget({ perSource: 1, inAll: 50 }, 0);
  const taken = (address: string, count: number) => Array.from({ length: count }, () => budget.take(address, 0)).filter(Boolean).length;
  assert.equal(taken("192.0.2.1", 100), 10);
  assert.equal(taken("2001:db8::1", 6) + taken("2001:db8::2", 6), 10, "one /64 is one source");
  const others = Array.from({ length: 100_000 }, (_, n) => budget.take(`198.18.${n >> 8}.${n & 255}`, 0)).filter(Boolean).length;
  assert.equal(others, 500 - 20);
  assert.ok(budget.remembered <= MOST_SOURCES);
  assert.equal(budget.take("192.0.2.1", 5000), true, "later again");
});

test("a flood from one source is mostly neither answered nor told", async () => {
  const [entry] = able.filter(({ id }) => id === "ddospot.ssdp");
  assert.ok(entry !== undefined);
  const { responders } = await DatagramResponders.bind([serviceOf([entry])], "127.0.0.1");
  const told: Reported[] = [];
  responders.start((observation) => told.push(observation));
  const client = createSocket("udp4");
  let heard = 0;
  client.on("message", () => (heard += 1));
  client.bind(0, "127.0.0.1");
  await once(client, "listening");
  const port = responders.listening[0]?.port ?? 0;
  for (let n = 0; n < 60; n++) client.send(questionTo(entry), port, "127.0.0.1");
  while (heard < 10) await wait(20);
  await wait(200);
  assert.ok(heard >= 10 && heard < 40, String(heard));
  assert.ok(told.length >= 1 && told.length < 5, String(told.length));
  client.close();
  responders.close();
});

test("a port that is in use is left to whom it belongs", async () => {
  const other = createSocket("udp4");
  other.bind(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address();
  const { responders, taken } = await DatagramResponders.bind([{ ...serviceOf(able.slice(0, 1)), port }], "127.0.0.1");
  assert.deepEqual(taken, [port]);
  assert.deepEqual(responders.listening, []);
  responders.close();
  other.close();
});
