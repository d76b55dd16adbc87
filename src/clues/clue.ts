/**
 * The catalogue of clues: what shows a honeypot, a sandbox or a virtual machine, and what it takes to show it on purpose. A clue is data.
 * What it changes is an effect (`src/disguise/effects`), how the change is made is a mechanism.
 */
export const CLUE_FAMILIES = [
  "processor",
  "firmware",
  "kernel",
  "devices",
  "container",
  "files",
  "people",
  "processes",
  "network",
  "shell",
] as const;
export type ClueFamily = (typeof CLUE_FAMILIES)[number];

/** How a change is made. */
export const MECHANISMS = [
  /** Our kernel module: the VMware port, DMI fields, the hypervisor flag. */
  "module",
  /** A tracer of one process tree: port and CPUID. */
  "tracer",
  /** A library that dynamic programs load first. */
  "preload",
  /** Generated files above real ones, in a mount namespace of their own. */
  "overlay",
  /** Namespaces: host name, process numbers, cgroup names, network. */
  "namespace",
  /** Ordinary files, users and directories of the host. */
  "files",
  /** Background processes with another's name. */
  "process",
  /** Modules that the distribution's kernel has. */
  "in-tree-module",
  /** Hardware addresses and interface names. */
  "address",
  /** Packets, answered or changed in the kernel by the wire engine. */
  "engine",
  /** A sensor's decoy, at a port that nothing else uses. */
  "responder",
] as const;
export type Mechanism = (typeof MECHANISMS)[number];

export type Scope = "tree" | "host" | "network";

/** What a mechanism needs of the machine; each is present, absent or unknown on a given one. */
export const NEEDS = [
  "root",
  "mount-namespaces",
  "ptrace",
  "cpuid-faulting",
  "modules",
  "kprobes",
  "dmi",
  "systemd",
  "x86",
  "bpf",
] as const;
export type Need = (typeof NEEDS)[number];

export interface Clue {
  /** `firmware.vendor.vmware`: family first, never used again for something else. */
  readonly id: string;
  readonly family: ClueFamily;
  /** What it shows, in one sentence. */
  readonly shows: string;
  /** Ids of known detectors whose answer it changes, of the network's clues also our own checks; `human` and `malware` where no tool but somebody looks. */
  readonly reacts: readonly string[];
  /** In the order in which they are tried. */
  readonly mechanisms: readonly Mechanism[];
  readonly scope: readonly Scope[];
  readonly needs: readonly Need[];
  /** To legitimate users: 0 nothing, 1 an oddity that somebody may notice, 2 something works worse, 3 something breaks. */
  readonly cost: 0 | 1 | 2 | 3;
  /** That malware which sees it destroys: 0 not known, 1 possible, 2 seen in the wild. */
  readonly risk: 0 | 1 | 2;
  /** Whether we notice that somebody looked. */
  readonly noticed: boolean;
  /** Clues that contradict it. */
  readonly excludes: readonly string[];
  /** Where it is known from. */
  readonly source: string;
}
