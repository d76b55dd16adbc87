import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Figure, median, printFigures, rounded } from "./figure.ts";
import { familyOf, processorMs, proportionalMib } from "./processes.ts";
import { type BenchSensor, startSensor } from "./servers.ts";

/**
 * Measures the second start, when keys, profile draws and the compile cache exist: from starting `utsusemi up` to the first connection that
 * is greeted, and what the idle sensor then holds, all processes together. The port is known beforehand, so a visitor knocks from the start on.
 *
 *     node bench/startup.ts [--quick]
 */
export interface StartCost {
  /** Milliseconds from the start of the command to the first greeting. */
  readonly startMs: number;
  /** Milliseconds of processor until then, all processes. */
  readonly processorMs: number;
}

/** `count` second starts, one after another. */
export async function measureStarts(count: number): Promise<readonly StartCost[]> {
  const state = mkdtempSync(join(tmpdir(), "utsusemi-bench-start-"));
  try {
    const port = await firstStart(state);
    const starts: StartCost[] = [];
    for (let at = 0; at < count; at += 1) starts.push(await timeStart(state, port));
    return starts;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/** MiB of all processes of a sensor that has nothing to do. */
export async function measureIdle(restMs = IDLE_MS): Promise<{ readonly mib: number; readonly workersMib: number }> {
  await using sensor = await startSensor();
  await pause(restMs);
  const family = familyOf(sensor.pid);
  return { mib: proportionalMib(family), workersMib: proportionalMib(family.slice(1)) };
}

/** Makes keys and fills the compile cache; gives a port that was free. */
async function firstStart(state: string): Promise<number> {
  await using sensor = await startSensor({ state });
  return sensor.port;
}

async function timeStart(state: string, port: number): Promise<StartCost> {
  const beganMs = performance.now();
  const starting = startSensor({ state, sshPort: port });
  const greeted = firstGreeting(port).then(() => performance.now() - beganMs);
  await using sensor: BenchSensor = await starting;
  const startMs = await greeted;
  return { startMs, processorMs: familyOf(sensor.pid).reduce((sum, pid) => sum + processorMs(pid), 0) };
}

async function firstGreeting(port: number): Promise<void> {
  const giveUp = performance.now() + LATE_MS;
  while (performance.now() < giveUp) {
    if (await isGreeted(port)) return;
    await pause(KNOCK_MS);
  }
  throw new Error("nobody answers");
}

function isGreeted(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("data", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });
}

const KNOCK_MS = 5;
const LATE_MS = 20_000;
const IDLE_MS = 3_000;

export async function measureStartup(starts: number): Promise<readonly Figure[]> {
  const costs = await measureStarts(starts);
  const { mib, workersMib } = await measureIdle();
  return [
    {
      name: "Second start: from `up` to the first greeting",
      value: Math.round(median(costs.map(({ startMs }) => startMs))),
      unit: "ms",
      wanted: { atMost: 1_000 },
      note: `median of ${starts}, by the clock`,
    },
    {
      name: "Second start: processor",
      value: Math.round(median(costs.map((cost) => cost.processorMs))),
      unit: "ms",
      note: "parent and worker",
    },
    { name: "Idle sensor, all processes (PSS)", value: rounded(mib, 1), unit: "MiB", wanted: { atMost: 150 }, note: "parent and 1 worker" },
    {
      name: "Idle worker, were it alone",
      value: rounded(workersMib, 1),
      unit: "MiB",
      note: "most of it are Node's own pages, which the parent shares",
    },
  ];
}

if (import.meta.main) printFigures(await measureStartup(process.argv.includes("--quick") ? 5 : 11));
