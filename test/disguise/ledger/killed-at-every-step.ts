import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { promisify } from "node:util";
import { clean } from "../ledger-rig.ts";

const start = promisify(execFile);
// In memory: thousands of writes are made durable.
const folder = mkdtempSync("/dev/shm/disguise-ledger-");
after(() => clean(folder));

/** Nothing is left to other threads, and the young generation is so large that a copy never collects garbage. */
const ALONE = ["--single-threaded", "--expose-gc", "--min-semi-space-size=64", "--max-semi-space-size=64"];

/** A kill -9 at every step: before and behind every call that changes something, and in the middle of every write. */
export async function killedAtEveryStep(what: "apply" | "revert", which: "files" | "kernel"): Promise<number> {
  const own = mkdtempSync(join(folder, `${what}-${which}-`));
  const shim = join(own, "heap-stays.so");
  execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-o", shim, join(import.meta.dirname, "heap-stays.c")]);
  const server = [process.execPath, ...ALONE, join(import.meta.dirname, "kill-server.ts"), join(own, "host"), what, which];
  const { stdout } = await start("unshare", ["--mount", "--net", "--uts", "--propagation", "private", "--", ...server], {
    env: { ...process.env, LD_PRELOAD: shim },
    timeout: 400_000,
    maxBuffer: 2 ** 26,
  });
  const said: { readonly steps: number; readonly failures: readonly string[] } = JSON.parse(stdout);
  assert.deepEqual(said.failures, []);
  return said.steps;
}
