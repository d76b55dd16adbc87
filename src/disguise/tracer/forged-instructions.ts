import type { Instructions, Registers } from "../../detectors/views/local-view.ts";
import { absentLeaves, type LeafForgery, REGISTERS, type TracerSpec } from "./tracer-spec.ts";

/**
 * What a program under the tracer would be answered, from what the processor answers without: detectors judge it before anything is started.
 * It must be what the tracer does (kernel/tracer/processor.c), leaf for leaf.
 */
export function forgedInstructions(real: Instructions, spec: TracerSpec): Instructions {
  return { ...real, cpuid: forgedCpuid(real, spec), vmwarePort: forgedPort(real, spec) };
}

const NOTHING: Registers = { eax: 0, ebx: 0, ecx: 0, edx: 0 };

/** Leaves that were asked of the real processor, and those that are forged. */
function forgedCpuid(real: Instructions, spec: TracerSpec): Instructions["cpuid"] {
  const keys = new Set([...Object.keys(real.cpuid), ...Object.keys(spec.cpuid ?? {})]);
  const leaves = [...keys].map((key): readonly [string, Registers | undefined] => [key, forgedLeaf(real, spec, key)]);
  return Object.fromEntries(leaves.flatMap(([key, registers]) => (registers === undefined ? [] : [[key, registers]])));
}

function forgedLeaf(real: Instructions, spec: TracerSpec, key: string): Registers | undefined {
  const asked = real.cpuid[key];
  const forgery = spec.cpuid?.[key];
  if (forgery?.to !== undefined) return forgery.to;
  if (isAbsent(spec, key)) return beyondTheLast(real, spec);
  return asked === undefined || forgery === undefined ? asked : masked(asked, forgery);
}

function isAbsent(spec: TracerSpec, key: string): boolean {
  const { leaf } = leafNumber(key);
  return absentLeaves(spec).some(({ first, last }) => leaf >= first && leaf <= last);
}

/** A view may hold subleaves of leaves that have none. */
function leafNumber(key: string): { readonly leaf: number } {
  return { leaf: Number.parseInt(key, 16) };
}

const INTEL_LIKE: ReadonlySet<number> = new Set([0x756e_6547, 0x746e_6543, 0x6853_2020]);

/** Intel answers as for the last basic leaf, subleaf 0; others with zeros. */
function beyondTheLast(real: Instructions, spec: TracerSpec): Registers | undefined {
  const first = real.cpuid["0.0"];
  if (first === undefined || !INTEL_LIKE.has(first.ebx)) return NOTHING;
  const highest = spec.cpuid?.["0.0"]?.to?.eax ?? first.eax;
  return forgedLeaf(real, spec, `${highest.toString(16)}.0`) ?? sameLeafBeyond(real) ?? NOTHING;
}

/** The processor's own answer for a leaf that no processor has; hypervisors that take over CPUID answer it as the processor does. */
function sameLeafBeyond(real: Instructions): Registers | undefined {
  return real.cpuid["40010000.0"] ?? real.cpuid["40000105.0"];
}

function masked(registers: Registers, { set = {}, clear = {} }: LeafForgery): Registers {
  const [eax = 0, ebx = 0, ecx = 0, edx = 0] = REGISTERS.map(
    (register) => ((registers[register] & ~(clear[register] ?? 0)) | (set[register] ?? 0)) >>> 0,
  );
  return { eax, ebx, ecx, edx };
}

const MAGIC = 0x564d_5868;
const PORT = 0x5658;
/** GuestRPC is opened with another EBX than all else is asked with. */
const MESSAGE = 30;
const RPCI_WITH_COOKIE = 0xc943_5052;

/** Commands that were asked of the real port. */
function forgedPort(real: Instructions, { vmwarePort, timeCommands = [] }: TracerSpec): Instructions["vmwarePort"] {
  if (vmwarePort === undefined && timeCommands.length === 0) return real.vmwarePort;
  const commands = [...new Set([...Object.keys(real.vmwarePort), ...Object.keys(vmwarePort ?? {})])].filter((key) => key !== "others");
  return Object.fromEntries(
    commands.map((command) => {
      const others = vmwarePort?.["others"] === undefined ? undefined : untouched(Number(command), vmwarePort["others"].eax);
      return [command, vmwarePort?.[command] ?? others ?? real.vmwarePort[command] ?? "fault"];
    }),
  );
}

/** The registers of the question, with EAX alone changed. */
function untouched(command: number, eax: number): Registers {
  return { eax, ebx: command === MESSAGE ? RPCI_WITH_COOKIE : ~MAGIC >>> 0, ecx: command, edx: PORT };
}
