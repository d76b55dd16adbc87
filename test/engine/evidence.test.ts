import assert from "node:assert/strict";
import test from "node:test";
import { number32, RingBuffer } from "../../src/steward/engine/bpf-map.ts";
import { type EngineEvent, macBytes, networkBytes, parseEvent } from "../../src/steward/engine/layout.ts";
import {
  type Between,
  cookie,
  ENGINE,
  EngineRun,
  frame,
  HOOKS,
  HOST,
  HOST6,
  PLAIN_SEGMENT,
  SENDER_MAC,
  tcpFrame,
  VISITOR,
  VISITOR6,
} from "./program-run.ts";

/** Events that the programs told while `act` ran. */
function eventsOf(run: EngineRun, act: () => void): readonly EngineEvent[] {
  const found: EngineEvent[] = [];
  using ring = new RingBuffer(run.object.calls, run.object.map("events"), (record) => {
    const event = parseEvent(record);
    if (event !== undefined) found.push(event);
  });
  run.beat();
  act();
  ring.consume();
  return found;
}

const WAYS: readonly Between[] = [
  [VISITOR, HOST],
  [VISITOR6, HOST6],
];
const MAC = "02:00:00:00:aa:01";
const mac = macBytes(MAC) ?? SENDER_MAC;

test("a scan is told with its source, ports and hardware address; the kernel answers what has no answer of ours", ENGINE, () => {
  for (const hook of HOOKS)
    for (const between of WAYS) {
      using run = new EngineRun({ 9: { kind: "tarpit" } });
      const events = eventsOf(run, () => {
        assert.equal(run.run(hook, tcpFrame(between, { toPort: 7, fromPort: 1234 })).verdict, "pass");
        assert.equal(run.run(hook, tcpFrame(between, { toPort: 9, fromPort: 1235 })).verdict, "answer");
      });
      const told = events.map(({ kind, from, to, fromPort, toPort, protocol, flags }) => [
        kind,
        from,
        to,
        fromPort,
        toPort,
        protocol,
        flags,
      ]);
      assert.deepEqual(told, [
        ["unused-port", ...between, 1234, 7, 6, 2],
        ["unused-port", ...between, 1235, 9, 6, 2],
      ]);
      assert.equal(events[0]?.mac, "02:00:00:00:aa:01");
      const ago = process.hrtime.bigint() - (events[0]?.at ?? 0n);
      assert.ok(ago >= 0n && ago < 60_000_000_000n, `${ago}`);
    }
});

test(
  "a segment that fits our number proves its source's address, and RST with an acknowledgement does; a bare RST does not",
  ENGINE,
  () => {
    for (const hook of HOOKS)
      for (const between of WAYS) {
        using run = new EngineRun({ 9: { kind: "tarpit" }, 21: { kind: "banner", banner: Buffer.from("hello"), ending: "silence" } });
        const events = eventsOf(run, () => {
          for (const toPort of [9, 21]) {
            const ours = cookie(between, PLAIN_SEGMENT.fromPort, toPort) ^ PLAIN_SEGMENT.sequence;
            const [sequence, acknowledgement] = [PLAIN_SEGMENT.sequence + 1, (ours + 1) >>> 0];
            for (const flags of ["A", "RA", "R"]) run.run(hook, tcpFrame(between, { toPort, flags, sequence, acknowledgement }));
            run.run(hook, tcpFrame(between, { toPort, flags: "A", sequence, acknowledgement: (ours + 0x2000_0000) >>> 0 }));
          }
        });
        assert.deepEqual(
          events.map(({ kind, toPort, flags, detail }) => [kind, toPort, flags, detail]),
          [
            ["proof", 9, 16, 1],
            ["proof", 9, 20, 1],
            ["proof", 21, 16, 2],
            ["proof", 21, 20, 2],
          ],
        );
      }
  },
);

test("flags that no stack sends are told and pass; those of every day are not", ENGINE, () => {
  using run = new EngineRun();
  const odd = ["", "F", "FPU", "U", "P", "SF", "SR", "FSRPAUEC"];
  const usual = ["A", "PA", "FA", "FPA", "R", "RA", "SA", "SEC", "SAE", "UA"];
  for (const hook of HOOKS) {
    const events = eventsOf(run, () => {
      for (const flags of [...odd, ...usual]) assert.equal(run.run(hook, tcpFrame([VISITOR, HOST], { flags })).verdict, "pass");
    });
    assert.equal(events.filter(({ kind }) => kind === "odd-flags").length, odd.length);
    assert.ok(events.every(({ kind, flags }) => kind === "odd-flags" || flags === 0xc2));
  }
});

test("a flood tells no more than its allowance, counts the rest, and hides no proof", ENGINE, () => {
  using run = new EngineRun({ 9: { kind: "tarpit" } });
  const between: Between = [VISITOR, HOST];
  const ours = cookie(between, PLAIN_SEGMENT.fromPort, 9) ^ PLAIN_SEGMENT.sequence;
  const events = eventsOf(run, () => {
    run.run("utsu_xdp", tcpFrame(between, { toPort: 7 }), 5000);
    run.run("utsu_xdp", tcpFrame(between, { flags: "A", sequence: PLAIN_SEGMENT.sequence + 1, acknowledgement: (ours + 1) >>> 0 }));
  });
  const forged = events.filter(({ kind }) => kind === "unused-port").length;
  // 64 for each second that the run takes.
  assert.ok(forged >= 64 && forged <= 1280, `${forged}`);
  assert.ok(events.some(({ kind }) => kind === "proof"));
  assert.ok(run.object.map("counts").sum(6) >= BigInt(5000 - forged));
});

const DEAD_FRAME = (between: Between) => tcpFrame(between, { toPort: 7 });

function land(run: EngineRun, address: string) {
  return eventsOf(run, () => {
    for (const hook of HOOKS) assert.equal(run.run(hook, tcpFrame([address, address], { fromPort: 9, toPort: 9 })).verdict, "drop");
  })
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith("land"));
}

test("LAND: the host is dead to its sender, on both ways, and to nobody else", ENGINE, () => {
  for (const address of [HOST, HOST6]) {
    using run = new EngineRun({ 9: { kind: "tarpit" } });
    assert.deepEqual(land(run, address), ["land-dead", "land-dead"].slice(0, 1), "the second is dropped as any packet of a dead sender");
    for (const hook of HOOKS) {
      assert.equal(run.run(hook, DEAD_FRAME([VISITOR, HOST])).verdict, "drop");
      assert.equal(run.run(hook, frame([VISITOR, HOST], { protocol: 1, payload: Buffer.from("0800f7ff00000000", "hex") })).verdict, "drop");
      const other = tcpFrame([VISITOR, HOST], { toPort: 7 }, Buffer.from("02000000aa02", "hex"));
      assert.equal(run.run(hook, other).verdict, "pass");
    }
    const towards = Buffer.from(DEAD_FRAME([HOST, VISITOR]));
    towards.set(SENDER_MAC, 0);
    assert.equal(run.run("utsu_out", towards).verdict, "drop");
    towards.writeUInt8(0x77, 5);
    assert.equal(run.run("utsu_out", towards).verdict, "pass");
    run.beat(3000);
    assert.equal(run.run("utsu_xdp", DEAD_FRAME([VISITOR, HOST])).verdict, "pass", "fails open");
  }
});

test("LAND through a router, from a next hop, or beside a trusted source costs nobody anything", ENGINE, () => {
  const ways: Readonly<Record<string, (run: EngineRun) => void>> = {
    "carries another network": (run) => run.run("utsu_in", DEAD_FRAME(["203.0.113.9", HOST])),
    "carries UDP of another network": (run) =>
      run.run("utsu_in", frame([VISITOR6, HOST6], { protocol: 17, payload: Buffer.from("0007000900080000", "hex") })),
    "is a next hop": (run) => run.object.map("hops").set(mac, number32(1)),
    "carries a trusted source": (run) => {
      run.object.map("links").set(networkBytes("192.0.2.0/24"), number32(1));
      run.object.map("trusted").set(networkBytes("192.0.2.8"), number32(1));
      run.run("utsu_xdp", DEAD_FRAME(["192.0.2.8", HOST]));
    },
  };
  for (const [name, act] of Object.entries(ways)) {
    using run = new EngineRun();
    act(run);
    assert.deepEqual(land(run, HOST), ["land-dropped", "land-dropped"], name);
    for (const hook of HOOKS) assert.equal(run.run(hook, DEAD_FRAME([VISITOR, HOST])).verdict, "pass", name);
  }
});

test("LAND of a neighbour that only ever spoke for itself is answered by death; switched off it is only dropped", ENGINE, () => {
  using run = new EngineRun();
  run.object.map("links").set(networkBytes("192.0.2.0/24"), number32(1));
  run.run("utsu_in", DEAD_FRAME(["192.0.2.77", HOST]));
  assert.deepEqual(land(run, HOST), ["land-dead"]);
  using off = new EngineRun({}, { land: false, scans: true });
  assert.deepEqual(land(off, HOST), ["land-dropped", "land-dropped"]);
});
