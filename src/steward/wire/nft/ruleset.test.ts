import assert from "node:assert/strict";
import test from "node:test";
import { portsOfRules } from "../../engine/forwarded-ports.ts";
import { aliveText, suspectsText, tableText } from "./ruleset.ts";

test("a rule sends only suspects on, only to living ports, only what is for this host", () => {
  const text = tableText([
    { port: 22, address: "192.0.2.7", addressPort: 2222, keepSource: false },
    { port: 23, address: "2001:db8::7", addressPort: 23, keepSource: true },
  ]);
  assert.match(text, /fib daddr type local tcp dport 22 tcp dport @alive ip saddr @suspects4 dnat ip to 192\.0\.2\.7:2222\n/);
  assert.match(text, /fib daddr type local tcp dport 23 tcp dport @alive ip6 saddr @suspects6 dnat ip6 to \[2001:db8::7\]:23\n/);
  assert.match(text, /ip daddr 192\.0\.2\.7 tcp dport 2222 ct status dnat ct original proto-dst 22 masquerade/);
  assert.doesNotMatch(text, /proto-dst 23/);
});

test("elements are renewed in one stroke and time out by themselves; single addresses have no length", () => {
  assert.equal(aliveText([]), "flush set inet utsusemi alive\n");
  assert.equal(aliveText([22, 80]), "flush set inet utsusemi alive\nadd element inet utsusemi alive { 22 timeout 4s, 80 timeout 4s }\n");
  const text = suspectsText(["192.0.2.1", "192.0.2.2/32", "2001:db8::/64", "2001:db8::7", "2001:db8:1::9/128"]);
  assert.match(text, /suspects4 \{ 192\.0\.2\.1 timeout 60s, 192\.0\.2\.2 timeout 60s \}/);
  assert.match(text, /suspects6 \{ 2001:db8::\/64 timeout 60s, 2001:db8:1::9 timeout 60s \}/);
});

test("the engine takes our rules for what they are: one port sent elsewhere, not all", () => {
  const dport = (right: unknown) => ({ match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right } });
  const rule = { rule: { expr: [dport(22), dport("@alive"), { dnat: { family: "ip", addr: "192.0.2.7", port: 22 } }] } };
  assert.deepEqual(portsOfRules({ nftables: [rule] }), [[22, 22]]);
});
