import type { Files } from "../../views/files.ts";
import { lineOf } from "../../views/files.ts";
import type { LocalView, Registers } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type Asked, asking, brief } from "./asked.ts";
import { cpuid, hypervisorBit, vendorOf } from "./cpuid.ts";

/**
 * What the kernel itself wrote of its machine when it booted: a line of DMI strings, the hypervisor that it found, and what it boots on. The log
 * is a record, so a log that has these lines is believed. Where it has none, they are foretold from what the processor and the firmware say now;
 * where the two differ (`bootMessages` and `foretoldBootMessages`), somebody changed one of them after the boot.
 */
export interface BootMessages {
  /** `QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2 04/01/2014`; undefined: `DMI not present or invalid.`, or it was not said. */
  readonly dmi?: string;
  /** `KVM`, `VMware`, `Microsoft Hyper-V`, `Xen HVM`. */
  readonly hypervisor?: string;
  /** `bare hardware`, `KVM`, `VMware hypervisor`. */
  readonly bootedOn?: string;
}

const LINES: readonly (readonly [keyof BootMessages, RegExp])[] = [
  ["dmi", /^DMI: (?!Memory slots)(.*)$/],
  ["hypervisor", /^Hypervisor detected: (.*)$/],
  ["bootedOn", /^Booting paravirtualized kernel on (.*)$/],
];

/** What a log says, and undefined where it says nothing of it: it was cleared, or its beginning was overwritten. */
export function bootMessages(log: readonly string[]): BootMessages | undefined {
  const found = LINES.flatMap(([key, pattern]) => {
    const line = log.map((text) => pattern.exec(text)?.[1]).find((text) => text !== undefined);
    return line === undefined ? [] : [[key, line] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Hypervisors that Debian 12's kernel for machines in clouds knows, in its order. The one whose leaves lie highest wins; then the first. */
const HYPERVISORS: readonly Hypervisor[] = [
  { name: "Xen HVM", bootsOn: "Xen HVM", found: (asked) => highestBase(asked, "XenVMMXenVMM", 2) },
  { name: "VMware", bootsOn: "VMware hypervisor", found: vmwareBase },
  { name: "Microsoft Hyper-V", bootsOn: "Hyper-V", found: hyperVBase },
  { name: "KVM", bootsOn: "KVM", found: (asked) => highestBase(asked, "KVMKVMKVM\0\0\0", 0) },
];

interface Hypervisor {
  readonly name: string;
  readonly bootsOn: string;
  /** Its CPUID base; 0: not this one. */
  readonly found: (asked: Asked) => number;
}

/** What this machine's kernel says when it boots, as far as processor and firmware tell. */
export function foretoldBootMessages(view: LocalView): BootMessages {
  return foretold(asking(view));
}

function foretold(asked: Asked): BootMessages {
  const found = HYPERVISORS.map((hypervisor) => ({ hypervisor, base: hypervisor.found(asked) })).filter(({ base }) => base > 0);
  const highest = found.toSorted((one, other) => other.base - one.base)[0]?.hypervisor;
  const dmi = dmiLine(asked.view.files);
  return {
    ...(dmi === undefined ? {} : { dmi }),
    ...(highest === undefined ? {} : { hypervisor: highest.name }),
    bootedOn: highest?.bootsOn ?? "bare hardware",
  };
}

const FIRST_BASE = 0x4000_0000;
const BASE_STEP = 0x100;
const LAST_BASE = 0x4001_0000;

/** The first base with this name and at least so many leaves. A view holds few leaves, so only those that it has are looked at. */
function highestBase(asked: Asked, name: string, leaves: number): number {
  if (!hypervisorBit(asked)) return 0;
  const has = asked.view.instructions?.cpuid ?? {};
  for (let base = FIRST_BASE; base < LAST_BASE; base += BASE_STEP) {
    const leaf: Registers | undefined = has[`${base.toString(16)}.0`];
    if (leaf !== undefined && vendorOf(leaf) === name && (leaves === 0 || leaf.eax - base >= leaves)) return base;
  }
  return 0;
}

/** Without the hypervisor bit a serial number of VMware's is a reason to ask the port; with it, only the CPUID name is. */
function vmwareBase(asked: Asked): number {
  if (hypervisorBit(asked)) return nameAtFirstBase(asked) === "VMwareVMware" ? FIRST_BASE : 0;
  const serial = asked.text("/sys/class/dmi/id/product_serial");
  if (serial?.includes("VMware") !== true) return 0;
  const answer = asked.view.instructions?.vmwarePort["10"];
  if (answer === undefined) asked.lacks("port 0x5658");
  return answer !== undefined && answer !== "fault" && answer.ebx === 0x564d_5868 && answer.eax !== 0xffff_ffff ? 1 : 0;
}

const HYPERV_LEAVES = { least: 0x4000_0005, most: 0x4000_ffff } as const;
/** Leaf 0x40000003 EAX: the hypercall page and the virtual processor's number can be had. */
const HYPERV_NEEDS = 0x60;

function hyperVBase(asked: Asked): number {
  if (!hypervisorBit(asked) || nameAtFirstBase(asked) !== "Microsoft Hv") return 0;
  const { eax } = cpuid(asked, "40000000") ?? { eax: 0 };
  if (eax < HYPERV_LEAVES.least || eax > HYPERV_LEAVES.most) return 0;
  return ((cpuid(asked, "40000003")?.eax ?? 0) & HYPERV_NEEDS) === HYPERV_NEEDS ? FIRST_BASE : 0;
}

function nameAtFirstBase(asked: Asked): string {
  const leaf = cpuid(asked, "40000000");
  return leaf === undefined ? "" : vendorOf(leaf);
}

/** `VENDOR PRODUCT[/BOARD], BIOS VERSION DATE`; a file that is not there is a string that the firmware does not have. */
function dmiLine(files: Files): string | undefined {
  const text = (name: string) => lineOf(files, `/sys/class/dmi/id/${name}`);
  const all = ["sys_vendor", "product_name", "bios_version", "bios_date"].map(text);
  if (all.every((one) => one === undefined)) return undefined;
  const [vendor = "", product = "", version = "", date = ""] = all.map((one) => one ?? "");
  const board = text("board_name");
  return printable(`${vendor} ${product}${board === undefined ? "" : `/${board}`}, BIOS ${version} ${date}`);
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** Words in a DMI line by which a reader knows a virtual machine. */
const VIRTUAL =
  /QEMU|KVM|VMware|VirtualBox|innotek|Xen|HVM domU|Google Compute Engine|Amazon EC2|Virtual Machine|Parallels|OpenStack|Bochs|BHYVE/;

/** dmesg(1), of util-linux, where the log is not for everybody. */
const REFUSAL: KnownVerdict = {
  says: "dmesg: read kernel buffer failed: Operation not permitted",
  sees: "nothing",
  because: ["the kernel's log may not be read"],
  lacking: [],
};

export function kernelBoot(view: LocalView): KnownVerdict {
  const asked = asking(view);
  const logged = view.kernelLog === undefined ? undefined : bootMessages(view.kernelLog);
  if (logged === undefined) asked.lacks("the beginning of the kernel's log");
  const { dmi, hypervisor, bootedOn } = logged ?? foretold(asked);
  if (hypervisor !== undefined) asked.because(`the kernel found ${brief(hypervisor)}`);
  if (bootedOn !== undefined && bootedOn !== "bare hardware") asked.because(`it boots paravirtualized on ${brief(bootedOn)}`);
  if (dmi !== undefined && VIRTUAL.test(dmi)) asked.because(`the firmware is that of ${brief(dmi)}`);
  const lines = [
    ...(dmi === undefined ? [] : [`DMI: ${dmi}`]),
    ...(hypervisor === undefined ? [] : [`Hypervisor detected: ${hypervisor}`]),
    ...(bootedOn === undefined ? [] : [`Booting paravirtualized kernel on ${bootedOn}`]),
  ];
  const { reasons: because, lacking } = asked;
  return { says: lines.join("; "), sees: because.length > 0 ? "virtual-machine" : "nothing", because, lacking };
}

export const kernelBootDetector: KnownDetector<LocalView> = {
  id: "kernel-boot",
  title: "the kernel's own boot messages",
  version: "6.1 (Debian 12, cloud)",
  source: "Linux arch/x86/kernel/cpu/{hypervisor,vmware,mshyperv}.c, arch/x86/kernel/{kvm,paravirt}.c, drivers/firmware/dmi_scan.c",
  runAs: "root",
  judge: (view) => (view.kernelLog === undefined && view.seenBy !== undefined ? REFUSAL : kernelBoot(view)),
};
