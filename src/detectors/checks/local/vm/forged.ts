import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { contentsOf, readStructures } from "../../../firmware/smbios.ts";
import { memoryBytes } from "../../../firmware/smbios-types.ts";
import { lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { brandOf, hypervisorBit, hypervisorOf, hypervisorVendor, leafOf, modelName } from "./cpuid.ts";
import { excerpt, family, numberIn } from "./families.ts";
import { DMI } from "./firmware-names.ts";
import { processorCount } from "./machine-shape.ts";
import { cardMaker, cards } from "./network.ts";
import { makerOf, metal, vendorOf } from "./vendors.ts";
import { memoryMib, memoryTold, plausibleMemory } from "./vmware-port.ts";

/**
 * Contradictions: two places that a real machine, and a real guest too, fills from one source. Where they differ, somebody changed one of them:
 * the strongest signs of this class, since ordinary virtual machines don't show them.
 */
const { judged } = family("forged");

/** Judges two answers that must be equal. */
function judgeEqual(one: string | undefined, other: string | undefined): Judgement {
  if (one === undefined || other === undefined || one === "" || other === "") return unknown("one of the two is not known");
  return one === other ? clean(`both "${excerpt(one)}"`) : shown(`"${excerpt(one)}" against "${excerpt(other)}"`);
}

const spaced = (text: string | undefined) => text?.replaceAll(/\s+/g, " ").trim();

/** Which hypervisor the firmware names; clouds' real machines name none. */
export function firmwareMaker({ files }: LocalView): string | undefined {
  const [vendor, product] = ["sys_vendor", "product_name"].map((name) => lineOf(files, `${DMI}/${name}`));
  if (metal.test(product ?? "")) return undefined;
  return makerOf(vendor) ?? makerOf(product);
}

/** Hypervisors that machines of these makers run on, by their signature in CPUID; others are not held against each other. */
const runsOn: Readonly<Record<string, readonly string[]>> = {
  VMware: ["VMware", "Hyper-V"],
  VirtualBox: ["VirtualBox", "KVM", "Hyper-V"],
  Parallels: ["Parallels", "Hyper-V", "KVM"],
  Xen: ["Xen", "Hyper-V"],
  bhyve: ["bhyve", "Hyper-V"],
};

const logged = ({ kernelLog }: LocalView) => kernelLog?.find((line) => line.slice(0, 200).includes("Hypervisor detected: "));
const logBegins = ({ kernelLog }: LocalView) => kernelLog?.some((line) => line.slice(0, 200).includes("Linux version ")) === true;

export const forgedChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.forged.bit-without-leaf",
      looksAt: "CPUID 1 against CPUID 40000000h",
      reason: "The hypervisor bit is set, and no hypervisor signs the leaf behind it.",
      ratio: 2,
      source: "Microsoft TLFS 2.4.1",
    },
    (view) => {
      const [bit, leaf] = [hypervisorBit(view), leafOf(view, "40000000.0")];
      if (bit === undefined || leaf === undefined) return unknown("CPUID was not asked");
      if (!bit) return clean("no bit");
      return vendorOf(leaf) === "" ? shown("an empty leaf") : clean(`"${vendorOf(leaf)}"`);
    },
  ),
  judged(
    {
      id: "vm.forged.leaf-without-bit",
      looksAt: "CPUID 40000000h against CPUID 1",
      reason: "A hypervisor signs its leaf, and the bit that announces it is clear.",
      ratio: 3,
      source: "lscpu and virt-what read the leaf, systemd the bit",
    },
    (view) => {
      const bit = hypervisorBit(view);
      if (bit === undefined || leafOf(view, "40000000.0") === undefined) return unknown("CPUID was not asked");
      const maker = hypervisorOf(view);
      return !bit && maker !== undefined ? shown(`"${hypervisorVendor(view)}" without the bit`) : clean("they agree");
    },
  ),
  judged(
    {
      id: "vm.forged.cpuinfo-flag",
      looksAt: "flags of /proc/cpuinfo against CPUID 1",
      reason: "The kernel's flag and the processor's bit disagree on whether there is a hypervisor.",
      ratio: 4,
      source: "own collection",
    },
    (view) => {
      const bit = hypervisorBit(view);
      const flags = /^flags\s*:([^\n]*)$/m.exec(textOf(view.files, "/proc/cpuinfo") ?? "")?.[1];
      if (bit === undefined || flags === undefined) return unknown("one of the two is not known");
      const flag = /\bhypervisor\b/.test(flags);
      return flag === bit
        ? clean(`both ${bit ? "say so" : "say no"}`)
        : shown(`the ${flag ? "flag without the bit" : "bit without the flag"}`);
    },
  ),
  judged(
    {
      id: "vm.forged.brand",
      looksAt: "model name of /proc/cpuinfo against the brand in CPUID",
      reason: "The kernel and the processor give the processor two different names.",
      ratio: 4,
      source: "own collection",
    },
    (view) => judgeEqual(spaced(modelName(textOf(view.files, "/proc/cpuinfo"))), spaced(brandOf(view))),
  ),
  judged(
    {
      id: "vm.forged.port-without-vendor",
      looksAt: "the VMware port against CPUID 40000000h",
      reason: "VMware's port answers a program, and the processor is signed by another hypervisor or by none.",
      ratio: 4,
      source: "Kitazawa and Shinoda, Fake Honeypot; KVM's enable_vmware_backdoor",
    },
    (view) => {
      const told = view.instructions?.vmwarePort["10"];
      if (told === undefined || leafOf(view, "40000000.0") === undefined) return unknown("one of the two was not asked");
      if (told === "fault" || told.ebx >>> 0 !== 0x564d5868) return clean("no answer of VMware");
      const maker = hypervisorOf(view);
      return maker === "VMware" ? clean("both of VMware") : shown(`a processor of ${maker ?? "no hypervisor"}`);
    },
  ),
  judged(
    {
      id: "vm.forged.port-memory",
      looksAt: "memory that the VMware port tells, against /proc/meminfo",
      reason: "What answers VMware's port does not know how much memory this machine has.",
      ratio: 3,
      source: "own collection",
    },
    (view) => {
      const [told, seen] = [memoryTold(view), memoryMib(view)];
      if (view.instructions?.vmwarePort["20"] === undefined || seen === undefined) return unknown("one of the two is not known");
      if (told === undefined) return clean("no answer");
      return plausibleMemory(told, seen) ? clean(`${told} MiB`) : shown(`${told} MiB instead of ${Math.round(seen)}`);
    },
  ),
  judged(
    {
      id: "vm.forged.firmware-without-hypervisor",
      looksAt: `${DMI} against CPUID 1`,
      reason: "The firmware calls this a virtual machine, and the processor knows of no hypervisor.",
      ratio: 4,
      source: "own collection; clouds' machines without hypervisor left out",
    },
    (view) => {
      const [bit, maker] = [hypervisorBit(view), firmwareMaker(view)];
      if (bit === undefined) return unknown("CPUID was not asked");
      if (maker !== undefined && !bit) return shown(`a machine of ${maker}, no hypervisor bit`);
      return lineOf(view.files, `${DMI}/sys_vendor`) === undefined ? unknown("the firmware's names are not known") : clean("they agree");
    },
  ),
  judged(
    {
      id: "vm.forged.firmware-other-hypervisor",
      looksAt: `${DMI} against CPUID 40000000h`,
      reason: "The firmware names one hypervisor and the processor another that never go together.",
      ratio: 3,
      source: "own collection",
    },
    (view) => {
      const [signed, named] = [hypervisorOf(view), firmwareMaker(view)];
      if (leafOf(view, "40000000.0") === undefined || lineOf(view.files, `${DMI}/sys_vendor`) === undefined)
        return unknown("one is not known");
      const allowed = named === undefined || !Object.hasOwn(runsOn, named) ? undefined : runsOn[named];
      const wrong = signed !== undefined && allowed !== undefined && !allowed.includes(signed);
      return wrong ? shown(`${named} on ${signed}`) : clean("they go together");
    },
  ),
  judged(
    {
      id: "vm.forged.firmware-names",
      looksAt: `${DMI} against the SMBIOS table`,
      reason: "The kernel's copy of the machine's names differs from the table that it was copied from.",
      ratio: 4,
      source: "Linux, drivers/firmware/dmi_scan.c",
    },
    ({ files }) => {
      const table = readStructures(files);
      if (typeof table === "string") return unknown(`the table: ${table}`);
      const { systems, bios } = contentsOf(table.structures);
      const pairs: readonly (readonly [string | undefined, string])[] = [
        [systems[0]?.manufacturer, "sys_vendor"],
        [systems[0]?.product, "product_name"],
        [bios[0]?.vendor, "bios_vendor"],
        [bios[0]?.version, "bios_version"],
      ];
      const judgements = pairs.map(([inTable, name]) => judgeEqual(inTable?.trim(), lineOf(files, `${DMI}/${name}`)?.trim()));
      return (
        judgements.find(({ verdict }) => verdict === "shown") ??
        judgements.find(({ verdict }) => verdict === "clean") ??
        unknown("no names")
      );
    },
  ),
  judged(
    {
      id: "vm.forged.processor-count",
      looksAt: "/proc/cpuinfo against /proc/stat",
      reason: "Two lists of the processors have different lengths.",
      ratio: 1.5,
      source: "proc(5); LXCFS adapts both",
    },
    (view) => {
      const listed = processorCount(view);
      const stat = textOf(view.files, "/proc/stat");
      if (listed === undefined || stat === undefined) return unknown("one of the two is not known");
      const counted = stat.match(/^cpu\d{1,5} /gm)?.length ?? 0;
      return counted === listed ? clean(`${listed}`) : shown(`${listed} against ${counted}`);
    },
  ),
  judged(
    {
      id: "vm.forged.card-maker",
      looksAt: "addresses of network cards against the machine's maker",
      reason: "A network card is of one hypervisor and the machine of another maker.",
      ratio: 2,
      source: "own collection",
    },
    (view) => {
      const names = cards(view.files);
      const vendor = lineOf(view.files, `${DMI}/sys_vendor`);
      if (names === undefined || vendor === undefined) return unknown("one of the two is not known");
      const maker = names.map((name) => cardMaker(view.files, name)).find((one) => one !== undefined);
      const wrong = maker !== undefined && strictMakers.has(maker) && firmwareMaker(view) !== maker;
      return wrong ? shown(`a card of ${maker} in a machine of "${excerpt(vendor)}"`) : clean("they go together");
    },
  ),
  judged(
    {
      id: "vm.forged.silent-log",
      looksAt: "kernel log against CPUID",
      reason: "The processor shows a hypervisor that the kernel did not meet when it started.",
      ratio: 3,
      source: "Linux, arch/x86/kernel/cpu/hypervisor.c: known hypervisors are logged",
    },
    (view) => {
      const maker = hypervisorOf(view);
      if (leafOf(view, "40000000.0") === undefined || !logBegins(view)) return unknown("CPUID or the log's beginning is not known");
      if (maker === undefined || !loggedMakers.has(maker)) return clean("none that the kernel would name");
      return logged(view) === undefined ? shown(`${maker} by CPUID, none in the log`) : clean(excerpt(logged(view) ?? ""));
    },
  ),
  judged(
    {
      id: "vm.forged.speed",
      looksAt: "MHz that the VMware port tells, against the time stamp counter",
      reason: "What answers VMware's port does not know how fast this processor is.",
      ratio: 3,
      source: "own collection",
    },
    ({ instructions }) => {
      const answer = instructions?.vmwarePort["1"];
      const hertz = instructions?.tscHz;
      if (answer === undefined || hertz === undefined) return unknown("one of the two is not known");
      if (answer === "fault" || answer.eax >>> 0 === 0xffff_ffff) return clean("no answer");
      const told = answer.eax >>> 0;
      return Math.abs(told - hertz / 1e6) <= hertz / 1e7
        ? clean(`${told} MHz`)
        : shown(`${told} MHz instead of ${Math.round(hertz / 1e6)}`);
    },
  ),
  judged(
    {
      id: "vm.forged.processor-maker",
      looksAt: "vendor_id of /proc/cpuinfo against CPUID 0",
      reason: "The kernel and the processor disagree on who made the processor.",
      ratio: 4,
      source: "own collection",
    },
    (view) => {
      const leaf = leafOf(view, "0.0");
      const maker = leaf === undefined ? undefined : vendorOf({ ...leaf, ecx: leaf.edx, edx: leaf.ecx });
      return judgeEqual(/^vendor_id\s*: ([^\n]{1,40})$/m.exec(textOf(view.files, "/proc/cpuinfo") ?? "")?.[1], maker);
    },
  ),
  judged(
    {
      id: "vm.forged.memory",
      looksAt: "memory modules of the SMBIOS table against /proc/meminfo",
      reason: "The kernel has more memory than all modules together hold.",
      ratio: 2,
      source: "DSP0134 §7.18",
    },
    (view) => {
      const table = readStructures(view.files);
      const kib = numberIn(textOf(view.files, "/proc/meminfo"), /^MemTotal:\s+(\d{1,15}) kB/m);
      if (typeof table === "string" || kib === undefined) return unknown("one of the two is not known");
      const modules = contentsOf(table.structures).memoryDevices.map(memoryBytes);
      const bytes = modules.reduce<number>((sum, one) => sum + (one ?? 0), 0);
      if (bytes === 0) return unknown("the modules' sizes are not known");
      const text = `${Math.round(bytes / 2 ** 20)} MiB of modules, ${Math.round(kib / 1024)} seen`;
      return kib * 1024 > bytes ? shown(text) : clean(text);
    },
  ),
];

/** Makers whose addresses are on no other cards. */
const strictMakers = new Set(["VMware", "VirtualBox", "Parallels"]);
/** Hypervisors that Linux names in its log. */
const loggedMakers = new Set(["KVM", "VMware", "Hyper-V", "Xen", "ACRN", "Jailhouse"]);
