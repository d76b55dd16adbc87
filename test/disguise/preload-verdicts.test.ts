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
import { asMetal, asVmware, compilePreloaded } from "./preload-rig.ts";
import { compile, metalSpec, needsFaulting, type Ran, run, vmwareSpec } from "./tracer-rig.ts";

/** What detection tools say before, under and after the library, as root and as nobody, and that it was foretold from this host as it is. */
const PROBE = join(import.meta.dirname, "..", "..", "kernel", "probe", "probe-x64");
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] as const;

type Answers = Readonly<Record<string, string>>;
type Ask = (...command: readonly string[]) => Ran;

const SAYS: Readonly<Record<string, (view: LocalView) => string>> = {
  "systemd-detect-virt --vm": (view) => systemdDetectVirt(view, "vm").says,
  lscpu: (view) => lscpu(view).lines.join("\n"),
  "vmware-checkvm": (view) => vmwareCheckvm(view).says,
  "vmware-checkvm -p": (view) => vmwareCheckvm(view).product,
};
const ROOTS: typeof SAYS = { ...SAYS, "virt-what": (view) => virtWhat(view).facts.join("\n") };

const askTools = (tools: typeof SAYS, ask: Ask): Answers =>
  Object.fromEntries(Object.keys(tools).map((name) => [name, shown(name, ask(...name.split(" ")))]));
const foretold = (tools: typeof SAYS, view: LocalView): Answers =>
  Object.fromEntries(Object.entries(tools).map(([name, says]) => [name, says(view)]));

/** Of lscpu only its verdict; vmware-checkvm refuses on standard error. */
function shown(name: string, { stdout, stderr }: Ran): string {
  if (name.startsWith("vmware-checkvm")) return `${stdout}${stderr}`.trimEnd();
  if (name !== "lscpu") return stdout.trimEnd();
  return [...stdout.matchAll(/^(Virtualization|Virtualization type|Hypervisor|Hypervisor vendor): +(.*)$/gm)]
    .map(([, field, value]) => `${field}: ${value}`)
    .join("\n");
}

const tools = needsFaulting("root", "systemd-detect-virt", "lscpu", "virt-what", "vmware-checkvm", "setpriv");

for (const [who, as, asked, uid] of [
  ["root", [], ROOTS, 0],
  ["nobody", NOBODY, SAYS, 65534],
] as const)
  test(`before, as VMware, as metal, and after: ${who}'s tools say what was foretold`, tools, async () => {
    const { view } = await takeLocalView();
    const { instructions } = view;
    assert.ok(instructions !== undefined);
    const under = (spec: TracerSpec) => foretold(asked, { ...view, uid, instructions: forgedInstructions(instructions, spec) });
    const before = askTools(asked, (...command) => run([...as, ...command]));
    assert.deepEqual(before, foretold(asked, { ...view, uid }));

    const vmware = askTools(asked, (...command) => asVmware(...as, ...command));
    assert.deepEqual(vmware, under(vmwareSpec));
    assert.equal(vmware["systemd-detect-virt --vm"], "vmware");
    assert.match(vmware["lscpu"] ?? "", /Hypervisor vendor: VMware\nVirtualization type: full/);
    assert.equal(vmware["vmware-checkvm"], "VMware software version 6 (good)");

    const metal = askTools(asked, (...command) => asMetal(...as, ...command));
    assert.deepEqual(metal, under(metalSpec));
    assert.equal(metal["systemd-detect-virt --vm"], "none");
    assert.deepEqual(
      askTools(asked, (...command) => run([...as, ...command])),
      before,
    );
  });

test("a static program sees through it: the instruction probe says the same with the library as without", needsFaulting(), () => {
  const real = parsed(run([PROBE]));
  const seen = parsed(asVmware(PROBE));
  assert.deepEqual(seen.cpuid["40000000.0"], real.cpuid["40000000.0"]);
  assert.deepEqual(seen.vmwarePort, real.vmwarePort);
});

test("every leaf that the probe asks of the processor reads in a dynamic program as was foretold", needsFaulting("gcc"), () => {
  const program = compilePreloaded("leaves");
  const real = parsed(run([PROBE]));
  const keys = Object.keys(real.cpuid);
  assert.ok(keys.length > 30);
  for (const [ask, spec] of [
    [asVmware, vmwareSpec],
    [asMetal, metalSpec],
  ] as const) {
    const { cpuid } = forgedInstructions(real, spec);
    const asked = [...new Set([...keys, ...Object.keys(cpuid)])];
    assert.deepEqual(withoutCpu(leavesIn(ask(program, ...asked, ...asked).stdout)), withoutCpu(cpuid));
  }
});

test("a program on each CPU reads that CPU's own APIC id", needsFaulting("gcc", "setpriv"), () => {
  const program = compilePreloaded("leaves");
  for (const cpu of ["0", "1"]) {
    const onCpu = ["taskset", "-c", cpu, program, "b.0", "1.0"] as const;
    if (run(onCpu).status !== 0) continue;
    const real = leavesIn(run(onCpu).stdout);
    const seen = leavesIn(asVmware(...onCpu).stdout);
    assert.deepEqual(seen["b.0"], real["b.0"]);
    assert.equal(seen["1.0"]?.ebx, real["1.0"]?.ebx);
  }
});

test("the paper's own sequence: magic number, port, version", needsFaulting("gcc"), () => {
  const program = compile("vmware-question");
  assert.match(asVmware(program).stdout, /^564d5868 10 5658 4: 6 564d5868 2 5658$/m);
  assert.match(asVmware(program).stdout, /^12345678 10 5658 4: fault$/m);
  const refused = /^(?:.*: fault\n)+$/;
  for (const { stdout } of [run([program]), asMetal(program)]) assert.match(stdout, refused);
});

function leavesIn(text: string): Instructions["cpuid"] {
  const lines = text.trimEnd().split("\n");
  return Object.fromEntries(
    lines.map((line): [string, Registers] => {
      const [key = "", eax, ebx, ecx, edx] = line.split(" ");
      return [key, { eax: Number(eax), ebx: Number(ebx), ecx: Number(ecx), edx: Number(edx) }];
    }),
  );
}

/** Without APIC ids, which tell the CPU that a program happened to be on. */
function withoutCpu(cpuid: Instructions["cpuid"]): Instructions["cpuid"] {
  const without = (key: string, registers: Registers): Registers => {
    if (key === "1.0") return { ...registers, ebx: registers.ebx & 0x00ff_ffff };
    if (/^(?:b|1f)\./.test(key)) return { ...registers, edx: 0 };
    return key === "8000001e.0" ? { ...registers, eax: 0 } : registers;
  };
  return Object.fromEntries(Object.entries(cpuid).map(([key, registers]) => [key, without(key, registers)]));
}

function parsed({ stdout }: Ran): Instructions {
  const instructions = parseInstructions(stdout);
  assert.ok(instructions !== undefined, stdout.slice(0, 200));
  return instructions;
}
