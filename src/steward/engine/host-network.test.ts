import assert from "node:assert/strict";
import test from "node:test";
import { networksOf, sparedOf } from "./host-network.ts";

const ROUTES = [
  { dst: "default", gateway: "192.0.2.254", dev: "eth0" },
  { dst: "192.0.2.0/24", dev: "eth0", scope: "link" },
  { type: "local", dst: "192.0.2.1", dev: "eth0", table: "local" },
  { type: "broadcast", dst: "192.0.2.255", dev: "eth0", table: "local" },
  { dst: "10.0.0.0/8", via: { family: "inet6", host: "fe80::9" }, dev: "eth0" },
  { dst: "172.16.0.0/12", nexthops: [{ gateway: "192.0.2.253" }, { gateway: "192.0.2.252" }] },
  { dst: "fe80::/64", dev: "eth0" },
  { dst: "default", dev: "ppp0" },
];

test("networks that are reached without a router", () => {
  assert.deepEqual(networksOf(ROUTES), ["192.0.2.0/24", "fe80::/64"]);
});

test("next hops, routers and trusted neighbours are spared", () => {
  const neighbour = (dst: string, last: number, more = {}) => ({ dst, lladdr: `02:00:00:00:00:0${last}`, ...more });
  const neighbours = [
    neighbour("192.0.2.254", 1),
    neighbour("192.0.2.253", 2),
    neighbour("fe80::9", 3),
    neighbour("192.0.2.7", 4),
    neighbour("192.0.2.8", 5),
    neighbour("fe80::8", 6, { router: null }),
    { dst: "192.0.2.252", state: ["FAILED"] },
  ];
  assert.deepEqual(
    sparedOf(neighbours, ROUTES, ["192.0.2.8/32"]).map((mac) => mac.at(-1)),
    ["1", "2", "3", "5", "6"],
  );
});
