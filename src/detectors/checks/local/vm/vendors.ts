import type { Registers } from "../../../views/local-view.ts";
import type { Mark } from "./families.ts";

/** Tables of names by which hypervisors and their makers are known, shared by the checks of this folder. */

/** CPUID 40000000h, EBX ECX EDX, zero bytes at the end cut off. */
export const hypervisorVendors: Readonly<Record<string, string>> = {
  KVMKVMKVM: "KVM",
  "Linux KVM Hv": "KVM",
  TCGTCGTCGTCG: "QEMU TCG",
  XenVMMXenVMM: "Xen",
  VMwareVMware: "VMware",
  "Microsoft Hv": "Hyper-V",
  VBoxVBoxVBox: "VirtualBox",
  "prl hyperv": "Parallels",
  " lrpepyh vr": "Parallels",
  "bhyve bhyve": "bhyve",
  QNXQVMBSQG: "QNX",
  ACRNACRNACRN: "ACRN",
  SRESRESRESRE: "LMHS",
  "Apple VZ": "Apple",
  Jailhouse: "Jailhouse",
  UnisysSpar64: "Unisys s-Par",
  EVMMEVMMEVMM: "Intel KGT",
  OpenBSDVMM58: "OpenBSD vmm",
  HAXMHAXMHAXM: "HAXM",
  LKVMLKVMLKVM: "lkvm",
  "___ NVMM ___": "NetBSD NVMM",
  MiCrOsOfTXtA: "xtaf",
};

/** Four, eight or twelve characters that registers hold, lowest byte first. */
export function textOfRegisters(...registers: readonly number[]): string {
  const bytes = Buffer.alloc(registers.length * 4);
  for (const [index, register] of registers.entries()) bytes.writeUInt32LE(register >>> 0, index * 4);
  return bytes.toString("latin1").replace(/\0+$/, "");
}

export function vendorOf({ ebx, ecx, edx }: Registers): string {
  return textOfRegisters(ebx, ecx, edx).trimEnd();
}

/** What firmware names a machine that is a guest; at the start of a field. Those of clouds rent real machines too: see `metal`. */
export const machineMarks: readonly Mark[] = [
  [/^VMware|^VMW/, "VMware"],
  [/^innotek GmbH|^VirtualBox/, "VirtualBox"],
  [/^QEMU|^Standard PC \(/, "QEMU"],
  [/^KVM|^OpenStack|^KubeVirt|^RHEV|^oVirt|^AHV$|^Nutanix/m, "KVM"],
  [/^Bochs/, "Bochs"],
  [/^Xen|^HVM domU/, "Xen"],
  [/^Parallels/, "Parallels"],
  [/^BHYVE/, "bhyve"],
  [/^Hyper-V|^Virtual Machine$/m, "Hyper-V"],
  [/^Apple Virtualization/, "Apple"],
  [/^Amazon EC2/, "Amazon"],
  [/^Google(?: Compute Engine|$)/m, "Google"],
  [/^DigitalOcean|^Droplet/, "DigitalOcean"],
  [/^Scaleway|^Hetzner|^vServer|^Alibaba Cloud|^Linode|^Vultr|^UpCloud|^Exoscale|^Tencent Cloud|^HUAWEI CLOUD/i, "a cloud"],
];

/** Who a mark speaks of, or undefined. */
export function makerOf(text: string | undefined, marks: readonly Mark[] = machineMarks): string | undefined {
  return text === undefined ? undefined : marks.find(([pattern]) => pattern.test(text))?.[1];
}

/** Clouds' machines without a hypervisor say so in their product name. */
export const metal = /\bmetal\b/i;

/** PCI vendor ids that only virtual devices have. */
export const pciVendors: Readonly<Record<number, string>> = {
  5549: "VMware",
  33006: "VirtualBox",
  6900: "virtio",
  6966: "QEMU",
  4660: "QEMU VGA",
  22611: "Xen",
  5140: "Hyper-V",
  6840: "Parallels",
  64349: "bhyve",
  6880: "Google virtual NIC",
};

/** USB vendor ids of hypervisors' virtual devices. */
export const usbVendors: Readonly<Record<string, string>> = {
  "0e0f": "VMware",
  "80ee": "VirtualBox",
  "0627": "QEMU tablet",
  "46f4": "QEMU storage",
  "203a": "Parallels",
  "1ab8": "Parallels",
};

/** Address blocks (IEEE OUI), and the local prefixes that hypervisors use. */
export const macPrefixes: Readonly<Record<string, string>> = {
  "00:05:69": "VMware",
  "00:0c:29": "VMware",
  "00:1c:14": "VMware",
  "00:50:56": "VMware",
  "08:00:27": "VirtualBox",
  "0a:00:27": "VirtualBox",
  "00:16:3e": "Xen",
  "00:1c:42": "Parallels",
  "00:15:5d": "Hyper-V",
  "00:03:ff": "Virtual PC",
  "00:0f:4b": "Virtual Iron",
  "52:54:00": "QEMU",
  "54:52:00": "QEMU",
  "58:9c:fc": "bhyve",
  "42:01:0a": "Google",
  "bc:24:11": "Proxmox",
};

/** Product names of virtual disks and drives. */
export const diskMarks: readonly Mark[] = [
  [/VBOX (?:HARDDISK|CD-ROM)/, "VirtualBox"],
  [/QEMU (?:HARDDISK|DVD-ROM|NVMe Ctrl|CD-ROM|MICRODRIVE)/, "QEMU"],
  [/VMware,? +(?:Virtual|SATA|IDE|NVME)|Vendor: VMware/i, "VMware"],
  [/Msft +(?:Model: +)?Virtual|Virtual Disk|Virtual HD/, "Hyper-V"],
  [/^VMware\s*$/m, "VMware"],
  [/^Virtual disk\s*$/m, "VMware"],
  [/^QEMU\s*$/m, "QEMU"],
  [/Amazon Elastic Block Store/, "Amazon"],
  [/Google\s+(?:Model: +)?PersistentDisk|^PersistentDisk|^nvme_card-pd/m, "Google"],
  [/BlockVolume/, "Oracle cloud"],
  [/BHYVE SATA/, "bhyve"],
  [/Parallels|Virtual HDD \[/, "Parallels"],
];

/** OEM ids in the headers of ACPI tables. */
export const acpiMarks: readonly Mark[] = [
  [/^VBOX/, "VirtualBox"],
  [/^VMWARE|^VMW/, "VMware"],
  [/^BOCHS|^QEMU|^BXPC/, "QEMU"],
  [/^Xen/, "Xen"],
  [/^VRTUAL|^MSFTVM|^HYPERV/, "Hyper-V"],
  [/^PRLS/, "Parallels"],
  [/^BHYVE/, "bhyve"],
  [/^FIRECK/, "Firecracker"],
  [/^CLOUDH/, "Cloud Hypervisor"],
  [/^CROSVM/, "crosvm"],
  [/^AMAZON/, "Amazon"],
  [/^GOOGGC|^Google/, "Google"],
];
