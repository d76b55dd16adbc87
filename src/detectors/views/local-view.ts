import type { Files } from "./files.ts";
import type { Viewer } from "./viewer.ts";

/** What somebody who is logged in can see of a host. Whatever was not looked at is undefined or "unknown", never guessed. */
export interface LocalView {
  /** When it was taken, milliseconds since 1970. */
  readonly takenAtMs: number;
  /** `uname`: system, node name, release, version, machine. */
  readonly uname?: Uname;
  /** Effective user id of who looked. */
  readonly uid?: number;
  readonly files: Files;
  /** Whose view it is made out to be (`seenBy`): tools that judge it are run by that account. Undefined: whoever took it. Never saved. */
  readonly seenBy?: { readonly viewer: Viewer; readonly filesOfRoot: Files };
  /** Environment of who looked. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The kernel's log, a line a message, without time stamps. Undefined: not readable. */
  readonly kernelLog?: readonly string[];
  readonly instructions?: Instructions;
  /** Size in bytes of the file system that `/` is. */
  readonly rootBytes?: number;
  /** Answers of the battery of shell commands, by their id. */
  readonly commands: Readonly<Record<string, CommandAnswer>>;
  /** Numbers that were measured: `readRate.nsPerRead`, `readRate.packetsOut`; the units are in the names. */
  readonly measurements: Readonly<Record<string, readonly number[]>>;
}

export interface Uname {
  readonly system: string;
  readonly node: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
}

export interface CommandAnswer {
  /** Exit status as `$?` shows it; 124: cut off after its time. */
  readonly status: number;
  /** Standard output and error together, as a terminal shows them; at most 64 KiB. */
  readonly output: string;
  /** Undefined: the shell could not measure it. */
  readonly tookMs?: number;
}

/** 32-bit registers after an instruction. */
export interface Registers {
  readonly eax: number;
  readonly ebx: number;
  readonly ecx: number;
  readonly edx: number;
}

/** What the processor itself answered to an unprivileged program (kernel/probe). */
export interface Instructions {
  /** CPUID by leaf and subleaf, lower-case hexadecimal: `1.0`, `40000000.0`, `80000002.0`. */
  readonly cpuid: Readonly<Record<string, Registers>>;
  /** The VMware port 0x5658 by command number (10, 17, 20, 1, 45, 68, 23); `fault`: the processor refused. */
  readonly vmwarePort: Readonly<Record<string, Registers | "fault">>;
  /** Port 0x5659, `rep insb` and `rep outsb` with a length of zero. */
  readonly vmwareHighBandwidth?: Registers | "fault";
  /** VMCALL and VMMCALL with the VMware command GETVERSION. */
  readonly vmcall?: Registers | "fault";
  readonly vmmcall?: Registers | "fault";
  /** The invalid instruction with which Virtual PC talks to its guests; and the prefix with which Xen emulates CPUID. */
  readonly virtualPc?: "fault" | "answered";
  readonly xenCpuid?: Registers | "fault";
  /** RDPMC of VMware's counters 0x10000 to 0x10002: `fault`, or the value in eax and edx. */
  readonly rdpmc: Readonly<Record<string, Registers | "fault">>;
  /** Base and limit as SIDT and SGDT store them, hexadecimal; SLDT, STR and SMSW. Undefined: refused. */
  readonly tables: { readonly idt?: Table; readonly gdt?: Table; readonly ldt?: number; readonly tr?: number; readonly msw?: number };
  /** Processor cycles (RDTSC) of RDTSC-CPUID-RDTSC, each sample on its own. */
  readonly cpuidCycles: readonly number[];
  /** The same with an instruction that no hypervisor intercepts, to compare with. */
  readonly plainCycles: readonly number[];
  /** What RDTSC counts in a second of the monotonic clock. */
  readonly tscHz?: number;
}

export interface Table {
  readonly base: string;
  readonly limit: number;
}
