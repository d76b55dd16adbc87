import assert from "node:assert/strict";
import test from "node:test";
import { ip, Laboratory, type Machine } from "../engine/laboratory.ts";
import { OBJECT } from "../engine/program-run.ts";
import { needs } from "../rig/needs.ts";
import { FAMILIES } from "./families.ts";
import { StewardHost } from "./steward-host.ts";

/**
 * What the wire disguise leaves alone although every port of the host is a tarpit: services, also those that were started a moment ago; ports
 * that lead elsewhere; packets to others that come through; other programs and interfaces.
 */
const LIVE = needs("root", "libbpf.so.1", "ip", "nft", "nsenter", "ethtool", "bpftool");

/** Echoes in capitals. */
const ECHO = `
  import { createServer } from "node:net";
  createServer({ allowHalfOpen: true }, (s) => {
    s.on("error", () => s.destroy()).on("data", (bytes) => s.write(process.argv[2] + " " + bytes.toString().toUpperCase())).on("end", () => s.end());
  }).listen(Number(process.argv[1]), "::", () => console.log("ready"));`;

/** Says something that a pattern drops, and tells what it hears. */
const HOSTILE = "GET /cgi-bin/luci/;stok=/locale?form=country&operation=write&country=$(id) HTTP/1.1\r\n\r\n";
const HEARD = `
  import { connect } from "node:net";
  const hear = ([host, port, said]) => new Promise((tell) => {
    let heard = "";
    const s = connect({ host, port, timeout: 3000 }, () => s.end(said));
    s.on("data", (bytes) => { heard += bytes; }).on("end", () => tell(heard)).on("error", (error) => tell(error.code)).on("timeout", () => tell("silence"));
  });
  console.log(JSON.stringify(await Promise.all(JSON.parse(process.argv[1]).map(hear))));
  process.exit(0);`;

type Asked = readonly [address: string, port: number, heard: string, said?: string];

/** Asks all at once, and each must be answered so. */
async function hears(laboratory: Laboratory, machine: Machine, asked: readonly Asked[]): Promise<void> {
  const words = JSON.stringify(asked.map(([address, port, _, said = "hello"]) => [address, port, said]));
  const { code, out, err } = await laboratory.client(machine, process.execPath, "--input-type=module", "-e", HEARD, words);
  assert.equal(code, 0, err);
  const answers: unknown = JSON.parse(out);
  assert.ok(Array.isArray(answers));
  assert.deepEqual(
    answers.map((heard, index) => `${asked[index]?.[0]} ${asked[index]?.[1]}: ${heard}`),
    asked.map(([address, port, heard]) => `${address} ${port}: ${heard}`),
  );
}

/** Also the way from the attacker's network to the third machine's, through the host and the router. */
function routedThrough(laboratory: Laboratory): void {
  for (const setting of ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]) laboratory.must("host", "sysctl", "-qw", `${setting}=1`);
  for (const [machine, network, hop] of [
    ["attacker", "203.0.113.0/24", "192.0.2.1"],
    ["attacker", "2001:db8:3::/64", "2001:db8:1::1"],
    ["router", "192.0.2.0/24", "198.51.100.1"],
    ["router", "2001:db8:1::/64", "2001:db8:2::1"],
    ["third", "192.0.2.0/24", "203.0.113.254"],
    ["third", "2001:db8:1::/64", "2001:db8:3::fe"],
  ] as const)
    ip("-n", laboratory.name(machine), "route", "add", network, "via", hop);
  laboratory.must(
    "host",
    "nft",
    [
      "add table inet elsewhere",
      "add chain inet elsewhere turned { type nat hook prerouting priority -100; }",
      "add rule inet elsewhere turned meta nfproto ipv4 tcp dport 8088 dnat ip to 203.0.113.2:9",
      "add rule inet elsewhere turned meta nfproto ipv6 tcp dport 8088 dnat ip6 to [2001:db8:3::2]:9",
    ].join("; "),
  );
}

for (const [offload, hook] of [
  [true, "tc"],
  [false, "tc"],
  [true, "xdp"],
] as const)
  test(`services, ports that lead elsewhere and packets to others, offload ${offload ? "on" : "off"}, ${hook}`, LIVE, async () => {
    using laboratory = new Laboratory({ offload });
    using host = new StewardHost(laboratory);
    if (hook === "xdp") laboratory.readyForXdp();
    routedThrough(laboratory);
    await laboratory.start("host", ECHO, "80", "host");
    await laboratory.start("third", ECHO, "9", "third");
    await host.start();
    await host.up({ interfaces: ["lab0", "lab1"].map((name) => ({ name, hook })), unused: { tarpit: ["1-65535"] } });
    const back = HOSTILE.toUpperCase();
    const attackers = FAMILIES.flatMap(({ host: near, user }): readonly Asked[] => [
      [near, 80, "host HELLO"],
      [near, 80, `host ${back}`, HOSTILE],
      // A tarpit.
      [near, 9, "silence"],
      // To somebody else; also where that one is closed.
      [user, 9, `third ${back}`, HOSTILE],
      [user, 10, "ECONNREFUSED"],
      // It leads to somebody else.
      [near, 8088, `third ${back}`, HOSTILE],
    ]);
    await Promise.all([
      hears(laboratory, "attacker", attackers),
      hears(
        laboratory,
        "third",
        FAMILIES.map(({ hostBehind }) => [hostBehind, 80, "host HELLO"]),
      ),
    ]);
    await laboratory.start("host", ECHO, "9", "new");
    const atOnce = (address: string): Asked => [address, 9, "new HELLO"];
    await Promise.all([
      hears(
        laboratory,
        "attacker",
        FAMILIES.map(({ host: near }) => atOnce(near)),
      ),
      hears(
        laboratory,
        "third",
        FAMILIES.map(({ hostBehind }) => atOnce(hostBehind)),
      ),
    ]);
  });

test("another XDP program and a vanishing interface: a sentence each, and the rest goes on", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  await host.start();
  laboratory.readyForXdp();
  ip("-n", laboratory.name("host"), "link", "set", "lab0", "xdpdrv", "obj", OBJECT, "sec", "xdp");
  const shown = async () => (await host.enter("host", "bpftool", "-j", "net", "show")).out;
  const before = await shown();
  const { code, err } = await host.wire("up", "--interface", "nothing0");
  assert.deepEqual([code === 0, /There is no interface nothing0/.test(err)], [false, true], err);
  await assert.rejects(host.up({ interfaces: [{ name: "lab0", hook: "xdp" }] }), /lab0 already has/);
  assert.equal(await shown(), before);
  // Behind another XDP program there is room at tc.
  await host.up({ interfaces: [{ name: "lab0" }, { name: "lab1" }], unused: { tarpit: ["9"] } });
  await hears(laboratory, "attacker", [["192.0.2.1", 9, "silence"]]);
  ip("-n", laboratory.name("host"), "link", "delete", "lab1");
  const isGone = async () => (await host.status()).engine?.interfaces.some(({ isGone: gone }) => gone) === true;
  for (let tries = 0; tries < 60 && !(await isGone()); tries += 1) await new Promise((resolve) => setTimeout(resolve, 200));
  assert.match((await host.wire("status")).out, /lab1.*vanished/);
  await hears(laboratory, "attacker", [["192.0.2.1", 9, "silence"]]);
  await host.down();
  await hears(laboratory, "attacker", [["192.0.2.1", 9, "ECONNREFUSED"]]);
});
