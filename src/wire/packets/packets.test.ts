import assert from "node:assert/strict";
import test from "node:test";
import { encodeIcmpEcho, parseIcmpEcho } from "./icmp-echo.ts";
import { internetChecksum } from "./internet-checksum.ts";
import { encodeIpv4, ipv4Bytes, parseIpv4 } from "./ipv4.ts";
import { encodeTcp, optionsText, parseTcp, type TcpSegment } from "./tcp.ts";

const FROM = Uint8Array.of(192, 0, 2, 1);
const TO = Uint8Array.of(192, 0, 2, 2);

const syn: TcpSegment = {
  fromPort: 40_000,
  toPort: 22,
  sequence: 0xfffffffe,
  acknowledgement: 0,
  flags: "S",
  window: 64_240,
  payload: Buffer.alloc(0),
  options: [
    { kind: "mss", value: 1460 },
    { kind: "sackOK" },
    { kind: "ts", value: 7, echo: 0 },
    { kind: "nop" },
    { kind: "wscale", value: 7 },
  ],
};

test("RFC 1071: the checksum of a header that carries it is zero", () => {
  // The example of RFC 1071 §3: the words 0001 f203 f4f5 f6f7 add up to ddf2.
  assert.equal(internetChecksum(Buffer.from("0001f203f4f5f6f7", "hex")), ~0xddf2 & 0xffff);
  const packet = encodeIpv4({ from: FROM, to: TO, protocol: 6, ttl: 64, id: 1, dontFragment: true, payload: Buffer.from("x") });
  assert.equal(internetChecksum(packet.subarray(0, 20)), 0);
});

test("RFC 791 §3.1: an IPv4 packet is read as it was written", () => {
  const packet = {
    from: Buffer.from(FROM),
    to: Buffer.from(TO),
    protocol: 6,
    ttl: 57,
    id: 4711,
    dontFragment: true,
    payload: Buffer.from("abc"),
  };
  const parsed = parseIpv4(encodeIpv4(packet));
  assert.deepEqual(parsed, { status: "done", value: packet, size: 23 });
  assert.equal(parseIpv4(encodeIpv4(packet).subarray(0, 22)).status, "partial");
  assert.equal(parseIpv4(Buffer.alloc(20)).status, "malformed");
});

test("RFC 9293 §3.1: a segment is read as it was written, and its checksum covers the addresses", () => {
  const bytes = encodeTcp(syn, [FROM, TO]);
  const parsed = parseTcp(bytes);
  assert.ok(parsed.status === "done");
  assert.deepEqual({ ...parsed.value, payload: Buffer.from(parsed.value.payload) }, syn);
  assert.equal(optionsText(parsed.value.options), "mss=1460,sackOK,ts=7:0,nop,wscale=7");
  const pseudo = Buffer.concat([FROM, TO, Buffer.from([0, 6, 0, bytes.length])]);
  assert.equal(internetChecksum(pseudo, bytes), 0);
});

test("options that lie about their length end the list", () => {
  for (const hostile of ["02ff", "0200", "0201", "08", "0304050607"]) {
    const bytes = encodeTcp(syn, [FROM, TO]);
    Buffer.from(hostile, "hex").copy(bytes, 20);
    const parsed = parseTcp(bytes);
    assert.ok(parsed.status === "done" && parsed.value.options.length < 6, hostile);
  }
  assert.equal(parseTcp(Buffer.alloc(20)).status, "malformed");
});

test("RFC 792: an echo is read as it was written", () => {
  const echo = { kind: "request" as const, id: 9, sequence: 3, payload: Buffer.from("odd") };
  assert.deepEqual(parseIcmpEcho(encodeIcmpEcho(echo)), { status: "done", value: echo, size: 11 });
  assert.equal(internetChecksum(encodeIcmpEcho(echo)), 0);
  assert.equal(parseIcmpEcho(Buffer.from("0301000000000000", "hex")).status, "malformed");
});

test("dotted addresses are four numbers below 256", () => {
  assert.deepEqual(ipv4Bytes("192.0.2.1"), FROM);
  for (const wrong of ["192.0.2", "192.0.2.256", "a.b.c.d", "::1", ""]) assert.equal(ipv4Bytes(wrong), undefined);
});
