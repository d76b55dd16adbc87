import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { BENCH_HOOKS, EngineBench } from "../../bench/engine-bench.ts";
import { readPatterns } from "../../src/patterns/index.ts";
import { number32 } from "../../src/steward/engine/bpf-map.ts";
import { addressBytes, networkBytes, standingBytes } from "../../src/steward/engine/layout.ts";
import { type Between, ENGINE, type EngineRun, frame, HOST, HOST6, type Ran, tcpFrame, VISITOR, VISITOR6 } from "./program-run.ts";

/**
 * A flood of forged sources, no two the same: the engine's own programs get ten million packets by the kernel's test runs, at both hooks, in both
 * versions of IP, of every kind that costs the engine more than a look.
 */
const PACKETS = 10_000_000;
/** Of each kind of packet: none may take so long on a busy machine that the steward would seem dead. */
const CALLS = 16;
const TRUSTED = 5_000;
const HOSTILE = 20_000;

const PATTERNS = `family: x
about: X.
patterns:
  - {id: x.datagram, about: One., reference: none, falsePositives: none, weight: 5, protocol: udp, ports: [5000], payload: [{at: 0, text: HELLO}], answer: reply, reply: odd}
  - {id: x.segment, about: Two., reference: none, falsePositives: none, weight: 5, protocol: tcp, flow: [stray], ports: [5001], payload: [{text: HELLO}], answer: drop}
`;
const REPLIES = `replies: [{id: odd, about: Odd., text: "odd"}]\n`;

const HELLO = Buffer.from("HELLO there");
const datagram = Buffer.concat([Buffer.from("9c40138800130000", "hex"), HELLO]);

/** What is sent, and what becomes of the last one: by then each allowance is used up. */
const KINDS: Readonly<Record<string, readonly [made: (between: Between) => Buffer, last: Ran["verdict"]]>> = {
  "a SYN to the tarpit": [(between) => tcpFrame(between, { toPort: 9 }), "answer"],
  "a SYN to a banner": [(between) => tcpFrame(between, { toPort: 21 }), "answer"],
  "a SYN to a closed port": [(between) => tcpFrame(between, { toPort: 7 }), "pass"],
  "flags that no stack sends": [(between) => tcpFrame(between, { toPort: 9, flags: "FPU" }), "pass"],
  "a chance acknowledgement": [(between) => tcpFrame(between, { toPort: 9, flags: "A", acknowledgement: 77_777 }), "pass"],
  "a segment that a pattern matches": [(between) => tcpFrame(between, { toPort: 5001, flags: "PA", payload: HELLO }), "drop"],
  "a datagram that a pattern matches": [(between) => frame(between, { protocol: 17, payload: datagram }), "drop"],
};

const WAYS: readonly (readonly [Between, at: number])[] = [
  // The last four bytes of the source.
  [[VISITOR, HOST], 14 + 12],
  [[VISITOR6, HOST6], 14 + 20],
];

const MAPS = ["trusted", "hostile", "seen", "addresses", "carriers", "dead", "links", "hops", "flows", "allowances", "events", "roles"];

function entriesOf(run: EngineRun, name: string, keyBytes: number): ReadonlySet<string> {
  const keys = run.object.map(name).keys(keyBytes);
  return new Set(keys.map((key) => key.toString("hex")));
}

/** Bytes that the kernel counts for a map, of a preallocated one all that it ever takes (bpf(2), fdinfo). */
function memoryOf(run: EngineRun, name: string): number {
  return Number(/^memlock:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${run.object.map(name).fd}`, "latin1"))?.[1]);
}

/** Trusted networks and suspects, none of them in the flood's way: its sources are below 0.152.150.128, and ::152:150:128. */
function settle(run: EngineRun): void {
  for (let index = 0; index < TRUSTED; index += 1) {
    const network = index % 2 === 0 ? `100.64.${index >> 8}.${index & 255}` : `2001:db8:100::${index.toString(16)}`;
    assert.ok(run.object.map("trusted").set(networkBytes(network), number32(1)));
  }
  const until = process.hrtime.bigint() + 3_600_000_000_000n;
  for (let index = 0; index < HOSTILE; index += 1) {
    const address = index % 2 === 0 ? `100.80.${index >> 8}.${index & 255}` : `2001:db8:200::${index.toString(16)}`;
    assert.ok(run.object.map("hostile").set(addressBytes(address), standingBytes("hostile", until)));
  }
}

test("ten million forged sources push out no trusted and no hostile one, and take no memory", ENGINE, (t) => {
  using bench = new EngineBench({ 9: { kind: "tarpit" }, 21: { kind: "banner", banner: Buffer.from("220 odd\r\n"), ending: "silence" } });
  const { run } = bench;
  bench.match(
    readPatterns([
      { name: "x.yaml", text: PATTERNS },
      { name: "replies.yaml", text: REPLIES },
    ]),
  );
  settle(run);
  const state = () => ({
    trusted: entriesOf(run, "trusted", 20),
    hostile: entriesOf(run, "hostile", 16),
    seen: entriesOf(run, "seen", 16),
    memory: MAPS.map((name) => [name, memoryOf(run, name)]),
  });
  const before = state();
  assert.equal(before.trusted.size, TRUSTED);
  assert.equal(before.hostile.size, HOSTILE);
  for (const name of ["trusted", "hostile", "seen"]) assert.ok(memoryOf(run, name) > 0);
  const waves = BENCH_HOOKS.flatMap((hook) =>
    WAYS.flatMap(([between, at]) => Object.values(KINDS).map((kind) => ({ hook, between, at, kind }))),
  );
  const repeat = CALLS * Math.ceil(PACKETS / waves.length / CALLS);
  const startedMs = performance.now();
  for (const [wave, { hook, between, at, kind }] of waves.entries()) {
    const [made, wanted] = kind;
    for (let first = wave * repeat; first < (wave + 1) * repeat; first += repeat / CALLS)
      bench.withEngine(hook, { frame: made(between), repeat: repeat / CALLS, wanted, counting: { at, first } });
  }
  t.diagnostic(`${repeat * waves.length} packets in ${Math.round(performance.now() - startedMs)} ms`);
  assert.deepEqual(state(), before);
  const counts = (index: number) => Number(run.object.map("counts").sum(index));
  assert.equal(counts(0), repeat * 2 * WAYS.length * BENCH_HOOKS.length, "each SYN to an answering port was answered");
  // Still trusted, still hostile: not only in the maps.
  assert.equal(run.run("utsu_in", tcpFrame(["100.64.0.2", HOST], { toPort: 9 })).verdict, "pass");
  assert.equal(run.run("utsu_in", tcpFrame(["100.64.0.3", HOST], { toPort: 9 })).verdict, "answer");
});

test("a flood of forged hardware addresses makes no router that is in use a stranger, to whom this host could be dead", ENGINE, () => {
  using bench = new EngineBench({});
  const { run } = bench;
  run.object.map("links").set(networkBytes("192.0.2.0/24"), number32(1));
  const router = Buffer.from("02000000aa77", "hex");
  const routed = tcpFrame([VISITOR, HOST], { toPort: 7 }, router);
  for (let wave = 0; wave < 200; wave += 1) {
    assert.equal(run.run("utsu_in", routed).verdict, "pass");
    // The last four bytes of the sender's hardware address.
    const counting = { at: 8, first: (wave + 1) * 1000 };
    bench.withEngine("tc", { frame: tcpFrame([VISITOR, HOST], { toPort: 7 }), repeat: 1000, wanted: "pass", counting });
  }
  assert.equal(run.run("utsu_in", tcpFrame([HOST, HOST], { fromPort: 9, toPort: 9 }, router)).verdict, "drop");
  assert.equal(run.run("utsu_in", routed).verdict, "pass", "still alive to whoever is behind that router");
  for (const [name, most] of [
    ["carriers", 8192],
    ["dead", 4096],
  ] as const)
    assert.ok(entriesOf(run, name, 8).size <= most);
});
