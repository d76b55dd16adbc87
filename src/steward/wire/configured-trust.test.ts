import assert from "node:assert/strict";
import test from "node:test";
import { ConfiguredTrust } from "./configured-trust.ts";

test("a configured network is known however it is written", () => {
  const trust = new ConfiguredTrust(["192.0.2.5", "198.51.100.77/24", "2001:DB8::1/64"]);
  for (const same of ["192.0.2.5", "192.0.2.5/32", "198.51.100.0/24", "2001:db8::/64", "2001:db8:0:0:1::/64"])
    assert.ok(trust.has(same), same);
  for (const other of ["192.0.2.6", "192.0.2.0/24", "198.51.100.0/25", "198.51.101.0/24", "2001:db8::/48", "2001:db8:0:1::/64"])
    assert.ok(!trust.has(other), other);
});

test("sources in it are covered, those beside it are not", () => {
  const trust = new ConfiguredTrust(["192.0.2.5", "198.51.100.0/24", "2001:db8::/48"]);
  for (const inside of ["192.0.2.5", "192.0.2.5/32", "198.51.100.255", "2001:db8:0:7::/64", "2001:db8::9"])
    assert.ok(trust.covers(inside), inside);
  for (const outside of ["192.0.2.4", "198.51.101.1", "2001:db8:1::/64", "::ffff:203.0.113.1"]) assert.ok(!trust.covers(outside), outside);
  assert.ok(!new ConfiguredTrust([]).covers("192.0.2.1"));
});
