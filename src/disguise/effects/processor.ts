import { lineOf, textOf } from "../../detectors/views/files.ts";
import type { Registers } from "../../detectors/views/local-view.ts";
import { beyondLast } from "../beyond-last.ts";
import type { LeafChange, Site } from "../effect.ts";
import { realPath } from "../real-path.ts";
import { type EffectOf, type Effects, edits, type Host, together, unavailable } from "./effect-of.ts";

/** CPUID, VMware's port, and the kernel's copy of the processor in /proc/cpuinfo. */
const MAGIC = 0x564d_5868;
const PORT = 0x5658;
const HYPERVISOR_BIT = 0x8000_0000;
const NO_ANSWER = 0xffff_ffff;
const zeros: Registers = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

const forX86 =
  (effect: EffectOf): EffectOf =>
  (host) => {
    const machine = host.view.uname?.machine;
    return machine === undefined || /^(?:x86_64|i[3-6]86)$/.test(machine) ? effect(host) : unavailable(`the processor is ${machine}`);
  };

/** Four registers of text, lowest byte first. */
function textRegisters(text: string): Registers {
  const bytes = Buffer.alloc(16);
  bytes.write(text, "latin1");
  return { eax: bytes.readUInt32LE(0), ebx: bytes.readUInt32LE(4), ecx: bytes.readUInt32LE(8), edx: bytes.readUInt32LE(12) };
}

/** The bit, and the leaf that signs it; more leaves where the hypervisor has them. */
function vendor(name: string, last: number, more: (site: Site) => Readonly<Record<string, LeafChange>> = () => ({})): EffectOf {
  const { eax: ebx, ebx: ecx, ecx: edx } = textRegisters(name);
  return forX86(({ site }) => ({
    cpuid: { "1.0": { set: { ecx: HYPERVISOR_BIT } }, "40000000.0": { to: { eax: last, ebx, ecx, edx } }, ...more(site) },
  }));
}

/** VMware's timing leaf; ECX must be 0, or tools would call the hypervisor with an instruction that metal refuses. */
const timing = (site: Site) => ({ "40000010.0": { to: { eax: site.megahertz * 1000, ebx: 66_000, ecx: 0, edx: 0 } } });

/** Beyond its last hypervisor leaf a processor answers with its last basic one, which is Intel's way; AMD's answers zeros. */
const noHypervisor: EffectOf = forX86(({ view }) => {
  const leaves = view.instructions?.cpuid ?? {};
  const upper = Object.keys(leaves).filter((leaf) => /^4[0-9a-f]{7}\./.test(leaf));
  const bare = beyondLast(leaves);
  return {
    cpuid: {
      "1.0": { clear: { ecx: HYPERVISOR_BIT } },
      ...Object.fromEntries([...upper, "40000000.0"].map((leaf) => [leaf, { to: bare }])),
    },
  };
});

/** What a command leaves in the registers that it does not answer in: its own number and the port. */
const told = (command: number, answer: Partial<Registers>): Registers => ({ eax: 0, ebx: MAGIC, ecx: command, edx: PORT, ...answer });

/** Command by command as VMware answers; of what is not listed only EAX is given: no such command. */
function machineAnswers({ memoryMiB, megahertz }: Site): Readonly<Record<string, Registers>> {
  const hertz = BigInt(megahertz) * 1_000_000n;
  return {
    "1": told(1, { eax: megahertz }),
    "17": told(17, { eax: 19 }),
    "20": told(20, { eax: memoryMiB }),
    // The seconds stand still for a prediction; what makes the change fills the time in.
    "23": told(23, { eax: 1_700_000_000, ebx: 0 }),
    "45": told(45, { eax: Number(hertz & 0xffff_ffffn), ebx: Number(hertz >> 32n), ecx: 66_000_000 }),
    "68": told(68, { eax: 1 }),
    others: NO_COMMAND,
  };
}

const NO_COMMAND: Registers = { ...zeros, eax: NO_ANSWER };

const cpuinfo = (change: (text: string, host: Host) => string | undefined) => edits("/proc/cpuinfo", change);

/** Every processor's line of that name, its value replaced. */
function withField(text: string, name: string, value: string): string {
  return text.replaceAll(new RegExp(`^(${name}\\s*: ).*$`, "gm"), (_, head: string) => `${head}${value}`);
}

/** The flag stands between `rdrand` and `lahf_lm`: flags are in the order of their numbers. */
function withFlag(line: string): string {
  if (/\bhypervisor\b/.test(line)) return line;
  return / lahf_lm\b/.test(line) ? line.replace(/ lahf_lm\b/, " hypervisor lahf_lm") : `${line} hypervisor`;
}

function brand(name: string): EffectOf {
  const inCpuinfo = cpuinfo((text) => withField(text, "model name", name));
  const leaves = [0, 1, 2].map((part): [string, LeafChange] => [
    `8000000${part + 2}.0`,
    { to: textRegisters(name.slice(part * 16, part * 16 + 16)) },
  ]);
  return forX86(together(inCpuinfo, () => ({ cpuid: Object.fromEntries(leaves) })));
}

/** Only the first processor's paragraph. */
function first(text: string): string | undefined {
  const end = text.indexOf("\n\n");
  const kept = end < 0 ? text : text.slice(0, end + 2);
  const single = withField(withField(kept, "siblings", "1"), "cpu cores", "1");
  return single === text ? undefined : single;
}

const single: EffectOf = together(
  cpuinfo((text) => first(text)),
  edits("/proc/stat", (text) => text.replaceAll(/^cpu(?!0? )\d+ .*\n/gm, "")),
  ({ view: { files } }) => {
    const path = "/sys/devices/system/cpu/online";
    return lineOf(files, path) === undefined ? {} : { files: { [realPath(files, path)]: "0\n" } };
  },
);

const COWRIE = {
  family: "6",
  model: "23",
  name: "Intel(R) Core(TM)2 Duo CPU     E8200  @ 2.66GHz",
  stepping: "6",
  speed: "2133.304",
  cache: "6144 KB",
} as const;

function asCowrie(text: string): string {
  const values: readonly (readonly [string, string])[] = [
    ["vendor_id", "GenuineIntel"],
    ["cpu family", COWRIE.family],
    ["model", COWRIE.model],
    ["model name", COWRIE.name],
    ["stepping", COWRIE.stepping],
    ["cpu MHz", COWRIE.speed],
    ["cache size", COWRIE.cache],
  ];
  return values.reduce((changed, [name, value]) => withField(changed, name, value), text);
}

const hasHypervisorFlag = ({ view }: Host) => /^flags\s*:.*\bhypervisor\b/m.test(textOf(view.files, "/proc/cpuinfo") ?? "");

export const processorEffects: Effects = {
  "processor.port.version": forX86(() => ({
    vmwarePort: { "10": told(10, { eax: 6, ecx: 2 }), others: NO_COMMAND },
  })),
  "processor.port.machine": forX86(({ site }) => ({ vmwarePort: machineAnswers(site) })),
  "processor.hypervisor-bit": forX86(() => ({ cpuid: { "1.0": { set: { ecx: HYPERVISOR_BIT } } } })),
  "processor.vendor.vmware": vendor("VMwareVMware", 0x4000_0010, timing),
  "processor.vendor.kvm": vendor("KVMKVMKVM", 0x4000_0001, () => ({ "40000001.0": { to: { ...zeros, eax: 0x0100_7efb } } })),
  "processor.vendor.virtualbox": vendor("VBoxVBoxVBox", 0x4000_0006),
  "processor.vendor.hyper-v": vendor("Microsoft Hv", 0x4000_0005, () => ({
    "40000001.0": { to: { ...textRegisters("Hv#1"), ebx: 0, ecx: 0, edx: 0 } },
    "40000003.0": { to: { ...zeros, eax: 0x2e7f } },
  })),
  "processor.vendor.xen": vendor("XenVMMXenVMM", 0x4000_0005, () => ({ "40000001.0": { to: { ...zeros, eax: 0x0004_0011 } } })),
  "processor.vendor.tcg": vendor("TCGTCGTCGTCG", 0x4000_0001),
  "processor.vendor.bhyve": vendor("bhyve bhyve ", 0x4000_0001),
  "processor.no-hypervisor": noHypervisor,
  "processor.brand.qemu": brand("QEMU Virtual CPU version 2.5+"),
  "processor.brand.kvm": brand("Common KVM processor"),
  "processor.flag": forX86(cpuinfo((text) => text.replaceAll(/^flags\s*:.*$/gm, withFlag))),
  "processor.no-flag": forX86((host) =>
    hasHypervisorFlag(host)
      ? cpuinfo((text) => text.replaceAll(/^(flags\s*:.*?) hypervisor\b/gm, "$1"))(host)
      : unavailable("the flag is not set on this host"),
  ),
  "processor.user-mode-linux": together(cpuinfo((text) => withField(withField(text, "vendor_id", "User Mode Linux"), "model name", "UML"))),
  "processor.cowrie": forX86(cpuinfo(asCowrie)),
  "processor.single": single,
};
