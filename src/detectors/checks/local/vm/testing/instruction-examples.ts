import type { LocalView } from "../../../../views/local-view.ts";
import { edited, MAGIC, registers, withFile, withInstructions, withLeaves, withPort, withTables } from "./changed-metal.ts";
import { brandLeaves, metalBut, metalInstructions, registersOf, signature } from "./metal.ts";

/** Views that show the checks of processor and port. */
const one = registers({ eax: 0x50654, ebx: 0x20800, ecx: 0xfffefbff, edx: 0xbfebfbff });
const kvm = { "1.0": one, "40000000.0": signature("KVMKVMKVM") };
const vmware = { "1.0": one, "40000000.0": signature("VMwareVMware", 0x4000_0010) };
const cycles = (base: number) => Array.from({ length: 100 }, (_, at) => base + (at % 9) * 11);

const seconds = 1_700_000_000;

export const portExamples: Readonly<Record<string, LocalView>> = {
  "vm.port.version": withPort("10", { eax: 6, ebx: MAGIC, ecx: 2 }),
  "vm.port.hardware-version": withPort("17", { eax: 19, ebx: MAGIC }),
  "vm.port.memory": withPort("20", { eax: 196_608 }),
  "vm.port.mhz": withPort("1", { eax: 2095 }),
  "vm.port.hz": withPort("45", { eax: 2_095_080_000, ebx: 0 }),
  "vm.port.vcpu-flags": withPort("68", { eax: 0x21 }),
  "vm.port.time": withPort("23", { eax: seconds }),
  "vm.port.guest-rpc": withPort("30", { eax: 1, ecx: 0x10000 }),
  "vm.port.high-bandwidth": withInstructions({ vmwareHighBandwidth: registers({ ebx: 0x10000 }) }),
  "vm.call.vmware": withInstructions({ vmcall: registers({ eax: 6, ebx: MAGIC }) }),
  "vm.call.answered": withInstructions({ vmmcall: registers({ eax: 0xffff_ffff }) }),
};

export const cpuidExamples: Readonly<Record<string, LocalView>> = {
  "vm.cpuid.hypervisor-bit": withLeaves({ "1.0": one }),
  "vm.cpuid.vendor": withLeaves(kvm),
  "vm.cpuid.unknown-vendor": withLeaves({ "1.0": one, "40000000.0": signature("NotAHypervis") }),
  "vm.cpuid.interface": withLeaves({ "40000001.0": registersOf("Hv#1") }),
  "vm.cpuid.second-vendor": withLeaves({ "40000100.0": signature("XenVMMXenVMM") }),
  "vm.cpuid.frequency-leaf": withLeaves({ ...vmware, "40000010.0": registers({ eax: 2_095_080, ebx: 66_000 }) }),
  "vm.cpuid.brand": withLeaves(brandLeaves("QEMU Virtual CPU version 2.5+")),
  "vm.cpuid.generic-brand": withLeaves(brandLeaves("Intel Xeon Processor (Skylake, IBRS)")),
  "vm.cpuid.emulated-model": withLeaves({ "1.0": { ...one, eax: 0x60fb1 } }),
  "vm.cpuid.xen-prefix": withInstructions({ xenCpuid: signature("XenVMMXenVMM") }),
  "vm.cpuinfo.flag": edited("/proc/cpuinfo", /rdrand/g, "rdrand hypervisor"),
  "vm.cpuinfo.model-name": edited("/proc/cpuinfo", /Intel\(R\) Xeon\(R\) Gold 6130 CPU @ 2.10GHz/g, "QEMU TCG CPU version 2.5+"),
  "vm.cpuinfo.microcode": edited("/proc/cpuinfo", /0x2007006/g, "0x1"),
};

export const timingExamples: Readonly<Record<string, LocalView>> = {
  "vm.timing.cpuid": withInstructions({ cpuidCycles: cycles(1900) }),
  "vm.timing.supervised-cpuid": withInstructions({ cpuidCycles: cycles(110_000) }),
  "vm.timing.interrupted": withInstructions({ plainCycles: cycles(40).map((value, at) => (at % 11 === 0 ? 40_000 : value)) }),
  "vm.timing.nominal-rate": withInstructions({ tscHz: 2_600_002_000 }),
  "vm.timing.steal": edited("/proc/stat", /^(cpu {2}.*) 0 0 0$/gm, "$1 8123 0 0"),
};

export const descriptorTableExamples: Readonly<Record<string, LocalView>> = {
  "vm.tables.idt": withTables({ idt: { base: "ffc18000", limit: 0x7ff } }),
  "vm.tables.gdt": withTables({ gdt: { base: "ffc07000", limit: 0x40ff } }),
  "vm.tables.ldt": withTables({ ldt: 0x4058 }),
  "vm.tables.task-register": withTables({ tr: 0x4000 }),
  "vm.tables.machine-status": withTables({ msw: 0x10 }),
  "vm.rdpmc.vmware": withInstructions({ rdpmc: { ...metalInstructions.rdpmc, "10000": registers({ eax: 0x1234_5678, edx: 9 }) } }),
  "vm.virtual-pc": withInstructions({ virtualPc: "answered" }),
};

const flagged = "flags\t\t: fpu vme de hypervisor";

export const forgedInstructionExamples: Readonly<Record<string, LocalView>> = {
  "vm.forged.bit-without-leaf": withLeaves({ "1.0": one, "40000000.0": registers({}) }),
  "vm.forged.leaf-without-bit": withLeaves({ "40000000.0": signature("VMwareVMware") }),
  "vm.forged.cpuinfo-flag": withFile("/proc/cpuinfo", `processor\t: 0\n${flagged}\n`),
  "vm.forged.brand": withLeaves(brandLeaves("Intel(R) Core(TM)2 Duo CPU     E8200  @ 2.66GHz")),
  "vm.forged.processor-maker": withLeaves({ "0.0": { eax: 0x10, ebx: 0x68747541, edx: 0x69746e65, ecx: 0x444d4163 } }),
  "vm.forged.port-without-vendor": withPort("10", { eax: 6, ebx: MAGIC, ecx: 2 }),
  "vm.forged.port-memory": withPort("20", { eax: 512 }),
  "vm.forged.speed": withPort("1", { eax: 800 }),
  "vm.forged.silent-log": withLeaves(kvm),
  "vm.forged.firmware-other-hypervisor": metalBut({
    leaves: kvm,
    files: { "/sys/devices/virtual/dmi/id/sys_vendor": "VMware, Inc.\n" },
  }),
};
