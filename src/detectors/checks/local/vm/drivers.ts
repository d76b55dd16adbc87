import { type Check, clean, shown, unknown } from "../../../check.ts";
import { textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { family, judgeNames, type Mark, markIn, namesIn } from "./families.ts";

/** Drivers that run in guests only, and the devices that they make. */
const { judged, texts, present } = family("drivers");

/** Modules that load on guests; those that hosts of guests load too (vsock, kvm, vhost) are left out. */
const moduleMarks: readonly Mark[] = [
  [/^(?:vmw_balloon|vmw_pvscsi|vmw_vmci|vmxnet3?|vmwgfx|vmblock|vmhgfs|vmxnet|vsock_vmci)\b/m, "VMware"],
  [/^(?:vboxguest|vboxsf|vboxvideo)\b/m, "VirtualBox"],
  [/^(?:virtio_[a-z_]+|qemu_fw_cfg|bochs|bochs_drm|qxl|cirrus|pvpanic[a-z_]*)\b/m, "QEMU or KVM"],
  [/^hv_(?:vmbus|netvsc|storvsc|utils|balloon|blkvsc|sock)\b|^hyperv_[a-z]+\b/m, "Hyper-V"],
  [/^xen[_-](?:blkfront|netfront|kbdfront|fbfront|vbd|vnif|pcifront|scsifront)\b|^xen_platform_pci\b/m, "Xen"],
  [/^prl_(?:tg|eth|fs|vid)\b/m, "Parallels"],
];

const deviceMarks: readonly Mark[] = [
  [/^(?:vmci|vmblock)$/, "VMware"],
  [/^(?:vboxguest|vboxuser)$/, "VirtualBox"],
  [/^(?:virtio-ports|vport\d{1,3}p\d{1,3})$/, "virtio"],
  [/^ptp_(?:kvm|hyperv)$/, "a hypervisor's clock"],
  [/^(?:vmbus|xen)$/, "Hyper-V or Xen"],
  [/^prl_tg$/, "Parallels"],
  [/^(?:uml|ubd)/, "User Mode Linux"],
];

const graphicsMarks: readonly Mark[] = [
  [/^DRIVER=vmwgfx/m, "VMware"],
  [/^DRIVER=vboxvideo/m, "VirtualBox"],
  [/^DRIVER=(?:bochs-drm|bochs|qxl|cirrus|cirrus-qemu|virtio-pci|virtio_gpu)/m, "QEMU"],
  [/^DRIVER=(?:hyperv_drm|hyperv_fb)/m, "Hyper-V"],
];

export const driverChecks: readonly Check<LocalView>[] = [
  texts(
    {
      id: "vm.modules",
      looksAt: "/proc/modules",
      reason: "Kernel modules are loaded that serve guests of a hypervisor.",
      ratio: 1.4,
      source: "Metasploit, post/linux/gather/checkvm; Ansible facts; ohai",
    },
    ["/proc/modules"],
    moduleMarks,
  ),
  judged(
    {
      id: "vm.dev.nodes",
      looksAt: "/dev",
      reason: "There are device nodes by which guests talk to their hypervisor.",
      ratio: 1.4,
      source: "Linux, drivers/misc/vmw_vmci, drivers/virt/vboxguest, drivers/char/virtio_console.c",
    },
    ({ files }) =>
      // A host that runs VMware itself has vmci too, beside its monitor.
      namesIn(files, "/dev").includes("vmmon") ? clean("a host of VMware") : judgeNames(files, "/dev", deviceMarks),
  ),
  judged(
    {
      id: "vm.dev.no-hpet",
      looksAt: "/dev/hpet and /dev/rtc0",
      reason: "A PC lacks both its event timer and its clock as devices.",
      ratio: 1.1,
      source: "microVMs and containers; own collection",
    },
    ({ files, uname }) => {
      const nodes = files.list("/dev");
      if (typeof nodes === "string" || uname === undefined) return unknown("not looked at");
      if (uname.machine !== "x86_64") return clean("no PC");
      return nodes.some((name) => name === "hpet" || /^rtc\d?$/.test(name)) ? clean("one of them is there") : shown("neither is there");
    },
  ),
  judged(
    {
      id: "vm.graphics.driver",
      looksAt: "/sys/class/drm/card*/device/uevent",
      reason: "The graphics card is driven by a hypervisor's display driver.",
      ratio: 1.4,
      source: "Linux, drivers/gpu/drm",
    },
    ({ files }) => {
      const names = files.list("/sys/class/drm");
      if (names === "absent") return clean("no graphics");
      if (typeof names === "string") return unknown(`/sys/class/drm: ${names}`);
      const cards = names.filter((name) => /^card\d{1,3}$/.test(name));
      const found = cards.map((card) => markIn(textOf(files, `/sys/class/drm/${card}/device/uevent`) ?? "", graphicsMarks));
      const first = found.find((one) => one !== undefined);
      return first === undefined ? clean(`${cards.length} cards of others`) : shown(first);
    },
  ),
  texts(
    {
      id: "vm.graphics.frame-buffer",
      looksAt: "/proc/fb",
      reason: "The frame buffer belongs to an emulated screen.",
      ratio: 1.4,
      source: "Linux, drivers/video/fbdev",
    },
    ["/proc/fb"],
    [
      [/^\d+ (?:vmwgfx|svgadrmfb)[^\n]*/m, "VMware"],
      [/^\d+ (?:bochs|qxl|cirrus|virtio)[^\n]*/m, "QEMU"],
      [/^\d+ (?:vboxvideo|vboxdrmfb)[^\n]*/m, "VirtualBox"],
      [/^\d+ (?:hyperv|xen)[^\n]*/m, "Hyper-V or Xen"],
    ],
  ),
  present(
    {
      id: "vm.fw-cfg",
      looksAt: "/sys/firmware/qemu_fw_cfg",
      reason: "The channel by which QEMU configures its firmware is there.",
      ratio: 1.6,
      source: "QEMU docs/specs/fw_cfg",
    },
    ["/sys/firmware/qemu_fw_cfg"],
  ),
];
