import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import type { EngineSettings, InterfaceSettings } from "../../src/steward/engine/engine-settings.ts";
import { needs } from "../rig/needs.ts";
import { type EngineProcess, Laboratory, type Line, type Machine } from "./laboratory.ts";

/** What a pattern costs a real server's connection, seen from both of its ends. */
const LIVE = needs("root", "libbpf.so.1", "ip", "ethtool", "curl");

const one = (id: string, said: string, answers: string) =>
  `  - {id: x.${id}, about: One., reference: none, falsePositives: none, weight: 5, protocol: tcp, ports: [80], payload: [{at: 0, text: "${said}"}], ${answers}}\n`;
const PATTERNS = `family: x
about: X.
patterns:
${one("evil", "GET /evil", "answer: reply, onListener: reply, reply: nothing")}${one("later", "SUSPECTS", "answer: reply, reply: nothing")}${one("hold", "HOLD", "answer: tarpit, onListener: tarpit")}${one("turn", "TURN", "answer: handOver, onListener: handOver")}${one("drop", "DROP", "answer: drop, onListener: drop")}`;
const NONSENSE = "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nodd";

const folder = mkdtempSync(join(tmpdir(), "utsusemi-nonsense-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "x.yaml"), PATTERNS);
writeFileSync(join(folder, "replies.yaml"), `replies: [{id: nothing, about: Odd., text: ${JSON.stringify(NONSENSE)}}]\n`);

const settings = (hook: InterfaceSettings["hook"]): EngineSettings => ({
  interfaces: ["lab0", "lab1"].map((name) => ({ name, hook })),
  unused: [],
  trusted: [],
  land: false,
});

type Way = readonly [Machine, string];
const WAYS: readonly Way[] = [
  ["attacker", "192.0.2.1"],
  ["attacker", "2001:db8:1::1"],
  ["third", "198.51.100.1"],
  ["third", "2001:db8:2::1"],
];

const SERVER = join(import.meta.dirname, "nonsense-server.ts");
const CLIENT = join(import.meta.dirname, "nonsense-client.ts");

/** Its process and the number of its listening socket. */
async function server(laboratory: Laboratory, ...words: readonly string[]): Promise<string> {
  const child = laboratory.spawn("host", process.execPath, SERVER, ...words);
  assert.ok(child.stdout !== null);
  const [printed] = await once(child.stdout, "data");
  return `${printed}`.trim();
}

interface Site extends Disposable {
  readonly laboratory: Laboratory;
  readonly engine: EngineProcess;
}

async function site(hook: InterfaceSettings["hook"], { offload = true, deferred = false } = {}): Promise<Site> {
  const laboratory = new Laboratory({ offload });
  if (hook !== "tc") laboratory.readyForXdp();
  await server(laboratory, "80", "real", deferred ? "deferred" : "");
  const engine = await laboratory.engine(settings(hook));
  assert.deepEqual(await engine.ask("match", folder), { done: true });
  return { laboratory, engine, [Symbol.dispose]: () => laboratory[Symbol.dispose]() };
}

/** How often each thing happened to `count` connections that each said `said`. */
async function said({ laboratory }: Site, [machine, address]: Way, ...words: readonly [said: string, count?: number, patienceMs?: number]) {
  const [text, count = 1, patience = 20_000] = words;
  const asked = [CLIENT, address, "80", `${count}`, text, `${patience}`];
  const { code, out, err } = await laboratory.client(machine, process.execPath, ...asked);
  assert.equal(code, 0, err);
  const results: Readonly<Record<string, number>> = JSON.parse(out);
  return results;
}

/** What reached the server, and how its connections ended. */
async function told(place: Site): Promise<Readonly<Record<"heard" | "ends", Readonly<Record<string, number>>>>> {
  const [answer = ""] = Object.keys(await said(place, ["attacker", "192.0.2.1"], "TELL"));
  return JSON.parse(answer.replace("ended ", ""));
}

/** Sockets of the host but listeners, in all states, TIME-WAIT too. */
function sockets({ laboratory }: Site): string {
  const lines = laboratory.must("host", "ss", "-tanH").trim().split("\n");
  return lines.filter((line) => !line.startsWith("LISTEN")).join("\n");
}

/** RSTs that the host's own stack has sent. */
function resets({ laboratory }: Site): number {
  const [names = "", values = ""] = laboratory.must("host", "grep", "^Tcp:", "/proc/net/snmp").trim().split("\n");
  return Number(values.split(" ")[names.split(" ").indexOf("OutRsts")]);
}

/** Where the nonsense is lost on the way (a queue was full), its client asks again and hears the end alone: seldom, and nothing else happens. */
function endedWithNonsense(heard: Readonly<Record<string, number>>, each: number): void {
  const { [`ended ${NONSENSE}`]: whole = 0, ended = 0, ...others } = heard;
  assert.deepEqual(others, {});
  assert.equal(whole + ended, each);
  assert.ok(ended <= each * 0.01, `${ended} of ${each} heard the end alone`);
}

function counts(status: Line, ...names: readonly string[]): readonly unknown[] {
  const all: Readonly<Record<string, number>> = JSON.parse(JSON.stringify(status["counts"]));
  return names.map((name) => all[name]);
}

for (const [hook, offload, each] of [
  ["tc", true, 2500],
  ["tc", false, 500],
  ["xdp", true, 500],
  ["xdp-generic", true, 100],
] as const)
  test(`${hook}, offload ${offload ? "on" : "off"}: ${each * 4} matched connections get nonsense and leave no socket`, LIVE, async () => {
    using place = await site(hook, { offload });
    const before = (await place.engine.ask("status"))["entries"];
    await Promise.all(WAYS.map(async (way) => endedWithNonsense(await said(place, way, "GET /evil HTTP/1.0\r\n\r\n", each), each)));
    assert.equal(sockets(place), "");
    assert.equal(resets(place), 0, "no client was sent an RST");
    const status = await place.engine.ask("status");
    assert.deepEqual(counts(status, "nonsense", "ended"), [each * 4, each * 4]);
    assert.ok(Number(counts(status, "lastWords")[0]) >= each * 4);
    assert.deepEqual(status["entries"], before);
    for (const way of WAYS) assert.deepEqual(await said(place, way, "hello"), { "heard served real": 1 });
    assert.deepEqual(await told(place), { heard: { hello: 4 }, ends: { ECONNRESET: each * 4, end: 4 } });
  });

test("curl is content with the nonsense; a long request, split over many segments, is answered as a whole", LIVE, async () => {
  using place = await site("tc");
  for (const [machine, address] of WAYS) {
    const host = address.includes(":") ? `[${address}]` : address;
    const curl = (...words: readonly string[]) =>
      place.laboratory.must(machine, "curl", "-sS", "--max-time", "20", ...words, `http://${host}/evil`);
    assert.equal(curl(), "odd");
    // As a body of 200 kB goes on after the first segment, the end comes while it is being sent.
    const { status } = place.laboratory.run(
      machine,
      "sh",
      "-c",
      `head -c 200000 /dev/zero | curl -sS --max-time 20 --data-binary @- -X GET http://${host}/evil`,
    );
    assert.ok(status === 0 || status === 55 || status === 56, `curl: ${status}`);
  }
  assert.equal(sockets(place), "");
  assert.deepEqual((await told(place)).heard, {});
});

for (const hook of ["tc", "xdp"] as const)
  test(`${hook}: a connection is held with a closed window, or handed over; what is dropped stays so`, LIVE, async () => {
    using place = await site(hook);
    await Promise.all(
      WAYS.map(async (way) => {
        const [dropped, held] = await Promise.all([said(place, way, "DROP table", 1, 3000), said(place, way, "HOLD me", 1, 3000)]);
        assert.deepEqual([dropped, held], [{ open: 1 }, { open: 1 }]);
        assert.deepEqual(await said(place, way, "TURN"), { ended: 1 });
      }),
    );
    const status = await place.engine.ask("status");
    assert.deepEqual(counts(status, "held", "handedOver", "nonsense"), [4, 4, 0]);
    const [probes, dropped] = counts(status, "probes", "dropped").map(Number);
    assert.ok(probes !== undefined && probes >= 8, `${probes} knocks at closed windows`);
    assert.ok(dropped !== undefined && dropped >= 8, `${dropped}, sent again and again`);
    assert.deepEqual(status["entries"], { trusted: 0, hostile: 4, seen: 0 }, "who is handed over is suspect from then on");
    assert.deepEqual(await told(place).then(({ heard }) => heard), {});
    const matches = place.engine.events.map(({ match }) => JSON.stringify(match));
    for (const answer of ["drop", "tarpit", "handOver"])
      assert.ok(
        matches.some((match) => match?.includes(`"answer":"${answer}","isProved":true`)),
        `${answer}: ${matches}`,
      );
  });

test("with a real server a pattern observes until its source is suspect; who is known is matched, and nothing else", LIVE, async () => {
  using place = await site("tc");
  const [way] = WAYS;
  assert.ok(way !== undefined);
  const standings = async () => (await place.engine.ask("status"))["entries"];
  assert.deepEqual(await said(place, way, "SUSPECTS"), { "heard served real": 1 });
  await place.engine.ask("know", "192.0.2.2");
  assert.deepEqual(await standings(), { trusted: 0, hostile: 0, seen: 1 });
  assert.deepEqual(await said(place, way, "SUSPECTS"), { "heard served real": 1 });
  assert.deepEqual(await said(place, way, "GET /evil"), { [`ended ${NONSENSE}`]: 1 });
  await place.engine.ask("stand", "192.0.2.2");
  assert.deepEqual(await said(place, way, "SUSPECTS"), { [`ended ${NONSENSE}`]: 1 });
  await place.engine.ask("forgive", "192.0.2.2");
  assert.deepEqual(await said(place, way, "SUSPECTS"), { "heard served real": 1 });
  for (let tries = 0; tries < 200 && place.engine.events.length < 5; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  const answers = place.engine.events.map(({ match }) => JSON.parse(JSON.stringify(match ?? {})).answer);
  assert.deepEqual(answers, ["observe", "observe", "reply", "reply", "observe"]);
  assert.deepEqual(counts(await place.engine.ask("status"), "observed"), [3]);
});

test("where a connection has no socket before its client speaks, a match is told again once its source is proved", LIVE, async () => {
  using place = await site("tc", { deferred: true });
  const [way] = WAYS;
  assert.ok(way !== undefined);
  assert.deepEqual(await said(place, way, "SUSPECTS"), { "heard served real": 1 });
  const proofs = () => place.engine.events.map(({ match }) => JSON.parse(JSON.stringify(match ?? {})));
  for (let tries = 0; tries < 200 && proofs().length < 2; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  const observed = { pattern: proofs()[0].pattern, answer: "observe" };
  assert.deepEqual(proofs(), [
    { ...observed, isProved: false },
    { ...observed, isProved: true },
  ]);
  const long = `GET /evil HTTP/1.0\r\nCookie: ${"x".repeat(200)}\r\n\r\n`;
  const since = process.hrtime.bigint();
  const { [`ended ${NONSENSE}`]: answered = 0, ended = 0 } = await said(place, way, long, 500);
  const seconds = Number((process.hrtime.bigint() - since) / 1_000_000_000n) + 2;
  assert.ok(answered >= 5 && answered <= 5 * seconds, `${answered} in ${seconds} seconds: so many a second to one that is not proved`);
  assert.equal(answered + ended, 500);
  assert.equal(sockets(place), "");
});

test("a suspect that was handed over is left to the decoy, whatever it says", LIVE, async () => {
  using place = await site("tc");
  const decoy = await server(place.laboratory, "0", "decoy");
  assert.deepEqual(await place.engine.ask("handover", "80", ...decoy.split(" ")), { done: true });
  for (const [way, source] of [
    [WAYS[0], "192.0.2.2"],
    [WAYS[1], "2001:db8:1::/64"],
  ] as const) {
    assert.ok(way !== undefined);
    assert.deepEqual(await said(place, way, "TURN"), { ended: 1 });
    assert.deepEqual(await said(place, way, "GET /evil"), { "heard served decoy": 1 });
    await place.engine.ask("forgive", source);
    assert.deepEqual(await said(place, way, "GET /evil"), { [`ended ${NONSENSE}`]: 1 });
    assert.deepEqual(await said(place, way, "hello"), { "heard served real": 1 });
  }
});
