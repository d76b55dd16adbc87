import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { textOf } from "../../../views/files.ts";
import type { LocalView, Registers } from "../../../views/local-view.ts";
import { family, numberIn } from "./families.ts";

/**
 * The I/O port by which VMware talks to its guests, and the ways beside it. On real hardware a program without privileges may not touch a
 * port: the processor refuses. An answer is EBX holding the magic number again, or a value that makes sense; a port that floats gives ones.
 */
const MAGIC = 0x564d5868;
const ONES = 0xffff_ffff;
const { judged } = family("vmware-port");
const OVT = "open-vm-tools, backdoor_def.h";

/** What a command of port 5658h gave, or a judgement when it gave nothing. */
function answerOf({ instructions }: LocalView, command: string): Registers | Judgement {
  const answer = instructions?.vmwarePort[command];
  if (answer === undefined) return unknown(`command ${command} was not tried`);
  if (answer === "fault") return clean("the processor refused");
  const eax = answer.eax >>> 0;
  return eax === ONES || eax === MAGIC ? clean("no answer behind the port") : answer;
}

/** Judges a command's answer when there was one. */
function command(number: string, judge: (answer: Registers, view: LocalView) => Judgement): (view: LocalView) => Judgement {
  return (view) => {
    const answer = answerOf(view, number);
    return "verdict" in answer ? answer : judge(answer, view);
  };
}

const magical = ({ ebx }: Registers) => ebx >>> 0 === MAGIC;
const within = (value: number, wanted: number, part: number) => Math.abs(value - wanted) <= wanted * part;

/** MiB of memory by /proc/meminfo. */
export function memoryMib({ files }: LocalView): number | undefined {
  const kib = numberIn(textOf(files, "/proc/meminfo"), /^MemTotal:\s+(\d{1,15}) kB/m);
  return kib === undefined ? undefined : kib / 1024;
}

/** Whether the MiB that the port tells can be those of /proc/meminfo, which lacks what the kernel keeps for itself. */
export function plausibleMemory(told: number, seen: number): boolean {
  return told >= seen * 0.98 && told <= seen * 1.25 + 256;
}

/** MiB that the port told; undefined: no answer. */
export function memoryTold(view: LocalView): number | undefined {
  const answer = answerOf(view, "20");
  return "verdict" in answer ? undefined : answer.eax >>> 0;
}

const hertzOf = ({ eax, ebx }: Registers) => (ebx >>> 0) * 2 ** 32 + (eax >>> 0);

function called(view: LocalView, judge: (answers: readonly Registers[]) => Judgement): Judgement {
  const calls = [view.instructions?.vmcall, view.instructions?.vmmcall].filter((one) => one !== undefined);
  if (calls.length === 0) return unknown("neither call was tried");
  return judge(calls.filter((one) => one !== "fault"));
}

export const vmwarePortChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.port.version",
      looksAt: "I/O port 5658h, command 10 (get version)",
      reason: "Only a hypervisor of VMware, or what imitates one, answers the version question on its port.",
      ratio: 1.8,
      source: `${OVT}; Kitazawa and Shinoda, Fake Honeypot`,
    },
    command("10", (answer) =>
      magical(answer) ? shown(`version ${answer.eax >>> 0}, product ${answer.ecx >>> 0}`) : clean("no magic number came back"),
    ),
  ),
  judged(
    {
      id: "vm.port.hardware-version",
      looksAt: "I/O port 5658h, command 17 (get hardware version)",
      reason: "VMware tells its guests which version of virtual hardware they run on.",
      ratio: 1.6,
      source: OVT,
    },
    command("17", ({ eax }) => (eax > 0 && eax <= 64 ? shown(`hardware version ${eax}`) : clean("no version that exists"))),
  ),
  judged(
    {
      id: "vm.port.memory",
      looksAt: "I/O port 5658h, command 20 (get memory size), against /proc/meminfo",
      reason: "The port tells the memory that this machine really has, so something below the kernel answers it.",
      ratio: 1.7,
      source: "ScoopyNG, test 6; open-vm-tools",
    },
    command("20", ({ eax }, view) => {
      const seen = memoryMib(view);
      if (seen === undefined) return unknown("the memory is not known");
      return plausibleMemory(eax >>> 0, seen) ? shown(`${eax} MiB`) : clean(`${eax >>> 0} is not this machine's memory`);
    }),
  ),
  judged(
    {
      id: "vm.port.mhz",
      looksAt: "I/O port 5658h, command 1 (get MHz), against the time stamp counter",
      reason: "The port tells the processor's speed in MHz, and it is right.",
      ratio: 1.6,
      source: OVT,
    },
    command("1", ({ eax }, { instructions }) => {
      if (instructions?.tscHz === undefined) return unknown("the processor's speed is not known");
      return within(eax >>> 0, instructions.tscHz / 1e6, 0.1) ? shown(`${eax} MHz`) : clean(`${eax >>> 0} is not this processor's speed`);
    }),
  ),
  judged(
    {
      id: "vm.port.hz",
      looksAt: "I/O port 5658h, command 45 (get Hz), against the time stamp counter",
      reason: "Linux itself asks VMware for the exact rate of the time stamp counter in this way.",
      ratio: 1.6,
      source: "Linux, arch/x86/kernel/cpu/vmware.c",
    },
    command("45", (answer, { instructions }) => {
      if (instructions?.tscHz === undefined) return unknown("the rate of the counter is not known");
      return within(hertzOf(answer), instructions.tscHz, 0.1) ? shown(`${hertzOf(answer)} Hz`) : clean("not the rate of this counter");
    }),
  ),
  judged(
    {
      id: "vm.port.vcpu-flags",
      looksAt: "I/O port 5658h, command 68 (get virtual CPU information)",
      reason: "VMware tells what its virtual processors can do, with the reserved bit clear.",
      ratio: 1.5,
      source: "Linux, arch/x86/kernel/cpu/vmware.c",
    },
    command("68", ({ eax }) =>
      eax >>> 31 === 0 && eax !== 0 ? shown(`flags ${eax.toString(16)}h`) : clean("the reserved bit is set, or nothing"),
    ),
  ),
  judged(
    {
      id: "vm.port.time",
      looksAt: "I/O port 5658h, command 23 (get time)",
      reason: "The host's clock can be read through the port, and shows today.",
      ratio: 1.5,
      source: OVT,
    },
    command("23", ({ eax }, { takenAtMs }) =>
      Math.abs((eax >>> 0) - takenAtMs / 1000) < 2 * 86_400 ? shown(`${eax >>> 0} s since 1970`) : clean("not the time"),
    ),
  ),
  judged(
    {
      id: "vm.port.guest-rpc",
      looksAt: "I/O port 5658h, command 30 (open a GuestRPC channel)",
      reason: "A channel for remote calls between the guest and VMware can be opened.",
      ratio: 1.6,
      source: OVT,
    },
    command("30", ({ ecx }) => ((ecx >>> 16) & 1 ? shown("the channel opened") : clean("no channel"))),
  ),
  judged(
    {
      id: "vm.port.high-bandwidth",
      looksAt: "I/O port 5659h, string instructions",
      reason: "The port of VMware for whole messages lets string instructions through.",
      ratio: 1.6,
      source: OVT,
    },
    ({ instructions }) => {
      const answer = instructions?.vmwareHighBandwidth;
      if (answer === undefined) return unknown("not tried");
      return answer === "fault" ? clean("the processor refused") : shown(`EBX ${(answer.ebx >>> 0).toString(16)}h`);
    },
  ),
  judged(
    {
      id: "vm.call.vmware",
      looksAt: "VMCALL and VMMCALL with VMware's version question",
      reason: "A hypercall answers as VMware's port does, the newer way into the same hypervisor.",
      ratio: 1.7,
      source: "open-vm-tools, vmware hypercall backdoor",
    },
    (view) =>
      called(view, (answers) => {
        const right = answers.find((one) => magical(one) && one.eax >>> 0 !== ONES);
        return right === undefined ? clean("no answer of VMware") : shown(`version ${right.eax >>> 0}`);
      }),
  ),
  judged(
    {
      id: "vm.call.answered",
      looksAt: "VMCALL and VMMCALL from an ordinary program",
      reason: "Where no hypervisor is, a hypercall is an invalid instruction; here it returned.",
      ratio: 1.5,
      source: "Intel SDM vol. 3C, VMCALL; AMD APM vol. 3, VMMCALL",
    },
    (view) =>
      called(view, ([first]) => (first === undefined ? clean("an invalid instruction") : shown(`EAX ${(first.eax >>> 0).toString(16)}h`))),
  ),
];
