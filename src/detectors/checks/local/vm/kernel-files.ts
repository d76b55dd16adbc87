import { type Check, clean, shown, unknown } from "../../../check.ts";
import { exists, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { excerpt, family, type Mark, markIn, namesIn } from "./families.ts";

/** What the kernel tells of a hypervisor in /proc and /sys. */
const { judged, texts, present } = family("kernel-files");
const CLOCK = "/sys/devices/system/clocksource/clocksource0";
const VULNERABILITIES = "/sys/devices/system/cpu/vulnerabilities";

const regionMarks: readonly Mark[] = [
  [/: (?:VMware|vmxnet|vmwgfx|vmw_)[^\n]{0,40}/i, "VMware"],
  [/: (?:virtio|QEMU|fw_cfg|bochs)[^\n]{0,40}/i, "QEMU or virtio"],
  [/: (?:vboxguest|VirtualBox)[^\n]{0,40}/i, "VirtualBox"],
  [/: (?:xen-platform-pci|Xen|hyperv|vmbus)[^\n]{0,40}/i, "Xen or Hyper-V"],
];

export const kernelFileChecks: readonly Check<LocalView>[] = [
  texts(
    {
      id: "vm.clocksource.current",
      looksAt: `${CLOCK}/current_clocksource`,
      reason: "The kernel keeps time by a hypervisor's clock.",
      ratio: 1.4,
      source: "Linux, Documentation/virt/kvm/x86/timekeeping",
    },
    [`${CLOCK}/current_clocksource`],
    [[/^(?:kvm-clock|xen|hyperv_clocksource[a-z_]*|vmware-clock)/, "a hypervisor's"]],
  ),
  texts(
    {
      id: "vm.clocksource.available",
      looksAt: `${CLOCK}/available_clocksource`,
      reason: "A hypervisor's clock is among those that the kernel could keep time by.",
      ratio: 1.3,
      source: "Linux, arch/x86/kernel/kvmclock.c",
    },
    [`${CLOCK}/available_clocksource`],
    [[/\b(?:kvm-clock|xen|hyperv_clocksource[a-z_]*|vmware-clock)\b/, "a hypervisor's"]],
  ),
  present(
    {
      id: "vm.proc.xen",
      looksAt: "/proc/xen",
      reason: "The kernel offers Xen's own directory.",
      ratio: 1.5,
      source: "systemd; virt-what; Ansible facts; ohai; lscpu",
    },
    ["/proc/xen"],
  ),
  judged(
    {
      id: "vm.sys.hypervisor",
      looksAt: "/sys/hypervisor/type",
      reason: "The kernel names the kind of its hypervisor.",
      ratio: 1.5,
      source: "systemd; virt-what",
    },
    ({ files }) => {
      const kind = lineOf(files, "/sys/hypervisor/type");
      if (kind !== undefined) return shown(`"${excerpt(kind)}"`);
      return files.read("/sys/hypervisor/type") === "absent" ? clean("no such file") : unknown("not looked at");
    },
  ),
  texts(
    {
      id: "vm.proc.ioports",
      looksAt: "/proc/ioports",
      reason: "Ports are taken by a hypervisor's devices.",
      ratio: 1.4,
      source: "own collection",
    },
    ["/proc/ioports"],
    regionMarks,
  ),
  texts(
    {
      id: "vm.proc.iomem",
      looksAt: "/proc/iomem",
      reason: "Memory ranges are taken by a hypervisor's devices.",
      ratio: 1.4,
      source: "own collection",
    },
    ["/proc/iomem"],
    regionMarks,
  ),
  texts(
    {
      id: "vm.proc.interrupts",
      looksAt: "/proc/interrupts",
      reason: "Interrupts come from virtual devices or from the hypervisor itself.",
      ratio: 1.4,
      source: "Linux, arch/x86/kernel/irq.c",
    },
    ["/proc/interrupts"],
    [
      [/ virtio\d{1,3}-[a-z]+/, "virtio"],
      [/ vmw_(?:pvscsi|vmci)/, "VMware"],
      [/ vboxguest/, "VirtualBox"],
      [/ xen-(?:pirq|percpu|dyn)\b/, "Xen"],
      [/^ *(?:HYP|HRE|HVS): +[\d ]*[1-9]/m, "calls from a hypervisor"],
    ],
  ),
  judged(
    {
      id: "vm.sys.vulnerabilities",
      looksAt: `${VULNERABILITIES}/*`,
      reason: "The kernel cannot tell whether the processor is mended, since that depends on its hypervisor.",
      ratio: 1.4,
      source: "Linux, arch/x86/kernel/cpu/bugs.c",
    },
    ({ files }) => {
      const names = namesIn(files, VULNERABILITIES);
      const states = names.slice(0, 64).map((name) => textOf(files, `${VULNERABILITIES}/${name}`) ?? "");
      if (states.every((state) => state === "")) return unknown("no state could be read");
      const found = states.map((state) => markIn(state, [[/Dependent on hypervisor status|SMT Host state unknown/, "a guest"]]));
      const first = found.find((one) => one !== undefined);
      return first === undefined ? clean(`${states.length} states`) : shown(first);
    },
  ),
  judged(
    {
      id: "vm.device-tree",
      looksAt: "/proc/device-tree",
      reason: "The device tree names a hypervisor, or a machine that only QEMU has.",
      ratio: 1.6,
      source: "systemd src/basic/virt.c",
    },
    ({ files }) => {
      const tree = exists(files, "/proc/device-tree");
      if (tree === undefined) return unknown("not looked at");
      if (!tree) return clean("no device tree");
      const hypervisor = textOf(files, "/proc/device-tree/hypervisor/compatible");
      if (hypervisor !== undefined) return shown(`hypervisor "${excerpt(hypervisor.replaceAll("\0", " "))}"`);
      const entry = namesIn(files, "/proc/device-tree").find((name) => name.includes("fw-cfg"));
      if (entry !== undefined) return shown(excerpt(entry));
      const model = textOf(files, "/proc/device-tree/model") ?? "";
      return model.startsWith("linux,dummy-virt") ? shown("linux,dummy-virt") : clean("a tree without one");
    },
  ),
  texts(
    {
      id: "vm.proc.command-line",
      looksAt: "/proc/cmdline",
      reason: "The kernel was started with a guest's disks, consoles or devices.",
      ratio: 1.3,
      source: "Linux, Documentation/admin-guide/kernel-parameters; Firecracker",
    },
    ["/proc/cmdline"],
    [
      [/\broot=\/dev\/(?:vd|xvd)[a-z]\d*/, "virtio or Xen"],
      [/\bconsole=hvc\d/, "a hypervisor's console"],
      [/\bvirtio_mmio\.device=\S{1,40}/, "virtio"],
      [/\bds=nocloud\S{0,40}/, "a cloud"],
    ],
  ),
  texts(
    {
      id: "vm.cache.cloud-init",
      looksAt: "/run/cloud-init/ds-identify.log",
      reason: "The first program of a cloud image wrote down at boot that it found a hypervisor.",
      ratio: 1.3,
      source: "cloud-init, tools/ds-identify",
    },
    ["/run/cloud-init/ds-identify.log"],
    [[/^VIRT=(?!none\b)[a-z-]{2,20}/m, "at boot"]],
  ),
  judged(
    {
      id: "vm.cache.udev",
      looksAt: "/run/udev/data, disks and machine",
      reason: "The device manager remembers a hypervisor's devices from the boot, whatever the kernel shows now.",
      ratio: 1.4,
      source: "systemd, udev database",
    },
    ({ files }) => {
      const names = files.list("/run/udev/data");
      if (typeof names === "string") return names === "absent" ? clean("no such directory") : unknown(`/run/udev/data: ${names}`);
      const texts = names.filter((name) => /^(?:b\d|\+dmi)/.test(name)).slice(0, 64);
      const found = texts.map((name) => markIn(textOf(files, `/run/udev/data/${name}`) ?? "", udevMarks)).find((one) => one !== undefined);
      return found === undefined ? clean(`${texts.length} entries`) : shown(found);
    },
  ),
];

const udevMarks: readonly Mark[] = [
  [
    /^E:(?:ID_MODEL|ID_SERIAL|ID_VENDOR)=(?:0?QEMU|VBOX|VMware|Virtual_disk|Msft|PersistentDisk|Amazon_Elastic)[^\n]{0,40}/m,
    "a hypervisor",
  ],
  [/^E:MEMORY_DEVICE_0_MANUFACTURER=(?:QEMU|VMware|Google)[^\n]{0,40}/m, "a hypervisor"],
];
