import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import test, { type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { buildPacket } from "../../src/patterns/testing/build-packet.ts";
import { Laboratory, type Machine } from "../engine/laboratory.ts";
import { needs } from "../rig/needs.ts";
import { FAMILIES } from "../wire/families.ts";
import { FramePort } from "../wire/frame-port.ts";
import { wireAddress } from "../wire/replayed.ts";
import { StewardHost } from "../wire/steward-host.ts";

/**
 * The steward hangs, or is killed, while the host is dead to one machine, another is handed over to decoys in this host and elsewhere, and a third sees the
 * real services: within five seconds all three see these, by a probe each tenth of a second.
 */
const LIVE = needs("root", "libbpf.so.1", "ip", "nft", "nsenter", "python3");
const LIMIT_MS = 5000;
const WATCHED_MS = 7000;

/** Says its name at each of the ports. */
const SERVER = `
  import { createServer } from "node:net";
  const [name, ...ports] = process.argv.slice(1);
  let left = ports.length;
  for (const port of ports)
    createServer((s) => s.on("error", () => s.destroy()).end(name)).listen(Number(port), "::", () => { left -= 1; if (left === 0) console.log("ready"); });`;

/** A decoy that has itself handed over. */
const DECOY = `
  import { createServer } from "node:net";
  const [module, folder, socket] = process.argv.slice(1);
  const { askListening } = await import(module);
  const server = createServer((s) => s.on("error", () => s.destroy()).end("decoy"));
  server.listen(0, "::", async () => {
    await askListening("wire.hand-over", { port: 22, descriptor: server._handle.fd }, { folder, socket });
    console.log("ready");
  });`;
const ASK = new URL("../../src/steward/client/ask.ts", import.meta.url).href;

/** Asks every address and port each tenth of a second, and tells what was heard within a second. */
const PROBER = `
  import { connect } from "node:net";
  const [ports, ...addresses] = process.argv.slice(1);
  const ask = (host, port) => {
    const at = Date.now();
    let isTold = false;
    const tell = (heard) => { if (!isTold) console.log(JSON.stringify({ at, where: host + " " + port, heard })); isTold = true; s.destroy(); };
    const s = connect({ host, port }).on("data", (bytes) => tell(bytes.toString())).on("error", (error) => tell(error.code)).on("end", () => tell("end"));
    setTimeout(tell, 1000, "silence");
  };
  setInterval(() => { for (const host of addresses) for (const port of ports.split(",")) ask(host, Number(port)); }, 100);`;

interface Probe {
  readonly machine: Machine;
  readonly at: number;
  readonly where: string;
  readonly heard: string;
}

const PORTS = ["22", "80", "2200"];
const REAL = PORTS.map(() => "real");
const REACHED: Readonly<Partial<Record<Machine, (places: (typeof FAMILIES)[number]) => string>>> = {
  attacker: ({ host }) => host,
  third: ({ hostBehind }) => hostBehind,
  router: ({ hostBehind }) => hostBehind,
};
const MACHINES = ["attacker", "third", "router"] as const;

function probing(laboratory: Laboratory): readonly Probe[] {
  const probes: Probe[] = [];
  for (const machine of MACHINES) {
    const addresses = FAMILIES.map((places) => REACHED[machine]?.(places) ?? "");
    const child = laboratory.spawn(machine, process.execPath, "--input-type=module", "-e", PROBER, PORTS.join(), ...addresses);
    createInterface({ input: child.stdout ?? assert.fail() }).on("line", (line) => probes.push({ machine, ...JSON.parse(line) }));
  }
  return probes;
}

/** What was heard last at each port, the same over both versions of IP. */
function last(probes: readonly Probe[], machine: Machine): readonly string[] {
  return PORTS.map((port) => {
    const of = FAMILIES.map((places) => `${REACHED[machine]?.(places)} ${port}`);
    const heard = of.map((where) => probes.findLast((one) => one.machine === machine && one.where === where)?.heard ?? "");
    return [...new Set(heard)].join(" or ");
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !holds(); tries += 1) await sleep(50);
  assert.ok(holds(), what);
}

/** The host is dead to the attacker, and the third machine is handed over at two ports. */
async function everythingAtOnce(laboratory: Laboratory, host: StewardHost): Promise<void> {
  for (const setting of ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]) laboratory.must("host", "sysctl", "-qw", `${setting}=1`);
  await laboratory.start("host", SERVER, "real", ...PORTS);
  await laboratory.start("router", SERVER, "elsewhere", "2200");
  await host.start();
  await host.up({
    interfaces: [{ name: "lab0" }, { name: "lab1" }],
    unused: { tarpit: ["1-1023"] },
    handOver: [
      { port: 2200, address: "198.51.100.254" },
      { port: 2200, address: "2001:db8:2::fe" },
    ],
  });
  await laboratory.start("host", DECOY, ASK, host.folder, host.socket);
  const standings = FAMILIES.map(({ user }) => ({ network: user, state: "hostile", forMs: 600_000 }) as const);
  assert.deepEqual(await host.ask("wire.stand", { standings }), { refused: [] });
}

/** From a moment on, probed for a while: soon everybody reaches the real services, and who always did still does. */
async function everybodyReaches(probes: readonly Probe[], { t, since, what }: Watched): Promise<void> {
  await sleep(WATCHED_MS);
  const after = probes.filter(({ at }) => at >= since);
  for (const machine of MACHINES) {
    const odd = after.filter((one) => one.machine === machine && one.heard !== "real");
    const longest = Math.max(0, ...odd.map(({ at }) => at - since));
    t.diagnostic(`${what}, ${machine}: the last probe that failed began ${longest} ms after`);
    assert.ok(longest < LIMIT_MS, JSON.stringify(odd.slice(-5)));
    assert.deepEqual(last(probes, machine), REAL);
    if (machine === "router") assert.deepEqual(odd, [], "not a single one");
  }
}

interface Watched {
  readonly t: TestContext;
  readonly since: number;
  readonly what: string;
}

test("a steward that hangs, and kill -9: everybody reaches the real services within five seconds", LIVE, async (t) => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  await everythingAtOnce(laboratory, host);
  const port = await FramePort.open(laboratory, ["attacker", "host"], "lab0");
  const probes = probing(laboratory);
  await until("the third is handed over", () => `${last(probes, "third")}` === "decoy,real,elsewhere");
  await until("the others reach the real services", () =>
    (["attacker", "router"] as const).every((one) => `${last(probes, one)}` === `${REAL}`),
  );
  const address = wireAddress("192.0.2.1");
  for (const what of ["stopped", "killed"]) {
    port.send(buildPacket({ protocol: "tcp", family: "ipv4", from: address, to: address, fromPort: 9, toPort: 9, flags: "S" }));
    await until("dead to the attacker", () => `${last(probes, "attacker")}` === "silence,silence,silence");
    await until("the third is handed over", () => `${last(probes, "third")}` === "decoy,real,elsewhere");
    assert.deepEqual(last(probes, "router"), REAL);
    const since = Date.now();
    if (what === "killed") await host.kill();
    else host.stop();
    await everybodyReaches(probes, { t, since, what });
    if (what === "stopped") host.continue();
  }
  await host.down();
});
