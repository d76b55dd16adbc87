import type { Contents } from "../../../src/detectors/views/memory-files.ts";
import { firmware, idFilesOf } from "./firmware.ts";
import { absent, type GeneratedView, unmarked } from "./generated-view.ts";

/** What tools of configuration management look at beside what the others do: cgroups, modules, programs, sockets, notes of hypervisors. */
const HASH = "0123456789abcdef".repeat(4);
const groups = (text: string) => unmarked({ "/proc/1/cgroup": text, "/proc/self/cgroup": text });
const modules = (...names: readonly string[]): Contents => ({
  "/proc/modules": names.map((name) => `${name} 16384 0 - Live 0x0000000000000000\n`).join(""),
});
/** Neither KVM's device nor its marks, so that a machine is a host of nothing. */
const METAL: Contents = { ...absent("/dev/kvm", "/sys/devices/virtual/misc/kvm"), ...firmware() };
const cpu = (model: string, flags = "fpu vme"): Contents => ({
  "/proc/cpuinfo": `processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: ${model}\nflags\t\t: ${flags}\n`,
});
const program = { text: "#!/bin/sh\n", look: { mode: 0o755 } };
const pool = (text: string) => unmarked(METAL, { "/var/lib/hyperv/.kvp_pool_3": text });

export const factsViews: Readonly<Record<string, GeneratedView>> = {
  "metal of Dell": unmarked(METAL, cpu("Intel(R) Xeon(R) Gold 6130")),
  "a host of KVM": unmarked(firmware(), cpu("Intel(R) Xeon(R) Gold 6130"), modules("kvm_intel", "kvm"), {
    "/dev/kvm": "",
    "/sys/devices/virtual/misc/kvm/dev": "10:232\n",
  }),
  "RHEV's host": unmarked(METAL, modules("kvm"), { "/rhev/data-center": "", "/proc/1/comm": "vdsm\n" }),
  "RHEV's folder without its daemon": unmarked(METAL, modules("kvm"), { "/rhev": { directory: true } }),
  "VirtualBox's host": unmarked(METAL, modules("vboxnetadp", "vboxdrv")),
  "VirtualBox's guest": unmarked(METAL, modules("vboxguest", "vboxsf")),
  "virtio as a module": unmarked(METAL, modules("virtio_ring", "virtio")),
  "virtio's drivers alone": unmarked(METAL, modules("virtio_pci", "virtio_net")),
  "a processor of QEMU": unmarked(METAL, cpu("QEMU Virtual CPU version 2.5+", "fpu hypervisor")),
  "a common processor of KVM": unmarked(METAL, cpu("Common KVM processor")),
  "a processor of UML": unmarked(METAL, { "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: User Mode Linux\nmodel name\t: UML\n" }),
  PowerVM: unmarked(METAL, { "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: PowerVM Lx86\n" }),
  "cgroup of docker by name": groups(`12:pids:/docker/${HASH}\n0::/docker/${HASH}\n`),
  "cgroup of docker by scope": groups(`0::/system.slice/docker-${HASH}.scope\n`),
  "cgroup of lxc": groups("4:memory:/lxc/web\n"),
  "cgroup of a machine of lxc": groups("1:name=systemd:/machine.slice/machine-lxc\\x2d1.scope\n"),
  "cgroup of containerd": groups("0::/system.slice/containerd.service\n"),
  "cgroup of several": groups(`2:cpu:/lxc/web\n1:name=systemd:/docker/${HASH}\n`),
  "cgroup of somebody": groups("0::/user.slice/docker.scope\n"),
  "LXC's programs": unmarked(METAL, { "/usr/bin/lxc-start": program, "/proc/self/cgroup": "1:name=systemd:/\n" }),
  "LXC's program that nobody may run": unmarked(METAL, { "/usr/bin/lxc-start": "", "/proc/self/cgroup": "1:name=systemd:/\n" }),
  "LXC's programs on a host of Xen": unmarked(METAL, {
    "/usr/bin/lxc-start": program,
    "/proc/self/cgroup": "1:name=systemd:/\n",
    "/proc/xen/capabilities": "control_d\n",
  }),
  "nova's program": unmarked(METAL, { "/usr/bin/nova": program }),
  "LXD's socket": unmarked(METAL, { "/dev/lxd/sock": "" }),
  "LXD's folder": unmarked(METAL, { "/var/lib/lxd/devlxd": { directory: true } }),
  "LXD's folder of snap": unmarked(METAL, { "/var/snap/lxd/common/lxd/devlxd": { directory: true } }),
  "a note of Hyper-V": pool("HostName\0\0HV01.Example\0\0HostingSystemEditionId\0\x31"),
  "a note of Hyper-V without a name": pool("PhysicalHostNameFullyQualified"),
  "an empty note of Hyper-V": pool(""),
  "VServer's guest": unmarked(METAL, { "/proc/self/status": "Name:\tx\nVxID:\t42\n" }),
  "VServer's host": unmarked(METAL, { "/proc/self/status": "Name:\tx\nVxID:\t0\n" }),
  "VServer of old": unmarked(METAL, { "/proc/self/status": "s_context: 7\n" }),
  "OpenVZ's host by number": unmarked(METAL, { "/proc/bc/0": "", "/proc/vz": { directory: true } }),
  "OpenVZ beside CloudLinux": unmarked(METAL, { "/proc/vz": { directory: true }, "/proc/lve": "" }),
  "OpenVZ in docker": unmarked(METAL, { "/proc/vz": { directory: true }, "/proc/1/environ": "container=podman\0" }),
  "Red Hat's virtualization": unmarked(
    METAL,
    idFilesOf({ sys_vendor: "Red Hat\n", product_family: "RHV\n", product_name: "RHEV Hypervisor\n" }),
  ),
  "Red Hat's older one": unmarked(METAL, idFilesOf({ sys_vendor: "Red Hat\n", product_name: "RHEV Hypervisor\n" })),
  "Red Hat's hardware": unmarked(METAL, idFilesOf({ sys_vendor: "Red Hat\n", product_name: "KVM Box\n" })),
  "strings with space around": unmarked(METAL, idFilesOf({ sys_vendor: "  QEMU \n", product_name: "" })),
  "strings that only begin so": unmarked(
    METAL,
    idFilesOf({ sys_vendor: "QEMU Ltd\n", product_name: "KVM Server 2\n", bios_vendor: "xen\n" }),
  ),
  "VMware newer than the list": unmarked(METAL, firmware({ vendor: "VMware, Inc.", product: "VMware20,1", biosVendor: "VMware, Inc." })),
  "Microsoft's tablet": unmarked(
    METAL,
    firmware({ vendor: "Microsoft Corporation", product: "Surface Pro", biosVendor: "Microsoft Corporation" }),
  ),
  "a lie in every file": unmarked(
    firmware({ vendor: "OpenStack Foundation", product: "OpenStack Nova", biosVendor: "innotek GmbH" }),
    modules("vboxdrv", "kvm", "virtio"),
    cpu("QEMU Virtual CPU", "hypervisor"),
    { "/proc/xen": { directory: true }, "/run/systemd/container": "rkt\n", "/proc/vz": { directory: true }, "/dev/lxd/sock": "" },
  ),
};
