import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import test from "node:test";
import { Laboratory } from "../engine/laboratory.ts";
import { needs } from "../rig/needs.ts";
import { StewardHost } from "../wire/steward-host.ts";
import { becomes, hears, serve } from "./wire-visitors.ts";

/** Suspects meet decoys at a real service's port: the sensor's own by a socket that it hands over, others by nftables. */
const LIVE = needs("root", "libbpf.so.1", "ip", "nft", "nsenter", "python3");
const suspect = (network: string, forMs = 600_000) => ({ standings: [{ network, state: "suspect", forMs } as const] });
const unknown = (network: string) => ({ standings: [{ network, state: "unknown", forMs: 0 } as const] });

/**
 * A sensor of another account, as the steward sees it: listens, hands its socket over, then says its name to whoever comes. Prints the steward's
 * answers, a line each: of a socket that is not its own, of one with a process number in it, and of its own.
 */
const SENSOR = `
import json, os, socket, sys, threading
path, uid, other = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
listener = socket.socket(socket.AF_INET6); listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
listener.bind(("::", 0)); listener.listen(16)
os.setgid(uid); os.setuid(uid)
def ask(**arguments):
    s = socket.socket(socket.AF_UNIX); s.connect(path)
    s.sendall(json.dumps({"verb": "wire.hand-over", "arguments": arguments}).encode() + b"\\n")
    print(s.makefile().readline().strip(), flush=True)
ask(port=22, descriptor=other)
ask(port=22, descriptor=listener.fileno(), pid=1)
ask(port=22, descriptor=listener.fileno())
while True:
    visitor, address = listener.accept()
    visitor.sendall(("decoy " + address[0].replace("::ffff:", "")).encode()); visitor.close()
`;
const SENSORS_ACCOUNT = 65_534;

async function sensor(laboratory: Laboratory, host: StewardHost): Promise<{ readonly answers: readonly string[] } & Disposable> {
  const words = [`--net=/run/netns/${laboratory.name("host")}`, "python3", "-c", SENSOR, host.socket, `${SENSORS_ACCOUNT}`, "3999"];
  const child = spawn("nsenter", words, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  while (text.split("\n").length < 4) text += String((await once(child.stdout, "data"))[0]);
  return { answers: text.trim().split("\n"), [Symbol.dispose]: () => child.kill("SIGKILL") };
}

test("the sensor's account hands over a socket of its own and no other; it stays so under other settings", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  const attacker = (address: string) => hears(laboratory, "attacker", [address, 22]);
  await serve(laboratory, "host", [22, "real"]);
  await host.start("--account", "nobody");
  chmodSync(host.folder, 0o711);
  const settings = { interfaces: [{ name: "lab0" }], handOver: [{ port: 22, decoy: "ssh" }] };
  const { leftOut } = await host.up(settings);
  assert.match(`${leftOut}`, /Suspects at port 22 reach the real service: no sensor has handed over its decoy ssh/);
  using ours = await sensor(laboratory, host);
  const [foreign = "", forged = "", own = ""] = ours.answers;
  assert.match(foreign, /has no socket 3999 to hand over \(EBADF\)/);
  assert.match(forged, /pid is not a known key/);
  assert.equal(own, '{"line":"answer","answer":{}}');
  assert.deepEqual((await host.status())["leftOut"], []);
  assert.equal(attacker("192.0.2.1"), "real 192.0.2.2");
  await host.ask("wire.stand", suspect("192.0.2.2"));
  await host.ask("wire.stand", suspect("2001:db8:1::/64"));
  assert.equal(attacker("192.0.2.1"), "decoy 192.0.2.2");
  assert.equal(attacker("2001:db8:1::1"), "decoy 2001:db8:1::2");
  assert.equal((await host.up({ ...settings, unused: { tarpit: ["9"] } }))["did"], "changed");
  assert.equal(attacker("192.0.2.1"), "decoy 192.0.2.2", "sources and sockets are told to the new engine");
  assert.equal(attacker("2001:db8:1::1"), "decoy 2001:db8:1::2");
  await host.ask("wire.stand", unknown("192.0.2.2"));
  assert.equal(attacker("192.0.2.1"), "real 192.0.2.2");
  await host.ask("wire.stand", { standings: [{ network: "192.0.2.2", state: "suspect", forMs: 1000 }] });
  await becomes(
    () => attacker("192.0.2.1"),
    (heard) => heard === "real 192.0.2.2",
  );
  await host.ask("wire.end-hand-over", { port: 22 });
  assert.equal(attacker("2001:db8:1::1"), "real 2001:db8:1::2");
  await assert.rejects(host.ask("wire.stand", suspect("192.0.2.0/24")), /no source/);
  await host.down();
  await assert.rejects(host.ask("wire.stand", suspect("192.0.2.2")), { code: "wire-down" });
});

test("trust that the sensor told ends with its time; what is configured stays", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  const attacker = () => hears(laboratory, "attacker", ["192.0.2.1", 9]);
  const third = () => hears(laboratory, "third", ["198.51.100.1", 9]);
  const trusted = (network: string, forMs: number) => ({ standings: [{ network, state: "trusted", forMs } as const] });
  await host.start();
  await host.up({ interfaces: [{ name: "lab0" }, { name: "lab1" }], unused: { tarpit: ["9"] }, trusted: ["203.0.113.2"] });
  assert.deepEqual([attacker(), third()], ["taken", "ECONNREFUSED"]);
  await host.ask("wire.stand", trusted("192.0.2.2", 8000));
  await host.ask("wire.stand", trusted("203.0.113.2", 8000));
  assert.equal(attacker(), "ECONNREFUSED");
  await becomes(attacker, (heard) => heard === "taken");
  assert.equal(third(), "ECONNREFUSED");
  await host.ask("wire.stand", unknown("203.0.113.2"));
  const hostile = { standings: [{ network: "203.0.113.2", state: "hostile", forMs: 60_000 } as const] };
  assert.deepEqual(await host.ask("wire.stand", hostile), { refused: ["203.0.113.2"] });
  assert.equal(third(), "ECONNREFUSED", "the configuration is stronger");
});

test("decoys elsewhere: suspects only, IPv6 as IPv4, and the real service whenever something is missing", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  const attacker = (address = "192.0.2.1") => hears(laboratory, "attacker", [address, 22]);
  const isDecoy = (heard: string) => heard.startsWith("decoy");
  const isReal = (heard: string) => heard.startsWith("real");
  await serve(laboratory, "host", [22, "real"]);
  await host.start();
  const settings = {
    interfaces: [{ name: "lab0" }],
    handOver: [
      { port: 22, address: "203.0.113.2", addressPort: 2222 },
      { port: 22, address: "2001:db8:3::2", addressPort: 2222 },
      { port: 23, address: "127.0.0.1" },
    ],
  };
  const dark = `${(await host.up(settings))["leftOut"]}`;
  assert.match(dark, /port 22 do not reach 203\.0\.113\.2 port 2222: this host forwards nothing \(net\.ipv4\.ip_forward is 0\)/);
  assert.match(dark, /port 23 do not reach 127\.0\.0\.1 port 23: packets from outside never reach a loopback address/);
  await host.down();
  for (const setting of ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]) laboratory.must("host", "sysctl", "-qw", `${setting}=1`);
  const before = laboratory.must("host", "nft", "list", "ruleset");
  assert.match(`${(await host.up(settings))["leftOut"]}`, /port 2222: nobody answers there, so suspects reach the real service/);
  await host.ask("wire.stand", suspect("192.0.2.2"));
  assert.equal(attacker(), "real 192.0.2.2");
  await serve(laboratory, "third", [2222, "decoy"]);
  await host.ask("wire.stand", suspect("2001:db8:1::/64"));
  await host.ask("wire.stand", suspect("2001:db8:1::2"));
  assert.equal(await becomes(attacker, isDecoy), "decoy 198.51.100.1");
  assert.match(await becomes(() => attacker("2001:db8:1::1"), isDecoy), /^decoy 2001:db8:2::1$/);
  assert.match((await host.wire("status")).out, /^Suspects at port 22 reach 203\.0\.113\.2 port 2222\.$/m);
  assert.match(hears(laboratory, "third", ["198.51.100.1", 22]), /^real 203\.0\.113\.2$/);
  await host.ask("wire.stand", unknown("192.0.2.2"));
  await becomes(attacker, isReal);
  await host.ask("wire.stand", suspect("192.0.2.2"));
  await becomes(attacker, isDecoy);
  laboratory.must("host", "nft", "flush", "ruleset");
  assert.equal(await becomes(attacker, isDecoy), "decoy 198.51.100.1", "somebody flushed all rules: they come back");
  assert.match(laboratory.must("host", "nft", "list", "set", "inet", "utsusemi", "alive"), /22 timeout 4s expires/);
  assert.match(laboratory.must("host", "nft", "list", "set", "inet", "utsusemi", "suspects4"), /192\.0\.2\.2 timeout 1m expires/);
  await host.kill();
  assert.equal(await becomes(attacker, isReal), "real 192.0.2.2", "its steward was killed");
  assert.equal(await becomes(() => attacker("2001:db8:1::1"), isReal), "real 2001:db8:1::2");
  const { removed, interfaces } = await host.down();
  assert.deepEqual([removed, interfaces], [["table inet utsusemi"], ["lab0"]]);
  assert.equal(laboratory.must("host", "nft", "list", "ruleset"), before);
});
