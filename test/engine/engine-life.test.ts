import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { presentCalls } from "../../src/steward/engine/bpf-object.ts";
import type { EngineSettings } from "../../src/steward/engine/engine-settings.ts";
import { findProgram } from "../../src/steward/engine/kernel-objects.ts";
import { needs } from "../rig/needs.ts";
import { ip, Laboratory, type Line, type Machine } from "./laboratory.ts";
import { OBJECT, tcpFrame } from "./program-run.ts";

/** The engine's coming and going: what it refuses, what is left of it, and that it fails open. */
const LIVE = needs("root", "libbpf.so.1", "ip", "nft", "busybox");
const PROCESS = join(import.meta.dirname, "engine-process.ts");

const SETTINGS: EngineSettings = {
  interfaces: [
    { name: "lab0", hook: "tc" },
    { name: "lab1", hook: "tc" },
  ],
  unused: [{ ports: [1, 1023], answer: { kind: "tarpit" } }],
  trusted: [],
  land: true,
};
const XDP: EngineSettings = { ...SETTINGS, interfaces: [{ name: "lab0", hook: "xdp" }] };

/** Whether a connection is taken: `taken`, or the error. */
const CONNECTS = `
  import { connect } from "node:net";
  const tell = (what) => { console.log(what); process.exit(0); };
  connect({ host: process.argv[1], port: Number(process.argv[2]), timeout: 3000 }, () => tell("taken"))
    .on("error", (error) => tell(error.code)).on("timeout", () => tell("silence"));`;

function connects(laboratory: Laboratory, machine: Machine, ...to: readonly [address: string, port: string]): string {
  return laboratory.must(machine, process.execPath, "--input-type=module", "-e", CONNECTS, ...to).trim();
}

/** Everything at the host's interfaces that has to do with programs. */
function traces(laboratory: Laboratory) {
  const printed = ["lab0", "lab1"].flatMap((name) => [
    laboratory.must("host", "tc", "qdisc", "show", "dev", name),
    laboratory.must("host", "tc", "filter", "show", "dev", name, "ingress"),
    laboratory.must("host", "tc", "filter", "show", "dev", name, "egress"),
  ]);
  return [...printed, laboratory.must("host", "ip", "-j", "-d", "link", "show").replace(/"(stats64|rx|tx)":\{.*?\}/g, "")];
}

function programIds(laboratory: Laboratory): readonly number[] {
  const found = traces(laboratory).flatMap((text) => [...text.matchAll(/ id (\d+) |"prog":\{"id":(\d+)/g)]);
  return [...new Set(found.map(([, one, other]) => Number(one ?? other)))];
}

/** The kernel gives programs back a moment after the last who held them. */
async function gone(ids: readonly number[]): Promise<void> {
  for (let tries = 0; tries < 200 && ids.some((id) => findProgram(presentCalls(), id) !== undefined); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const id of ids) assert.equal(findProgram(presentCalls(), id), undefined);
}

test("after down nothing is left, neither at tc nor at XDP", LIVE, async () => {
  using laboratory = new Laboratory();
  const before = traces(laboratory);
  for (const settings of [SETTINGS, XDP, { ...XDP, interfaces: [{ name: "lab0", hook: "xdp-generic" }] } satisfies EngineSettings]) {
    const engine = await laboratory.engine(settings);
    const ids = programIds(laboratory);
    const wanted = settings === SETTINGS ? ["utsu_in", "utsu_out"] : ["utsu_after", "utsu_out", "utsu_xdp"];
    assert.deepEqual(ids.map((id) => findProgram(presentCalls(), id)?.name).toSorted(), wanted);
    assert.deepEqual(await engine.ask("down"), { down: true });
    assert.deepEqual(traces(laboratory), before);
    await gone(ids);
  }
});

test("kill -9: within five seconds everything passes; the next engine takes the rest away", LIVE, async () => {
  using laboratory = new Laboratory();
  const before = traces(laboratory);
  const engine = await laboratory.engine(SETTINGS);
  const ids = programIds(laboratory);
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "taken");
  await engine.kill();
  const since = process.hrtime.bigint();
  while (connects(laboratory, "attacker", "192.0.2.1", "9") !== "ECONNREFUSED")
    assert.ok(process.hrtime.bigint() - since < 60_000_000_000n, "still answered");
  assert.equal(findProgram(presentCalls(), ids[0] ?? 0)?.isAlive, false);
  const next = await laboratory.engine(SETTINGS);
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "taken");
  await next.kill();
  const removed = laboratory.must("host", process.execPath, PROCESS, JSON.stringify(SETTINGS), "remove");
  assert.deepEqual(JSON.parse(removed), { removed: ["lab0", "lab1"] });
  assert.deepEqual(traces(laboratory), before);
  await gone(ids);
  const xdp = await laboratory.engine(XDP);
  const nameOf = (id: number) => findProgram(presentCalls(), id)?.name;
  const [below = 0] = programIds(laboratory).filter((id) => nameOf(id) === "utsu_xdp");
  await xdp.kill();
  await gone([below]);
  assert.deepEqual(
    programIds(laboratory).map(nameOf).toSorted(),
    ["utsu_after", "utsu_out"],
    "XDP goes with its process, what is at tc passes everything",
  );
  laboratory.must("host", process.execPath, PROCESS, JSON.stringify(SETTINGS), "remove");
  assert.deepEqual(traces(laboratory), before);
});

/** Classic BPF of somebody else: at destination port 999 drop, else go on. */
function foreignFilter(laboratory: Laboratory, point: "ingress" | "egress"): void {
  const code = "4,40 0 0 36,21 0 1 999,6 0 0 2,6 0 0 4294967295";
  laboratory.must("host", "tc", "filter", "add", "dev", "lab0", point, "prio", "7", "bpf", "da", "bytecode", code);
}

test("filters and queues of others stay as they are", LIVE, async () => {
  using laboratory = new Laboratory();
  laboratory.must("host", "tc", "qdisc", "add", "dev", "lab0", "clsact");
  foreignFilter(laboratory, "ingress");
  laboratory.must("host", "tc", "qdisc", "add", "dev", "lab1", "ingress");
  const before = traces(laboratory);
  const engine = await laboratory.engine(SETTINGS);
  const old = laboratory.must("host", "tc", "filter", "show", "dev", "lab1", "ingress");
  assert.deepEqual([/utsu_in/.test(old), /utsu_out/.test(old)], [true, false], "the older queue has one direction");
  assert.match(JSON.stringify((await engine.ask("status"))["leaving"]), /"interface":"lab1","state":"absent","why":"its older queue/);
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "taken");
  assert.equal(connects(laboratory, "third", "198.51.100.1", "9"), "taken");
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "999"), "silence", "a filter of another comes first");
  await engine.ask("down");
  assert.deepEqual(traces(laboratory), before);
  const own = await laboratory.engine({ ...SETTINGS, interfaces: [{ name: "lab0", hook: "tc" }] });
  await own.ask("down");
  assert.deepEqual(traces(laboratory), before);
});

test("a filter that another added to our queue keeps the queue", LIVE, async () => {
  using laboratory = new Laboratory();
  const engine = await laboratory.engine(SETTINGS);
  foreignFilter(laboratory, "egress");
  await engine.ask("down");
  assert.match(laboratory.must("host", "tc", "filter", "show", "dev", "lab0", "egress"), /pref 7 bpf/);
  assert.doesNotMatch(laboratory.must("host", "tc", "filter", "show", "dev", "lab0", "ingress"), /utsu/);
});

function refusal(laboratory: Laboratory, settings: EngineSettings, ...words: readonly string[]): Line {
  return JSON.parse(laboratory.must("host", process.execPath, PROCESS, JSON.stringify(settings), ...words));
}

test("what cannot be is said in a sentence, and nothing is left of it", LIVE, async () => {
  using laboratory = new Laboratory();
  const only = (name: string, hook: "tc" | "xdp" = "tc"): EngineSettings => ({ ...SETTINGS, interfaces: [{ name, hook }] });
  laboratory.must("host", "ip", "tuntap", "add", "tun5", "mode", "tun");
  laboratory.must("host", "ip", "link", "add", "bridge5", "type", "bridge");
  const before = traces(laboratory);
  const cases: readonly (readonly [EngineSettings, string, RegExp])[] = [
    [only("lo"), "interface-unusable", /never attached to lo/],
    [only("eth77"), "interface-unusable", /There is no interface eth77/],
    [only("tun5"), "interface-unusable", /tun5 is no Ethernet interface/],
    [only("bridge5", "xdp"), "interface-unusable", /driver of bridge5 has no native XDP. Use the hook tc/],
    [{ ...SETTINGS, interfaces: [] }, "interface-unusable", /no interface/],
    [{ ...SETTINGS, trusted: ["10.0.0.0/33"] }, "source-invalid", /10.0.0.0\/33 is no network/],
    [{ ...SETTINGS, unused: [{ ports: [0, 70_000], answer: { kind: "tarpit" } }] }, "config-value", /0-70000 are no ports/],
    [
      {
        ...SETTINGS,
        interfaces: [
          { name: "lab0", hook: "tc" },
          { name: "bridge5", hook: "xdp" },
        ],
      },
      "interface-unusable",
      /bridge5/,
    ],
  ];
  for (const [settings, code, sentence] of cases) {
    const told = refusal(laboratory, settings);
    assert.match(`${told["error"]}`, sentence);
    assert.equal(told["code"], code);
  }
  const nobody = refusal(laboratory, SETTINGS, "nobody");
  assert.deepEqual([nobody["code"], nobody["error"]], ["rights-missing", "Only root can start the wire engine."]);
  assert.deepEqual(traces(laboratory), before);
});

test("a second engine and a second XDP program are refused; the first goes on", LIVE, async () => {
  using laboratory = new Laboratory();
  await laboratory.engine(SETTINGS);
  const told = refusal(laboratory, SETTINGS);
  assert.match(`${told["error"]}`, /lab0 already has the wire engine \(program \d+\), and its steward lives/);
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "taken");
  ip("-n", laboratory.name("attacker"), "link", "set", "lab0", "xdpdrv", "obj", OBJECT, "sec", "xdp");
  ip("-n", laboratory.name("host"), "link", "set", "lab0", "xdpdrv", "obj", OBJECT, "sec", "xdp");
  const xdp = refusal(laboratory, XDP);
  assert.match(`${xdp["error"]}`, /lab0 already has/);
});

test("an interface that vanishes takes its part along, and the rest goes on", LIVE, async () => {
  using laboratory = new Laboratory();
  const engine = await laboratory.engine(SETTINGS);
  ip("-n", laboratory.name("host"), "link", "delete", "lab1");
  const status = await engine.until(({ interfaces }) => JSON.stringify(interfaces).includes('"isGone":true'));
  assert.deepEqual(status["interfaces"], [
    { name: "lab0", hook: "tc", isGone: false },
    { name: "lab1", hook: "tc", isGone: true },
  ]);
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "taken");
  assert.deepEqual(await engine.ask("down"), { down: true });
});

test("addresses, trust and forwarded ports are followed as they change", LIVE, async () => {
  using laboratory = new Laboratory();
  const engine = await laboratory.engine(SETTINGS);
  assert.equal((await engine.ask("status"))["answeringPorts"], 1023);
  laboratory.must(
    "host",
    "nft",
    "add table ip n; add chain ip n c { type nat hook prerouting priority -100; }; add rule ip n c tcp dport { 80, 90-99 } dnat to 10.9.9.9",
  );
  await engine.until(({ answeringPorts }) => answeringPorts === 1012);
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "taken");
  assert.notEqual(connects(laboratory, "attacker", "192.0.2.1", "80"), "taken");
  await engine.ask("trust", "192.0.2.2");
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "ECONNREFUSED");
  await engine.ask("distrust", "192.0.2.2");
  assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "taken");
  ip("-n", laboratory.name("host"), "address", "add", "192.0.2.111/24", "dev", "lab0");
  for (let tries = 0; tries < 40 && connects(laboratory, "attacker", "192.0.2.111", "9") !== "taken"; tries += 1);
  assert.equal(connects(laboratory, "attacker", "192.0.2.111", "9"), "taken");
});

function sendLand(laboratory: Laboratory, machine: Machine, address: string): void {
  const packet = tcpFrame([address, address], { fromPort: 9, toPort: 9 }).subarray(14).toString("hex");
  laboratory.must(machine, process.execPath, join(import.meta.dirname, "send-raw.ts"), packet);
}

/** How many echo requests reached the attacker. */
function echoes(laboratory: Laboratory): number {
  const [names = "", values = ""] = laboratory.must("attacker", "cat", "/proc/net/snmp").match(/^Icmp: .*$/gm) ?? [];
  return Number(values.split(" ")[names.split(" ").indexOf("InEchos")]);
}

for (const hook of ["tc", "xdp"] as const)
  test(`LAND on the wire, ${hook}: its sender sees a dead host, through a router nobody does`, LIVE, async () => {
    using laboratory = new Laboratory();
    if (hook === "xdp") laboratory.readyForXdp();
    const engine = await laboratory.engine({ ...SETTINGS, interfaces: SETTINGS.interfaces.map(({ name }) => ({ name, hook })) });
    assert.equal(connects(laboratory, "third", "198.51.100.1", "9"), "taken");
    sendLand(laboratory, "third", "198.51.100.1");
    await engine.until(({ counts }) => JSON.stringify(counts).includes('"land":1'));
    assert.equal(connects(laboratory, "third", "198.51.100.1", "9"), "taken");
    sendLand(laboratory, "attacker", "192.0.2.1");
    const { leaving } = await engine.until(({ counts }) => JSON.stringify(counts).includes('"land":2'));
    assert.match(JSON.stringify(leaving), /^\[\{"interface":"lab0","state":"present".*\{"interface":"lab1","state":"present"/);
    assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "silence");
    assert.equal(connects(laboratory, "attacker", "192.0.2.1", "2000"), "silence");
    laboratory.run("host", "busybox", "ping", "-c", "2", "-W", "1", "192.0.2.2");
    assert.equal(echoes(laboratory), 0, "what the host sends by itself does not arrive either");
    assert.equal(connects(laboratory, "third", "198.51.100.1", "9"), "taken");
    await engine.heard("land-dropped", "land-dead");
    await engine.kill();
    for (let tries = 0; tries < 20 && connects(laboratory, "attacker", "192.0.2.1", "9") === "silence"; tries += 1);
    assert.equal(connects(laboratory, "attacker", "192.0.2.1", "9"), "ECONNREFUSED", "fails open");
  });
