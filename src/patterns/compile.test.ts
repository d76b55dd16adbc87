import assert from "node:assert/strict";
import test from "node:test";
import {
  compilePatterns,
  Interpreter,
  LIMITS,
  loadPatterns,
  META,
  matchPatterns,
  type PatternSet,
  readPacket,
  readPatterns,
  SIZE,
} from "./index.ts";
import { buildPacket } from "./testing/build-packet.ts";
import { Lot } from "./testing/lot.ts";
import { manyPatterns } from "./testing/many-patterns.ts";
import { loadBenign, loadVectors, type Vector } from "./testing/vectors.ts";

/** The tables say exactly what the patterns say, for packets of all kinds; and they stay within the kernel's limits. */
type Sent = Pick<Vector, "bytes" | "circumstances" | "said">;

const shipped = loadPatterns();
const benign = loadBenign();
const vectors = loadVectors(shipped.patterns).matching;

class Compared {
  readonly #compiled;
  readonly #interpreter: Interpreter;

  constructor(set: PatternSet) {
    this.#compiled = compilePatterns(set);
    this.#interpreter = new Interpreter(this.#compiled.tables);
  }

  get tables() {
    return this.#compiled.tables;
  }

  /** Ids that match, the same by the yardstick and by the tables. */
  match({ bytes, circumstances, said }: Sent): readonly string[] {
    const { patterns } = this.#compiled;
    const packet = readPacket(bytes, circumstances);
    const found = packet === undefined ? [] : this.#interpreter.patterns(packet).map((number) => patterns[number]?.id ?? "");
    assert.deepEqual(found, matchPatterns(patterns, bytes, circumstances), said);
    return found;
  }
}

const compared = new Compared(shipped);

test("no pattern recognises what ordinary programs send first", () => {
  assert.ok(benign.length >= 300, String(benign.length));
  for (const packet of benign) {
    assert.notEqual(readPacket(packet.bytes, packet.circumstances), undefined, packet.said);
    assert.deepEqual(compared.match(packet), [], packet.said);
  }
});

test("nor where it comes later in a conversation, unless it is the answer of another protocol", () => {
  for (const packet of benign.filter(({ circumstances }) => circumstances.flow === "first")) {
    assert.deepEqual(compared.match({ ...packet, circumstances: { direction: "in", flow: "later" } }), [], packet.said);
  }
});

test("random payloads on every port are recognised as nothing, and random headers as what the patterns say", () => {
  const lot = new Lot(7);
  for (let round = 0; round < 1500; round++) {
    const protocol = lot.one(["tcp", "udp"] as const);
    const bytes = buildPacket({ protocol, toPort: lot.below(65_536), flags: "PA", payload: lot.bytes(lot.below(300)), id: 7 });
    assert.deepEqual(
      compared
        .match({ bytes, circumstances: { direction: "in", flow: lot.one(["first", "later"] as const) }, said: String(round) })
        .filter(isSurprising),
      [],
    );
  }
  for (let round = 0; round < 1500; round++) compared.match(randomHeaders(lot));
});

/** What may be hit by lot, since it asks for the port alone. */
function isSurprising(id: string): boolean {
  return !["amplification.chargen", "amplification.qotd", "scan.ip.empty"].includes(id);
}

function randomHeaders(lot: Lot): Sent {
  const protocol = lot.one(["tcp", "udp", "icmp", "icmpv6", 132] as const);
  const family = protocol === "icmp" ? "ipv4" : protocol === "icmpv6" ? "ipv6" : lot.one(["ipv4", "ipv6"] as const);
  const letters = [..."FSRPAUEC"].filter(() => lot.below(3) === 0).join("");
  const bytes = buildPacket({
    ...{
      protocol,
      family,
      flags: letters,
      toPort: lot.below(100),
      fromPort: lot.below(100),
      window: lot.one([1, 3, 128, 256, 512, 1024, 31_337, 65_535]),
    },
    ...{
      id: lot.one([0, 54_321, 7]),
      ttl: lot.below(256),
      tos: lot.one([0, 4]),
      reserved: lot.one([0, 0, 8]),
      urgent: lot.one([0, 0xf7f5]),
    },
    ...{ icmpType: lot.below(20), icmpCode: lot.one([0, 9]), icmpSequence: lot.one([295, 296]), payload: lot.bytes(lot.below(3)) },
  });
  return {
    bytes,
    circumstances: { direction: lot.one(["in", "out"] as const), flow: lot.one(["new", "first", "later", "stray"] as const) },
    said: bytes.toString("hex"),
  };
}

test("packets that were recognised and are changed a little: the tables go on saying what the patterns say", () => {
  const lot = new Lot(11);
  for (let round = 0; round < 2000; round++) compared.match(changed(lot, lot.one(vectors)));
});

function changed(lot: Lot, { bytes, circumstances, said }: Sent): Sent {
  const copy = Buffer.from(bytes);
  for (let change = lot.below(3); change >= 0 && copy.length > 20; change--)
    copy.writeUInt8(lot.below(256), 20 + lot.below(copy.length - 20));
  const flow = lot.below(4) === 0 ? lot.one(["new", "first", "later", "stray"] as const) : circumstances.flow;
  return { bytes: copy, circumstances: { ...circumstances, flow }, said };
}

test("a thousand patterns fit, are found each, and cost a packet as little as few", () => {
  const many = manyPatterns(1000 - shipped.patterns.length, new Lot(23));
  const big = new Compared({ patterns: [...shipped.patterns, ...many.patterns], replies: shipped.replies });
  const { meta, transitions } = big.tables;
  assert.equal(meta[META.patterns], 1000);
  assert.ok((meta[META.states] ?? 0) <= LIMITS.states, String(meta[META.states]));
  assert.ok(transitions.length <= LIMITS.transitions, String(transitions.length));
  assert.ok((meta[META.forms] ?? 0) <= LIMITS.forms);
  const bytes = Object.values(big.tables).reduce((sum, table) => sum + table.byteLength, 0);
  assert.ok(bytes < 8 * 2 ** 20, `${bytes} bytes of tables`);
  for (const sent of many.packets) assert.ok(big.match(sent).includes(sent.pattern), sent.said);
  const lot = new Lot(29);
  for (let round = 0; round < 300; round++) big.match(changed(lot, lot.one(many.packets)));
});

test("every list and every condition list is within what the kernel's loops allow", () => {
  const { tables } = compared;
  const rules = new DataView(tables.rules.buffer, tables.rules.byteOffset);
  for (let rule = 0; rule < (tables.meta[META.rules] ?? 0); rule++)
    assert.ok(rules.getUint8(rule * SIZE.rule + 4) <= LIMITS.conditionsHere);
  const flags = new DataView(tables.flagLists.buffer, tables.flagLists.byteOffset);
  const lengths = Array.from({ length: 256 }, (_, index) => flags.getUint16(index * SIZE.span + 2, true));
  assert.ok(Math.max(...lengths) <= LIMITS.listHere);
  const [ack, pushAck] = [lengths[0x10] ?? 99, lengths[0x18] ?? 99];
  assert.ok(ack <= 4 && pushAck === 0, `segments of ordinary conversations are compared with ${ack} and ${pushAck} patterns`);
});

test("a port that has no patterns of its own costs a few hashes: no automaton, no list", () => {
  const { tables } = compared;
  const groups = new DataView(tables.groups.buffer, tables.groups.byteOffset);
  const at = (tables.portGroups[4444] ?? 0) * SIZE.group;
  const forms = groups.getUint32(at, true).toString(2).replaceAll("0", "").length;
  assert.ok(forms <= 4, `${forms} forms`);
  assert.deepEqual([groups.getUint16(at + 6, true), groups.getUint8(at + 9)], [0, 0]);
});

const anchored = (count: number) =>
  `family: x\nabout: X.\npatterns:\n${Array.from({ length: count }, (_, index) => `  - {id: x.n${index}, about: One., weight: 1, reference: r, falsePositives: f, ports: [80], payload: [{at: 0, hex: "ab cd"}]}`).join("\n")}`;

test("patterns that do not fit are refused with what is too much", () => {
  const fits = readPatterns([{ name: "x.yaml", text: anchored(LIMITS.listHere) }]);
  assert.equal(compilePatterns(fits).patterns.length, LIMITS.listHere);
  const many = readPatterns([{ name: "x.yaml", text: anchored(LIMITS.listHere + 1) }]);
  assert.throws(() => compilePatterns(many), {
    code: "patterns-invalid",
    message: /65 patterns that one packet is compared with \(at most 64\)/,
  });
});

test("the strongest answer of several decides: it has the lowest number", () => {
  const text = `family: x
about: X.
patterns:
  - {id: x.seen, about: One., weight: 90, reference: r, falsePositives: f, payload: [{text: needle}]}
  - {id: x.dropped, about: One., weight: 5, answer: drop, reference: r, falsePositives: f, payload: [{text: needle}]}
  - {id: x.answered, about: One., weight: 1, answer: reply, reply: nothing, reference: r, falsePositives: f, payload: [{text: NEEDLE, ignoreCase: true}]}`;
  const set = readPatterns([
    { name: "x.yaml", text },
    { name: "replies.yaml", text: "replies: [{id: nothing, about: Nothing., text: no}]" },
  ]);
  const small = new Compared(set);
  const bytes = buildPacket({ protocol: "tcp", toPort: 9, payload: Buffer.from("a needle in hay") });
  assert.deepEqual(small.match({ bytes, circumstances: { direction: "in", flow: "first" }, said: "needle" }), [
    "x.answered",
    "x.dropped",
    "x.seen",
  ]);
});

test("no pattern at all is a set too", () => {
  const none = new Compared({ patterns: [], replies: [] });
  for (const packet of benign.slice(0, 50)) assert.deepEqual(none.match(packet), []);
});
