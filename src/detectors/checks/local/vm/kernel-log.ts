import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { family, type Mark, markIn } from "./families.ts";
import { acpiMarks, machineMarks } from "./vendors.ts";

/** What the kernel wrote when it met its machine. Lines that a hypervisor's host writes (kvm: ..., vboxdrv: ...) are none of a guest. */
const { judged } = family("kernel-log");
const MAX_LINES = 20_000;
const MAX_LENGTH = 2000;

/** The first line with a mark; unknown when the beginning of the log is lost, since most of these come first. */
export function judgeLog({ kernelLog }: LocalView, marks: readonly Mark[]): Judgement {
  if (kernelLog === undefined) return unknown("the kernel's log could not be read");
  const lines = kernelLog.slice(0, MAX_LINES).map((line) => line.slice(0, MAX_LENGTH));
  const found = lines.map((line) => markIn(line, marks)).find((one) => one !== undefined);
  if (found !== undefined) return shown(found);
  return lines.some((line) => line.includes("Linux version "))
    ? clean(`${lines.length} lines without one`)
    : unknown("the log's beginning is lost");
}

interface Line {
  readonly id: string;
  readonly looksAt: string;
  readonly reason: string;
  readonly ratio: number;
  readonly source: string;
  readonly marks: readonly Mark[];
}

/** Marks that stand at the start of a field, as they stand behind other words in the log. */
function logged(marks: readonly Mark[], behind: string): readonly Mark[] {
  return marks.map(([pattern, of]) => {
    const source = pattern.source.replaceAll("^", "").replaceAll("$", "\\b");
    return [new RegExp(`${behind}(?:${source})`, pattern.ignoreCase ? "i" : ""), of];
  });
}

const lines: readonly Line[] = [
  {
    id: "vm.log.hypervisor",
    looksAt: "kernel log, Hypervisor detected",
    reason: "The kernel wrote which hypervisor it found.",
    ratio: 1.5,
    source: "Linux, arch/x86/kernel/cpu/hypervisor.c",
    marks: [[/Hypervisor detected: [^\n]{1,40}/, "by the kernel"]],
  },
  {
    id: "vm.log.paravirtualized",
    looksAt: "kernel log, Booting paravirtualized kernel",
    reason: "The kernel started for a paravirtual machine instead of bare hardware.",
    ratio: 1.5,
    source: "Linux, arch/x86/kernel/paravirt.c",
    marks: [[/Booting paravirtualized kernel (?:on (?!bare hardware)|with PVH)[^\n]{1,40}/, "by the kernel"]],
  },
  {
    id: "vm.log.clock",
    looksAt: "kernel log, clocks",
    reason: "The kernel took its time from the hypervisor.",
    ratio: 1.4,
    source: "Linux, arch/x86/kernel/{kvmclock,cpu/vmware,cpu/mshyperv}.c",
    marks: [
      [/kvm-clock: (?:Using msrs|cpu \d)/, "KVM"],
      [/vmware: (?:TSC freq|using clock offset|vmware-clock)/, "VMware"],
      [/Hyper-V: (?:Host Build|privilege flags)|hyperv_clocksource/, "Hyper-V"],
      [/Xen version:|installing Xen timer/, "Xen"],
    ],
  },
  {
    id: "vm.log.machine",
    looksAt: "kernel log, DMI",
    reason: "The kernel wrote down a virtual machine's name when it read the firmware.",
    ratio: 1.5,
    source: "Linux, drivers/firmware/dmi_scan.c",
    marks: logged(machineMarks, "^DMI: (?:Microsoft Corporation )?"),
  },
  {
    id: "vm.log.no-machine",
    looksAt: "kernel log, DMI not present",
    reason: "The kernel found no description of its machine, which every PC since 1996 has.",
    ratio: 1.3,
    source: "Linux, drivers/firmware/dmi_scan.c",
    marks: [[/^DMI not present or invalid/, "a microVM"]],
  },
  {
    id: "vm.log.disks",
    looksAt: "kernel log, disks",
    reason: "The kernel greeted a virtual disk or drive.",
    ratio: 1.4,
    source: "Metasploit, post/linux/gather/checkvm",
    marks: [
      [/VBOX (?:HARDDISK|CD-ROM)|vboxbios/, "VirtualBox"],
      [/QEMU (?:HARDDISK|DVD-ROM)/, "QEMU"],
      [/VMware (?:Virtual|PVSCSI)|VMware,? +VMware Virtual/i, "VMware"],
      [/Msft +Virtual/, "Hyper-V"],
      [/virtio_blk virtio\d|\bxen-vbd\b|blkfront:/, "virtio or Xen"],
    ],
  },
  {
    id: "vm.log.acpi",
    looksAt: "kernel log, ACPI tables",
    reason: "The kernel listed ACPI tables that a hypervisor had signed.",
    ratio: 1.4,
    source: "Linux, drivers/acpi/acpica/tbprint.c",
    marks: logged(acpiMarks, "^ACPI: [A-Z0-9]{4} 0x[0-9A-F]+ [0-9A-F]+ \\(v\\d\\d +"),
  },
  {
    id: "vm.log.drivers",
    looksAt: "kernel log, drivers",
    reason: "Drivers announced themselves that only guests load.",
    ratio: 1.4,
    source: "Linux, drivers/{virtio,hv,xen,net/vmxnet3}",
    marks: [
      [/^(?:VMware vmxnet3|vmxnet3 |vmw_pvscsi|vmw_vmci|vmw_balloon|\[drm\] .*vmwgfx)/, "VMware"],
      [/^hv_vmbus: |^hv_netvsc |^hv_balloon: /, "Hyper-V"],
      [/^virtio-pci \d|^virtio-mmio: |^virtio_net virtio\d/, "virtio"],
      [/^vboxguest: |^vboxvideo|^vbg_heartbeat/, "VirtualBox"],
      [/^xen:(?:events|balloon|grant_table)|^xen_netfront/, "Xen"],
    ],
  },
  {
    id: "vm.log.mitigations",
    looksAt: "kernel log, memory encryption of guests",
    reason: "The kernel says that its memory is a guest's, encrypted against its host.",
    ratio: 1.3,
    source: "Linux, arch/x86/mm/mem_encrypt.c, coco/tdx",
    marks: [[/Memory Encryption Features active: [^\n]*(?:SEV|TDX)|^tdx: Guest detected/, "SEV or TDX"]],
  },
];

export const kernelLogChecks: readonly Check<LocalView>[] = lines.map(({ marks, ...description }) =>
  judged(description, (view) => judgeLog(view, marks)),
);
