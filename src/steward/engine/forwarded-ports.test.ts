import assert from "node:assert/strict";
import test from "node:test";
import { balancerPorts, isForwarded, portsOfLines, portsOfRules } from "./forwarded-ports.ts";

const rule = (...expr: readonly object[]) => ({ rule: { family: "ip", table: "nat", chain: "c", handle: 3, expr } });
const ports = (right: unknown, protocol = "tcp", op = "==") => ({ match: { op, left: { payload: { protocol, field: "dport" } }, right } });
const set = (...objects: readonly object[]) => ({ nftables: [{ metainfo: { version: "1.0.6" } }, ...objects] });

test("ports that a rule sends elsewhere are found, whatever the rule calls them", () => {
  const dnat = { dnat: { addr: "10.0.0.2", port: 80 } };
  assert.deepEqual(portsOfRules(set(rule(ports(8080), dnat))), [[8080, 8080]]);
  assert.deepEqual(portsOfRules(set(rule(ports({ range: [1, 9] }), { redirect: { port: 3 } }))), [[1, 9]]);
  assert.deepEqual(portsOfRules(set(rule(ports({ set: [80, { range: [90, 99] }] }), { tproxy: { port: 3 } }))), [
    [80, 80],
    [90, 99],
  ]);
  assert.deepEqual(portsOfRules(set(rule(ports(81, "th"), { xt: { type: "target", name: "DNAT" } }))), [[81, 81]]);
});

test("rules that send nothing elsewhere, and those for UDP, take no port away", () => {
  assert.deepEqual(portsOfRules(set(rule(ports(22), { accept: null }), rule({ masquerade: null }), { table: { family: "ip" } })), []);
  assert.deepEqual(portsOfRules(set(rule(ports(53, "udp"), { dnat: { addr: "10.0.0.2" } }))), []);
  assert.deepEqual(portsOfRules({}), []);
});

test("a rule that cannot be understood takes all ports away", () => {
  const dnat = { dnat: { addr: "10.0.0.2" } };
  for (const expressions of [
    [dnat],
    [ports("@set"), dnat],
    [ports(80, "tcp", "!="), dnat],
    [ports({ set: ["@more"] }), dnat],
    [{ match: {} }, dnat],
  ])
    assert.equal(portsOfRules(set(rule(ports(22), dnat), rule(...expressions))), "all");
});

test("rules of the older iptables", () => {
  const saved = (line: string) => `*nat\n:PREROUTING ACCEPT [0:0]\n${line}\nCOMMIT\n`;
  assert.deepEqual(portsOfLines(saved("-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80")), [
    [8080, 8080],
  ]);
  assert.deepEqual(portsOfLines(saved("-A PREROUTING -p tcp -m tcp --dport 1:9 -j REDIRECT --to-ports 3")), [[1, 9]]);
  assert.deepEqual(portsOfLines(saved("-A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination 10.0.0.1")), []);
  assert.equal(portsOfLines(saved("-A PREROUTING -d 192.0.2.1/32 -j DNAT --to-destination 10.0.0.1")), "all");
  assert.equal(portsOfLines(saved("-A PREROUTING -p tcp -m tcp ! --dport 22 -j DNAT --to-destination 10.0.0.1")), "all");
  assert.equal(portsOfLines(saved("-A PREROUTING -p tcp -m multiport --dports 80,443 -j DNAT --to-destination 10.0.0.1")), "all");
});

test("services of the kernel's balancer", () => {
  assert.deepEqual(balancerPorts("IP Virtual Server version 1.2.1\nProt LocalAddress:Port Scheduler Flags\nTCP  C0000201:0050 rr\n"), [
    [80, 80],
  ]);
  assert.equal(balancerPorts("FWM  00000001 rr\n"), "all");
  assert.deepEqual(balancerPorts(""), []);
  assert.ok(isForwarded("all", 7) && isForwarded([[5, 9]], 7) && !isForwarded([[5, 6]], 7));
});
