import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import type { LocalView, Table } from "../../../views/local-view.ts";
import { family } from "./families.ts";

/**
 * Where the processor's tables lie. Old hypervisors could not hide that the real ones are elsewhere than a kernel puts them. Where the
 * processor protects the instructions (UMIP), Linux gives dummy values: those say nothing and are clean.
 */
const { judged } = family("descriptor-tables");
/** Linux, arch/x86/kernel/umip.c: dummy bases of GDT and IDT, 64 bits wide and 32. */
const DUMMIES = new Set([0xffff_ffff_fffe_0000n, 0xffff_ffff_ffff_0000n, 0xfffe_0000n, 0xffff_0000n]);
/** From here on the addresses of a 64-bit kernel. */
const KERNEL = 0xffff_8000_0000_0000n;
/** First byte of a 32-bit base under VMware and Virtual PC. */
const HIGH_BYTES: Readonly<Record<string, string>> = { 255: "VMware", 232: "Virtual PC" };

function judgeBase(table: Table | undefined): Judgement {
  if (table === undefined) return unknown("refused, or not tried");
  if (!/^[0-9a-f]{1,16}$/i.test(table.base)) return unknown("no address");
  const base = BigInt(`0x${table.base}`);
  if (DUMMIES.has(base)) return clean("the kernel's dummy value");
  if (base >= KERNEL) return clean(`${table.base}h, the kernel's`);
  const maker = base < 0x1_0000_0000n ? HIGH_BYTES[String(base >> 24n)] : "where no kernel has it";
  return maker === undefined ? clean(`${table.base}h`) : shown(`${table.base}h (${maker})`);
}

function judgeSelector(value: number | undefined, ours: readonly number[]): Judgement {
  if (value === undefined) return unknown("refused, or not tried");
  return ours.includes(value) ? clean(`${value.toString(16)}h`) : shown(`${value.toString(16)}h`);
}

const counters = ["10000", "10001", "10002"];

export const descriptorTableChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.tables.idt",
      looksAt: "base of the interrupt descriptor table (SIDT)",
      reason: "The interrupt table lies where VMware or Virtual PC moves it: the red pill.",
      ratio: 1.5,
      source: "Rutkowska, Red Pill (2004); ScoopyNG, test 1",
    },
    ({ instructions }) => judgeBase(instructions?.tables.idt),
  ),
  judged(
    {
      id: "vm.tables.gdt",
      looksAt: "base of the global descriptor table (SGDT)",
      reason: "The global descriptor table lies where a hypervisor keeps its guest's.",
      ratio: 1.4,
      source: "Quist and Smith, Detecting the presence of virtual machines using the local data table; ScoopyNG, test 3",
    },
    ({ instructions }) => judgeBase(instructions?.tables.gdt),
  ),
  judged(
    {
      id: "vm.tables.ldt",
      looksAt: "selector of the local descriptor table (SLDT)",
      reason: "A local descriptor table is loaded, though Linux gives none to programs that did not ask.",
      ratio: 1.4,
      source: "ScoopyNG, test 2; Linux, arch/x86/include/asm/segment.h, GDT_ENTRY_LDT",
    },
    // 50h and 88h: what the kernel's dummy shows, 64 bits wide and 32.
    ({ instructions }) => judgeSelector(instructions?.tables.ldt, [0, 0x50, 0x88]),
  ),
  judged(
    {
      id: "vm.tables.task-register",
      looksAt: "selector of the task register (STR)",
      reason: "The task register holds another selector than Linux's own, as under VMware and Xen.",
      ratio: 1.4,
      source: "ScoopyNG, test 4; Linux, arch/x86/include/asm/segment.h, GDT_ENTRY_TSS",
    },
    ({ instructions }) => judgeSelector(instructions?.tables.tr, [0x40, 0x80]),
  ),
  judged(
    {
      id: "vm.tables.machine-status",
      looksAt: "machine status word (SMSW)",
      reason: "The machine status word lacks bits that every Linux sets: it is not the real register.",
      ratio: 1.4,
      source: "Linux, arch/x86/include/asm/processor-flags.h, CR0_STATE",
    },
    ({ instructions }) => {
      const word = instructions?.tables.msw;
      if (word === undefined) return unknown("refused, or not tried");
      return (word & 0x31) === 0x31 ? clean(`${word.toString(16)}h`) : shown(`${word.toString(16)}h`);
    },
  ),
  judged(
    {
      id: "vm.rdpmc.vmware",
      looksAt: "RDPMC of counters 10000h to 10002h",
      reason: "VMware's pseudo performance counters, which no processor has, can be read.",
      ratio: 1.6,
      source: "VMware, Timekeeping in virtual machines",
    },
    ({ instructions }) => {
      const answers = counters.map((one) => instructions?.rdpmc[one]).filter((one) => one !== undefined);
      if (answers.length === 0) return unknown("not tried");
      const read = answers.filter((one) => one !== "fault").length;
      return read === 0 ? clean("the processor refused") : shown(`${read} of ${answers.length} counters`);
    },
  ),
  judged(
    {
      id: "vm.virtual-pc",
      looksAt: "the invalid instruction 0F 3F 07 0B",
      reason: "Virtual PC takes an invalid instruction for a call of its guest additions.",
      ratio: 1.6,
      source: "Bachaalany, Detect if your program is running inside a virtual machine (2005)",
    },
    ({ instructions }) => {
      const answer = instructions?.virtualPc;
      if (answer === undefined) return unknown("not tried");
      return answer === "fault" ? clean("an invalid instruction") : shown("answered");
    },
  ),
];
