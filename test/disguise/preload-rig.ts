import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { preloadEnvironment } from "../../src/disguise/preload/preload.ts";
import { folder, metal, type Ran, run, vmware } from "./tracer-rig.ts";

/** The committed library, and C programs that are compiled for a test, in the folder of the tracer's specs. */
export const LIBRARY = join(folder, "library.so");
copyFileSync(join(import.meta.dirname, "..", "..", "kernel", "preload", "preload-x64.so"), LIBRARY);
chmodSync(LIBRARY, 0o644);

/** Runs a command whose programs load the library; `under` is as `run` but for that. */
export function preloaded(spec: string, ...command: readonly string[]): Ran {
  const variables = Object.entries(preloadEnvironment({ library: LIBRARY, spec })).map(([name, value]) => `${name}=${value}`);
  return run(["env", ...variables, ...command]);
}

export const asVmware = (...command: readonly string[]): Ran => preloaded(vmware, ...command);
export const asMetal = (...command: readonly string[]): Ran => preloaded(metal, ...command);

export function compilePreloaded(name: string, ...flags: readonly string[]): string {
  const program = join(folder, `preloaded-${name}`);
  const source = join(import.meta.dirname, "preload-programs", `${name}.c`);
  const warnings = ["-Wall", "-Wextra", "-Werror", "-Wno-deprecated-declarations"];
  const built = spawnSync("gcc", ["-O1", ...warnings, "-pthread", ...flags, "-o", program, source], { encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
  return program;
}
