import assert from "node:assert/strict";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Between, frame, tcpFrame } from "../engine/program-run.ts";
import { needs } from "../rig/needs.ts";
import { FramePort } from "../wire/frame-port.ts";
import { readdress } from "../wire/readdress.ts";
import { replayed, wireAddress } from "../wire/replayed.ts";
import { EngineView } from "./engine-view.ts";
import { until, WireSite } from "./wire-site.ts";

/**
 * Packets in another's name, out of a real interface: whatever is sent, a victim who has done nothing and a trusted administrator keep their state.
 * Both are real machines, whose kernels answer what comes back to them.
 */
const LIVE = needs("root", "libbpf.so.1", "ip", "bpftool", "python3", "ss");
const CONFIGURATION = `
listen: [{ decoy: telnet, address: "::", port: 2323 }]
suspicion: { allow: [203.0.113.2, "2001:db8:3::2"], ipv6Prefix: 128, suspectAt: 1, hostileAt: 2 }
wire:
  interfaces: [{ name: lab0 }, { name: lab1 }]
  unused: { tarpit: [3000-3031] }
`;
const HOST = { four: "192.0.2.1", six: "2001:db8:1::1" };
const VICTIM = { four: "203.0.113.77", six: "2001:db8:3::77" };
const TRUSTED = { four: "203.0.113.2", six: "2001:db8:3::2" };
const WAYS: readonly Between[] = [
  [VICTIM.four, HOST.four],
  [TRUSTED.four, HOST.four],
  [VICTIM.six, HOST.six],
  [TRUSTED.six, HOST.six],
];
const [CLIENT, WEB] = [45_678, 80];

const SERVE = `
  import { createServer } from "node:net";
  createServer((socket) => socket.on("error", () => undefined).resume()).listen(${WEB}, "::", () => console.log("ready"));`;
/** A connection from each address of the victim's, held. */
const HOLD = `
  import { connect } from "node:net";
  import { once } from "node:events";
  for (const [localAddress, host] of [["${VICTIM.four}", "198.51.100.1"], ["${VICTIM.six}", "2001:db8:2::1"]])
    await once(connect({ localAddress, host, port: ${WEB}, localPort: ${CLIENT} }), "connect");
  console.log("ready");
  setInterval(() => undefined, 1000);`;

const ODD = ["", "F", "FPU", "SF", "SR", "FSRPAUEC", "U", "P"];

const SHELLSHOCK = "GET /cgi-bin/x HTTP/1.1\r\nUser-Agent: () { :; }; echo\r\n\r\n";

/** All that the engine could take for evidence, from one address to another. */
function forged(between: Between): readonly Buffer[] {
  const ports = Array.from({ length: 60 }, (_, index) => 2990 + index);
  const guess = (index: number) => Math.imul(index + 1, 0x9e37_79b1) >>> 0;
  const segments = ports.flatMap((toPort, index) => {
    const numbers = { sequence: guess(index), acknowledgement: guess(index + 1000) };
    return [
      tcpFrame(between, { toPort, ...numbers }),
      ...["A", "PA", "RA", "R"].map((flags) => tcpFrame(between, { toPort, flags, ...numbers })),
    ];
  });
  const payload = Buffer.from(SHELLSHOCK);
  const inConnection = ["198.51.100.1", "2001:db8:2::1"]
    .filter((host) => host.includes(":") === between[0].includes(":"))
    .flatMap((host) =>
      Array.from({ length: 200 }, (_, index) =>
        tcpFrame([between[0], host], {
          ...{ fromPort: CLIENT, toPort: WEB, flags: "PA", payload },
          ...{ sequence: guess(index), acknowledgement: guess(index + 5000) },
        }),
      ),
    );
  const decoy = ["S", "A", "PA"].map((flags) => tcpFrame(between, { toPort: 2323, flags, acknowledgement: 12_345 }));
  const odd = ODD.flatMap((flags) => [80, 2323, 3000].map((toPort) => tcpFrame(between, { toPort, flags })));
  const ping = frame(between, { protocol: between[0].includes(":") ? 58 : 1, payload: Buffer.alloc(64, 8) });
  return [...segments, ...inConnection, ...decoy, ...odd, ping].map((bytes) => bytes.subarray(14));
}

/** A packet of every shipped pattern, as far as the version has it. */
const RECOGNISED = replayed().filter(({ wanted }) => wanted !== undefined);

function recognised([from, to]: Between): readonly Buffer[] {
  const family = from.includes(":") ? "ipv6" : "ipv4";
  const addresses = { from: wireAddress(from), to: wireAddress(to) };
  return RECOGNISED.filter((one) => one.family === family).map(({ packet }) => readdress(packet, addresses));
}

test(
  "whatever is sent in their names, a victim and a trusted address keep their states; who did it in his own name does not",
  LIVE,
  async () => {
    await using site = await WireSite.start(CONFIGURATION);
    const { laboratory } = site;
    for (const [address, ...more] of [[`${VICTIM.four}/24`], [`${VICTIM.six}/64`, "nodad"]] as const)
      laboratory.must("third", "ip", "address", "add", address, "dev", "lab2", ...more);
    // The forger has the best of chances: the host takes packets from wherever they come.
    for (const name of ["all", "lab0", "lab1"]) laboratory.must("host", "sysctl", "-qw", `net.ipv4.conf.${name}.rp_filter=0`);
    await laboratory.start("host", SERVE);
    await laboratory.start("third", HOLD);
    await until("the sensor watches", async () => (await site.status()).watchers === 1);
    using engine = new EngineView(site.stewardPid);
    const before = await site.states();
    assert.deepEqual(before, { [TRUSTED.four]: "trusted", [TRUSTED.six]: "trusted" });

    const forger = await FramePort.open(laboratory, ["attacker", "host"], "lab0");
    let sent = 0;
    for (const between of WAYS)
      for (const packet of [...forged(between), ...recognised(between)]) {
        forger.send(packet);
        sent += 1;
        // The engine tells only so much of each source in a second.
        if (sent % 50 === 0) await sleep(20);
      }
    const seen = (await site.status()).engine?.counts;
    assert.ok((seen?.synAcks ?? 0) >= 60, `the tarpit answered what was forged: ${JSON.stringify(seen)}`);

    // A single proven contact more than are free is enough here; whatever was told before has been taken by then.
    for (let port = 3000; port < 3006; port += 1) connectOnly(site, { from: "192.0.2.2", to: HOST.four, port });
    await until("the scanner is hostile", async () => (await site.states())["192.0.2.2"] === "hostile");
    site.touch("attacker", { from: "2001:db8:1::2", to: HOST.six, port: 2323 });
    await until("who touched a decoy is hostile", async () => (await site.states())["2001:db8:1::2"] === "hostile");
    // What was forged into the victim's connection is proof where somebody says it in a connection of his own.
    connectOnly(site, { from: "192.0.2.3", to: HOST.four, port: WEB, says: SHELLSHOCK });
    await until("who said what a pattern recognises is hostile", async () => (await site.states())["192.0.2.3"] === "hostile");
    await until("as the engine has it", () => engine.state("192.0.2.2") === "hostile" && engine.state("2001:db8:1::2") === "hostile");

    assert.deepEqual(await site.states(), { ...before, "192.0.2.2": "hostile", "192.0.2.3": "hostile", "2001:db8:1::2": "hostile" });
    for (const address of [...Object.values(VICTIM), ...Object.values(TRUSTED)]) assert.equal(engine.state(address), "unknown", address);
    assert.equal(
      (await site.events("suspicion.changed")).some(({ fields }) => `${Object(fields)["who"]}`.startsWith("203.0.113.")),
      false,
    );
  },
);

interface Visit {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly says?: string;
}

/** A port that accepts and says nothing. */
function connectOnly({ laboratory }: WireSite, { from, to, port, says = "" }: Visit): void {
  laboratory.must("attacker", process.execPath, "--input-type=module", "-e", CONNECT, from, to, `${port}`, says);
}

const CONNECT = `
  import { connect } from "node:net";
  const [localAddress, host, port, says] = process.argv.slice(1);
  const socket = connect({ host, port: Number(port), localAddress, timeout: 20000 }).on("error", () => process.exit(1));
  socket.on("connect", () => (says === "" ? process.exit(0) : socket.end(says, () => setTimeout(() => process.exit(0), 200))));`;
