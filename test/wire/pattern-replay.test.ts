import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { buildPacket } from "../../src/patterns/testing/build-packet.ts";
import type { EngineSettings } from "../../src/steward/engine/engine-settings.ts";
import { type EngineProcess, ip, type Line } from "../engine/laboratory.ts";
import { needs } from "../rig/needs.ts";
import { FramePort } from "./frame-port.ts";
import { hostOfVectors } from "./host-of-vectors.ts";
import { protocolOf, reacknowledge, transportAt } from "./readdress.ts";
import { compiled, isInConnection, opening, patternSet, payloadOf, type Replayed, replayed, wireAddress, yardstick } from "./replayed.ts";

/**
 * Every packet of the shipped patterns' vectors and of ordinary programs, sent over a cable to a host with the engine: it must recognise what
 * the patterns' yardstick says, and nothing else. Each packet has a source of its own, so that what the engine tells can be told apart, and TCP
 * payloads come in connections that were opened by a handshake: with the engine, and with real services that get every byte.
 */
const LIVE = needs("root", "libbpf.so.1", "ip", "python3");

const SETTINGS: EngineSettings = {
  interfaces: [{ name: "lab0", hook: "tc" }],
  // Behind every unused port something answers, so that segments can belong to a connection.
  unused: [{ ports: [1, 65_535], answer: { kind: "banner", banner: Buffer.alloc(0), ending: "silence" } }],
  trusted: [],
  land: false,
};

const folder = mkdtempSync(join(tmpdir(), "utsusemi-wire-"));
after(() => rmSync(folder, { recursive: true, force: true }));

async function until(isDone: () => boolean, what: () => string): Promise<void> {
  for (let tries = 0; tries < 600 && !isDone(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(isDone(), what());
}

const receiver = (packet: Buffer) =>
  packet.subarray(transportAt(packet) - (packet[0] === 0x45 ? 4 : 16), transportAt(packet)).toString("hex");
const sender = ({ source }: Replayed) => wireAddress(source).toString("hex");

const SYN_ACK = 18;
const REAL_CLIENTS = "10.8.";

/** The acknowledgement with which a segment belongs to the connection that the engine opened, by the visitor's address. */
async function handshakes(port: FramePort, inside: readonly Replayed[]): Promise<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>();
  port.forget();
  for (const one of inside) port.send(opening(one));
  const collect = () => {
    const packets = port.packets();
    for (const packet of packets) {
      const tcp = transportAt(packet);
      if (protocolOf(packet) === 6 && packet[tcp + 13] === SYN_ACK) numbers.set(receiver(packet), packet.readUInt32BE(tcp + 4) + 1);
    }
    return numbers.size === inside.length;
  };
  await until(collect, () => `${numbers.size} of ${inside.length} SYN-ACKs`);
  return numbers;
}

async function replay(port: FramePort, all: readonly Replayed[]): Promise<void> {
  const acknowledgements = await handshakes(port, all.filter(isInConnection));
  for (const one of all) {
    const acknowledgement = acknowledgements.get(sender(one));
    port.send(isInConnection(one) && acknowledgement !== undefined ? reacknowledge(one.packet, acknowledgement) : one.packet);
  }
  await port.through("10.9.255.254", "192.0.2.10");
}

const SYN = 2;

/** The first pattern that the engine tells of each source, but by headers that the kernel draws: one SYN in 65,536 looks like ZMap's. */
function recognised(engine: EngineProcess): ReadonlyMap<unknown, string> {
  const isDrawn = ({ flags, from }: Line) => flags === SYN && `${from}`.startsWith(REAL_CLIENTS);
  const told = engine.events.filter((line) => line["event"] === "pattern" && !isDrawn(line)).reverse();
  return new Map(told.map(({ from, detail }) => [from, compiled.patterns[Number(detail) & 0xffff]?.id ?? `${detail}`]));
}

/** It reads what it saw a hundred times a second, and before it answers what is asked later. */
async function allTold(engine: EngineProcess): Promise<void> {
  await engine.ask("status");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await engine.ask("status");
}

/** All that must be recognised has been; then everything must be as wanted. */
async function compare(engine: EngineProcess, wanted: readonly Pick<Replayed, "source" | "wanted" | "said">[]): Promise<void> {
  const missing = () => {
    const found = recognised(engine);
    return wanted.filter(({ source, wanted: id }) => id !== undefined && !found.has(source));
  };
  await until(
    () => missing().length === 0,
    () =>
      `nothing told of\n${missing()
        .map(({ said, source, wanted: id }) => `${source} ${id}: ${said.slice(0, 200)}`)
        .join("\n")}`,
  );
  const found = recognised(engine);
  for (const { source, said, wanted: id } of wanted) assert.equal(found.get(source), id, `${source} ${said}`);
}

const all = replayed();

/** What a closed port says of a datagram: destination unreachable of IPv4, of IPv6. */
const isRefusal = (packet: Buffer) => [1, 58].includes(protocolOf(packet)) && [3, 1].includes(packet[transportAt(packet)] ?? 0);

/** Datagrams that are matched get what their pattern says: nothing, or nonsense that is not larger than they are; never the kernel's answer. */
function checkDatagrams(port: FramePort): void {
  const back = Map.groupBy(port.packets(), receiver);
  const matched = all.filter(({ packet, wanted }) => protocolOf(packet) === 17 && wanted !== undefined);
  for (const one of matched) {
    const pattern = patternSet.patterns.find(({ id }) => id === one.wanted);
    const reply = patternSet.replies.find(({ id }) => id === pattern?.reply);
    const answers = back.get(sender(one)) ?? [];
    if (pattern?.answer === "observe") continue;
    assert.deepEqual(answers.filter(isRefusal), [], one.said);
    const isFit = pattern?.answer === "reply" && reply !== undefined && reply.bytes.length <= payloadOf(one.packet).length;
    assert.deepEqual(
      answers.filter((packet) => protocolOf(packet) === 17).map(payloadOf),
      isFit ? [Buffer.from(reply.bytes)] : [],
      one.said,
    );
  }
  assert.ok(matched.length > 50, `${matched.length}`);
  assert.ok(port.packets().some(isRefusal), "the kernel's answer to others");
}

for (const hook of ["tc", "xdp"] as const)
  test(`${hook}: over the wire, each pattern recognises its packets, and nothing else is recognised`, LIVE, async () => {
    using laboratory = hostOfVectors();
    const port = await FramePort.open(laboratory, ["attacker", "host"], "lab0");
    if (hook === "xdp") laboratory.readyForXdp();
    const engine = await laboratory.engine({ ...SETTINGS, interfaces: [{ name: "lab0", hook }] });
    assert.deepEqual(await engine.ask("match"), { done: true });
    await replay(port, all);
    await allTold(engine);
    await compare(engine, all);
    const told = new Set(recognised(engine).values());
    const left = patternSet.patterns.filter(({ id, directions }) => directions.includes("in") && !told.has(id)).map(({ id }) => id);
    assert.ok(left.filter((id) => !id.startsWith("land.")).length < 5, `never the first to recognise anything: ${left.join()}`);
    checkDatagrams(port);
  });

/** Echoes at each of the ports. */
const ECHOES = `
  import { createServer } from "node:net";
  const ports = process.argv[1].split(",").map(Number);
  let left = ports.length;
  for (const port of ports)
    createServer((s) => s.on("error", () => s.destroy()).pipe(s)).listen(port, "::", () => { left -= 1; if (left === 0) console.log("ready"); });`;

/** Says each payload in a connection from its own address, and tells how many came back whole. */
const SAYS = `
  import { readFileSync } from "node:fs";
  import { connect } from "node:net";
  const lost = [];
  const say = ({ source, host, port, payload }) => new Promise((resolve) => {
    const sent = Buffer.from(payload, "hex");
    let back = Buffer.alloc(0);
    const done = () => { if (!back.equals(sent)) lost.push(source + " " + port); s.destroy(); resolve(); };
    const s = connect({ host, port, localAddress: source, timeout: 20000 }, () => s.write(sent));
    s.on("data", (bytes) => { back = Buffer.concat([back, bytes]); if (back.length >= sent.length) done(); }).on("error", done).on("timeout", done);
  });
  const cases = JSON.parse(readFileSync(process.argv[1], "utf8"));
  while (cases.length > 0) await Promise.all(cases.splice(0, 32).map(say));
  console.log(JSON.stringify(lost));`;

const HOSTS = { ipv4: "192.0.2.10", ipv6: "2001:db8::a" };

/** The same payload as a real client's first words to a real service. */
function spoken({ family, packet, said }: Replayed, index: number) {
  const source = family === "ipv4" ? `10.8.${index >> 8}.${index & 255}` : `2001:db8:8:${(index + 1).toString(16)}::8`;
  const payload = payloadOf(packet);
  const port = packet.readUInt16BE(transportAt(packet) + 2);
  const segment = buildPacket({
    protocol: "tcp",
    family,
    toPort: port,
    payload,
    options: [{ kind: "nop" }, { kind: "nop" }, { kind: "ts", value: 1, echo: 1 }],
  });
  return { said, source, port, host: HOSTS[family], payload: payload.toString("hex"), wanted: yardstick(segment, "first") };
}

test("what real clients say to real services is recognised just so, and arrives", LIVE, async () => {
  using laboratory = hostOfVectors();
  const cases = all.filter(({ flow, packet }) => flow === "first" && payloadOf(packet).length <= 1400).map(spoken);
  const attackers = laboratory.name("attacker");
  laboratory.must("attacker", "sysctl", "-qw", "net.ipv6.ip_nonlocal_bind=1");
  for (const [network, hop] of [
    ["10.8.0.0/16", "192.0.2.2"],
    ["2001:db8:8::/48", "2001:db8:1::2"],
  ] as const) {
    ip("-n", attackers, "route", "add", "local", network, "dev", "lo");
    ip("-n", laboratory.name("host"), "route", "add", network, "via", hop);
  }
  ip("-n", attackers, "route", "add", "192.0.2.10", "dev", "lab0");
  ip("-n", attackers, "route", "add", "2001:db8::a", "dev", "lab0");
  await laboratory.start("host", ECHOES, [...new Set(cases.map(({ port }) => port))].join());
  const engine = await laboratory.engine(SETTINGS);
  assert.deepEqual(await engine.ask("match"), { done: true });
  writeFileSync(join(folder, "cases"), JSON.stringify(cases));
  const { out, err } = await laboratory.client("attacker", process.execPath, "--input-type=module", "-e", SAYS, join(folder, "cases"));
  assert.deepEqual(JSON.parse(out), [], err);
  await allTold(engine);
  await compare(engine, cases);
  assert.ok(cases.filter(({ wanted }) => wanted !== undefined).length > 300);
});
