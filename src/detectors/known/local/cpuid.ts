import type { Registers } from "../../views/local-view.ts";
import type { Asked } from "./asked.ts";

/** What tools read of CPUID: the bit that says "there is a hypervisor", and the name in its own leaf. */

const HYPERVISOR_BIT = 0x8000_0000;
const PROCESSORS_WITH_CPUID = /^(x86_64|amd64|i[3-6]86)$/;

/** Undefined: another processor, or not looked at; the latter is noted as lacking. */
export function cpuid(asked: Asked, leaf: string): Registers | undefined {
  const { uname, instructions } = asked.view;
  if (uname !== undefined && !PROCESSORS_WITH_CPUID.test(uname.machine)) return undefined;
  const registers = instructions?.cpuid[`${leaf}.0`];
  if (registers === undefined) asked.lacks(`CPUID leaf 0x${leaf}`);
  return registers;
}

/** Leaf 1, ECX bit 31. */
export function hypervisorBit(asked: Asked): boolean {
  return ((cpuid(asked, "1")?.ecx ?? 0) & HYPERVISOR_BIT) !== 0;
}

/** The name in a leaf of the hypervisor's, without the zero bytes that fill it up; empty: there is none. */
export function hypervisorName(asked: Asked, leaf = "40000000"): string {
  const registers = cpuid(asked, leaf);
  return registers === undefined ? "" : vendorOf(registers).replace(/\0+$/, "");
}

/** The twelve bytes of EBX, ECX and EDX. */
export function vendorOf({ ebx, ecx, edx }: Registers): string {
  return [ebx, ecx, edx].map((register) => String.fromCharCode(...[0, 8, 16, 24].map((shift) => (register >>> shift) & 0xff))).join("");
}

/** The registers of leaf 0x40000000 that carry a name. */
export function vendorRegisters(name: string, eax = 0x4000_0001): Registers {
  const at = (index: number) => name.charCodeAt(index) || 0;
  const register = (from: number) => (at(from) | (at(from + 1) << 8) | (at(from + 2) << 16) | (at(from + 3) << 24)) >>> 0;
  return { eax, ebx: register(0), ecx: register(4), edx: register(8) };
}
