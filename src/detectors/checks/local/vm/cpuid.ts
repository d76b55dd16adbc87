import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { textOf } from "../../../views/files.ts";
import type { LocalView, Registers } from "../../../views/local-view.ts";
import { excerpt, family, type Mark, markIn } from "./families.ts";
import { hypervisorVendors, textOfRegisters, vendorOf } from "./vendors.ts";

/** What the processor says of itself: CPUID, and the kernel's copy of it in /proc/cpuinfo. */
const { judged, texts } = family("cpuid");
const CPUINFO = ["/proc/cpuinfo"];
const LINUX = "Linux, arch/x86/kernel/cpu/hypervisor.c";

export const leafOf = ({ instructions }: LocalView, leaf: string): Registers | undefined => instructions?.cpuid[leaf];

/** Leaf 1, ECX bit 31: not used by processors, set by hypervisors. */
export function hypervisorBit(view: LocalView): boolean | undefined {
  const leaf = leafOf(view, "1.0");
  return leaf === undefined ? undefined : leaf.ecx >>> 31 === 1;
}

/** What leaf 40000000h names; undefined: not asked, or no leaf of a hypervisor (processors answer it with another leaf's contents). */
export function hypervisorVendor(view: LocalView): string | undefined {
  const leaf = leafOf(view, "40000000.0");
  if (leaf === undefined) return undefined;
  const name = vendorOf(leaf);
  const known = Object.hasOwn(hypervisorVendors, name);
  return known || (hypervisorBit(view) === true && name !== "") ? name : undefined;
}

/** Who is known by that name. */
export function hypervisorOf(view: LocalView): string | undefined {
  const name = hypervisorVendor(view);
  return name !== undefined && Object.hasOwn(hypervisorVendors, name) ? hypervisorVendors[name] : undefined;
}

export function brandOf(view: LocalView): string | undefined {
  const leaves = ["80000002.0", "80000003.0", "80000004.0"].map((leaf) => leafOf(view, leaf));
  const registers = leaves.flatMap((one) => (one === undefined ? [] : [one.eax, one.ebx, one.ecx, one.edx]));
  return registers.length < 12 ? undefined : textOfRegisters(...registers).trim();
}

export const modelName = (text: string | undefined) => /^model name\s*: ([^\n]{1,200})$/m.exec(text ?? "")?.[1]?.trim();

const brandMarks: readonly Mark[] = [
  [/QEMU Virtual CPU|QEMU TCG/, "QEMU"],
  [/Common (?:KVM|32-bit KVM) processor/, "KVM"],
  [/Virtual (?:CPU|Apple)|VirtualApple/, "a hypervisor"],
];

/** Names of QEMU's processor models and of providers that hide the number; a processor that was sold has one. */
const genericBrand =
  /^(?:Intel(?:\(R\))? Xeon(?:\(R\))? (?:Processor|CPU)(?: @| \(|$)|Intel Core Processor|AMD EPYC(?:-[A-Za-z]+)?(?: Processor|$)|AMD Opteron \d+ \(Gen)/;

/** Family, model and stepping in leaf 1, EAX, of models that emulators invented: qemu64, kvm64, qemu32. */
const emulatedSignatures: Readonly<Record<number, string>> = { 397233: "qemu64", 3937: "kvm64", 1635: "qemu32", 1752: "coreduo of QEMU" };

function withHypervisor(view: LocalView, judge: (leaf: Registers, name: string) => Judgement): Judgement {
  const [bit, leaf] = [hypervisorBit(view), leafOf(view, "40000000.0")];
  if (bit === undefined || leaf === undefined) return unknown("CPUID was not asked");
  return bit ? judge(leaf, vendorOf(leaf)) : clean("no hypervisor bit");
}

export const cpuidChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.cpuid.hypervisor-bit",
      looksAt: "CPUID 1, ECX bit 31",
      reason: "The bit that processors keep clear for hypervisors to set is set.",
      ratio: 1.4,
      source: LINUX,
    },
    (view) => {
      const bit = hypervisorBit(view);
      if (bit === undefined) return unknown("CPUID was not asked");
      return bit ? shown("set") : clean("clear");
    },
  ),
  judged(
    {
      id: "vm.cpuid.vendor",
      looksAt: "CPUID 40000000h, EBX ECX EDX",
      reason: "A known hypervisor signs itself in the leaf that is reserved for it.",
      ratio: 1.4,
      source: "systemd src/basic/virt.c; Microsoft TLFS 2.4; Intel SDM vol. 2A, CPUID",
    },
    (view) => {
      if (leafOf(view, "40000000.0") === undefined) return unknown("CPUID was not asked");
      const maker = hypervisorOf(view);
      return maker === undefined ? clean("no known signature") : shown(`"${hypervisorVendor(view)}" (${maker})`);
    },
  ),
  judged(
    {
      id: "vm.cpuid.unknown-vendor",
      looksAt: "CPUID 40000000h, EBX ECX EDX",
      reason: "A hypervisor signs itself with a name that is not known: home-made, or altered to escape tools.",
      ratio: 1.6,
      source: "systemd-detect-virt's vm-other",
    },
    (view) =>
      withHypervisor(view, (_, name) =>
        name === "" || Object.hasOwn(hypervisorVendors, name) ? clean("a known name, or none") : shown(`"${name}"`),
      ),
  ),
  judged(
    {
      id: "vm.cpuid.interface",
      looksAt: "CPUID 40000001h, EAX",
      reason: "The leaf after the signature offers the Hyper-V interface, which other hypervisors imitate for Windows guests.",
      ratio: 1.3,
      source: "Microsoft TLFS 2.4.2, Hv#1",
    },
    (view) => {
      const leaf = leafOf(view, "40000001.0");
      if (leaf === undefined) return unknown("CPUID was not asked");
      return textOfRegisters(leaf.eax) === "Hv#1" ? shown("Hv#1") : clean("no such interface");
    },
  ),
  judged(
    {
      id: "vm.cpuid.second-vendor",
      looksAt: "CPUID 40000100h, EBX ECX EDX",
      reason: "A second hypervisor signs itself behind the first, as Xen and KVM do below Hyper-V's interface.",
      ratio: 1.5,
      source: "Linux, arch/x86/include/asm/cpuid: bases at multiples of 100h",
    },
    (view) => {
      const leaf = leafOf(view, "40000100.0");
      if (leaf === undefined) return unknown("CPUID was not asked");
      const name = vendorOf(leaf);
      return Object.hasOwn(hypervisorVendors, name) ? shown(`"${name}"`) : clean("no known signature");
    },
  ),
  judged(
    {
      id: "vm.cpuid.frequency-leaf",
      looksAt: "CPUID 40000010h, EAX",
      reason: "A hypervisor tells the rate of its time stamp counter in a leaf that VMware invented.",
      ratio: 1.4,
      source: "VMware KB 1009458; Linux, arch/x86/kernel/cpu/vmware.c",
    },
    (view) =>
      withHypervisor(view, ({ eax: last }) => {
        const leaf = leafOf(view, "40000010.0");
        if (leaf === undefined) return unknown("the leaf was not asked");
        const inRange = last >>> 0 >= 0x4000_0010 && last >>> 0 <= 0x4000_ffff;
        const khz = leaf.eax >>> 0;
        return inRange && khz >= 200_000 && khz <= 10_000_000 ? shown(`${khz} kHz`) : clean("no such leaf");
      }),
  ),
  judged(
    {
      id: "vm.cpuid.brand",
      looksAt: "CPUID 80000002h to 80000004h",
      reason: "The processor's brand is that of an emulated one.",
      ratio: 1.6,
      source: "QEMU, target/i386/cpu.c",
    },
    (view) => {
      const brand = brandOf(view);
      if (brand === undefined) return unknown("the brand was not asked");
      const found = markIn(brand, brandMarks);
      return found === undefined ? clean(`"${excerpt(brand)}"`) : shown(found);
    },
  ),
  judged(
    {
      id: "vm.cpuid.generic-brand",
      looksAt: "brand of the processor (CPUID 80000002h, /proc/cpuinfo)",
      reason: "The processor's brand has no model number, which no processor that was sold lacks.",
      ratio: 1.3,
      source: "QEMU's named models; Firecracker's CPU templates; Google Cloud",
    },
    (view) => {
      const brand = brandOf(view) ?? modelName(textOf(view.files, "/proc/cpuinfo"));
      if (brand === undefined) return unknown("no brand is known");
      return genericBrand.test(brand) ? shown(`"${excerpt(brand)}"`) : clean(`"${excerpt(brand)}"`);
    },
  ),
  judged(
    {
      id: "vm.cpuid.emulated-model",
      looksAt: "CPUID 1, EAX",
      reason: "Family, model and stepping are those that emulators give to the processor they invent.",
      ratio: 1.3,
      source: "QEMU, target/i386/cpu.c, models qemu64, kvm64, qemu32",
    },
    (view) => {
      const leaf = leafOf(view, "1.0");
      if (leaf === undefined) return unknown("CPUID was not asked");
      const signature = (leaf.eax & 0x0fff_3fff) >>> 0;
      const model = emulatedSignatures[signature];
      return model === undefined ? clean(`${signature.toString(16)}h`) : shown(`${signature.toString(16)}h, ${model}`);
    },
  ),
  judged(
    {
      id: "vm.cpuid.xen-prefix",
      looksAt: "CPUID behind the invalid instruction and the letters xen",
      reason: "Xen emulates CPUID for paravirtual guests behind an instruction that is invalid everywhere else.",
      ratio: 1.6,
      source: "Xen public/arch-x86/xen.h, XEN_EMULATE_PREFIX",
    },
    ({ instructions }) => {
      const answer = instructions?.xenCpuid;
      if (answer === undefined) return unknown("not tried");
      return answer === "fault" ? clean("an invalid instruction") : shown(`"${vendorOf(answer)}"`);
    },
  ),
  texts(
    {
      id: "vm.cpuinfo.flag",
      looksAt: "/proc/cpuinfo, flags",
      reason: "The kernel lists the hypervisor flag among the processor's features.",
      ratio: 1.4,
      source: "Linux, arch/x86/include/asm/cpufeatures.h",
    },
    CPUINFO,
    [[/\bhypervisor\b/, "a flag of hypervisors"]],
  ),
  texts(
    {
      id: "vm.cpuinfo.model-name",
      looksAt: "/proc/cpuinfo, vendor and model name",
      reason: "The kernel names a processor that exists in software only.",
      ratio: 1.6,
      source: "virt-what; Ansible facts; ohai",
    },
    CPUINFO,
    [
      [/^(?:model name|vendor_id)\s*:[^\n]*(?:QEMU|KVM)/m, "QEMU or KVM"],
      [/^(?:model name|vendor_id)\s*:[^\n]*(?:User Mode Linux|UML)/m, "User Mode Linux"],
      [/^model name\s*:[^\n]*Virtual/m, "a hypervisor"],
    ],
  ),
  texts(
    {
      id: "vm.cpuinfo.microcode",
      looksAt: "/proc/cpuinfo, microcode",
      reason: "The processor's microcode has the revision that hypervisors make up: one, or all ones.",
      ratio: 1.3,
      source: "KVM, MSR_IA32_UCODE_REV; Hyper-V",
    },
    CPUINFO,
    [[/^microcode\s*: 0x(?:1|ffffffff|1000065)$/m, "made up"]],
  ),
];
