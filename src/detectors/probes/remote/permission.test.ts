import assert from "node:assert/strict";
import test from "node:test";
import { OperatorError } from "../../../errors/operator-error.ts";
import { mayProbe, permittedTarget } from "./permission.ts";

const refused = (why: RegExp) => (error: unknown) =>
  error instanceof OperatorError && error.code === "not-own-host" && why.test(error.message);

test("loopback may always be probed", () => {
  for (const address of ["127.0.0.1", "127.8.4.25", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"])
    assert.doesNotThrow(() => mayProbe(address, []));
});

test("anything else only when it is listed, alone or in a network", () => {
  const own = ["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"];
  for (const address of ["192.0.2.7", "198.51.100.9", "2001:db8::5", "::ffff:192.0.2.7"]) assert.doesNotThrow(() => mayProbe(address, own));
  for (const address of ["192.0.2.8", "198.51.101.1", "2001:db9::1", "10.0.0.1"])
    assert.throws(() => mayProbe(address, own), refused(/not loopback, and `ownHosts`.* does not hold it \(listed are 192\.0\.2\.7/));
  assert.throws(() => mayProbe("192.0.2.7", []), refused(/nothing is listed there/));
});

test("what is no single host is never probed, whatever is listed", () => {
  const own = ["0.0.0.0/0", "224.0.0.0/4", "255.255.255.255", "192.0.2.0/24", "0.0.0.0", "ff02::/16", "::/0"];
  for (const address of [
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "239.1.1.1",
    "255.255.255.255",
    "127.255.255.255",
    "::",
    "ff02::1",
    "::ffff:224.0.0.1",
  ])
    assert.throws(() => mayProbe(address, own), refused(/broadcast, multicast or unspecified/));
  for (const address of ["192.0.2.0", "192.0.2.255"]) assert.throws(() => mayProbe(address, own), refused(/network or broadcast address/));
});

test("a list of everything, or of nonsense, permits nothing", () => {
  for (const entry of ["0.0.0.0/0", "::/0", "192.0.2.1/33", "192.0.2.1/x", "192.0.2.1/24/24", "", "/24"])
    assert.throws(() => mayProbe("192.0.2.1", [entry]), refused(/does not hold it/), entry);
});

test("a name is resolved once, and all its addresses must be permitted", async () => {
  const asked: string[] = [];
  const resolve = (name: string) => {
    asked.push(name);
    return Promise.resolve(name === "half.example" ? ["192.0.2.1", "203.0.113.9"] : name === "none.example" ? [] : ["192.0.2.1"]);
  };
  assert.deepEqual(await permittedTarget("one.example", ["192.0.2.0/24"], resolve), { target: "one.example", addresses: ["192.0.2.1"] });
  assert.deepEqual(asked, ["one.example"]);
  await assert.rejects(permittedTarget("half.example", ["192.0.2.0/24"], resolve), refused(/203\.0\.113\.9 is not probed/));
  await assert.rejects(permittedTarget("none.example", ["192.0.2.0/24"], resolve), refused(/no address/));
  assert.deepEqual(await permittedTarget("One.example", ["one.example"], resolve), { target: "One.example", addresses: ["192.0.2.1"] });
  assert.deepEqual(await permittedTarget("192.0.2.1", ["one.example"], resolve), { target: "192.0.2.1", addresses: ["192.0.2.1"] });
  await assert.rejects(permittedTarget("192.0.2.2", ["one.example"], resolve), refused(/does not hold it/));
});

test("this machine's own resolver knows localhost, and not a name that cannot be", async () => {
  const { addresses } = await permittedTarget("localhost", []);
  assert.ok(addresses.includes("127.0.0.1") || addresses.includes("::1"));
  await assert.rejects(permittedTarget("no such name", []), refused(/cannot be resolved/));
});
