import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { vendorRegisters } from "../../src/detectors/known/local/cpuid.ts";
import { encodeTracerSpec, type TracerSpec } from "../../src/disguise/tracer/tracer-spec.ts";
import { needs } from "../rig/needs.ts";

/** The committed tracer with two specs, and C programs that are compiled for a test. All of it lies in one temporary folder. */
export const vmwareSpec: TracerSpec = {
  cpuid: {
    "1.0": { set: { ecx: 0x8000_0000 } },
    "40000000.0": { to: vendorRegisters("VMwareVMware", 0x4000_0010) },
    "40000010.0": { to: { eax: 2_600_000, ebx: 66_000, ecx: 0, edx: 0 } },
  },
  vmwarePort: {
    "10": { eax: 6, ebx: 0x564d_5868, ecx: 2, edx: 0x5658 },
    "17": { eax: 19, ebx: 0x564d_5868, ecx: 17, edx: 0x5658 },
    "20": { eax: 4096, ebx: 0x564d_5868, ecx: 20, edx: 0x5658 },
    others: { eax: 0xffff_ffff, ebx: 0, ecx: 0, edx: 0 },
  },
};

/** The reverse: no sign of a hypervisor in CPUID. */
const LAST_BASIC_LEAF_IS_NO_NAME = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
export const metalSpec: TracerSpec = {
  cpuid: { "1.0": { clear: { ecx: 0x8000_0000 } }, "40000000.0": { to: LAST_BASIC_LEAF_IS_NO_NAME } },
};

export const folder = mkdtempSync(join(tmpdir(), "utsusemi-traced-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

/** Where every account may run it. */
export const TRACER = join(folder, "tracer");
copyFileSync(join(import.meta.dirname, "..", "..", "kernel", "tracer", "tracer-x64"), TRACER);
chmodSync(TRACER, 0o755);

export const vmware = specFile("vmware", encodeTracerSpec(vmwareSpec));
export const metal = specFile("metal", encodeTracerSpec(metalSpec));

export function specFile(name: string, text: string): string {
  const file = join(folder, `${name}.spec`);
  writeFileSync(file, text);
  return file;
}

/** CPUID can be made to fault here. */
export function needsFaulting(...names: readonly string[]): { readonly skip: string | false } {
  if (arch() !== "x64") return { skip: "the tracer is for x64" };
  if (!/^flags\b.* cpuid_fault\b/m.test(readFileSync("/proc/cpuinfo", "latin1"))) return { skip: "needs CPUID faulting" };
  return needs(...names);
}

export function compile(name: string, ...flags: readonly string[]): string {
  const program = join(folder, name);
  const source = join(import.meta.dirname, "tracer-programs", `${name}.c`);
  const built = spawnSync("gcc", ["-O1", "-Wall", "-Wextra", "-Werror", "-pthread", ...flags, "-o", program, source], { encoding: "utf8" });
  assert.equal(built.status, 0, built.stderr);
  return program;
}

export interface Ran {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Bounded in time; what hangs fails its test. */
export function run(command: readonly string[], { timeoutMs = 20_000 } = {}): Ran {
  const [program = "", ...args] = command;
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "latin1",
    timeout: timeoutMs,
    killSignal: "SIGKILL",
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
  if (error !== undefined) throw error;
  return { status, signal, stdout, stderr };
}

export function traced(spec: string, ...command: readonly string[]): Ran {
  return run([TRACER, spec, "--", ...command]);
}
