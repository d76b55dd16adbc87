import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startTestSensor } from "../test/rig/sensor.ts";

/**
 * Measures new connections a second: accepted by the parent, handed to a worker, greeted by a decoy, closed, and told as events. The load
 * runs on the same machine in a process of its own.
 *
 *     node bench/connections.ts [SECONDS]
 */
const SECONDS = Number(process.argv[2] ?? 5);
const AT_ONCE = 64;
const ECHO = fileURLToPath(new URL("../test/rig/test-decoys.ts", import.meta.url));
const LOAD = fileURLToPath(new URL("connection-load.ts", import.meta.url));
const run = promisify(execFile);

for (const workers of [1, 2]) {
  const sensor = await startTestSensor({ decoys: { echo: {} }, modules: [ECHO], workers, limits: { connectionsPerSource: 10_000 } });
  const { greeted, failed } = await load(sensor.port("echo"));
  await sensor.stop();
  const closed = sensor.events().filter((event) => event.kind === "connection.close").length;
  report(`connections a second, ${workers} worker${workers > 1 ? "s" : ""}`, { perSecond: Math.round(greeted / SECONDS), failed, closed });
}

async function load(port: number): Promise<{ readonly greeted: number; readonly failed: number }> {
  const { stdout } = await run(process.execPath, [LOAD, String(port), String(AT_ONCE), String(SECONDS)]);
  const result: { greeted: number; failed: number } = JSON.parse(stdout);
  return result;
}

function report(name: string, figures: Readonly<Record<string, number>>): void {
  console.log(JSON.stringify({ name, ...figures, wanted: "at least 4,000", seconds: SECONDS, node: process.version }));
}
