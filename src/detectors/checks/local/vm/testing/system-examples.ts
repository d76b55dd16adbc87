import type { LocalView } from "../../../../views/local-view.ts";
import { type Process, processFiles } from "../../processes.ts";
import { edited, goneBelow, withFile, withFiles, withLog } from "./changed-metal.ts";

/** Views that show the checks of the kernel's log and files, of guest tools and of containers. */
export const logExamples: Readonly<Record<string, LocalView>> = {
  "vm.log.hypervisor": withLog("Hypervisor detected: VMware"),
  "vm.log.paravirtualized": withLog("Booting paravirtualized kernel on KVM"),
  "vm.log.clock": withLog("kvm-clock: Using msrs 4b564d01 and 4b564d00"),
  "vm.log.machine": withLog("DMI: VMware, Inc. VMware Virtual Platform/440BX Desktop Reference Platform, BIOS 6.00 11/12/2020"),
  "vm.log.no-machine": withLog("DMI not present or invalid."),
  "vm.log.disks": withLog("ata1.00: ATA-7: QEMU HARDDISK, 2.5+, max UDMA/100"),
  "vm.log.acpi": withLog("ACPI: DSDT 0x000000009FD44 000F53 (v02 FIRECK FCVMDSDT 00000000 FCAT 20240119)"),
  "vm.log.drivers": withLog("hv_vmbus: Vmbus version:5.2"),
  "vm.log.mitigations": withLog("Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP"),
};

const CLOCK = "/sys/devices/system/clocksource/clocksource0";

export const kernelFileExamples: Readonly<Record<string, LocalView>> = {
  "vm.clocksource.current": withFile(`${CLOCK}/current_clocksource`, "kvm-clock\n"),
  "vm.clocksource.available": withFile(`${CLOCK}/available_clocksource`, "tsc kvm-clock \n"),
  "vm.proc.xen": withFile("/proc/xen/capabilities", ""),
  "vm.sys.hypervisor": withFile("/sys/hypervisor/type", "xen\n"),
  "vm.proc.ioports": withFile("/proc/ioports", "c000-c07f : 0000:00:03.0\n  c000-c07f : virtio-pci-modern\n"),
  "vm.proc.iomem": withFile("/proc/iomem", "febf0000-febf3fff : vmwgfx probe\n"),
  "vm.proc.interrupts": withFile("/proc/interrupts", "  28:          0          0 PCI-MSIX-0000:00:01.0   0-edge      virtio0-config\n"),
  "vm.sys.vulnerabilities": withFile(
    "/sys/devices/system/cpu/vulnerabilities/gather_data_sampling",
    "Unknown: Dependent on hypervisor status\n",
  ),
  "vm.device-tree": withFile("/proc/device-tree/fw-cfg@9020000/compatible", "qemu,fw-cfg-mmio\0"),
  "vm.proc.command-line": withFile("/proc/cmdline", "console=ttyS0 root=/dev/vda1 rw\n"),
  "vm.cache.cloud-init": withFile("/run/cloud-init/ds-identify.log", "DMI_PRODUCT_NAME=KVM\nVIRT=kvm\n"),
  "vm.cache.udev": withFile("/run/udev/data/b8:0", "E:ID_MODEL=QEMU_HARDDISK\nE:ID_SERIAL=QEMU_HARDDISK_QM00001\n"),
};

const running = (process: Partial<Process>) => withFiles(processFiles([{ ppid: 1, ...process }]));

export const toolExamples: Readonly<Record<string, LocalView>> = {
  "vm.tools.process": running({ pid: 700, name: "vmtoolsd", arguments: ["/usr/bin/vmtoolsd"] }),
  "vm.tools.file": withFile("/usr/sbin/qemu-ga", ""),
  "vm.tools.additions": withFile("/opt/VBoxGuestAdditions-7.0.10/init", { directory: true }),
  "vm.tools.unit": withFile("/etc/systemd/system/multi-user.target.wants/open-vm-tools.service", {
    link: "/lib/systemd/system/open-vm-tools.service",
  }),
  "vm.tools.cloud-init": withFiles({
    "/var/lib/cloud/instance": { link: "instances/iid-1" },
    "/var/lib/cloud/instances/iid-1/user-data.txt": "",
  }),
};

const MOUNTS = "/proc/self/mountinfo";
const id = "3f4a9b1c2d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8";
const layers = "overlay rw,lowerdir=/var/lib/docker/overlay2/l/AAA:/var/lib/docker/overlay2/l/BBB";
const bare = "console core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero";
const nodes = Object.fromEntries(bare.split(" ").map((name) => [`/dev/${name}`, { directory: true as const }]));
const status = "/proc/self/status";

export const containerExamples: Readonly<Record<string, LocalView>> = {
  "vm.container.docker-file": withFile("/.dockerenv", ""),
  "vm.container.podman-file": withFile("/run/.containerenv", 'engine="podman-4.3.1"\n'),
  "vm.container.manager": withFile("/run/systemd/container", "lxc\n"),
  "vm.container.cgroup": withFile("/proc/self/cgroup", `0::/system.slice/docker/${id}\n`),
  "vm.container.environment": withFile("/proc/1/environ", "TERM=linux\0container=lxc\0"),
  "vm.container.overlay-root": withFile(MOUNTS, `700 600 0:60 / / rw,relatime master:1 - overlay ${layers}\n`),
  "vm.container.masked-files": withFile(MOUNTS, "701 700 0:61 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw\n"),
  "vm.container.given-files": withFile(MOUNTS, `702 700 8:1 /docker/${id}/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n`),
  "vm.container.lxcfs": withFile(MOUNTS, "703 700 0:62 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n"),
  "vm.container.kubernetes-token": withFile("/var/run/secrets/kubernetes.io/serviceaccount/token", "eyJ"),
  "vm.container.cgroup-namespace": withFile("/sys/fs/cgroup/cgroup.events", "populated 1\nfrozen 0\n"),
  "vm.container.first-process": withFiles(processFiles([{ pid: 1, ppid: 0, name: "node", arguments: ["node", "server.js"] }])),
  "vm.container.no-kernel-threads": withFiles({ ...goneBelow("/proc/2"), ...goneBelow("/proc/3"), ...goneBelow("/proc/15") }),
  "vm.container.user-namespace": withFile("/proc/self/uid_map", "         0     100000      65536\n"),
  "vm.container.virtual-cable": withFiles({
    "/sys/class/net/eth0/ifindex": "2\n",
    "/sys/class/net/eth0/iflink": "31\n",
    "/sys/class/net/eth0/address": "02:42:ac:11:00:02\n",
  }),
  "vm.container.wsl": withFile("/proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2\n"),
  "vm.container.gvisor": withLog("Starting gVisor..."),
  "vm.container.proot": withFiles({ [status]: "Name:\tbash\nTracerPid:\t77\n", "/proc/77/comm": "proot-static\n" }),
  "vm.container.openvz": withFile("/proc/vz/version", "2.7.0\n"),
  "vm.container.vserver": edited(status, /Name:\tbash/g, "Name:\tbash\nVxID:\t40021"),
  "vm.container.few-devices": withFiles({ ...goneBelow("/dev"), "/dev": { directory: true }, ...nodes }),
};
