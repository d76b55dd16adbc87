import assert from "node:assert/strict";
import type { Registers } from "../../detectors/views/local-view.ts";

/**
 * What the tracer forges, and the text that tells it (kernel/tracer/spec.h has its grammar). Leaves that this processor answers by ECX are named
 * with their subleaf; all others are forged whatever ECX holds, since whoever asks leaves there what was in it.
 *
 * Who replaces the leaf that names the hypervisor replaces the hypervisor: its other leaves are gone, but for those that are named.
 */
export interface TracerSpec {
  /** By `leaf.subleaf` in hexadecimal, as in a view: whole registers, or single bits of the real ones. */
  readonly cpuid?: Readonly<Record<string, LeafForgery>>;
  /** Answers of the VMware port by command number, `others` for all that are not named: of that only EAX is given. */
  readonly vmwarePort?: Readonly<Record<string, Registers>>;
  /** Commands of the port that are answered with the time of day instead: GETTIME is 23. */
  readonly timeCommands?: readonly number[];
}

export interface LeafForgery {
  readonly set?: Partial<Registers>;
  readonly clear?: Partial<Registers>;
  /** The whole leaf; then neither `set` nor `clear` is looked at. */
  readonly to?: Registers;
}

export interface LeafName {
  readonly leaf: number;
  readonly subleaf: number;
}

export const REGISTERS = ["eax", "ebx", "ecx", "edx"] as const satisfies readonly (keyof Registers)[];

/** The leaf that names the hypervisor, and where its leaves end. */
export const FIRST_HYPERVISOR_LEAF = 0x4000_0000;
export const LAST_HYPERVISOR_LEAF = 0x4fff_ffff;

/** Intel SDM 2, CPUID; AMD APM 3, appendix E: the leaves whose answer depends on ECX. */
const WITH_SUBLEAVES: ReadonlySet<number> = new Set([
  ...[0x4, 0x7, 0xb, 0xd, 0xf, 0x10, 0x12, 0x14, 0x17, 0x18, 0x1b, 0x1d, 0x1e, 0x1f, 0x20, 0x23, 0x24, 0x27, 0x28],
  ...[0x8000_001d, 0x8000_0020, 0x8000_0026],
]);

export function hasSubleaves(leaf: number): boolean {
  return WITH_SUBLEAVES.has(leaf);
}

export function leafName(key: string): LeafName {
  const [, leaf = "", subleaf = ""] = /^([0-9a-f]{1,8})\.([0-9a-f]{1,8})$/.exec(key) ?? [];
  assert.ok(leaf !== "", `a leaf is named like 40000000.0: ${key}`);
  const name = { leaf: Number.parseInt(leaf, 16), subleaf: Number.parseInt(subleaf, 16) };
  assert.ok(hasSubleaves(name.leaf) || name.subleaf === 0, `leaf ${leaf} has no subleaf ${subleaf}`);
  return name;
}

/** Leaves that the processor answers as if it had not got them. */
export function absentLeaves({ cpuid = {} }: TracerSpec): readonly { readonly first: number; readonly last: number }[] {
  const renamed = cpuid[`${FIRST_HYPERVISOR_LEAF.toString(16)}.0`]?.to !== undefined;
  return renamed ? [{ first: FIRST_HYPERVISOR_LEAF, last: LAST_HYPERVISOR_LEAF }] : [];
}

/** The text, ASCII; deterministic. */
export function encodeTracerSpec(spec: TracerSpec): string {
  const leaves = Object.entries(spec.cpuid ?? {}).flatMap(([key, forgery]) => leafLines(leafName(key), forgery));
  const absent = absentLeaves(spec).map(({ first, last }) => `absent ${hex(first)} ${hex(last)}`);
  const lines = ["utsusemi-tracer 1", ...absent, ...leaves, ...portLines(spec)];
  return lines.map((line) => `${line}\n`).join("");
}

function leafLines({ leaf, subleaf }: LeafName, { to, set = {}, clear = {} }: LeafForgery): readonly string[] {
  const name = `${hex(leaf)} ${hasSubleaves(leaf) ? hex(subleaf) : "*"}`;
  if (to !== undefined) return [`cpuid ${name} ${REGISTERS.map((register) => hex(to[register])).join(" ")}`];
  return REGISTERS.filter((register) => set[register] !== undefined || clear[register] !== undefined).map(
    (register) => `mask ${name} ${register} ${hex(clear[register] ?? 0)} ${hex(set[register] ?? 0)}`,
  );
}

function portLines({ vmwarePort = {}, timeCommands = [] }: TracerSpec): readonly string[] {
  const { others, ...commands } = vmwarePort;
  const timed = timeCommands.map((command) => `port ${hex(command)} time`);
  const fixed = Object.entries(commands).flatMap(([command, registers]) =>
    timeCommands.includes(commandNumber(command)) ? [] : [portLine(commandNumber(command), registers)],
  );
  return [...timed, ...fixed, ...(others === undefined ? [] : [`others ${hex(others.eax)}`])];
}

function portLine(command: number, registers: Registers): string {
  return `port ${hex(command)} ${REGISTERS.map((register) => hex(registers[register])).join(" ")}`;
}

function commandNumber(text: string): number {
  assert.match(text, /^[0-9]{1,5}$/);
  return Number(text);
}

function hex(number: number): string {
  assert.ok(Number.isInteger(number) && number >= 0 && number <= 0xffff_ffff, `not 32 bits: ${number}`);
  return number.toString(16);
}
