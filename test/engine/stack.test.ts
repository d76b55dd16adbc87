import assert from "node:assert/strict";
import test from "node:test";
import koffi from "koffi";
import { number32, number64 } from "../../src/steward/engine/bpf-map.ts";
import { addressBytes, networkBytes, standingBytes } from "../../src/steward/engine/layout.ts";
import { optionOrder, type StackSettings, towardSuspectsBytes } from "../../src/steward/engine/stack.ts";
import { parseIpv4 } from "../../src/wire/packets/ipv4.ts";
import type { TcpOption, TcpSegment } from "../../src/wire/packets/tcp.ts";
import { type Between, ENGINE, EngineRun, frame, HOST, HOST6, tcpFrame, tcpOf } from "./program-run.ts";

/** What suspects see of the stack, packet by packet: the program for what leaves, run by the kernel on packets that are made here. */
const [SUSPECT, SUSPECT6] = ["198.51.100.66", "2001:db8:66::66"];
const [STRANGER, STRANGER6] = ["198.51.100.77", "2001:db8:66::77"];
const [BOTH, BOTH6] = ["198.51.100.88", "2001:db8:66::88"];
const FAR = 1n << 62n;
const WINDOWS: StackSettings = { ttl: 128, ipId: "zero", options: "mss,nop,wscale,sack,timestamps" };

/** An engine that holds `SUSPECT` for one, and `BOTH` too, whom it trusts. */
function stackRun(stack: StackSettings, isLate = false): EngineRun {
  const run = new EngineRun();
  run.object.map("toward_suspects").set(number32(0), towardSuspectsBytes(stack, isLate));
  for (const address of [SUSPECT, SUSPECT6, BOTH, BOTH6])
    run.object.map("hostile").set(addressBytes(address), standingBytes("suspect", FAR));
  for (const address of [BOTH, BOTH6]) run.object.map("trusted").set(networkBytes(address), number32(1));
  return run;
}

/** In Linux's order. */
const OPTIONS: readonly TcpOption[] = [
  { kind: "mss", value: 1460 },
  { kind: "sackOK" },
  { kind: "ts", value: 0x01020304, echo: 0xa0b0c0d0 },
  { kind: "nop" },
  { kind: "wscale", value: 7 },
];
const synAck = (between: Between, options = OPTIONS) => tcpFrame(between, { flags: "SA", options, sequence: 77, acknowledgement: 78 });
const names = ({ options }: TcpSegment) => options.map(({ kind }) => kind).join();
const ttlOf = (bytes: Buffer) => bytes[bytes.readUInt16BE(12) === 0x0800 ? 22 : 21];
const idOf = (bytes: Buffer) => bytes.readUInt16BE(18);

test("a suspect's SYN-ACK has another order of options, time to live and identification; values, length and checksums hold", ENGINE, () => {
  using run = stackRun(WINDOWS);
  for (const between of [
    [HOST, SUSPECT],
    [HOST6, SUSPECT6],
  ] as const) {
    const { verdict, bytes } = run.run("utsu_out", synAck(between));
    const segment = tcpOf(bytes);
    assert.deepEqual([verdict, names(segment), ttlOf(bytes)], ["pass", "mss,nop,wscale,sackOK,ts", 128]);
    const byKind = (options: readonly TcpOption[]) => [...options].sort((one, other) => one.kind.localeCompare(other.kind));
    assert.deepEqual(byKind(segment.options), byKind(OPTIONS));
    assert.deepEqual({ ...segment, options: [] }, { ...tcpOf(synAck(between)), options: [] });
  }
  assert.equal(idOf(run.run("utsu_out", synAck([HOST, SUSPECT])).bytes), 0);
});

test("everybody else's packets are the same to the byte, and so are a suspect's where nothing is wanted", ENGINE, () => {
  const others: readonly Between[] = [
    [HOST, STRANGER],
    [HOST6, STRANGER6],
    [HOST, BOTH],
    [HOST6, BOTH6],
    // Forwarded: not from this host.
    [STRANGER, SUSPECT],
    [STRANGER6, SUSPECT6],
  ];
  using run = stackRun(WINDOWS);
  for (const between of others) assert.ok(run.run("utsu_out", synAck(between)).bytes.equals(synAck(between)), `${between}`);
  run.object.map("heartbeat").set(number32(0), number64(1n));
  run.beat(3000);
  assert.ok(run.run("utsu_out", synAck([HOST, SUSPECT])).bytes.equals(synAck([HOST, SUSPECT])), "nobody's heart beats");
  using idle = stackRun({});
  assert.ok(idle.run("utsu_out", synAck([HOST, SUSPECT])).bytes.equals(synAck([HOST, SUSPECT])));
});

test("only a SYN-ACK's options move: not those of other segments, nor where one is not known", ENGINE, () => {
  using run = stackRun({ options: WINDOWS.options });
  const stays = (segment: Partial<TcpSegment>) => {
    const sent = tcpFrame([HOST, SUSPECT], { options: OPTIONS, ...segment });
    assert.ok(run.run("utsu_out", sent).bytes.equals(sent), JSON.stringify(segment));
  };
  for (const flags of ["A", "S", "R", "RA", "FA", "PA", "SRA", "FSA"]) stays({ flags });
  stays({ flags: "A", payload: Buffer.alloc(1000, "x") });
  stays({ flags: "SA", options: [...OPTIONS.slice(0, 2), { kind: "other", number: 34, bytes: Buffer.alloc(8) }] });
  stays({ flags: "SA", options: [...OPTIONS.slice(0, 2), { kind: "other", number: 19, bytes: Buffer.alloc(16) }] });
  stays({ flags: "SA", options: [OPTIONS[0] ?? { kind: "nop" }, OPTIONS[0] ?? { kind: "nop" }] });
  stays({ flags: "SA", options: [] });
});

test("any order and any options: what was there is there, and the checksum fits, also of broken ones", ENGINE, () => {
  let state = 7;
  const below = (most: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1;
    return (state >>> 8) % most;
  };
  const kinds = ["mss", "nop", "wscale", "sack", "timestamps"];
  const shuffled = (list: readonly string[]) => [...list].sort(() => below(3) - 1);
  using run = stackRun(WINDOWS);
  for (let round = 0; round < 300; round += 1) {
    const order = shuffled([...kinds, "nop", "nop"])
      .slice(0, 1 + below(7))
      .join();
    run.object.map("toward_suspects").set(number32(0), towardSuspectsBytes({ options: order }, false));
    const sent = synAck([HOST, SUSPECT], [...OPTIONS].sort(() => below(3) - 1).slice(0, below(6)));
    const before = tcpOf(sent);
    if (round % 3 === 0 && before.options.length > 0) sent[54 + below(sent.length - 54)] = below(256);
    const { bytes } = run.run("utsu_out", sent);
    if (bytes.equals(sent)) continue;
    assert.equal(bytes.length, sent.length);
    const sorted = (segment: Buffer) =>
      [...segment.subarray(54)]
        .filter((byte) => byte > 1)
        .sort()
        .join();
    if (round % 3 !== 0) assert.equal(sorted(bytes), sorted(sent));
    assert.equal(sumOf(bytes), sumOf(sent), `${round}: the checksum is as right or wrong as it was`);
  }
});

/** Of the TCP segment with its checksum, one's complement: a permutation that is made up for does not change it. */
function sumOf(bytes: Buffer): number {
  const segment = bytes.subarray(34);
  let sum = 0;
  for (let at = 0; at < segment.length; at += 2) sum += at + 1 < segment.length ? segment.readUInt16BE(at) : (segment[at] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

test("identifications: zero only where nobody must fragment, counted, or by chance; fragments keep theirs", ENGINE, () => {
  const plain = tcpFrame([HOST, SUSPECT], { flags: "A", payload: Buffer.alloc(900) });
  using run = stackRun({ ipId: "zero" });
  assert.equal(idOf(run.run("utsu_out", plain).bytes), 0);
  const large = withFragment(plain, 0);
  assert.equal(idOf(run.run("utsu_out", large).bytes), 7, "large, and may be fragmented");
  for (const fragment of [0x2000, 0x0001, 0x2123])
    assert.ok(run.run("utsu_out", withFragment(plain, fragment)).bytes.equals(withFragment(plain, fragment)));
  run.object.map("toward_suspects").set(number32(0), towardSuspectsBytes({ ipId: "sequential" }, false));
  const counted = [1, 2, 3].map(() => idOf(run.run("utsu_out", plain).bytes));
  assert.deepEqual(counted, [1, 2, 3]);
  run.object.map("toward_suspects").set(number32(0), towardSuspectsBytes({ ipId: "random" }, false));
  const drawn = new Set(Array.from({ length: 20 }, () => idOf(run.run("utsu_out", plain).bytes)));
  assert.ok(drawn.size > 15, `${[...drawn]}`);
  for (const bytes of [run.run("utsu_out", plain).bytes, run.run("utsu_out", large).bytes])
    assert.equal(parseIpv4(bytes.subarray(14)).status, "done");
});

/** The same with other flags and offset, and its header's checksum. */
function withFragment(bytes: Buffer, fragment: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(fragment, 20);
  copy.writeUInt16BE(0, 24);
  let sum = 0;
  for (let at = 14; at < 34; at += 2) sum += copy.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  copy.writeUInt16BE(~sum & 0xffff, 24);
  return copy;
}

test("few hops are meant so, and what holds a link together keeps its hop limit", ENGINE, () => {
  using run = stackRun({ ttl: 200 });
  const few = tcpFrame([HOST6, SUSPECT6], { flags: "A" });
  few[21] = 3;
  assert.ok(run.run("utsu_out", few).bytes.equals(few));
  const icmp = (type: number) => frame([HOST6, SUSPECT6], { protocol: 58, payload: Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]) });
  for (const type of [130, 133, 134, 135, 136, 137, 143]) assert.ok(run.run("utsu_out", icmp(type)).bytes.equals(icmp(type)), `${type}`);
  for (const type of [1, 3, 129]) assert.equal(ttlOf(run.run("utsu_out", icmp(type)).bytes), 200);
});

/** What the program planned for a packet: how late, in milliseconds, which is exact where it was planned already; undefined: nothing. */
function departure(run: EngineRun, bytes: Uint8Array, plannedMs?: number): number | "dropped" | undefined {
  const [into, out, before, after] = [Buffer.from(bytes), Buffer.alloc(4096), Buffer.alloc(192), Buffer.alloc(192)];
  if (plannedMs !== undefined) before.writeBigUInt64LE(process.hrtime.bigint() + BigInt(Math.round(plannedMs * 1e6)), 152);
  const options = Buffer.alloc(80);
  options.writeBigUInt64LE(80n, 0);
  for (const [index, buffer] of [into, out].entries()) {
    options.writeBigUInt64LE(koffi.address(buffer), 8 + 8 * index);
    options.writeUInt32LE(buffer.length, 24 + 4 * index);
  }
  for (const [index, buffer] of [before, after].entries()) {
    options.writeBigUInt64LE(koffi.address(buffer), 32 + 8 * index);
    options.writeUInt32LE(buffer.length, 48 + 4 * index);
  }
  options.writeInt32LE(1, 60);
  run.beat();
  const since = process.hrtime.bigint();
  assert.equal(run.object.calls.testRun(run.object.program("utsu_out"), options), 0);
  if (options.readUInt32LE(56) === 2) return "dropped";
  const at = after.readBigUInt64LE(152);
  const planned = before.readBigUInt64LE(152);
  if (at === planned) return undefined;
  if (planned !== 0n) return Number(at - planned) / 1e6;
  // As seen from either end of the run, whichever is nearer to what is wanted: how long that took is no matter.
  const [most, least] = [Number(at - since) / 1e6, Number(at - process.hrtime.bigint()) / 1e6];
  return Math.max(least, Math.min(most, DELAY_MS));
}

const DELAY_MS = 500;

/** `struct delay`: nanoseconds 8 · since 8 · most 4 · used 4 */
function delayOf(delayMs: number, most: number): Buffer {
  return Buffer.concat([number64(BigInt(delayMs) * 1_000_000n), number64(0n), number32(most), number32(0)]);
}

test("a suspect's packets depart later, in order, never before what was planned; nobody else's do", ENGINE, () => {
  using run = stackRun({}, true);
  run.object.map("delays").set(number32(1), delayOf(DELAY_MS, 1000));
  for (const between of [
    [HOST, SUSPECT],
    [HOST6, SUSPECT6],
  ] as const) {
    assert.equal(departure(run, synAck(between)), DELAY_MS);
    assert.equal(departure(run, synAck(between), 9000), DELAY_MS, "behind what was planned");
    assert.equal(departure(run, synAck(between), 60_000), undefined, "planned by another clock");
  }
  for (const between of [
    [HOST, STRANGER],
    [HOST6, STRANGER6],
    [HOST, BOTH],
    [STRANGER, SUSPECT],
  ] as const)
    assert.equal(departure(run, synAck(between)), undefined);
  assert.equal(departure(run, frame([HOST6, SUSPECT6], { protocol: 58, payload: Buffer.from([136, 0, 0, 0, 0, 0, 0, 0]) })), undefined);
  run.object.map("delays").delete(number32(1));
  assert.equal(departure(run, synAck([HOST, SUSPECT])), undefined, "an interface without such a queue");
});

test("what waits cannot fill the queue: the rest of a suspect's packets is dropped, others pass", ENGINE, () => {
  using run = stackRun({}, true);
  run.object.map("delays").set(number32(1), delayOf(60_000, 5));
  const seen = Array.from({ length: 8 }, () => departure(run, synAck([HOST, SUSPECT])));
  assert.deepEqual(
    seen.map((one) => typeof one),
    ["number", "number", "number", "number", "number", "string", "string", "string"],
  );
  assert.equal(departure(run, synAck([HOST, STRANGER])), undefined);
});

test("an order of options that is none is refused in a sentence", () => {
  assert.deepEqual(optionOrder("mss, nop,wscale"), [2, 1, 3]);
  for (const text of ["", "mss,mss", "mss,window", "constructor", Array(17).fill("nop").join()])
    assert.throws(() => optionOrder(text), /is no order of TCP options/);
  assert.throws(() => towardSuspectsBytes({ ttl: 256 }, false), /256 is no time to live/);
});
