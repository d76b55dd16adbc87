import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { execFileSync } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { EngineView } from "./engine-view.ts";
import { until, WireSite } from "./wire-site.ts";

/** Milliseconds from evidence to the state in the engine's map, try by try. */
export interface EvidenceLatency {
  /** A connection to a decoy. */
  readonly touched: readonly number[];
  /** The last of the connections to unused ports that make a scan. */
  readonly scanned: readonly number[];
}

const CONFIGURATION = `
listen: [{ decoy: telnet, address: "::", port: 2323 }]
wire:
  interfaces: [{ name: lab0 }]
  unused: { tarpit: [3000-3031] }
`;
const DECOY = 2323;
/** The first of the ports that make a scan, and how many: 4 may be asked for, 7 more are 35 points, of which time takes a little; 30 are wanted. */
const SCANNED = { first: 3000, count: 11 };

/** Connects from an address to ports, one after the other; tells when the last handshake was complete, by the clock that all processes share. */
const VISITOR = `
  import { connect } from "node:net";
  import { once } from "node:events";
  import { createInterface } from "node:readline";
  for await (const line of createInterface({ input: process.stdin })) {
    const [localAddress, host, ...ports] = line.split(" ");
    for (const port of ports) {
      const socket = connect({ host, port: Number(port), localAddress });
      socket.on("error", (error) => { console.log("error " + error.message); process.exit(1); });
      await once(socket, "connect");
      var at = process.hrtime.bigint();
      setTimeout(() => socket.destroy(), 200);
    }
    console.log(String(at));
  }`;

/** @param tries of each kind, half of them over IPv6, each from a source of its own */
export async function measureEvidence(tries: number): Promise<EvidenceLatency> {
  await using site = await WireSite.start(CONFIGURATION);
  addSources(site, tries * 2);
  await until("the sensor watches", async () => (await site.status()).watchers === 1);
  using engine = new EngineView(site.stewardPid);
  const child = site.laboratory.spawn("attacker", process.execPath, "--input-type=module", "-e", VISITOR);
  const visitor = { child, lines: createInterface({ input: child.stdout ?? assert.fail() }) };
  const ports = Array.from({ length: SCANNED.count }, (_, index) => SCANNED.first + index);
  const [touched, scanned]: [number[], number[]] = [[], []];
  for (let number = 0; number < tries; number += 1) touched.push(await oneTry(visitor, engine, { number, ports: [DECOY] }));
  for (let number = tries; number < tries * 2; number += 1) scanned.push(await oneTry(visitor, engine, { number, ports }));
  return { touched, scanned };
}

interface Try {
  readonly number: number;
  readonly ports: readonly number[];
}

interface Visitor {
  readonly child: ChildProcess;
  readonly lines: Interface;
}

async function oneTry({ child, lines }: Visitor, engine: EngineView, { number, ports }: Try): Promise<number> {
  const source = sourceOf(number);
  const told = new Promise<string>((resolve) => lines.once("line", resolve));
  child.stdin?.write(`${source} ${number % 2 === 0 ? "192.0.2.1" : "2001:db8:1::1"} ${ports.join(" ")}\n`);
  const giveUp = performance.now() + 10_000;
  while (engine.state(keyOf(number)) === "unknown") {
    assert.ok(performance.now() < giveUp, `${source} never became suspect`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const seen = process.hrtime.bigint();
  return Math.max(0, Number(seen - BigInt(await told)) / 1e6);
}

/** IPv4 and IPv6 in turns; each IPv6 source in a network of its own. */
function sourceOf(number: number): string {
  return number % 2 === 0 ? `192.0.3.${number >> 1}` : `2001:db8:100:${number.toString(16)}::2`;
}

function keyOf(number: number): string {
  return number % 2 === 0 ? sourceOf(number) : `${sourceOf(number)}/64`;
}

function addSources({ laboratory }: WireSite, count: number): void {
  const lines = Array.from({ length: count }, (_, number) =>
    number % 2 === 0 ? `address add ${sourceOf(number)}/32 dev lab0` : `address add ${sourceOf(number)}/128 dev lab0 nodad`,
  );
  execFileSync("ip", ["-n", laboratory.name("attacker"), "-batch", "-"], { input: `${lines.join("\n")}\n` });
  for (const network of ["192.0.3.0/24", "2001:db8:100::/48"])
    execFileSync("ip", ["-n", laboratory.name("host"), "route", "add", network, "dev", "lab0"]);
}
