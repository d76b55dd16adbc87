import assert from "node:assert/strict";
import test from "node:test";
import { formatNetwork, holds, parseAddress, parseNetwork, sourceNetwork } from "./source.ts";

const written: readonly (readonly [string, string | undefined])[] = [
  ["192.0.2.7", "192.0.2.7"],
  ["192.0.2.7/24", "192.0.2.0/24"],
  ["192.0.2.7/32", "192.0.2.7"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["2001:DB8::7", "2001:db8::7"],
  ["2001:db8:1:2:3:4:5:6/64", "2001:db8:1:2::/64"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::ffff:c000:207", "192.0.2.7"],
  ["64:ff9b::192.0.2.7", "64:ff9b::c000:207"],
  ["fe80::1%eth0", "fe80::1"],
  ["192.0.2.256", undefined],
  ["192.0.2.7/33", undefined],
  ["192.0.2.7/-1", undefined],
  ["192.0.2.7/24/8", undefined],
  ["1:2:3:4:5:6:7", undefined],
  ["1:2:3:4:5:6:7:8:9", undefined],
  ["1::2::3", undefined],
  ["::12345", undefined],
  ["::192.0.2.7:1", undefined],
  [":", undefined],
  [":1", undefined],
  ["example.org", undefined],
  ["", undefined],
  [":".repeat(100_000), undefined],
];

for (const [text, expected] of written) {
  test(`${text.slice(0, 40)} is ${expected ?? "no address"}`, () => {
    const network = parseNetwork(text);
    assert.equal(network && formatNetwork(network), expected);
    if (network !== undefined) assert.deepEqual(parseNetwork(formatNetwork(network)), network);
  });
}

test("an address is in its network and in no other", () => {
  const inside = (network: string, address: string) => {
    const [one, other] = [parseNetwork(network), parseAddress(address)];
    return one !== undefined && other !== undefined && holds(one, other);
  };
  assert.ok(inside("192.0.2.0/25", "192.0.2.127"));
  assert.ok(!inside("192.0.2.0/25", "192.0.2.128"));
  assert.ok(inside("0.0.0.0/0", "198.51.100.1"));
  assert.ok(!inside("0.0.0.0/0", "2001:db8::1"));
  assert.ok(inside("2001:db8::/33", "2001:db8:7fff::1"));
  assert.ok(!inside("2001:db8::/33", "2001:db8:8000::1"));
});

test("an IPv6 source is its network, an IPv4 source its address", () => {
  const of = (text: string) => formatNetwork(sourceNetwork(parseAddress(text) ?? new Uint8Array(4), 64));
  assert.deepEqual([of("192.0.2.7"), of("2001:db8::1:2:3:4"), of("2001:db8::ffff")], ["192.0.2.7", "2001:db8::/64", "2001:db8::/64"]);
});

test("hosts of one link share fe80::/64, so each of their addresses is a source", () => {
  const of = (text: string) => formatNetwork(sourceNetwork(parseAddress(text) ?? new Uint8Array(), 64));
  assert.deepEqual([of("fe80::1%eth0"), of("febf::1"), of("fec0::1")], ["fe80::1", "febf::1", "fec0::/64"]);
});
