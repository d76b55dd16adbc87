import { spawnSync } from "node:child_process";
import { closeSync, openSync, statfsSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";
import { nsPerCall, unlessRefused } from "./batches.ts";
import { driftPpm, monotonicMs, readClocks } from "./clocks.ts";
import type { Measurements } from "./measurement-names.ts";
import { measureReadRate } from "./read-rate.ts";
import { countUnlistedProcesses } from "./unlisted-processes.ts";

/** All that is measured on the live host, in about 0.7 s; nothing else of ours should run meanwhile. */
export async function measureHost(): Promise<Measurements> {
  const from = readClocks();
  const readRate = await measureReadRate();
  const rest = { ...measureFiles(), ...measureStarts(), ...measureProcesses(), ...measureRootFileSystem() };
  const to = readClocks();
  return onlyFinite({
    ...readRate,
    ...rest,
    "clock.wallAgainstMonotonicPpm": [driftPpm(from, to)],
    "clock.monotonicSeconds": [monotonicMs() / 1000],
    "processor.available": [availableParallelism()],
  });
}

/** Size in bytes of the file system that `/` is; undefined: not told. */
export function rootFileSystemBytes(): number | undefined {
  const stats = unlessRefused(() => statfsSync("/"));
  const bytes = stats === undefined ? undefined : stats.blocks * stats.bsize;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function measureRootFileSystem(): Measurements {
  const stats = unlessRefused(() => statfsSync("/"));
  if (stats === undefined) return {};
  return {
    "rootFileSystem.freeBytes": [stats.bfree * stats.bsize],
    "rootFileSystem.files": [stats.files],
    "rootFileSystem.filesUsed": [stats.files - stats.ffree],
    "rootFileSystem.type": [stats.type],
  };
}

function measureFiles(): Measurements {
  const open = () => closeSync(openSync(process.execPath, "r"));
  const samples = unlessRefused(() => Array.from({ length: 40 }, () => nsPerCall(open, 25)));
  return samples === undefined ? {} : { "file.nsPerOpen": samples };
}

function measureStarts(): Measurements {
  const samples: number[] = [];
  for (let start = 0; start < 6; start += 1) {
    const before = monotonicMs();
    const { status } = spawnSync("/bin/true", [], { timeout: 200, stdio: "ignore", env: {} });
    if (status !== 0) return {};
    samples.push(monotonicMs() - before);
  }
  return { "process.msPerStart": samples };
}

function measureProcesses(): Measurements {
  const unlisted = countUnlistedProcesses();
  return { "process.id": [process.pid], ...(unlisted === undefined ? {} : { "process.unlisted": [unlisted] }) };
}

/** A view holds finite numbers only, whatever the host says. */
function onlyFinite(measurements: Measurements): Measurements {
  return Object.fromEntries(Object.entries(measurements).map(([name, samples]) => [name, samples.filter(Number.isFinite)]));
}
