import { type PciFunction, readPciFunctions } from "../../firmware/pci.ts";
import type { LocalView } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type Asked, asking, brief } from "./asked.ts";
import { dmidecodeText, readDmi } from "./dmidecode.ts";
import { lscpu } from "./lscpu.ts";

/**
 * Metasploit's post/linux/gather/checkvm: searches the output of nine programs and files for words, one after the other; the first that has one
 * decides, and within it the first word of its list. It is crude, so some metal is called a machine (any module with "vmw" in its name; lscpu's line
 * on a fault of Intel's processors that says "KVM"). Debian has no Metasploit: this is predicted only.
 */
type Words = readonly (readonly [RegExp, string])[];

const FIRMWARE: Words = [
  [/microsoft corporation/i, "MS Hyper-V"],
  [/vmware/i, "VMware"],
  [/virtualbox/i, "VirtualBox"],
  [/qemu/i, "Qemu/KVM"],
  [/domu/i, "Xen"],
];
const MODULES: Words = [
  [/vboxsf|vboxguest/i, "VirtualBox"],
  [/vmw_ballon|vmxnet|vmw/i, "VMware"],
  [/xen-vbd|xen-vnif/, "Xen"],
  [/virtio_pci|virtio_net/, "Qemu/KVM"],
  [/hv_vmbus|hv_blkvsc|hv_netvsc|hv_utils|hv_storvsc/, "MS Hyper-V"],
];
const SCSI: Words = [
  [/vmware/i, "VMware"],
  [/vbox/i, "VirtualBox"],
];
const IDE: Words = [
  [/vbox/i, "VirtualBox"],
  [/vmware/i, "VMware"],
  [/qemu/i, "Qemu/KVM"],
  [/virtual [vc]d/i, "Hyper-V/Virtual PC"],
];
const PCI: Words = [
  [/vmware/i, "VMware"],
  [/virtualbox/i, "VirtualBox"],
];
const PROCESSOR: Words = [
  [/xen/i, "Xen"],
  [/kvm/i, "KVM"],
  [/microsoft/i, "MS Hyper-V"],
];
const LOG: Words = [
  [/vboxbios|vboxcput|vboxfacp|vboxxsdt|vbox cd-rom|vbox harddisk/i, "VirtualBox"],
  [/vmware virtual ide|vmware pvscsi|vmware virtual platform/i, "VMware"],
  [/xen_mem|xen-vbd/i, "Xen"],
  [/qemu virtual cpu version/i, "Qemu/KVM"],
  [/\/dev\/vmnet/, "VMware"],
];

interface Question {
  readonly of: string;
  readonly text: (asked: Asked) => string;
  readonly words: Words;
}

const QUESTIONS: readonly Question[] = [
  { of: "dmidecode", text: firmwareText, words: FIRMWARE },
  { of: "lsmod", text: (asked) => asked.text("/proc/modules") ?? "", words: MODULES },
  { of: "/proc/scsi/scsi", text: (asked) => asked.text("/proc/scsi/scsi") ?? "", words: SCSI },
  { of: "/proc/ide", text: ideModels, words: IDE },
  { of: "lspci", text: pciNames, words: PCI },
  { of: "/sys/bus", text: (asked) => asked.names("/sys/bus").join("\n"), words: [[/^xen$/m, "Xen"]] },
  { of: "lscpu", text: processorText, words: PROCESSOR },
  { of: "dmesg", text: logText, words: LOG },
];

export function metasploitCheckvm(view: LocalView): KnownVerdict {
  const asked = asking(view);
  const vm = firstAnswer(asked);
  const { reasons: because, lacking } = asked;
  if (vm === undefined) return { says: "This does not appear to be a virtual machine", sees: "nothing", because, lacking };
  return { says: `This appears to be a '${vm}' virtual machine`, sees: "virtual-machine", because, lacking };
}

function firstAnswer(asked: Asked): string | undefined {
  for (const { of, text, words } of QUESTIONS) {
    const output = text(asked);
    for (const [pattern, vm] of words) {
      const word = pattern.exec(output)?.[0];
      if (word === undefined) continue;
      asked.because(`${of} has ${brief(word)}`);
      return vm;
    }
  }
  return undefined;
}

/** Only for root, as the module asks. */
function firmwareText(asked: Asked): string {
  if (asked.view.uid === undefined) asked.lacks("whether the session is root's");
  if (asked.view.uid !== 0) return "";
  const reading = readDmi(asked);
  return reading === undefined ? "" : dmidecodeText(reading);
}

function ideModels(asked: Asked): string {
  const disks = asked.names("/proc/ide").filter((name) => name.startsWith("hd"));
  return disks.map((disk) => asked.text(`/proc/ide/${disk}/model`) ?? "").join("");
}

/** Names of lspci's list that hold one of the words: by vendor, or by vendor and device. */
const VMWARE_VENDORS: readonly number[] = [0x15ad, 0xfffe];
const VIRTUALBOX = { vendor: 0x80ee, devices: [0xbeef, 0xcafe] } as const;

function pciNames(asked: Asked): string {
  const functions = readPciFunctions(asked.view.files);
  if (functions === "unknown") asked.lacks("/sys/bus/pci/devices");
  return typeof functions === "string" ? "" : functions.map(nameOf).join("\n");
}

function nameOf({ vendor, device }: PciFunction): string {
  if (VMWARE_VENDORS.includes(vendor)) return "VMware";
  const isVirtualBox = vendor === VIRTUALBOX.vendor && VIRTUALBOX.devices.some((one) => one === device);
  return isVirtualBox ? "VirtualBox" : "";
}

const VULNERABILITIES = "/sys/devices/system/cpu/vulnerabilities";

/** Of all that lscpu prints, what can hold a name: processor, hypervisor, and the kernel's words on the processor's faults. */
function processorText(asked: Asked): string {
  const { lines, lacking } = lscpu(asked.view);
  for (const one of lacking) asked.lacks(one);
  const models = /^(?:vendor_id|model name)\s*:.*$/gm;
  const processor = (asked.text("/proc/cpuinfo") ?? "").match(models) ?? [];
  const faults = asked.names(VULNERABILITIES).map((name) => asked.text(`${VULNERABILITIES}/${name}`) ?? "");
  return [...processor, ...lines, ...faults].join("\n");
}

function logText(asked: Asked): string {
  if (asked.view.kernelLog === undefined && asked.view.seenBy === undefined) asked.lacks("the kernel's log");
  return asked.view.kernelLog?.join("\n") ?? "";
}

export const metasploitDetector: KnownDetector<LocalView> = {
  id: "metasploit-checkvm",
  title: "Metasploit's post/linux/gather/checkvm",
  version: "master, 2026-03",
  source: "metasploit-framework, modules/post/linux/gather/checkvm.rb",
  runAs: "anyone",
  judge: metasploitCheckvm,
};
