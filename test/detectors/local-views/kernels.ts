import { firmware, idFilesOf } from "./firmware.ts";
import { absent, type GeneratedView, unmarked } from "./generated-view.ts";

/** What kernels and hypervisors leave in /proc and /sys. */
export const kernelViews: Readonly<Record<string, GeneratedView>> = {
  "Xen guest by /proc/xen": unmarked({ "/proc/xen": { directory: true } }),
  "Xen guest with capabilities": unmarked({ "/proc/xen/capabilities": "\n" }),
  "Xen dom0": unmarked({ "/proc/xen/capabilities": "control_d\n" }),
  "Xen dom0 among others": unmarked({ "/proc/xen/capabilities": "foo,control_d\n" }),
  "Xen dom0 by its features": unmarked({ "/proc/xen": { directory: true }, "/sys/hypervisor/properties/features": "00000800\n" }),
  "Xen guest by its features": unmarked({ "/proc/xen/capabilities": "control_d\n", "/sys/hypervisor/properties/features": "000002ff\n" }),
  "Xen with features that are no number": unmarked({
    "/proc/xen/capabilities": "control_d\n",
    "/sys/hypervisor/properties/features": "none\n",
  }),
  "Xen in /sys/hypervisor/type": unmarked({ "/sys/hypervisor/type": "xen\n" }),
  "another /sys/hypervisor/type": unmarked({ "/sys/hypervisor/type": "acme\n" }),
  "Xen by firmware and dom0": unmarked(firmware({ vendor: "Xen" }), { "/proc/xen/capabilities": "control_d\n" }),
  "user-mode Linux": unmarked({ "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: User Mode Linux\nmodel name\t: UML\nmode\t\t: skas\n" }),
  "user-mode Linux in the second processor only": unmarked({
    "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\n\nprocessor\t: 1\nvendor_id\t: User Mode Linux\n",
  }),
  "user-mode Linux behind innotek": unmarked(firmware({ vendor: "innotek GmbH" }), { "/proc/cpuinfo": "vendor_id\t: User Mode Linux\n" }),
  "QEMU's processor": unmarked({
    "/proc/cpuinfo": "vendor_id\t: AuthenticAMD\nmodel name\t: QEMU Virtual CPU version 2.5+\nflags\t\t: fpu svm\n",
  }),
  "VT-x": unmarked({ "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: x\nflags\t\t: fpu vmx sse\n" }),
  "PowerVM Lx86": unmarked({ "/proc/cpuinfo": "vendor_id\t: PowerVM Lx86\n" }),
  "mainframe with z/VM": unmarked({
    "/proc/cpuinfo": "vendor_id       : IBM/S390\n",
    "/proc/sysinfo": "VM00 Control Program: z/VM    6.1.0\n",
  }),
  "mainframe with KVM": unmarked({ "/proc/cpuinfo": "vendor_id       : IBM/S390\n", "/proc/sysinfo": "VM00 Control Program: KVM/Linux\n" }),
  "mainframe partition": unmarked({ "/proc/cpuinfo": "vendor_id       : IBM/S390\n", "/proc/sysinfo": "LPAR Number: 1\n" }),
  "mainframe without sysinfo": unmarked({ "/proc/cpuinfo": "vendor_id       : IBM/S390\n" }),
  "Linux-VServer guest": unmarked({ "/proc/self/status": "Name:\tx\nTracerPid:\t0\nVxID: 49160\n" }),
  "Linux-VServer host": unmarked({ "/proc/self/status": "Name:\tx\nTracerPid:\t0\nVxID: 0\n" }),
  "traced by proot": unmarked({ "/proc/self/status": "Name:\tx\nTracerPid:\t4242\n", "/proc/4242/comm": "proot-x86_64\n" }),
  "traced by strace": unmarked({ "/proc/self/status": "Name:\tx\nTracerPid:\t4242\n", "/proc/4242/comm": "strace\n" }),
  "WSL 1": unmarked({ "/proc/sys/kernel/osrelease": "4.4.0-19041-Microsoft\n" }),
  "WSL 2": unmarked({ "/proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n" }),
  "graphics of VMware": unmarked({ "/proc/bus/pci/devices": "0000\t15ad0710\t0\t0\n" }),
  "no firmware at all": unmarked(absent("/sys/class/dmi", "/sys/firmware/dmi", "/sys/devices/virtual/dmi")),
  "product name only": unmarked(absent("/sys/firmware/dmi"), idFilesOf({ product_name: "KVM\n" })),
  "board maker only": unmarked(absent("/sys/firmware/dmi"), idFilesOf({ board_vendor: "Oracle Corporation\n" })),
  "Amazon, tables hidden": unmarked(absent("/sys/firmware/dmi"), idFilesOf({ sys_vendor: "Amazon EC2\n", product_name: "c5.large\n" })),
  "Amazon metal, tables hidden": unmarked(
    absent("/sys/firmware/dmi"),
    idFilesOf({ sys_vendor: "Amazon EC2\n", product_name: "c5.metal\n" }),
  ),
  "Amazon metal of a size, tables hidden": unmarked(
    absent("/sys/firmware/dmi"),
    idFilesOf({ sys_vendor: "Amazon EC2\n", product_name: "c7i.metal-24xl\n" }),
  ),
  "Amazon, nearly metal": unmarked(
    absent("/sys/firmware/dmi"),
    idFilesOf({ sys_vendor: "Amazon EC2\n", product_name: "c5.metallic.metal\n" }),
  ),
  "Amazon, no product": unmarked(absent("/sys/firmware/dmi"), idFilesOf({ sys_vendor: "Amazon EC2\n" })),
};
