import assert from "node:assert/strict";
import { test } from "node:test";
import { plainAddress, sourceKey } from "./source-key.ts";

const cases: readonly (readonly [string, string])[] = [
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:0db8:0001:0002:aaaa::", "2001:db8:1:2::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["FE80::1", "fe80:0:0:0::/64"],
];

for (const [address, key] of cases) {
  test(`${address} counts as ${key}`, () => assert.equal(sourceKey(address), key));
}

test("a zone is no part of an address", () => assert.equal(plainAddress("fe80::1%eth0"), "fe80::1"));
