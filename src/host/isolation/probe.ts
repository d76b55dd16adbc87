import { writeSync } from "node:fs";
import { REPORT_FD } from "../worker/worker.ts";
import { attempt, attempts, type Targets } from "./attempts.ts";

/**
 * Runs in a process that is started as a worker is, and tries to get out: one line of JSON for each attempt, `[name, why it failed or null]`.
 */
const [secret = "", folder = "", unixSocket = "", tcpPort = "", udpPort = "", addon = ""] = process.argv.slice(2);
const targets: Targets = { secret, folder, unixSocket, tcpPort: Number(tcpPort), udpPort: Number(udpPort), addon, sensorPid: process.ppid };
for (const name of Object.keys(attempts)) {
  const why = await attempt(name, targets);
  writeSync(REPORT_FD, `${JSON.stringify([name, why ?? null])}\n`);
}
process.exit(0);
