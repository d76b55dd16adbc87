import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sitePersona } from "../src/daemon/site.ts";
import { startTestSensor } from "../test/rig/sensor.ts";

/**
 * Measures what an idle visitor costs: resident memory of the worker for each of COUNT sockets that were greeted and say nothing, beyond
 * what a bare server pays for a bare net.Socket in the same run. With a name and a module, a decoy of the product is measured instead of
 * the small test decoy.
 *
 *     node bench/idle.ts [COUNT] [DECOY MODULE]
 */
const [count = "8000", decoy = "echo", module = fileURLToPath(new URL("../test/rig/test-decoys.ts", import.meta.url))] =
  process.argv.slice(2);
const COUNT = Number(count);
const SETTLE_MS = 3_000;
const SITE = sitePersona("debian-12", { seed: Buffer.alloc(32, 1), wallMs: Date.now() });

const bare = await bareCost();
const hosted = await hostedCost();
console.log(
  JSON.stringify({
    name: `an idle ${decoy} visitor beyond a bare socket`,
    kib: round(hosted - bare),
    bareKib: round(bare),
    hostedKib: round(hosted),
    wanted: "at most 2.5 KiB",
    sockets: COUNT,
    node: process.version,
  }),
);

async function bareCost(): Promise<number> {
  const server = spawn(process.execPath, [fileURLToPath(new URL("bare-entry.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const place: { readonly port: number } = JSON.parse(await firstLine(server));
  const cost = await costOf(server.pid ?? 0, place.port);
  server.kill();
  return cost;
}

async function hostedCost(): Promise<number> {
  const limits = { connections: COUNT + 10, connectionsPerSource: COUNT, session: { idleMs: 600_000 } };
  await using sensor = await startTestSensor({ decoys: { [decoy]: {} }, modules: [module], limits, persona: SITE });
  return await costOf(sensor.host.workers[0] ?? 0, sensor.port(decoy));
}

/** KiB of resident memory for each socket. */
async function costOf(pid: number, port: number): Promise<number> {
  await settle();
  const before = rssKib(pid);
  const load = spawn(process.execPath, [fileURLToPath(new URL("idle-load.ts", import.meta.url)), String(port), String(COUNT)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = await firstLine(load);
  if (said !== "held") throw new Error(said);
  await settle();
  const cost = (rssKib(pid) - before) / COUNT;
  load.kill();
  await once(load, "exit");
  return cost;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no output");
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("ended without a word");
}

function rssKib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

function round(kib: number): number {
  return Math.round(kib * 100) / 100;
}
