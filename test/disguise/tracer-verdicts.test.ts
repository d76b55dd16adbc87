import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { lscpu } from "../../src/detectors/known/local/lscpu.ts";
import { vmwareCheckvm } from "../../src/detectors/known/local/open-vm-tools.ts";
import { systemdDetectVirt } from "../../src/detectors/known/local/systemd-detect-virt.ts";
import { virtWhat } from "../../src/detectors/known/local/virt-what.ts";
import { parseInstructions } from "../../src/detectors/probes/local/instruction-probe.ts";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import type { Instructions, LocalView, Registers } from "../../src/detectors/views/local-view.ts";
import { forgedInstructions } from "../../src/disguise/tracer/forged-instructions.ts";
import type { TracerSpec } from "../../src/disguise/tracer/tracer-spec.ts";
import { compile, metal, metalSpec, needsFaulting, type Ran, run, traced, vmware, vmwareSpec } from "./tracer-rig.ts";

/** What detection tools say before, under and after the tracer, and that it is what was foretold from this host as it is. */
const PROBE = join(import.meta.dirname, "..", "..", "kernel", "probe", "probe-x64");

type Answers = Readonly<Record<string, string>>;

const TOOLS: Readonly<Record<string, readonly string[]>> = {
  "systemd-detect-virt --vm": ["systemd-detect-virt", "--vm"],
  lscpu: ["lscpu"],
  "virt-what": ["virt-what"],
  "vmware-checkvm": ["vmware-checkvm"],
  "vmware-checkvm -p": ["vmware-checkvm", "-p"],
};

function askTools(ask: (command: readonly string[]) => Ran): Answers {
  return Object.fromEntries(Object.entries(TOOLS).map(([name, command]) => [name, shown(name, ask(command))]));
}

/** Of lscpu only its verdict; vmware-checkvm refuses on standard error. */
function shown(name: string, { stdout, stderr }: Ran): string {
  if (name.startsWith("vmware-checkvm")) return `${stdout}${stderr}`.trimEnd();
  if (name !== "lscpu") return stdout.trimEnd();
  return [...stdout.matchAll(/^(Virtualization|Virtualization type|Hypervisor|Hypervisor vendor): +(.*)$/gm)]
    .map(([, field, value]) => `${field}: ${value}`)
    .join("\n");
}

function foretold(view: LocalView): Answers {
  const checkvm = vmwareCheckvm(view);
  return {
    "systemd-detect-virt --vm": systemdDetectVirt(view, "vm").says,
    lscpu: lscpu(view).lines.join("\n"),
    "virt-what": virtWhat(view).facts.join("\n"),
    "vmware-checkvm": checkvm.says,
    "vmware-checkvm -p": checkvm.product,
  };
}

const tools = needsFaulting("root", "systemd-detect-virt", "lscpu", "virt-what", "vmware-checkvm");

test("before, as VMware, as metal, and after: every tool says what was foretold", tools, async () => {
  const { view } = await takeLocalView();
  const { instructions } = view;
  assert.ok(instructions !== undefined);
  const under = (spec: TracerSpec) => foretold({ ...view, instructions: forgedInstructions(instructions, spec) });
  const before = askTools(run);
  assert.deepEqual(before, foretold(view));

  const asVmware = askTools((command) => traced(vmware, ...command));
  assert.deepEqual(asVmware, under(vmwareSpec));
  assert.equal(asVmware["systemd-detect-virt --vm"], "vmware");
  assert.match(asVmware["lscpu"] ?? "", /Hypervisor vendor: VMware\nVirtualization type: full/);
  assert.match(asVmware["virt-what"] ?? "", /^vmware$/m);
  assert.equal(asVmware["vmware-checkvm"], "VMware software version 6 (good)");

  const asMetal = askTools((command) => traced(metal, ...command));
  assert.deepEqual(asMetal, under(metalSpec));
  assert.equal(asMetal["systemd-detect-virt --vm"], "none");
  assert.equal(asMetal["lscpu"], "");

  assert.deepEqual(askTools(run), before);
});

test("the instruction probe sees the forged leaves, and every other as it is", needsFaulting(), () => {
  const real = parsed(run([PROBE]));
  for (const [file, spec] of [
    [vmware, vmwareSpec],
    [metal, metalSpec],
  ] as const) {
    const foreseen = forgedInstructions(real, spec);
    const seen = parsed(traced(file, PROBE));
    assert.deepEqual(withoutCpu(seen.cpuid), withoutCpu(foreseen.cpuid));
    assert.deepEqual(seen.vmwarePort, foreseen.vmwarePort);
    assert.deepEqual(
      [seen.vmwareHighBandwidth, seen.vmcall, seen.virtualPc, seen.xenCpuid],
      [real.vmwareHighBandwidth, real.vmcall, real.virtualPc, real.xenCpuid],
    );
  }
});

test("a program on each CPU reads that CPU's own APIC id, or what was forged of the rest", needsFaulting("lscpu"), () => {
  for (const cpu of ["0", "1"]) {
    if (run(["taskset", "-c", cpu, "true"]).status !== 0) continue;
    const real = parsed(run(["taskset", "-c", cpu, PROBE]));
    const seen = parsed(traced(vmware, "taskset", "-c", cpu, PROBE));
    assert.deepEqual(seen.cpuid["b.0"], real.cpuid["b.0"]);
    assert.equal(seen.cpuid["1.0"]?.ebx, real.cpuid["1.0"]?.ebx);
  }
});

test("the paper's own sequence: magic number, port, version", needsFaulting("gcc"), () => {
  const program = compile("vmware-question");
  const lines = [
    "564d5868 10 5658 4: 6 564d5868 2 5658",
    "564d5868 10 5658 8: 6 564d5868 2 5658",
    "564d5868 10 5658 2: 564d0006 564d5868 2 5658",
    "564d5868 10 5658 1: 564d5806 564d5868 2 5658",
    "564d5868 99 5658 4: ffffffff 0 63 5658",
    "564d5868 10 5659 4: ffffffff 0 a 5659",
    "12345678 10 5658 4: fault",
    "564d5868 10 70 4: fault",
    "string 0: fault",
    "string 1: fault",
  ];
  assert.deepEqual(traced(vmware, program).stdout.trimEnd().split("\n"), lines);
  for (const { stdout } of [run([program]), traced(metal, program)]) assert.equal(stdout.match(/: fault$/gm)?.length, lines.length, stdout);
});

function parsed(ran: Ran): Instructions {
  const instructions = parseInstructions(ran.stdout);
  assert.ok(instructions !== undefined, ran.stderr);
  return instructions;
}

/** APIC ids differ between CPUs: leaf 1, EBX bits 31 to 24; leaves 0xb and 0x1f, EDX. */
function withoutCpu(cpuid: Instructions["cpuid"]): Instructions["cpuid"] {
  const blind = (key: string, registers: Registers): Registers => ({
    ...registers,
    ...(key === "1.0" ? { ebx: registers.ebx & 0xff_ffff } : {}),
    ...(/^(b|1f)\./.test(key) ? { edx: 0 } : {}),
  });
  return Object.fromEntries(Object.entries(cpuid).map(([key, registers]) => [key, blind(key, registers)]));
}
