import type { LocalView } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type Asked, asking, brief } from "./asked.ts";
import { cpuid, vendorOf } from "./cpuid.ts";
import { stringOf, walkTable } from "./dmi-walk.ts";

/**
 * lscpu (util-linux 2.38): the lines about virtualization. The first answer wins: WSL, CPUID (whatever the hypervisor bit says), three names in
 * SMBIOS, then files of /proc. Its question at VMware's port is asked with its registers exchanged and can never be answered; it is left out.
 *
 * With `--sysroot` the tool trusts files only: neither CPUID nor SMBIOS.
 */
export interface LscpuAnswer extends KnownVerdict {
  /** `Hypervisor vendor: KVM`, in the tool's order. */
  readonly lines: readonly string[];
}

interface Virtualization {
  readonly vendor: string;
  readonly type: "none" | "para" | "full" | "container";
  /** What the mainframe calls its hypervisor. */
  readonly hypervisor?: string;
}

export function lscpu(view: LocalView, { sysroot = false }: { readonly sysroot?: boolean } = {}): LscpuAnswer {
  const asked = asking(view);
  const found = wsl(asked) ?? (sysroot ? undefined : fromMachine(asked)) ?? fromFiles(asked);
  const lines = [...featureLine(asked), ...(found === undefined ? [] : linesFor(found))];
  return { lines, says: lines.join("\n") || "nothing", sees: seenAs(found), because: asked.reasons, lacking: asked.lacking };
}

function linesFor({ vendor, type, hypervisor }: Virtualization): readonly string[] {
  const named = hypervisor === undefined ? [] : [`Hypervisor: ${hypervisor}`];
  return [...named, `Hypervisor vendor: ${vendor}`, `Virtualization type: ${type}`];
}

function seenAs(found: Virtualization | undefined): KnownVerdict["sees"] {
  if (found === undefined || found.type === "none") return "nothing";
  return found.type === "container" ? "container" : "virtual-machine";
}

/** What the processor could do for guests of its own, by the flags of the first one. */
function featureLine(asked: Asked): readonly string[] {
  const flags = ` ${field(asked, "flags") ?? ""} `;
  if (flags.includes(" svm ")) return ["Virtualization: AMD-V"];
  return flags.includes(" vmx ") ? ["Virtualization: VT-x"] : [];
}

/** A field of the first processor in /proc/cpuinfo. */
function field(asked: Asked, name: string): string | undefined {
  const lines = asked.text("/proc/cpuinfo")?.split("\n") ?? [];
  const line = lines.find((text) => text.split(":", 1)[0]?.trim() === name);
  return line?.slice(line.indexOf(":") + 1).trim();
}

function wsl(asked: Asked): Virtualization | undefined {
  const [release = ""] = (asked.text("/proc/sys/kernel/osrelease") ?? "").split("\n", 1);
  if (!release.includes("Microsoft")) return undefined;
  asked.because(`/proc/sys/kernel/osrelease is ${brief(release)}`);
  return { vendor: "Windows Subsystem for Linux", type: "container" };
}

function fromMachine(asked: Asked): Virtualization | undefined {
  const vendor = cpuidVendor(asked) ?? dmiVendor(asked);
  return vendor === undefined ? undefined : { vendor, type: vendor === "Xen" ? xenType(asked) : "full" };
}

/** Beginnings of the name in leaf 0x40000000. */
const CPUID_VENDORS: readonly (readonly [beginning: string, vendor: string])[] = [
  ["XenVMMXenVMM", "Xen"],
  ["KVMKVMKVM", "KVM"],
  ["Microsoft Hv", "Microsoft"],
  ["VMwareVMware", "VMware"],
  ["UnisysSpar64", "Unisys s-Par"],
];

function cpuidVendor(asked: Asked): string | undefined {
  const registers = cpuid(asked, "40000000");
  const name = registers === undefined ? "" : vendorOf(registers);
  const found = CPUID_VENDORS.find(([beginning]) => name.startsWith(beginning));
  if (found !== undefined) asked.because(`CPUID leaf 0x40000000 says ${found[0]}`);
  return found?.[1];
}

const TABLE = "/sys/firmware/dmi/tables/DMI";

/** The last structure of each type counts; lengths and numbers of structures are kept in 16 bits. */
function dmiVendor(asked: Asked): string | undefined {
  const table = asked.read(TABLE);
  if (typeof table === "string") return undefined;
  const structures = [...walkTable(table.subarray(0, table.length & 0xffff), (table.length >> 2) & 0xffff)];
  const text = (type: number, at: number) => {
    const one = structures.findLast((structure) => structure.type === type);
    return one === undefined ? "" : (stringOf(one, one.bytes[at] ?? 0) ?? "");
  };
  const found = dmiVendorOf({ vendor: text(0, 4), manufacturer: text(1, 4), product: text(1, 5) });
  if (found !== undefined) asked.because(`the SMBIOS table names ${found}`);
  return found;
}

function dmiVendorOf({
  vendor,
  manufacturer,
  product,
}: Readonly<Record<"vendor" | "manufacturer" | "product", string>>): string | undefined {
  if (manufacturer === "innotek GmbH") return "Innotek GmbH";
  if (manufacturer.includes("HITACHI") && product.includes("LPAR")) return "Hitachi";
  return vendor === "Parallels" ? "Parallels" : undefined;
}

const PARAVIRTUAL = 1 << 5;
const PVH = (1 << 3) | (1 << 8);

/** Bits of Xen's feature word: 5, paravirtual page tables; 3 and 8 together, a PVH guest. */
function xenType(asked: Asked): "para" | "full" {
  const features = /^\s*(?:0[xX])?([0-9a-fA-F]{1,8})/.exec(asked.text("/sys/hypervisor/properties/features") ?? "")?.[1];
  const bits = Number.parseInt(features ?? "0", 16);
  return (bits & PARAVIRTUAL) !== 0 || (bits & PVH) === PVH ? "para" : "full";
}

/** Files of /proc, in the tool's order. */
function fromFiles(asked: Asked): Virtualization | undefined {
  return xen(asked) ?? pciDevice(asked) ?? mainframe(asked) ?? openvz(asked) ?? uml(asked) ?? vserver(asked);
}

function xen(asked: Asked): Virtualization | undefined {
  if (!asked.there("/proc/xen")) return undefined;
  const dom0 = /^\s*control_d(\s|$)/.test(asked.text("/proc/xen/capabilities") ?? "");
  asked.because(`/proc/xen is there${dom0 ? ", and says control_d" : ""}`);
  return { vendor: "Xen", type: dom0 ? "none" : "para" };
}

/** Graphics cards, by vendor and device, in the order in which they are looked for. */
const PCI_DEVICES: readonly (readonly [id: string, vendor: string])[] = [
  ["58530001", "Xen"],
  ["15ad0710", "VMware"],
  ["80eebeef", "Oracle"],
];

/** Reading ends at the first line that is not in the form `bus-and-function id ...`. */
function pciDevice(asked: Asked): Virtualization | undefined {
  const ids: string[] = [];
  for (const line of asked.text("/proc/bus/pci/devices")?.split("\n") ?? []) {
    const id = /^\s*[0-9a-f]{4}\s+([0-9a-f]{8})/i.exec(line)?.[1];
    if (id === undefined) break;
    ids.push(id.toLowerCase());
  }
  const found = PCI_DEVICES.find(([id]) => ids.includes(id));
  if (found === undefined) return undefined;
  asked.because(`/proc/bus/pci/devices has ${found[0]}`);
  return { vendor: found[1], type: "full" };
}

function mainframe(asked: Asked): Virtualization | undefined {
  const sysinfo = asked.text("/proc/sysinfo");
  if (sysinfo === undefined) return undefined;
  const control = sysinfo.split("\n").find((line) => line.includes("Control Program:"));
  const hypervisor =
    control
      ?.slice(control.indexOf(":") + 1)
      .trim()
      .replace(/\s+/g, " ") ?? "PR/SM";
  asked.because(`/proc/sysinfo names ${brief(hypervisor)}`);
  return { vendor: control?.includes("KVM") === true ? "KVM" : "IBM", type: "full", hypervisor };
}

function openvz(asked: Asked): Virtualization | undefined {
  if (!asked.there("/proc/vz") || asked.there("/proc/bc")) return undefined;
  asked.because("/proc/vz is there, /proc/bc is not");
  return { vendor: "Parallels", type: "container" };
}

function uml(asked: Asked): Virtualization | undefined {
  if (field(asked, "model name")?.includes("UML") !== true) return undefined;
  asked.because("the model name in /proc/cpuinfo has UML");
  return { vendor: "User-mode Linux", type: "para" };
}

function vserver(asked: Asked): Virtualization | undefined {
  if (!/^VxID\s*:\s*\d*\s*$/m.test(asked.text("/proc/self/status") ?? "")) return undefined;
  asked.because("/proc/self/status has a VxID");
  return { vendor: "Linux-VServer", type: "container" };
}

export const lscpuDetector: KnownDetector<LocalView> = {
  id: "lscpu",
  title: "lscpu",
  version: "2.38 (Debian 12)",
  source: "lscpu(1); util-linux sys-utils/lscpu-virt.c",
  runAs: "anyone",
  judge: (view) => {
    const { lines: _lines, ...verdict } = lscpu(view);
    return verdict;
  },
};
