import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import type { Instructions } from "../../src/detectors/views/local-view.ts";
import { instructionsShape } from "../../src/detectors/views/local-view-shape.ts";
import { checkShape } from "../../src/shape/shape.ts";
import { needs } from "../rig/needs.ts";

/** The instruction probe that is committed is what its source compiles to, and it survives whatever its instructions do. */
const PROBE = join(import.meta.dirname, "..", "..", "kernel", "probe");
const BINARY = join(PROBE, "probe-x64");
const onX64 = (...names: readonly string[]) => (arch() === "x64" ? needs(...names) : { skip: "the probe is for x64" });

const folder = mkdtempSync(join(tmpdir(), "utsusemi-probe-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

test("the committed probe is what Debian's gcc makes of its source, in any folder", onX64("gcc"), () => {
  const elsewhere = join(folder, "some other", "folder");
  mkdirSync(elsewhere, { recursive: true });
  for (const file of ["probe.c", "build.sh"]) cpSync(join(PROBE, file), join(elsewhere, file));
  const built = spawnSync("sh", [join(elsewhere, "build.sh")], { encoding: "utf8", env: { PATH: process.env["PATH"], LANG: "C.UTF-8" } });
  assert.equal(built.status, 0, built.stderr);
  assert.equal(sha256(join(elsewhere, "probe-x64")), sha256(BINARY));
});

test("the probe's source is formatted", needs("clang-format"), () => {
  const run = spawnSync("clang-format", ["--dry-run", "-Werror", join(PROBE, "probe.c")], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
});

test("the probe is small, static, and names no library, path or compiler", () => {
  const bytes = readFileSync(BINARY);
  assert.ok(bytes.length < 16_384, `${bytes.length} bytes`);
  assert.doesNotMatch(bytes.toString("latin1"), /GCC|\.so|\/work|\/tmp|\/home|interp|build-id/);
});

test("the probe prints what this processor answers", onX64(), () => {
  const said = run(BINARY);
  const vendor = said.cpuid["0.0"];
  assert.ok(vendor !== undefined);
  assert.ok(readFileSync("/proc/cpuinfo", "latin1").includes(registersText([vendor.ebx, vendor.edx, vendor.ecx])));
  assert.equal((said.cpuid["1.0"]?.ecx ?? 0) >>> 31 === 1, /^flags\b.* hypervisor\b/m.test(readFileSync("/proc/cpuinfo", "latin1")));
  assert.deepEqual(Object.keys(said.vmwarePort), ["1", "10", "17", "20", "23", "30", "45", "46", "68"]);
  assert.deepEqual(Object.keys(said.rdpmc), ["10000", "10001", "10002"]);
  assert.ok(said.cpuidCycles.length > 90 && said.plainCycles.length > 90);
  assert.ok(median(said.cpuidCycles) > median(said.plainCycles));
  assert.ok(said.tscHz !== undefined && said.tscHz > 5e8 && said.tscHz < 1e10, `${said.tscHz}`);
});

test("the brand of CPUID is the kernel's model name", onX64(), () => {
  const { cpuid } = run(BINARY);
  const brand = ["80000002.0", "80000003.0", "80000004.0"].flatMap((leaf) => {
    const { eax = 0, ebx = 0, ecx = 0, edx = 0 } = cpuid[leaf] ?? {};
    return [eax, ebx, ecx, edx];
  });
  const name = /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "latin1"))?.[1];
  assert.equal(registersText(brand).replace(/\0.*/s, "").trim(), name?.trim());
});

test("where every CPUID faults, the rest is still told", onX64(), () => {
  const said = run(spoilt("0fa2", "0f0b", "no-cpuid"));
  assert.deepEqual(said.cpuid, {});
  assert.deepEqual(said.cpuidCycles, []);
  assert.ok(said.plainCycles.length > 90);
  assert.equal(said.vmwarePort["10"] === undefined, false);
});

test("where every RDTSC faults, there are no cycles and no rate, and all the rest", onX64(), () => {
  const said = run(spoilt("0f31", "0f0b", "no-rdtsc"));
  assert.deepEqual([said.cpuidCycles, said.plainCycles, said.tscHz], [[], [], undefined]);
  assert.ok(said.cpuid["1.0"] !== undefined);
});

test("a parent that ignores and blocks signals, a closed input, and no environment change nothing", onX64(), () => {
  const ran = spawnSync("sh", ["-c", `trap "" ALRM SEGV ILL BUS; exec "${BINARY}" <&-`], { encoding: "utf8", env: {} });
  assert.equal(ran.status, 0);
  assert.ok(parsed(ran.stdout).cpuid["1.0"] !== undefined);
});

test("a probe that nobody reads ends by itself", onX64(), () => {
  const ran = spawnSync("sh", ["-c", `"${BINARY}" >&-; echo $?`], { encoding: "utf8", timeout: 5000 });
  assert.equal(ran.stdout, "4\n");
});

test("a machine that answers the port as VMware does is heard", onX64("gcc"), () => {
  const tracer = join(folder, "vmware-port");
  const built = spawnSync("gcc", ["-O1", "-Wall", "-Werror", "-o", tracer, join(import.meta.dirname, "vmware-port.c")], {
    encoding: "utf8",
  });
  assert.equal(built.status, 0, built.stderr);
  const { vmwarePort, cpuid } = run(tracer, [BINARY]);
  assert.deepEqual(vmwarePort["10"], { eax: 6, ebx: 0x564d5868, ecx: 2, edx: 0x5658 });
  assert.deepEqual(vmwarePort["20"], { eax: 4096, ebx: ~0x564d5868 >>> 0, ecx: 20, edx: 0x5658 });
  assert.equal(Object(vmwarePort["30"]).eax, 0xffff_ffff);
  assert.ok(cpuid["1.0"] !== undefined);
});

function run(program: string, args: readonly string[] = []): Instructions {
  const ran = spawnSync(program, args, { encoding: "utf8", timeout: 5000 });
  assert.equal(ran.status, 0, `${program}: ${ran.status} ${ran.signal} ${ran.stderr}`);
  return parsed(ran.stdout);
}

function parsed(text: string): Instructions {
  const { value, problems } = checkShape(instructionsShape, JSON.parse(text));
  assert.deepEqual(problems, []);
  assert.ok(value !== undefined);
  return value;
}

/** The probe with each of these instructions made one that is invalid. */
function spoilt(instruction: string, by: string, name: string): string {
  const file = join(folder, name);
  const before = readFileSync(BINARY);
  const spoiltBytes = Buffer.from(before.toString("latin1").replaceAll(latin1(instruction), latin1(by)), "latin1");
  assert.ok(!spoiltBytes.equals(before));
  writeFileSync(file, spoiltBytes);
  chmodSync(file, 0o755);
  return file;
}

const latin1 = (hex: string) => Buffer.from(hex, "hex").toString("latin1");

function registersText(registers: readonly number[]): string {
  const bytes = Buffer.alloc(registers.length * 4);
  for (const [index, register] of registers.entries()) bytes.writeUInt32LE(register, index * 4);
  return bytes.toString("latin1");
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
