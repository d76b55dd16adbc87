import assert from "node:assert/strict";
import test from "node:test";
import { Laboratory } from "../engine/laboratory.ts";
import { needs } from "../rig/needs.ts";
import { FramePort } from "./frame-port.ts";
import { hostOfVectors } from "./host-of-vectors.ts";
import { assertGone, hostTraces } from "./host-traces.ts";
import { mutants } from "./mutants.ts";
import { protocolOf, transportAt } from "./readdress.ts";
import { isInConnection, patternSet, type Replayed, replayed, wireAddress, yardstick } from "./replayed.ts";
import { assertSameAnswers, replayTo } from "./same-answers.ts";
import { StewardHost } from "./steward-host.ts";

/** What a wire disguise must never do to a host, its owner and its users; through the command, as an operator has it. */
const LIVE = needs("root", "libbpf.so.1", "ip", "nft", "bpftool", "nsenter", "python3", "curl");

/** Takes connections at each of the ports. */
const LISTENERS = `
  import { createServer } from "node:net";
  const ports = process.argv.slice(1);
  let left = ports.length;
  for (const port of ports)
    createServer((s) => s.on("error", () => s.destroy()).pipe(s)).listen(port, "::", () => { left -= 1; if (left === 0) console.log("ready"); });`;

const BOTH = [{ name: "lab0" }, { name: "lab1" }];
const ALL = {
  interfaces: BOTH,
  unused: { tarpit: ["1-1023"], responders: ["dionaea"] },
  trusted: ["203.0.113.3"],
  delayMs: 40,
  stack: { ttl: 128, ipId: "zero", options: "mss,nop,wscale,nop,nop,timestamps" },
  handOver: [{ port: 2200, address: "203.0.113.2" }],
};

/** The kernel is done with the link-local addresses that it gives by itself. */
async function settled(laboratory: Laboratory): Promise<void> {
  const isTentative = () => laboratory.must("host", "ip", "address", "show").includes("tentative");
  for (let tries = 0; tries < 200 && isTentative(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
}

test("after down nothing is left, neither of a steward that lives nor of one that was killed", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  laboratory.must("host", "sysctl", "-qw", "net.ipv4.ip_forward=1");
  laboratory.readyForXdp();
  await settled(laboratory);
  const before = await hostTraces(host, ["lab0", "lab1"]);
  await host.start();
  await host.up(ALL);
  const up = await hostTraces(host, ["lab0", "lab1"]);
  assert.notDeepEqual(up, before);
  const held = host.held();
  assert.ok(held.prog.length > 0 && held.map.length > 0);
  // Other settings: what was there goes, and comes otherwise.
  await host.up({ ...ALL, interfaces: [{ name: "lab0", hook: "xdp" }, { name: "lab1" }] });
  const other = host.held();
  await host.down();
  assert.deepEqual(await hostTraces(host, ["lab0", "lab1"]), before);
  for (const objects of [held, other]) await assertGone(objects);
  await host.up(ALL);
  const last = host.held();
  await host.kill();
  const { removed, wasUp } = await host.down();
  assert.equal(wasUp, true, `${removed}`);
  assert.deepEqual(await hostTraces(host, ["lab0", "lab1"]), before);
  await assertGone(last);
  assert.equal((await host.down())["wasUp"], false);
});

/** Ports of real services. */
const LISTENED = [22, 80, 443];

/** The pattern that decides over a packet that belongs to no connection, and that costs it something. */
function costly({ packet, flow }: Replayed): string | undefined {
  const id = yardstick(packet, isInConnection({ packet, flow }) ? "stray" : flow);
  const pattern = patternSet.patterns.find((one) => one.id === id);
  // To a ping the kernel itself listens.
  const isReal = protocolOf(packet) === 6 ? LISTENED.includes(packet.readUInt16BE(transportAt(packet) + 2)) : protocolOf(packet) !== 17;
  return (isReal ? pattern?.onListener : pattern?.answer) === "observe" ? undefined : id;
}

/** What a datagram is answered with in the place of an answer, at most as much as was asked with; undefined: nothing. */
function nonsenseFor(one: Replayed): string | undefined {
  const pattern = patternSet.patterns.find(({ id }) => id === costly(one));
  if (protocolOf(one.packet) !== 17 || pattern?.answer !== "reply") return undefined;
  const bytes = patternSet.replies.find(({ id }) => id === pattern.reply)?.bytes ?? assert.fail();
  return Buffer.from(bytes)
    .subarray(0, one.packet.length - transportAt(one.packet) - 8)
    .toString("hex");
}

/** Whether a pattern could decide over it, wherever it belongs. */
const isMatched = ({ packet }: Replayed) => (["stray", "new"] as const).some((flow) => yardstick(packet, flow) !== undefined);

test("who is trusted gets every answer as without the engine; who is not, all but those to what patterns match", LIVE, async () => {
  using laboratory = hostOfVectors();
  using host = new StewardHost(laboratory);
  await laboratory.start("host", LISTENERS, ...LISTENED.map(String));
  const port = await FramePort.open(laboratory, ["attacker", "host"], "lab0");
  await host.start();
  const vectors = replayed();
  const wild = mutants(vectors, 3000);
  const all = [...vectors, ...wild];
  const before = await replayTo(port, all);
  assert.ok(before.size > 1500, `${before.size} of ${all.length} are answered without the engine`);
  await host.up({ interfaces: BOTH, unused: { tarpit: ["1-65535"] }, trusted: ["10.9.0.0/16", "2001:db8:9::/48"] });
  assertSameAnswers(await replayTo(port, all), before, all);
  const counts = (await host.status()).engine?.counts;
  assert.deepEqual(new Set(Object.values(counts ?? {})), new Set([0]), JSON.stringify(counts));
  await host.up({ interfaces: BOTH });
  // Every other one is known: that helps nobody with what matches.
  const known = all
    .filter((_, index) => index % 2 === 0)
    .map(({ source }) => ({ network: source, state: "known", forMs: 600_000 }) as const);
  for (let at = 0; at < known.length; at += 500) await host.ask("wire.stand", { standings: known.slice(at, at + 500) });
  const now = await replayTo(port, all);
  const dropped = vectors.filter((one) => costly(one) !== undefined);
  const spared = vectors.filter((one) => !dropped.includes(one));
  assertSameAnswers(now, before, [...spared, ...wild.filter((one) => !isMatched(one))]);
  for (const one of dropped) {
    const said = now.get(wireAddress(one.source).toString("hex"));
    const nonsense = nonsenseFor(one);
    if (nonsense === undefined) assert.equal(said, undefined, `${one.source} ${one.said}`);
    else assert.ok(said?.length === 1 && said[0]?.endsWith(nonsense), `${one.source} ${one.said} ${said}`);
  }
  assert.ok(dropped.length > 50, `${dropped.length}`);
});
