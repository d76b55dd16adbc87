import assert from "node:assert/strict";
import test from "node:test";
import { parseLinks } from "./real-links.ts";

test("names and addresses are read from what ip(8) lists, also of pairs, and of links without an address", () => {
  const text = [
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00",
    "2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500 qdisc mq state UP mode DEFAULT group default qlen 1000\\    link/ether 02:fc:00:00:00:05 brd ff:ff:ff:ff:ff:ff\\    altname enp1s0",
    "7: v0@if6: <NO-CARRIER,UP,M-DOWN> mtu 1500 qdisc noqueue state DOWN mode DEFAULT\\    link/ether 00:0c:29:11:22:33 brd ff:ff:ff:ff:ff:ff link-netnsid 0",
    "8: tun0: <POINTOPOINT,UP> mtu 1500 qdisc fq_codel state UNKNOWN mode DEFAULT group default qlen 500\\    link/none ",
    "",
  ].join("\n");
  assert.deepEqual(parseLinks(text), [
    { name: "lo", address: "00:00:00:00:00:00" },
    { name: "eth0", address: "02:fc:00:00:00:05" },
    { name: "v0", address: "00:0c:29:11:22:33" },
    { name: "tun0", address: "" },
  ]);
});
