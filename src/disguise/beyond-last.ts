import type { Instructions, Registers } from "../detectors/views/local-view.ts";

/** Intel SDM 2, CPUID: beyond the last leaf the last basic one answers; with AMD and others nothing does. */
export function beyondLast(cpuid: Instructions["cpuid"]): Registers {
  const basic = cpuid["0.0"];
  const last = basic?.ebx === 0x756e_6547 ? cpuid[`${basic.eax.toString(16)}.0`] : undefined;
  return last ?? { eax: 0, ebx: 0, ecx: 0, edx: 0 };
}
