import { localView } from "../../../../views/build-view.ts";
import type { Instructions, LocalView, Registers } from "../../../../views/local-view.ts";
import type { Contents } from "../../../../views/memory-files.ts";
import { metalFirmware } from "./metal-firmware.ts";
import { metalKernel, metalLog } from "./metal-kernel.ts";

/** An ordinary server on metal: Debian 12 on a PowerEdge R640, seen by root. No check may show anything on it. */
export const metalFiles: Contents = { ...metalFirmware, ...metalKernel };

const zeros: Registers = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

/** Four registers that hold sixteen characters. */
export function registersOf(text: string): Registers {
  const bytes = Buffer.alloc(16);
  bytes.write(text, "latin1");
  return { eax: bytes.readUInt32LE(0), ebx: bytes.readUInt32LE(4), ecx: bytes.readUInt32LE(8), edx: bytes.readUInt32LE(12) };
}

/** The three leaves of a processor's brand. */
export function brandLeaves(brand: string): Readonly<Record<string, Registers>> {
  return Object.fromEntries([0, 1, 2].map((part) => [`8000000${part + 2}.0`, registersOf(brand.slice(part * 16, part * 16 + 16))]));
}

/** A hypervisor's leaf: the last one that it has, and its signature of twelve characters. */
export function signature(name: string, last = 0x4000_0001): Registers {
  const { eax: ebx, ebx: ecx, ecx: edx } = registersOf(name);
  return { eax: last, ebx, ecx, edx };
}

/** Beyond their last leaf, Intel's processors answer with it: here 16h, the speeds in MHz. */
const speeds: Registers = { eax: 2100, ebx: 3700, ecx: 100, edx: 0 };
const commands = ["10", "17", "20", "1", "45", "68", "23", "46", "30"];

export const metalInstructions: Instructions = {
  cpuid: {
    "0.0": { eax: 0x16, ebx: 0x756e6547, ecx: 0x6c65746e, edx: 0x49656e69 },
    "1.0": { eax: 0x50654, ebx: 0x20800, ecx: 0x7ffefbff, edx: 0xbfebfbff },
    "16.0": speeds,
    "40000000.0": speeds,
    "40000001.0": speeds,
    "40000010.0": speeds,
    "40000100.0": speeds,
    "80000000.0": { ...zeros, eax: 0x8000_0008 },
    ...brandLeaves("Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz"),
  },
  vmwarePort: Object.fromEntries(commands.map((command) => [command, "fault"])),
  vmwareHighBandwidth: "fault",
  vmcall: "fault",
  vmmcall: "fault",
  virtualPc: "fault",
  xenCpuid: "fault",
  rdpmc: { "10000": "fault", "10001": "fault", "10002": "fault" },
  tables: { idt: { base: "fffffe0000000000", limit: 0xfff }, gdt: { base: "fffffe0000001000", limit: 0x7f }, ldt: 0, tr: 0x40, msw: 0x33 },
  cpuidCycles: Array.from({ length: 100 }, (_, at) => 148 + (at % 7) * 4),
  plainCycles: Array.from({ length: 100 }, (_, at) => 36 + (at % 3) * 2),
  tscHz: 2_095_080_000,
};

const parts: Omit<LocalView, "files" | "instructions"> = {
  takenAtMs: 1_700_000_000_000,
  uid: 0,
  uname: {
    system: "Linux",
    node: "db2",
    release: "6.1.0-13-amd64",
    version: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)",
    machine: "x86_64",
  },
  environment: {
    HOME: "/root",
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    SHELL: "/bin/bash",
    USER: "root",
    TERM: "xterm-256color",
  },
  kernelLog: metalLog,
  rootBytes: 1_888_000_000_000,
  commands: {},
  measurements: {},
};

/** The same machine with something changed: files by path (`absence` takes one away), instructions by name, CPUID leaves by leaf. */
export function metalBut(changes: {
  readonly files?: Contents;
  readonly instructions?: Partial<Instructions>;
  readonly leaves?: Instructions["cpuid"];
  readonly parts?: Partial<Omit<LocalView, "files" | "instructions">>;
}): LocalView {
  const cpuid = { ...metalInstructions.cpuid, ...changes.instructions?.cpuid, ...changes.leaves };
  return localView({
    ...parts,
    ...changes.parts,
    files: { ...metalFiles, ...changes.files },
    instructions: { ...metalInstructions, ...changes.instructions, cpuid },
  });
}

export const metal: LocalView = metalBut({});
