import assert from "node:assert/strict";
import test from "node:test";
import { suspectsScript, tableScript } from "./queue-table.ts";

test("sources become elements for a minute; a network covers its addresses, which nftables would not take twice", () => {
  const script = suspectsScript(["192.0.2.1", "192.0.2.1/32", "2001:db8::5", "2001:db8:0:1::5/128", "2001:db8:0:1::/64"]);
  assert.deepEqual(script.trim().split("\n"), [
    "flush set inet utsusemi_delay four",
    "add element inet utsusemi_delay four { 192.0.2.1 timeout 60s }",
    "flush set inet utsusemi_delay six",
    "add element inet utsusemi_delay six { 2001:db8::5 timeout 60s, 2001:db8:0:1::/64 timeout 60s }",
  ]);
  assert.equal(suspectsScript([]).includes("add element"), false);
});

test("the rules let everything pass where nobody reads the queue", () => {
  const script = tableScript({ interfaces: ["eth0", "eth1"], queue: 21_844 });
  assert.equal(script.match(/oifname \{ "eth0", "eth1" \} ip6? daddr @\w+ queue num 21844 bypass/g)?.length, 2);
});
