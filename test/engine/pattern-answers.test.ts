import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import test from "node:test";
import { compilePatterns, META, readPatterns, type Tables } from "../../src/patterns/index.ts";
import { number32, number64, RingBuffer } from "../../src/steward/engine/bpf-map.ts";
import { addressBytes, networkBytes, parseEvent, standingBytes, type UnusedAnswer } from "../../src/steward/engine/layout.ts";
import { PatternMaps } from "../../src/steward/engine/pattern-maps.ts";
import { internetChecksum } from "../../src/wire/packets/internet-checksum.ts";
import { type Between, ENGINE, EngineRun, frame, HOOKS, HOST, HOST6, type Hook, tcpFrame, VISITOR, VISITOR6 } from "./program-run.ts";

/** What a match costs, and whom it does not. */
const REPLIES = `replies:
  - {id: odd, about: Odd., text: "odd"}
  - {id: long, about: Long., text: "longer than what it answers"}
`;
const pattern = (id: string, lines: string) =>
  `  - {id: x.${id}, about: One., reference: none, falsePositives: none, weight: 5, ${lines}}\n`;
const PATTERNS = `family: x
about: X.
patterns:
${pattern("syn", "protocol: tcp, header: {flags: S, window: 4242}, answer: drop")}
${pattern("tcp", 'protocol: tcp, flow: [first], ports: [7001-7003], payload: [{at: 0, text: "EVIL"}], answer: drop, onListener: drop')}
${pattern("odd", 'protocol: tcp, flow: [first], ports: [7001-7003], payload: [{at: 0, text: "WEIRD"}], answer: reply, onListener: reply, reply: odd')}
${pattern("udp", 'protocol: udp, ports: [5000], payload: [{at: 0, text: "HELLO"}], answer: reply, reply: odd')}
${pattern("udp-long", 'protocol: udp, ports: [5001], payload: [{at: 0, text: "HELLO"}], answer: reply, reply: long')}
${pattern("udp-always", 'protocol: udp, ports: [5002], payload: [{at: 0, text: "HELLO"}], answer: drop, onListener: drop')}
${pattern("ping", 'protocol: icmp, header: {icmpType: 8}, payload: [{at: 0, text: "PING"}], answer: reply, onListener: reply, reply: odd')}
${pattern("ping6", 'protocol: icmpv6, header: {icmpType: 128}, payload: [{at: 0, text: "PING"}], answer: reply, onListener: reply, reply: odd')}
`.replaceAll("\n\n", "\n");

const tables = (patterns = PATTERNS): Tables =>
  compilePatterns(
    readPatterns([
      { name: "x.yaml", text: patterns },
      { name: "replies.yaml", text: REPLIES },
    ]),
  ).tables;

function started(ports: Readonly<Record<number, UnusedAnswer>> = {}): EngineRun {
  const run = new EngineRun(ports);
  new PatternMaps(run.object).load(tables());
  return run;
}

const WAYS: readonly (readonly [Hook, Between])[] = HOOKS.flatMap((hook) => [
  [hook, [VISITOR, HOST]] as const,
  [hook, [VISITOR6, HOST6]] as const,
]);

function datagram(between: Between, toPort: number, text: string): Buffer {
  const payload = Buffer.alloc(8 + text.length);
  payload.writeUInt16BE(4000, 0);
  payload.writeUInt16BE(toPort, 2);
  payload.writeUInt16BE(payload.length, 4);
  payload.write(text, 8, "latin1");
  return frame(between, { protocol: 17, payload });
}

/** What an answer carries behind the eight bytes of its header, whose checksum must be right. */
function answered(bytes: Buffer, protocol: number): string {
  const isIpv4 = bytes.readUInt16BE(12) === 0x0800;
  const [from, to, inner] = isIpv4
    ? [bytes.subarray(26, 30), bytes.subarray(30, 34), bytes.subarray(34)]
    : [bytes.subarray(22, 38), bytes.subarray(38, 54), bytes.subarray(54)];
  const size = isIpv4 ? bytes.readUInt16BE(16) - 20 : bytes.readUInt16BE(18);
  assert.equal(inner.length, size, "the frame's size");
  if (isIpv4) assert.equal(internetChecksum(bytes.subarray(14, 34)), 0);
  const pseudo = Buffer.concat([from, to, Buffer.from([0, protocol, size >> 8, size & 255])]);
  assert.equal(internetChecksum(...(protocol === 1 ? [] : [pseudo]), inner), 0, "the checksum");
  return inner.subarray(8).toString("latin1");
}

test("a datagram that matches is answered with nonsense, never larger than itself", ENGINE, () => {
  for (const [hook, between] of WAYS) {
    using run = started();
    const ran = run.run(hook, datagram(between, 5000, "HELLO there, this is more than enough"));
    assert.equal(ran.verdict, "answer");
    assert.equal(answered(ran.bytes, 17), "odd");
    const transport = between[0] === VISITOR ? 34 : 54;
    assert.deepEqual([ran.bytes.readUInt16BE(transport), ran.bytes.readUInt16BE(transport + 2)], [5000, 4000]);
    assert.equal(run.run(hook, datagram(between, 5001, "HELLO")).verdict, "drop", "the reply would be larger");
    assert.equal(run.run(hook, datagram(between, 5001, "HELLO, and as long as it takes")).verdict, "answer");
    assert.equal(run.run(hook, datagram(between, 5000, "HELL")).verdict, "pass");
  }
});

test("an echo that matches is answered with nonsense of the same number", ENGINE, () => {
  for (const [hook, between] of WAYS) {
    using run = started();
    const isIpv4 = between[0] === VISITOR;
    const payload = Buffer.concat([Buffer.from([isIpv4 ? 8 : 128, 0, 0, 0, 0x12, 0x34, 0, 9]), Buffer.from("PING of death")]);
    const ran = run.run(hook, frame(between, { protocol: isIpv4 ? 1 : 58, payload }));
    assert.equal(ran.verdict, "answer");
    assert.equal(answered(ran.bytes, isIpv4 ? 1 : 58), "odd");
    const head = ran.bytes.subarray(isIpv4 ? 34 : 54);
    assert.deepEqual([head[0], head.readUInt32BE(4)], [isIpv4 ? 0 : 129, 0x1234_0009]);
  }
});

test("replies are limited for each source and in all", ENGINE, () => {
  using run = started();
  const asks = (between: Between) => run.run("utsu_xdp", datagram(between, 5000, "HELLO")).verdict;
  const since = process.hrtime.bigint();
  const one = Array.from({ length: 100 }, () => asks([VISITOR, HOST])).filter((verdict) => verdict === "answer").length;
  // A slow machine sees new seconds begin.
  const seconds = Number((process.hrtime.bigint() - since) / 1_000_000_000n) + 2;
  assert.ok(one >= 5 && one <= 5 * seconds, `${one} in ${seconds} seconds`);
  const all = number32(16_384 + 4096 + 2);
  const refused = Array.from({ length: 20 }, (_, source) => {
    run.object.map("allowances").set(all, Buffer.concat([number64(process.hrtime.bigint() - 20_000_000n), number32(1000), number32(0)]));
    return asks([`10.1.2.${source}`, HOST]);
  });
  assert.ok(refused.includes("drop"), "a thousand were answered in this second");
  run.object.map("allowances").set(all, Buffer.alloc(16));
  assert.equal(asks(["10.1.3.1", HOST]), "answer");
});

test("where something listens a match only observes, unless its source is suspect by proof or the pattern says so", ENGINE, async () => {
  using run = started();
  const socket = createSocket("udp6").bind({ port: 5000, address: "::" });
  const other = createSocket("udp6").bind({ port: 5002, address: "::" });
  await Promise.all([once(socket, "listening"), once(other, "listening")]);
  for (const [hook, between] of WAYS) {
    run.beat();
    const packet = datagram(between, 5000, "HELLO");
    assert.equal(run.run(hook, packet).verdict, "pass");
    assert.equal(run.run(hook, datagram(between, 5002, "HELLO")).verdict, "drop");
    const later = process.hrtime.bigint() + 60_000_000_000n;
    run.object.map("hostile").set(addressBytes(between[0]), standingBytes("suspect", later));
    assert.equal(run.run(hook, packet).verdict, "answer");
    run.object.map("hostile").set(addressBytes(between[0]), standingBytes("suspect", 1n));
    assert.equal(run.run(hook, packet).verdict, "pass", "its time is over");
  }
  socket.close();
  other.close();
});

test("a SYN that matches is dropped at a closed port, answered by the port's own answer, and left alone at a service", ENGINE, async () => {
  using run = started({ 9: { kind: "tarpit" } });
  const server = createServer().listen({ port: 7010, host: "::" });
  await once(server, "listening");
  for (const [hook, between] of WAYS) {
    run.beat();
    const syn = (toPort: number) => run.run(hook, tcpFrame(between, { toPort, window: 4242 })).verdict;
    assert.deepEqual([syn(7), syn(9), syn(7010)], ["drop", "answer", "pass"]);
    assert.equal(run.run(hook, tcpFrame(between, { toPort: 7, window: 4243 })).verdict, "pass");
  }
  await new Promise((resolve) => server.close(resolve));
});

test("a trusted source and a packet for another host are never matched", ENGINE, () => {
  using run = started();
  run.object.map("trusted").set(networkBytes("198.51.100.0/24"), number32(1));
  for (const hook of HOOKS) {
    assert.equal(run.run(hook, datagram([VISITOR, HOST], 5000, "HELLO")).verdict, "pass");
    assert.equal(run.run(hook, datagram(["203.0.113.5", "192.0.2.200"], 5000, "HELLO")).verdict, "pass");
    assert.equal(run.run(hook, datagram(["203.0.113.5", HOST], 5000, "HELLO")).verdict, "answer");
  }
});

test("a new set takes the old one's place at once; one that does not fit changes nothing", ENGINE, () => {
  using run = new EngineRun();
  const maps = new PatternMaps(run.object);
  const verdict = () => {
    run.beat();
    return run.run("utsu_in", datagram([VISITOR, HOST], 5002, "HELLO")).verdict;
  };
  assert.equal(verdict(), "pass", "none yet");
  for (let round = 0; round < 4; round += 1) {
    maps.load(tables());
    assert.equal(verdict(), "drop");
    maps.load(tables(PATTERNS.replaceAll("5002", "5009")));
    assert.equal(verdict(), "pass");
  }
  maps.load(tables());
  const meta = Uint32Array.from(tables().meta);
  meta[META.version] = 99;
  assert.throws(() => maps.load({ ...tables(), meta }), { code: "patterns-invalid" });
  assert.throws(() => maps.load({ ...tables(), transitions: new Uint16Array((1 << 21) + 1) }), { code: "patterns-invalid" });
  assert.throws(() => maps.load({ ...tables(), rules: new Uint8Array(1 << 20) }), { code: "patterns-invalid" });
  assert.equal(verdict(), "drop");
});

test(
  "only the first segments of a connection are searched, and those of none never; what was dropped is a first one again",
  ENGINE,
  async () => {
    using run = started();
    assert.equal(spawnSync("ip", ["link", "set", "lo", "up"]).status, 0, "in the network of this process alone");
    await using server = createServer((socket) => socket.resume()).listen({ port: 7001, host: "127.0.0.1" });
    await once(server, "listening");
    const visitor = connect({ port: 7001, host: "127.0.0.1" });
    using _ = { [Symbol.dispose]: () => visitor.destroy() };
    await once(visitor, "connect");
    run.object.map("addresses").set(addressBytes("127.0.0.1"), number32(1));
    const said = (fromPort: number, text: string) =>
      tcpFrame(["127.0.0.1", "127.0.0.1"], { fromPort, toPort: 7001, flags: "PA", payload: Buffer.from(text) });
    const hears = (text: string, hook: Hook | "utsu_after") => run.run(hook, said(visitor.localPort ?? 0, text)).verdict;
    const opening = tcpFrame(["127.0.0.1", "127.0.0.1"], { fromPort: visitor.localPort ?? 0, toPort: 7001 });
    for (const hook of ["utsu_in", "utsu_after"] as const) {
      run.run(hook, opening);
      const said6 = (text: string) => Array.from({ length: 6 }, () => hears(text, hook));
      assert.deepEqual(said6("EVIL"), Array(6).fill("drop"), "sent again and again");
      assert.deepEqual(said6("good"), Array(6).fill("pass"));
      assert.equal(hears("EVIL", hook), "pass", "behind the first four");
      assert.equal(run.run(hook, said(1, "EVIL")).verdict, "pass", "of no connection");
      run.run(hook, opening);
      assert.equal(hears("EVIL", "utsu_xdp"), "pass", "XDP leaves connections to the program behind it");
    }
  },
);

test(
  "what a suspect says to a service outside of any connection gets a closed window, of which it is told with its own time",
  ENGINE,
  async () => {
    using run = started();
    await using server = createServer().listen({ port: 7001, host: "::" });
    await once(server, "listening");
    const text = { toPort: 7001, flags: "PA", sequence: 100, acknowledgement: 0xffff_ffff, payload: Buffer.from("what I had to say") };
    const options = [{ kind: "nop" }, { kind: "nop" }, { kind: "ts", value: 70, echo: 0xf000_0001 }] as const;
    for (const program of ["utsu_in", "utsu_after"] as const)
      for (const between of [WAYS[0]?.[1], WAYS[1]?.[1]]) {
        assert.ok(between !== undefined);
        const says = (segment: object) => run.talk(program, between, { ...text, ...segment });
        assert.equal(says({}).verdict, "pass", "no suspect");
        run.object.map("hostile").set(addressBytes(between[0]), standingBytes("suspect", process.hrtime.bigint() + 60_000_000_000n));
        const { answer } = says({});
        assert.deepEqual([answer?.flags, answer?.window, answer?.sequence, answer?.acknowledgement], ["A", 0, 0xffff_ffff, 100]);
        assert.deepEqual([answer?.fromPort, answer?.toPort, answer?.options, answer?.payload.length], [7001, 40_000, [], 0]);
        assert.deepEqual(says({ options }).answer?.options, [options[0], options[1], { kind: "ts", value: 0xf000_0001, echo: 70 }]);
        for (const other of [
          { payload: Buffer.alloc(0) },
          { payload: Buffer.alloc(0), flags: "FA" },
          { flags: "RA" },
          { toPort: 7002 },
          { toPort: 9000 },
        ])
          assert.equal(says(other).verdict, "pass", JSON.stringify(other));
        run.object.map("trusted").set(networkBytes(between[0]), number32(1));
        assert.equal(says({}).verdict, "pass", "trusted");
        run.object.map("trusted").delete(networkBytes(between[0]));
        run.object.map("hostile").delete(addressBytes(between[0]));
      }
  },
);

test("in somebody's name, without both sides' numbers: no connection ends, nobody is suspect, nothing is proved", ENGINE, async () => {
  using run = started();
  assert.equal(spawnSync("ip", ["link", "set", "lo", "up"]).status, 0, "in the network of this process alone");
  await using server = createServer((socket) => socket.pipe(socket)).listen({ port: 7001, host: "::" });
  await once(server, "listening");
  const proved: boolean[] = [];
  using ring = new RingBuffer(run.object.calls, run.object.map("events"), (record) => {
    const event = parseEvent(record);
    if (event?.match !== undefined) proved.push(event.match.isProved);
  });
  for (const address of ["127.0.0.1", "::1"]) {
    const visitor = connect({ port: 7001, host: address });
    using _ = { [Symbol.dispose]: () => visitor.destroy() };
    await once(visitor, "connect");
    run.object.map("addresses").set(addressBytes(address), number32(1));
    for (let tries = 0; tries < 40; tries += 1) {
      const numbers = { sequence: (tries * 0x0654_3217) >>> 0, acknowledgement: (tries * 0x0fed_cba9) >>> 0 };
      const ports = { fromPort: visitor.localPort ?? 0, toPort: 7001 };
      const forged = tcpFrame([address, address], { ...ports, ...numbers, flags: "PA", payload: Buffer.from("WEIRD") });
      const { verdict, bytes } = run.run("utsu_in", forged);
      assert.ok(verdict === "drop" || (verdict === "pass" && bytes.equals(forged)), `${verdict} ${bytes.toString("hex")}`);
    }
    visitor.write("still here");
    assert.equal(`${(await once(visitor, "data"))[0]}`, "still here");
  }
  ring.consume();
  assert.ok(proved.length >= 8 && !proved.includes(true), `${proved.length} told`);
  assert.deepEqual(run.object.map("hostile").keys(16), []);
});

test("of IPv6 a whole network is a source, whatever stood for one of its addresses", ENGINE, async () => {
  using run = started();
  const socket = createSocket("udp6").bind({ port: 5000, address: "::" });
  await once(socket, "listening");
  const verdict = () => run.run("utsu_in", datagram([VISITOR6, HOST6], 5000, "HELLO")).verdict;
  const stand = (source: Buffer, until: bigint) => run.object.map("hostile").set(source, standingBytes("suspect", until));
  const network = Buffer.concat([addressBytes(VISITOR6).subarray(0, 8), Buffer.alloc(8)]);
  stand(network, process.hrtime.bigint() + 60_000_000_000n);
  assert.equal(verdict(), "answer");
  stand(addressBytes(VISITOR6), 1n);
  assert.equal(verdict(), "answer", "the address alone stood once");
  stand(network, 1n);
  assert.equal(verdict(), "pass");
  socket.close();
});
