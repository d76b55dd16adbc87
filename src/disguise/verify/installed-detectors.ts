import { ansibleSays } from "../../detectors/known/local/ansible-facts.ts";
import { ohaiSays } from "../../detectors/known/local/ohai.ts";
import { vmwarePortSays } from "../../detectors/known/local/vmware-port.ts";
import { instructionProbe, parseInstructions } from "../../detectors/probes/local/instruction-probe.ts";

/**
 * The detectors that can be installed here, how each is asked, and how its answer reads in the words in which our prediction of it is written
 * (`says` of the known detector with that id). Who can only be predicted, because no Debian has it, is not here.
 */
export interface InstalledDetector {
  readonly id: string;
  /** Ends well where it is installed; where it is known by its version, that is printed. */
  readonly probe: readonly string[];
  /** Whether this version is the one that the id stands for. */
  readonly isVersion?: (printed: string) => boolean;
  /** Asked one after the other. */
  readonly commands: readonly (readonly string[])[];
  /** Undefined: it did not come to an answer. */
  readonly read: (answers: readonly Answered[]) => string | undefined;
}

/** What a command printed, and with which status it ended; undefined: it was killed. */
export interface Answered {
  readonly status: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** The first release whose answers differ from Debian 12's. */
const NEWER_SYSTEMD = 254;
const DMI_STRINGS = ["system-manufacturer", "system-product-name", "bios-vendor"] as const;
const ANSIBLE_ASKED = JSON.stringify({ ANSIBLE_MODULE_ARGS: { gather_subset: ["!all", "!min", "virtual"] } });

export const installedDetectors: readonly InstalledDetector[] = [
  { ...systemd("systemd-detect-virt"), isVersion: (printed) => versionOf(printed) < NEWER_SYSTEMD },
  { ...systemd("systemd-detect-virt", "--vm"), isVersion: (printed) => versionOf(printed) < NEWER_SYSTEMD },
  { ...systemd("systemd-detect-virt", "--container"), isVersion: (printed) => versionOf(printed) < NEWER_SYSTEMD },
  { ...systemd("systemd-detect-virt"), id: "systemd-detect-virt (257)", isVersion: (printed) => versionOf(printed) >= NEWER_SYSTEMD },
  { id: "virt-what", probe: ["virt-what", "--version"], commands: [["virt-what"]], read: ([all]) => all && virtWhatAnswer(all) },
  { id: "lscpu", probe: ["lscpu", "--version"], commands: [["lscpu"]], read: ([all]) => all && lscpuLines(all.out) },
  {
    id: "dmidecode",
    probe: ["dmidecode", "--version"],
    commands: [["dmidecode"], ...DMI_STRINGS.map((keyword) => ["dmidecode", "-s", keyword])],
    read: dmiStrings,
  },
  {
    id: "ansible",
    probe: ["/usr/bin/python3", "-c", "import ansible.modules.setup"],
    commands: [["/usr/bin/python3", "-m", "ansible.modules.setup", ANSIBLE_ASKED]],
    read: ([all]) => all && ansibleAnswer(all.out),
  },
  { id: "ohai", probe: ["ohai", "--version"], commands: [["ohai", "virtualization"]], read: ([all]) => all && ohaiAnswer(all.out) },
  {
    id: "vmware-checkvm",
    probe: ["sh", "-c", "command -v vmware-checkvm"],
    commands: [["vmware-checkvm"]],
    read: ([all]) => all && checkvmAnswer(all),
  },
  ...ownProbe(),
];

/** Our own program asks VMware's port as the shortest of malware does: no compiler is needed where it is verified. */
function ownProbe(): readonly InstalledDetector[] {
  const program = instructionProbe();
  if (program === undefined) return [];
  const read = ([all]: readonly Answered[]) => all && portAnswer(all.out);
  return [{ id: "vmware-port", probe: [program], commands: [[program]], read }];
}

function portAnswer(printed: string): string | undefined {
  const instructions = parseInstructions(printed);
  return instructions === undefined ? undefined : vmwarePortSays(instructions);
}

function systemd(...command: readonly string[]): InstalledDetector {
  const [program = ""] = command;
  const read = ([all]: readonly Answered[]) => all && (all.out.trim() || all.err.trim());
  return { id: command.join(" "), probe: [program, "--version"], commands: [command], read };
}

/** `systemd 252 (252.39-1~deb12u1)` */
function versionOf(printed: string): number {
  return Number(/^systemd (\d+)/m.exec(printed)?.[1] ?? 0);
}

/** A refusal, or the facts; of the programs that it starts some complain to no effect. */
function virtWhatAnswer({ status, out, err }: Answered): string {
  return status === 0 ? out.trim() || "nothing" : err.trim();
}

/** Only what is said of virtualization, without the columns. */
function lscpuLines(text: string): string {
  const lines = text.split("\n").filter((line) => /^(?:Virtualization(?: type)?|Hypervisor(?: vendor)?):/.test(line.trim()));
  return lines.map((line) => line.trim().replace(/: +/, ": ")).join("\n") || "nothing";
}

function dmiStrings([whole, ...strings]: readonly Answered[]): string | undefined {
  if (whole?.out.includes("Handle 0x") !== true) return refusals(whole?.err ?? "") || "no SMBIOS table";
  const first = (text: string) => text.split("\n").find((line) => !line.startsWith("#")) ?? "";
  return DMI_STRINGS.map((keyword, index) => `${keyword}: ${first(strings[index]?.out ?? "")}`).join(", ");
}

function refusals(complaints: string): string {
  const lines = complaints.split("\n").filter((line) => line.endsWith(": Permission denied"));
  return lines.join("\n");
}

function ansibleAnswer(text: string): string | undefined {
  const { ansible_facts: facts } = parsed(text) ?? {};
  if (facts === undefined) return undefined;
  return ansibleSays({
    type: facts.ansible_virtualization_type,
    role: facts.ansible_virtualization_role,
    guest: facts.ansible_virtualization_tech_guest.toSorted(),
    host: facts.ansible_virtualization_tech_host.toSorted(),
  });
}

interface AnsiblePrinted {
  readonly ansible_facts?: {
    readonly ansible_virtualization_type: string;
    readonly ansible_virtualization_role: string;
    readonly ansible_virtualization_tech_guest: readonly string[];
    readonly ansible_virtualization_tech_host: readonly string[];
  };
}

/** The answer in a tool's output, which may begin with complaints. */
function parsed(text: string): AnsiblePrinted | undefined {
  const begin = text.indexOf("{");
  return begin < 0 ? undefined : JSON.parse(text.slice(begin));
}

function ohaiAnswer(text: string): string | undefined {
  const begin = text.indexOf("{");
  return begin < 0 ? undefined : ohaiSays(JSON.parse(text.slice(begin)));
}

/** Killed: by an instruction that the processor does not know (SIGILL). */
function checkvmAnswer({ status, out, err }: Answered): string {
  return status === undefined || status > 128 ? "Illegal instruction" : `${out}${err}`.trim();
}
