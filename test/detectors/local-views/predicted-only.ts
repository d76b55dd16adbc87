import { vendorRegisters } from "../../../src/detectors/known/local/cpuid.ts";
import { localView } from "../../../src/detectors/views/build-view.ts";
import type { Instructions, LocalView, Registers, Uname } from "../../../src/detectors/views/local-view.ts";
import type { Contents } from "../../../src/detectors/views/memory-files.ts";
import { firmware, idFilesOf } from "./firmware.ts";

/**
 * Views that NO REAL TOOL HAS SEEN: they need a forged CPUID, another processor or kernel objects that cannot be generated. What the tools would
 * say follows from their rules alone. An entry leaves this list when the machine disguise can show it.
 */
export interface PredictedOnly {
  readonly why: string;
  readonly view: LocalView;
  /** By the detector's id. */
  readonly says: Readonly<Record<string, string>>;
}

const BIT = 0x8000_0000;
const NONE: Registers = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

/** A processor with these names in its leaves, and with or without the hypervisor bit. */
function processor(bit: boolean, names: Readonly<Record<string, string>>): { readonly instructions: Partial<Instructions> } {
  const leaves = Object.entries(names).map(([leaf, name]) => [`${leaf}.0`, vendorRegisters(name)]);
  return { instructions: { cpuid: { "1.0": { ...NONE, ecx: bit ? BIT : 0 }, "40000000.0": NONE, ...Object.fromEntries(leaves) } } };
}

function machine(name: string): { readonly uname: Uname } {
  return { uname: { system: "Linux", node: "host", release: "6.1.0-28", version: "#1 SMP", machine: name } };
}

const metal = processor(false, {});
const view = (
  parts: Partial<Omit<LocalView, "files" | "instructions">> & { readonly instructions?: Partial<Instructions> },
  files: Contents = {},
) => localView({ ...machine("x86_64"), uid: 0, ...parts, files });

const FORGED = "CPUID is forged";
const OTHER_PROCESSOR = "another processor";

export const predictedOnly: Readonly<Record<string, PredictedOnly>> = {
  "bare metal": {
    why: FORGED,
    view: view(metal, firmware()),
    says: { "systemd-detect-virt": "none", "virt-what": "nothing", lscpu: "nothing", "systemd-detect-virt (257)": "none" },
  },
  "bare metal with VMware's firmware": {
    why: FORGED,
    view: view(metal, firmware({ vendor: "VMware, Inc.", product: "VMware Virtual Platform" })),
    says: { "systemd-detect-virt": "vmware", "virt-what": "vmware", lscpu: "nothing" },
  },
  "bare metal with innotek's firmware": {
    why: FORGED,
    view: view(metal, firmware({ vendor: "innotek GmbH", product: "VirtualBox" })),
    says: {
      "systemd-detect-virt": "oracle",
      "virt-what": "virtualbox",
      lscpu: "Hypervisor vendor: Innotek GmbH\nVirtualization type: full",
    },
  },
  "bare metal whose firmware says that it is a virtual machine": {
    why: FORGED,
    view: view(metal, firmware({ virtualMachine: true })),
    says: { "systemd-detect-virt": "vm-other", "virt-what": "nothing", lscpu: "nothing" },
  },
  "VMware's name without the hypervisor bit": {
    why: FORGED,
    view: view(processor(false, { "40000000": "VMwareVMware" }), firmware()),
    says: { "systemd-detect-virt": "none", "virt-what": "vmware", lscpu: "Hypervisor vendor: VMware\nVirtualization type: full" },
  },
  "the hypervisor bit without a name": {
    why: FORGED,
    view: view(processor(true, {}), firmware()),
    says: { "systemd-detect-virt": "vm-other", "virt-what": "nothing", lscpu: "nothing" },
  },
  "VMware throughout": {
    why: FORGED,
    view: view(processor(true, { "40000000": "VMwareVMware" }), firmware({ vendor: "VMware, Inc.", product: "VMware Virtual Platform" })),
    says: { "systemd-detect-virt": "vmware", "virt-what": "vmware", lscpu: "Hypervisor vendor: VMware\nVirtualization type: full" },
  },
  "KVM that poses as Hyper-V": {
    why: FORGED,
    view: view(processor(true, { "40000000": "Microsoft Hv", "40000100": "KVMKVMKVM" }), firmware({ vendor: "QEMU" })),
    says: {
      "systemd-detect-virt": "microsoft",
      "systemd-detect-virt (257)": "qemu",
      "virt-what": "kvm",
      lscpu: "Hypervisor vendor: Microsoft\nVirtualization type: full",
    },
  },
  "Xen that poses as Hyper-V": {
    why: FORGED,
    view: view(
      processor(true, { "40000000": "Microsoft Hv", "40000100": "XenVMMXenVMM" }),
      firmware({ vendor: "Xen", product: "HVM domU" }),
    ),
    says: { "systemd-detect-virt": "xen", "virt-what": "xen\nxen-hvm", lscpu: "Hypervisor vendor: Microsoft\nVirtualization type: full" },
  },
  "Xen without a firmware table": {
    why: FORGED,
    view: view(processor(true, { "40000000": "XenVMMXenVMM" }), { "/dev/mem": "", "/sys/hypervisor/properties/features": "00000705\n" }),
    says: { "systemd-detect-virt": "xen", "virt-what": "nothing", lscpu: "Hypervisor vendor: Xen\nVirtualization type: full" },
  },
  "Xen with paravirtual page tables": {
    why: FORGED,
    view: view(processor(true, { "40000000": "XenVMMXenVMM" }), {
      "/proc/xen": { directory: true },
      "/sys/hypervisor/properties/features": "00000020\n",
    }),
    says: { "systemd-detect-virt": "xen", "virt-what": "xen\nxen-hvm", lscpu: "Hypervisor vendor: Xen\nVirtualization type: para" },
  },
  "Hyper-V throughout": {
    why: FORGED,
    view: view(
      processor(true, { "40000000": "Microsoft Hv" }),
      firmware({ vendor: "Microsoft Corporation", product: "Virtual Machine", version: "Hyper-V UEFI Release v4.1" }),
    ),
    says: {
      "systemd-detect-virt (257)": "microsoft",
      "virt-what": "hyperv",
      lscpu: "Hypervisor vendor: Microsoft\nVirtualization type: full",
    },
  },
  "dom0 on bare metal": {
    why: FORGED,
    view: view(metal, { ...firmware(), "/proc/xen/capabilities": "control_d\n", "/sys/hypervisor/type": "xen\n" }),
    says: { "systemd-detect-virt": "none", "virt-what": "xen\nxen-dom0", lscpu: "Hypervisor vendor: Xen\nVirtualization type: none" },
  },
  "ARM under QEMU": {
    why: OTHER_PROCESSOR,
    view: view(machine("aarch64"), { "/proc/device-tree/fw-cfg@9020000/compatible": "qemu,fw-cfg-mmio\0" }),
    says: { "systemd-detect-virt": "qemu", "virt-what": "qemu", lscpu: "nothing" },
  },
  "ARM under Xen": {
    why: OTHER_PROCESSOR,
    view: view(machine("aarch64"), { "/proc/device-tree/hypervisor/compatible": "xen,xen-4.16\0xen,xen\0" }),
    says: { "systemd-detect-virt": "xen", "virt-what": "xen" },
  },
  "ARM at Amazon": {
    why: OTHER_PROCESSOR,
    view: view(
      machine("aarch64"),
      firmware({ vendor: "Amazon EC2", product: "t4g.micro", biosVendor: "Amazon EC2", virtualMachine: true }),
    ),
    says: { "systemd-detect-virt": "amazon", "virt-what": "kvm\naws" },
  },
  "POWER under PowerVM": {
    why: OTHER_PROCESSOR,
    view: view(machine("ppc64le"), { "/proc/device-tree/ibm,partition-name": "full\0", "/proc/device-tree/hmc-managed?": "" }),
    says: { "systemd-detect-virt": "powervm" },
  },
  "mainframe under z/VM": {
    why: OTHER_PROCESSOR,
    view: view(machine("s390x"), {
      "/proc/cpuinfo": "vendor_id       : IBM/S390\n",
      "/proc/sysinfo": "VM00 Control Program: z/VM    7.2.0\n",
    }),
    says: {
      "systemd-detect-virt": "zvm",
      "virt-what": "ibm_systemz\nibm_systemz-zvm",
      lscpu: "Hypervisor: z/VM 7.2.0\nHypervisor vendor: IBM\nVirtualization type: full",
    },
  },
  "a cgroup of version 2 below the root": {
    why: "a tree of cgroups cannot be generated",
    view: view(metal, {
      ...firmware(),
      "/proc/self/ns/cgroup": { link: "cgroup:[4026532461]" },
      "/proc/self/ns/pid": { link: "pid:[4026531836]" },
      "/sys/fs/cgroup/cgroup.controllers": "cpu\n",
      "/sys/fs/cgroup/cgroup.events": "populated 1\n",
      "/sys/fs/cgroup/cgroup.type": "domain\n",
    }),
    says: { "systemd-detect-virt": "container-other", "systemd-detect-virt --vm": "none", "systemd-detect-virt (257)": "none" },
  },
  "a pid namespace": {
    why: "Debian 12 has no systemd that asks for it",
    view: view(metal, { ...idFilesOf({ sys_vendor: "Dell Inc.\n" }), "/proc/self/ns/pid": { link: "pid:[4026532180]" } }),
    says: { "systemd-detect-virt": "none", "systemd-detect-virt (257)": "container-other" },
  },
};
