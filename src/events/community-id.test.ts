import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { addressBytes, communityId } from "./community-id.ts";

// The baseline of the specification: address, port, address, port, name.
const BASELINE: readonly (readonly ["tcp" | "udp", string, number, string, number, string])[] = [
  ["tcp", "128.232.110.120", 34_855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
  ["udp", "192.168.1.52", 54_585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="],
];

for (const [transport, address, port, otherAddress, otherPort, name] of BASELINE) {
  test(`Community ID v1: ${transport} ${address} and ${otherAddress}, from either side`, () => {
    const one = { address, port };
    const other = { address: otherAddress, port: otherPort };
    assert.equal(communityId(transport, one, other), name);
    assert.equal(communityId(transport, other, one), name);
  });
}

test("the name is made of the bytes that the specification lists", () => {
  const bytes = Buffer.concat([
    Buffer.alloc(2),
    Buffer.alloc(15),
    Buffer.of(1),
    Buffer.from("20010db8000000000000000000000007", "hex"),
    Buffer.of(6, 0, 0x00, 0x16, 0x80, 0x00),
  ]);
  const expected = `1:${createHash("sha1").update(bytes).digest("base64")}`;
  assert.equal(communityId("tcp", { address: "2001:db8::7", port: 0x8000 }, { address: "::1", port: 22 }), expected);
});

test("equal addresses are ordered by port", () => {
  const one = { address: "127.0.0.1", port: 1_000 };
  const other = { address: "127.0.0.1", port: 22 };
  assert.equal(communityId("tcp", one, other), communityId("tcp", other, one));
});

test("RFC 4291 §2.2: every form of an IPv6 address", () => {
  const hex = (address: string) => addressBytes(address)?.toString("hex");
  assert.equal(hex("2001:DB8:0:0:8:800:200C:417A"), "20010db80000000000080800200c417a");
  assert.equal(hex("2001:db8::8:800:200c:417a"), "20010db80000000000080800200c417a");
  assert.equal(hex("::"), "0".repeat(32));
  assert.equal(hex("ff01::"), `ff01${"0".repeat(28)}`);
  assert.equal(hex("::ffff:129.144.52.38"), "00000000000000000000ffff81903426");
});

for (const wrong of [
  "",
  "a.b.c.d",
  "1.2.3",
  "1.2.3.4.5",
  "256.1.1.1",
  "01.2.3.4",
  ":",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7::8",
  "12345::",
  "::1.2.3",
  "1.2.3.4::",
  "fe80::1%eth0",
  "g::",
]) {
  test(`${JSON.stringify(wrong)} is no address`, () => {
    assert.equal(addressBytes(wrong), undefined);
  });
}
