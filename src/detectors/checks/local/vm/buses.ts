import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { type PciFunction, parsePciDevices, readPciFunctions } from "../../../firmware/pci.ts";
import { type Files, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { excerpt, family, MAX_NAMES, type Mark } from "./families.ts";
import { pciVendors, usbVendors } from "./vendors.ts";

/** Devices on PCI and USB, and the buses that only hypervisors have. */
const { judged, texts, present } = family("buses");
const SYS_PCI = "/sys/bus/pci/devices";

const ids = ({ vendor, device }: Pick<PciFunction, "vendor" | "device">) =>
  [vendor, device].map((id) => id.toString(16).padStart(4, "0")).join(":");

function withPci(files: Files, judge: (functions: readonly PciFunction[]) => Judgement): Judgement {
  const functions = readPciFunctions(files);
  if (typeof functions === "string") return functions === "absent" ? clean(`no ${SYS_PCI}`) : unknown(`${SYS_PCI}: ${functions}`);
  return judge(functions);
}

function judgeVendors(functions: readonly PciFunction[]): Judgement {
  const found = functions.find(({ vendor }) => Object.hasOwn(pciVendors, vendor));
  return found === undefined ? clean(`${functions.length} others`) : shown(`${found.address} ${ids(found)} (${pciVendors[found.vendor]})`);
}

/** Chipsets that left the market two decades ago and live on in emulators. */
const emulatedChipsets: Readonly<Record<string, string>> = {
  "8086:1237": "440FX of QEMU and VirtualBox",
  "8086:7190": "440BX of VMware",
  "8086:7192": "440BX of Hyper-V",
  "8086:7000": "PIIX3",
  "8086:7110": "PIIX4",
  "8086:7113": "PIIX4 ACPI",
  "8086:0d57": "Firecracker",
};

/** Subsystems that emulators give to copies of real chips. */
const emulatedSubsystems: Readonly<Record<number, string>> = { 6900: "QEMU", 5549: "VMware", 33006: "VirtualBox", 6840: "Parallels" };

function usbIds(files: Files): readonly { readonly name: string; readonly vendor: string; readonly maker: string }[] {
  const names = files.list("/sys/bus/usb/devices");
  if (typeof names === "string") return [];
  return names.slice(0, MAX_NAMES).map((name) => ({
    name,
    vendor: lineOf(files, `/sys/bus/usb/devices/${name}/idVendor`)?.toLowerCase() ?? "",
    maker: lineOf(files, `/sys/bus/usb/devices/${name}/manufacturer`) ?? "",
  }));
}

function busCheck({ id, bus, reason, source }: { id: string; bus: string; reason: string; source: string }): Check<LocalView> {
  const path = `/sys/bus/${bus}/devices`;
  return judged({ id, looksAt: path, reason, ratio: 1.4, source }, ({ files }) => {
    const devices = files.list(path);
    if (devices === "absent") return clean("no such bus");
    if (typeof devices === "string") return unknown(`${path}: ${devices}`);
    return devices.length === 0 ? clean("an empty bus") : shown(`${devices.length} devices, ${excerpt(devices[0] ?? "")}`);
  });
}

const inputMarks: readonly Mark[] = [
  [/N: Name="[^"\n]*VMware[^"\n]*"/, "VMware"],
  [/N: Name="VirtualBox[^"\n]*"/, "VirtualBox"],
  [/N: Name="QEMU[^"\n]*"/, "QEMU"],
  [/N: Name="(?:Xen Virtual|Microsoft Vmbus|TPVM)[^"\n]*"/, "Xen or Hyper-V"],
  [/N: Name="spice vdagent[^"\n]*"|N: Name="Parallels[^"\n]*"/, "a hypervisor"],
];

export const busChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.pci.vendor",
      looksAt: `${SYS_PCI}/*/vendor`,
      reason: "A PCI device is of a maker that makes virtual devices only.",
      ratio: 1.4,
      source: "the PCI ID repository; lspci",
    },
    ({ files }) => withPci(files, judgeVendors),
  ),
  judged(
    {
      id: "vm.pci.proc-vendor",
      looksAt: "/proc/bus/pci/devices",
      reason: "The kernel's old list of PCI devices, which lscpu reads, holds a virtual one.",
      ratio: 1.4,
      source: "util-linux, lscpu-virt.c",
    },
    ({ files }) => {
      const text = textOf(files, "/proc/bus/pci/devices");
      if (text !== undefined) return judgeVendors(parsePciDevices(text));
      return files.read("/proc/bus/pci/devices") === "absent" ? clean("no such file") : unknown("not looked at");
    },
  ),
  judged(
    {
      id: "vm.pci.subsystem",
      looksAt: `${SYS_PCI}/*/subsystem_vendor`,
      reason: "A well-known chip carries a hypervisor as its card's maker: an emulated copy.",
      ratio: 1.4,
      source: "QEMU docs/specs/pci-ids",
    },
    ({ files }) =>
      withPci(files, (functions) => {
        const found = functions.find(
          ({ vendor, subsystemVendor = 0 }) => !Object.hasOwn(pciVendors, vendor) && subsystemVendor in emulatedSubsystems,
        );
        if (found === undefined) return clean(`${functions.length} others`);
        return shown(`${found.address} ${ids(found)} (${emulatedSubsystems[found.subsystemVendor ?? 0]})`);
      }),
  ),
  judged(
    {
      id: "vm.pci.chipset",
      looksAt: `${SYS_PCI}, chipset`,
      reason: "The chipset is one that was last sold decades ago, on a processor that it never met.",
      ratio: 1.4,
      source: "QEMU, VMware and VirtualBox machine models; the PCI ID repository",
    },
    ({ files }) =>
      withPci(files, (functions) => {
        const found = functions.map(ids).find((one) => Object.hasOwn(emulatedChipsets, one));
        return found === undefined ? clean(`${functions.length} others`) : shown(`${found} (${emulatedChipsets[found]})`);
      }),
  ),
  judged(
    {
      id: "vm.pci.few-functions",
      looksAt: `${SYS_PCI}, number of functions`,
      reason: "The PCI bus is nearly empty: even small boards have a dozen functions.",
      ratio: 1.2,
      source: "Firecracker, Hyper-V generation 2; own collection",
    },
    ({ files, uname }) =>
      withPci(files, ({ length }) => {
        if (uname?.machine !== "x86_64") return unknown("not known to be a PC");
        return length < 8 ? shown(`${length} functions`) : clean(`${length} functions`);
      }),
  ),
  judged(
    {
      id: "vm.usb.vendor",
      looksAt: "/sys/bus/usb/devices/*/idVendor",
      reason: "A USB device is plugged in that hypervisors invent: a tablet for the pointer, a hub.",
      ratio: 1.4,
      source: "the USB ID repository; lsusb",
    },
    ({ files }) => {
      const names = files.list("/sys/bus/usb/devices");
      if (names === "absent") return clean("no USB");
      if (typeof names === "string") return unknown(`/sys/bus/usb/devices: ${names}`);
      const found = usbIds(files).find(({ vendor, maker }) => Object.hasOwn(usbVendors, vendor) || maker === "QEMU");
      return found === undefined
        ? clean(`${names.length} others`)
        : shown(`${found.name} ${excerpt(found.vendor)} (${usbVendors[found.vendor] ?? "QEMU"})`);
    },
  ),
  busCheck({
    id: "vm.bus.virtio",
    bus: "virtio",
    reason: "There are devices on the bus by which hypervisors offer them without emulating hardware.",
    source: "OASIS virtio 1.2",
  }),
  busCheck({
    id: "vm.bus.vmbus",
    bus: "vmbus",
    reason: "There are devices on Hyper-V's own bus.",
    source: "Linux, drivers/hv",
  }),
  present(
    {
      id: "vm.bus.xen",
      looksAt: "/sys/bus/xen, /sys/bus/xen-backend",
      reason: "The kernel speaks to devices over Xen's bus.",
      ratio: 1.5,
      source: "Metasploit, post/linux/gather/checkvm",
    },
    ["/sys/bus/xen", "/sys/bus/xen-backend"],
  ),
  texts(
    {
      id: "vm.input.devices",
      looksAt: "/proc/bus/input/devices",
      reason: "Keyboard or pointer are those of a hypervisor's console.",
      ratio: 1.4,
      source: "Linux, drivers/input; open-vm-tools; VirtualBox additions",
    },
    ["/proc/bus/input/devices"],
    inputMarks,
  ),
];
