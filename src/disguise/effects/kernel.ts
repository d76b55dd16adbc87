import { type Files, lineOf, textOf } from "../../detectors/views/files.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import { hexOf, numberOf } from "../draw.ts";
import type { Site } from "../effect.ts";
import { realPath } from "../real-path.ts";
import { type EffectOf, type Effects, edits, type Host, replaces, together, unavailable } from "./effect-of.ts";

/** Modules and files of /proc and /sys in which the kernel tells of its machine; each line in the kernel's own form. */

/** Module, and what uses it, in the order in which the list shows them: the last that was loaded first. */
type Module = readonly [name: string, usedBy?: string];

/**
 * kernel/module/procfs.c, m_show: `name size references users state address`. Whoever may not see addresses sees zeros, as in the lines that
 * are there.
 */
export function moduleLine([name, usedBy = ""]: Module, { site, sample }: { readonly site: Site; readonly sample: string }): string {
  const size = 4096 * (3 + numberOf(site, `module/${name}`, 40));
  const users = usedBy === "" ? "-" : `${usedBy},`;
  const blank = sample === "" || / 0x0+$/m.test(sample);
  const address = blank ? "0x0000000000000000" : `0xffffffffc${hexOf(site, `module-at/${name}`, 4)}000`;
  return `${name} ${size} ${usedBy === "" ? 0 : usedBy.split(",").length} ${users} Live ${address}\n`;
}

const listed = (...modules: readonly Module[]): EffectOf =>
  edits("/proc/modules", (text, { site }) => {
    const names = new Set(text.split("\n").map((line) => line.split(" ", 1)[0]));
    const added = modules.filter(([name]) => !names.has(name)).map((one) => moduleLine(one, { site, sample: text }));
    return added.length === 0 ? undefined : added.join("") + text;
  });

const loaded =
  (...modules: readonly string[]): EffectOf =>
  ({ view }) =>
    textOf(view.files, "/proc/modules") === undefined ? unavailable("this kernel loads no modules, or its list was not read") : { modules };

const GUEST_MODULES =
  /^(?:vmw_\w+|vmxnet3?|vmwgfx|vmhgfs|vmblock|vsock\w*|vmw_vsock\w*|vbox\w+|virtio\w*|qemu_fw_cfg|bochs\w*|qxl|cirrus|pvpanic\w*|hv_\w+|hyperv_\w+|xen\w*|prl_\w+)$/;

/** What is hidden in the list is hidden below /sys/module too: one without the other is how hidden modules are found. */
function nothingVirtual({ view: { files } }: Host): ReturnType<EffectOf> {
  const text = textOf(files, "/proc/modules");
  if (text === undefined) return unavailable("this kernel loads no modules, or its list was not read");
  const lines = text.split("\n");
  const kept = lines.filter((line) => !GUEST_MODULES.test(line.split(" ", 1)[0] ?? ""));
  if (kept.length === lines.length) return unavailable("no driver of a guest is loaded");
  const gone = lines.filter((line) => !kept.includes(line)).map((line) => `/sys/module/${line.split(" ", 1)[0]}`);
  const hidden: Contents = Object.fromEntries(gone.map((path) => [path, { absence: "absent" }]));
  return { files: { "/proc/modules": withoutUsers(kept).join("\n"), ...hidden } };
}

/** Names of hidden modules among the users of others. */
function withoutUsers(lines: readonly string[]): readonly string[] {
  return lines.map((line) => {
    const [name, size, , users = "-", ...rest] = line.split(" ");
    if (users === "-" || rest.length === 0) return line;
    const left = users.split(",").filter((user) => user !== "" && !GUEST_MODULES.test(user));
    return [name, size, left.length, left.length === 0 ? "-" : `${left.join(",")},`, ...rest].join(" ");
  });
}

const appended = (path: string, lines: string): EffectOf => edits(path, (text) => `${text.replace(/\n?$/, "\n")}${lines}`);

/** Addresses in the columns that the file has; who may not see them sees zeros in iomem. */
const VMWARE_PORTS = "1070-107f : 0000:00:0f.0\n  1070-107f : vmwgfx probe\n";
const VIRTIO_PORTS = "c000-c07f : 0000:00:03.0\n  c000-c07f : virtio-pci-legacy\n";
const VBOX_PORTS = "d020-d03f : 0000:00:04.0\n  d020-d03f : vboxguest\n";
const VMWARE_MEMORY = "e8000000-efffffff : 0000:00:0f.0\n  e8000000-efffffff : vmwgfx probe\n";

/** A line of /proc/interrupts for a device; before the first line that has a name instead of a number. */
function interrupt(device: string): EffectOf {
  return edits("/proc/interrupts", (text) => {
    const processors = (text.split("\n", 1)[0]?.match(/CPU\d+/g) ?? []).length;
    if (processors === 0) return undefined;
    const counts = Array.from({ length: processors }, (_, at) => String(at === 0 ? 41_207 : 0).padStart(11)).join("");
    const line = `  56:${counts}   PCI-MSI 1048576-edge      ${device}\n`;
    const at = text.search(/^ *[A-Z]{3}:/m);
    return at < 0 ? text + line : text.slice(0, at) + line + text.slice(at);
  });
}

const CLOCK = "/sys/devices/system/clocksource/clocksource0";

function clocksource(name: string): EffectOf {
  return together(
    edits(`${CLOCK}/current_clocksource`, () => `${name}\n`),
    edits(
      `${CLOCK}/available_clocksource`,
      (text) =>
        `${[
          name,
          ...text
            .trim()
            .split(/\s+/)
            .filter((one) => one !== name),
        ].join(" ")} \n`,
    ),
  );
}

const VIRTUAL_CLOCKS = /^(?:kvm-clock|xen|hyperv_clocksource\w*|vmware-clock)$/;

const metalClock: EffectOf = together(
  edits(`${CLOCK}/current_clocksource`, () => "tsc\n"),
  edits(`${CLOCK}/available_clocksource`, (text) => {
    const kept = text
      .trim()
      .split(/\s+/)
      .filter((one) => !VIRTUAL_CLOCKS.test(one) && one !== "tsc");
    return `${["tsc", ...kept].join(" ")} \n`;
  }),
);

const GUEST_OPTIONS = /^(?:virtio_mmio\.device=|console=hvc|ds=nocloud|pci=off$)/;

function metalCommandLine(text: string): string {
  const words = text
    .trim()
    .split(" ")
    .filter((word) => !GUEST_OPTIONS.test(word));
  return `${words.map((word) => word.replace(/^root=\/dev\/x?vd([a-z]\d*)$/, "root=/dev/sd$1")).join(" ")}\n`;
}

function virtioCommandLine(text: string): string {
  const words = text
    .trim()
    .split(" ")
    .filter((word) => !word.startsWith("root="));
  return `${[...words, "root=/dev/vda1"].join(" ")}\n`;
}

const COWRIE_VERSION =
  "Linux version 3.2.0-4-amd64 (debian-kernel@lists.debian.org) (gcc version 4.6.3 (Debian 4.6.3-14) ) #1 SMP Debian 3.2.68-1+deb7u1\n";

/** Fields that the file has, with Cowrie's numbers. */
const COWRIE_MEMORY: Readonly<Record<string, number>> = {
  MemTotal: 4_054_744,
  MemFree: 997_740,
  MemAvailable: 1_911_336,
  Cached: 1_115_732,
};

function cowrieMemory(text: string): string {
  return Object.entries(COWRIE_MEMORY).reduce(
    (changed, [name, kib]) => changed.replace(new RegExp(`^${name}:.*$`, "m"), `${`${name}:`.padEnd(16)}${String(kib).padStart(8)} kB`),
    text,
  );
}

/** proc_uptime(5): seconds since boot, and idle ones of all processors together. */
const justBooted: EffectOf = together(
  edits("/proc/uptime", (_, { site }) => {
    const seconds = 120 + numberOf(site, "uptime", 400);
    return `${seconds}.${hexOf(site, "uptime-part", 2).replace(/[a-f]/g, "4")} ${Math.max(1, site.processors) * seconds - 7}.31\n`;
  }),
  edits("/proc/loadavg", (text) => text.replace(/^\S+ \S+ \S+/, "0.00 0.00 0.00")),
);

function hypervisorType({ view: { files } }: Host): ReturnType<EffectOf> {
  const type = lineOf(files, "/sys/hypervisor/type");
  return type === "xen" ? unavailable("it is so already") : { files: { [realPath(files, "/sys/hypervisor/type")]: "xen\n" } };
}

function tainted(text: string): string {
  return `${(Number(text) || 0) | 0x3000}\n`;
}

const osrelease = (files: Files) => lineOf(files, "/proc/sys/kernel/osrelease") ?? "";

const wsl: EffectOf = edits("/proc/sys/kernel/osrelease", (text, { view }) =>
  osrelease(view.files).includes("Microsoft") ? undefined : `${text.trim().replace(/-.*$/, "")}-19041-Microsoft\n`,
);

export const kernelEffects: Effects = {
  "kernel.loaded.vmxnet3": loaded("vmxnet3", "vmw_pvscsi"),
  "kernel.loaded.vmci": loaded("vmw_vmci"),
  "kernel.loaded.vsock": loaded("vsock", "vmw_vsock_vmci_transport"),
  "kernel.loaded.vboxguest": loaded("vboxguest"),
  "kernel.loaded.fw-cfg": loaded("qemu_fw_cfg"),
  "kernel.listed.vmware": listed(["vmw_balloon"], ["vmxnet3"], ["vmw_pvscsi"], ["vmw_vmci", "vmw_balloon"]),
  "kernel.listed.virtualbox": listed(["vboxsf"], ["vboxvideo"], ["vboxguest", "vboxsf"]),
  "kernel.listed.virtio": listed(
    ["virtio_net"],
    ["virtio_blk"],
    ["virtio_pci"],
    ["virtio_ring", "virtio_net,virtio_blk,virtio_pci"],
    ["virtio", "virtio_net,virtio_blk,virtio_pci"],
  ),
  "kernel.listed.hyper-v": listed(["hv_netvsc"], ["hv_storvsc"], ["hv_utils"], ["hv_vmbus", "hv_netvsc,hv_storvsc,hv_utils"]),
  "kernel.listed.xen": listed(["xen_netfront"], ["xen_blkfront"]),
  "kernel.listed.sebek": listed(["sebek"]),
  "kernel.listed.honeyd": listed(["honeyd_mon"]),
  "kernel.listed.nothing-virtual": nothingVirtual,
  "kernel.ioports.vmware": appended("/proc/ioports", VMWARE_PORTS),
  "kernel.iomem.vmware": appended("/proc/iomem", VMWARE_MEMORY),
  "kernel.ioports.virtio": appended("/proc/ioports", VIRTIO_PORTS),
  "kernel.ioports.virtualbox": appended("/proc/ioports", VBOX_PORTS),
  "kernel.interrupts.vmware": interrupt("vmw_pvscsi"),
  "kernel.interrupts.virtualbox": interrupt("vboxguest"),
  "kernel.clocksource.kvm": clocksource("kvm-clock"),
  "kernel.clocksource.hyper-v": clocksource("hyperv_clocksource_tsc_page"),
  "kernel.clocksource.xen": clocksource("xen"),
  "kernel.clocksource.metal": metalClock,
  "kernel.command-line.virtio": edits("/proc/cmdline", virtioCommandLine),
  "kernel.command-line.metal": edits("/proc/cmdline", metalCommandLine),
  "kernel.hypervisor-type.xen": hypervisorType,
  "kernel.release.cowrie": together(replaces("/proc/version", COWRIE_VERSION), replaces("/proc/sys/kernel/osrelease", "3.2.0-4-amd64\n")),
  "kernel.release.wsl": wsl,
  "kernel.tainted": edits("/proc/sys/kernel/tainted", tainted),
  "kernel.memory.cowrie": edits("/proc/meminfo", cowrieMemory),
  "kernel.just-booted": justBooted,
};
