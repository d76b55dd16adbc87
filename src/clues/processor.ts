import { drafts } from "./draft.ts";

/** What the processor answers, and the kernel's copy of it. */
const CPUID = { mechanisms: ["tracer", "preload", "module"], needs: ["x86", "ptrace", "cpuid-faulting"], noticed: true } as const;
const PORT = {
  mechanisms: ["module", "tracer", "preload"],
  needs: ["x86", "ptrace"],
  cost: 0,
  risk: 2,
  noticed: true,
  machine: "vmware",
} as const;
const CPUINFO = { mechanisms: ["overlay", "module"], needs: ["root", "mount-namespaces"], noticed: false } as const;

export const processor = drafts(
  "processor",
  {
    ...CPUINFO,
    scope: ["tree"],
    cost: 1,
    risk: 1,
    source: "systemd src/basic/virt.c; util-linux lscpu-virt.c; virt-what; Linux arch/x86/kernel/cpu",
  },
  [
    [
      "port.version",
      "I/O port 5658h answers GETVERSION as VMware does.",
      "vmware-checkvm vmware-port malware",
      { ...PORT, source: "open-vm-tools backdoor_def.h; Linux arch/x86/kernel/cpu/vmware.c" },
    ],
    [
      "port.machine",
      "The same port tells the hardware's version, its memory, its speed and its time.",
      "vmware-port malware",
      { ...PORT, source: "open-vm-tools backdoor_def.h; ScoopyNG" },
    ],
    [
      "port.high-bandwidth",
      "Port 5659h takes strings as VMware's fast channel does.",
      "malware",
      { ...PORT, source: "open-vm-tools backdoorGcc64.c" },
    ],
    [
      "vmcall",
      "VMCALL and VMMCALL are answered instead of refused.",
      "malware",
      { ...PORT, risk: 1, source: "open-vm-tools; Linux vmware_hypercall" },
    ],
    [
      "rdpmc",
      "VMware's counters 10000h to 10002h can be read with RDPMC.",
      "malware",
      { ...PORT, risk: 1, source: "VMware, Timekeeping in Virtual Machines" },
    ],
    ["hypervisor-bit", "CPUID says that there is a hypervisor: leaf 1, ECX bit 31.", "systemd-detect-virt malware", { ...CPUID, risk: 2 }],
    [
      "vendor.vmware",
      "CPUID names the hypervisor VMwareVMware.",
      "systemd-detect-virt virt-what lscpu malware",
      { ...CPUID, risk: 2, machine: "vmware", slot: "hypervisor" },
    ],
    [
      "vendor.kvm",
      "CPUID names the hypervisor KVMKVMKVM.",
      "systemd-detect-virt virt-what lscpu metasploit-checkvm malware",
      { ...CPUID, risk: 2, machine: "kvm", slot: "hypervisor" },
    ],
    [
      "vendor.virtualbox",
      "CPUID names the hypervisor VBoxVBoxVBox.",
      "systemd-detect-virt malware",
      { ...CPUID, risk: 2, machine: "virtualbox", slot: "hypervisor" },
    ],
    [
      "vendor.hyper-v",
      "CPUID names the hypervisor Microsoft Hv.",
      "systemd-detect-virt virt-what lscpu metasploit-checkvm malware",
      { ...CPUID, risk: 2, machine: "hyper-v", slot: "hypervisor" },
    ],
    [
      "vendor.xen",
      "CPUID names the hypervisor XenVMMXenVMM.",
      "systemd-detect-virt virt-what lscpu metasploit-checkvm malware",
      { ...CPUID, risk: 2, machine: "xen", slot: "hypervisor" },
    ],
    [
      "vendor.tcg",
      "CPUID names QEMU's own emulation, TCGTCGTCGTCG.",
      "systemd-detect-virt virt-what malware",
      { ...CPUID, risk: 2, machine: "qemu", slot: "hypervisor" },
    ],
    [
      "vendor.bhyve",
      "CPUID names FreeBSD's hypervisor bhyve.",
      "systemd-detect-virt virt-what malware",
      { ...CPUID, risk: 2, machine: "bhyve", slot: "hypervisor" },
    ],
    [
      "no-hypervisor",
      "CPUID names no hypervisor, and its leaf is that of a processor without one.",
      "systemd-detect-virt virt-what lscpu malware",
      { ...CPUID, risk: 0, machine: "metal", slot: "hypervisor" },
    ],
    [
      "brand.qemu",
      "The processor's brand is QEMU Virtual CPU, in CPUID and in /proc/cpuinfo.",
      "virt-what ansible ohai malware",
      { ...CPUID, machine: "qemu", slot: "processor-model" },
    ],
    [
      "brand.kvm",
      "The processor's brand is Common KVM processor, in CPUID and in /proc/cpuinfo.",
      "ohai metasploit-checkvm malware",
      { ...CPUID, machine: "kvm", slot: "processor-model" },
    ],
    ["flag", "The flags of /proc/cpuinfo have hypervisor.", "human", { risk: 2, slot: "hypervisor-flag" }],
    ["no-flag", "The flags of /proc/cpuinfo lack hypervisor.", "human", { risk: 0, machine: "metal", slot: "hypervisor-flag" }],
    [
      "user-mode-linux",
      "The maker of the processor in /proc/cpuinfo is User Mode Linux.",
      "systemd-detect-virt virt-what lscpu ansible",
      { machine: "uml", slot: "processor-model" },
    ],
    [
      "cowrie",
      "The processor is the Core 2 Duo E8200 of Cowrie's example files.",
      "human",
      { risk: 0, slot: "processor-model", source: "cowrie/cowrie: honeyfs/proc/cpuinfo" },
    ],
    [
      "single",
      "/proc/cpuinfo and /sys show one processor only.",
      "malware",
      { cost: 2, slot: "processors", source: "pafish, fewer than two processors" },
    ],
    [
      "descriptor-tables",
      "SIDT and SGDT give bases that only old hypervisors had.",
      "malware",
      { mechanisms: ["module"], needs: ["x86", "kprobes"], cost: 0, source: "Rutkowska, Red Pill" },
    ],
    [
      "slow-cpuid",
      "CPUID takes as long as an exit to a hypervisor does.",
      "malware",
      { ...CPUID, source: "pafish, RDTSC around CPUID; a by-product of forging it" },
    ],
    [
      "jitter",
      "The time stamp counter jumps.",
      "malware",
      { mechanisms: ["tracer"], needs: ["x86", "ptrace"], cost: 3, noticed: true, source: "prctl(2), PR_SET_TSC" },
    ],
  ],
);
