import assert from "node:assert/strict";
import test from "node:test";
import { readPacket } from "./packet.ts";
import { FIELD } from "./tables.ts";
import { buildPacket, HOST, type PacketSpec } from "./testing/build-packet.ts";

const here = { direction: "in", flow: "new" } as const;

function fieldsOf(bytes: Uint8Array): Readonly<Record<string, number>> | undefined {
  const packet = readPacket(bytes, here);
  if (packet === undefined) return undefined;
  return Object.fromEntries(Object.entries(FIELD).map(([name, index]) => [name, packet.fields[index] ?? 0]));
}

const syn: PacketSpec = {
  protocol: "tcp",
  ...{ fromPort: 1000, toPort: 443, sequence: 0xdeadbeef, acknowledgement: 5, flags: "SEC", window: 1024, urgent: 7, reserved: 5 },
  ...{ ttl: 200, tos: 8, id: 54_321, fragment: 0x4000 },
  options: [
    { kind: "mss", value: 1460 },
    { kind: "nop" },
    { kind: "wscale", value: 9 },
    { kind: "ts", value: 0xffff_ffff, echo: 1 },
    { kind: "sackOK" },
  ],
};

test("the fields of a TCP segment over IPv4", () => {
  const to = Buffer.from(HOST.ipv4).readUInt32BE();
  assert.deepEqual(fieldsOf(buildPacket({ ...syn, payload: Buffer.from("hello") })), {
    ...{ ttl: 200, tos: 8, ipId: 54_321, fragment: 0x4000, ipOptions: 0, ipSize: 65, ipProtocol: 6, sameAddress: 0 },
    ...{
      fromPort: 1000,
      toPort: 443,
      samePort: 0,
      payloadSize: 5,
      tcpFlags: 0x5c2,
      window: 1024,
      sequence: 0xdeadbeef,
      acknowledgement: 5,
      urgent: 7,
    },
    ...{ optionKinds: 0b1_0001_1110, optionOrder: 0x4_8312, optionsSize: 20, mss: 1460, windowScale: 9, timestamp: 0xffff_ffff },
    ...{ sequenceByAddress: (0xdeadbeef ^ to) >>> 0, idByTarget: (to ^ 443 ^ 0xdeadbeef ^ 54_321) & 0xffff },
    ...{ icmpType: 0, icmpCode: 0, icmpId: 0, icmpSequence: 0, payload: 0, payloadLittle: 0 },
  });
});

test("the fields of IPv6, and extension headers that are stepped over", () => {
  const plain = buildPacket({ ...syn, family: "ipv6" });
  const packet = Buffer.concat([plain.subarray(0, 40), Buffer.from([6, 0, 1, 4, 0, 0, 0, 0]), plain.subarray(40)]);
  packet.writeUInt8(60, 6);
  packet.writeUInt16BE(packet.length - 40, 4);
  const fields = fieldsOf(packet);
  assert.deepEqual(
    [fields?.["ttl"], fields?.["tos"], fields?.["ipOptions"], fields?.["toPort"], fields?.["ipSize"]],
    [200, 8, 8, 443, packet.length],
  );
  const many = Buffer.concat([
    plain.subarray(0, 40),
    ...Array.from({ length: 5 }, () => Buffer.from([60, 0, 1, 4, 0, 0, 0, 0])),
    plain.subarray(40),
  ]);
  many.writeUInt8(60, 6);
  many.writeUInt8(6, 72);
  many.writeUInt16BE(many.length - 40, 4);
  assert.equal(fieldsOf(many), undefined);
  packet.writeUInt8(44, 6);
  assert.equal(fieldsOf(packet), undefined);
});

test("datagrams, pings, other protocols and a packet to itself", () => {
  const datagram = fieldsOf(buildPacket({ protocol: "udp", fromPort: 53, toPort: 53, payload: Buffer.from("abc"), from: HOST.ipv4 }));
  assert.deepEqual(
    [datagram?.["samePort"], datagram?.["sameAddress"], datagram?.["payloadSize"], datagram?.["sequenceByAddress"]],
    [1, 1, 3, 0],
  );
  const ping = fieldsOf(
    buildPacket({ protocol: "icmp", icmpType: 8, icmpCode: 9, icmpId: 3, icmpSequence: 295, payload: Buffer.from("xy") }),
  );
  assert.deepEqual(
    [ping?.["icmpType"], ping?.["icmpCode"], ping?.["icmpId"], ping?.["icmpSequence"], ping?.["payloadSize"]],
    [8, 9, 3, 295, 2],
  );
  const other = fieldsOf(buildPacket({ protocol: 47, payload: Buffer.from("gre!") }));
  assert.deepEqual([other?.["ipProtocol"], other?.["payloadSize"], other?.["toPort"]], [47, 4, 0]);
  assert.equal(readPacket(buildPacket({ protocol: "udp", fromPort: 7, toPort: 9 }), { direction: "out", flow: "new" })?.localPort, 7);
});

test("packets cut anywhere, and bytes drawn by lot, give fields or nothing, never a throw", () => {
  const whole = buildPacket({ ...syn, payload: Buffer.from("hello") });
  for (let size = 0; size < whole.length; size++) assert.equal(readPacket(whole.subarray(0, size), here), undefined);
  let seed = 1;
  for (let round = 0; round < 5000; round++) {
    const bytes = Buffer.from(whole);
    for (let change = 0; change < 4; change++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      bytes.writeUInt8(seed >>> 24, (seed >>> 8) % bytes.length);
    }
    const packet = readPacket(bytes, here);
    assert.ok(packet === undefined || packet.payload.length <= bytes.length);
  }
});

test("TCP options that lie about their length end the list", () => {
  for (const [bytes, kinds] of [
    [[2, 0, 5, 0xb4], 0],
    [[2, 1, 5, 0xb4], 0],
    [[1, 3, 40, 0], 0b10],
    [[1, 1, 1, 3], 0b10],
    [[0, 2, 4, 5], 0],
  ] as const) {
    const packet = buildPacket({ protocol: "tcp", flags: "S", options: [{ kind: "mss", value: 0 }] });
    packet.set(bytes, 40);
    assert.equal(readPacket(packet, here)?.fields[FIELD.optionKinds], kinds, bytes.join());
  }
});
