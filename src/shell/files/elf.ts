import type { Machine } from "../../decoy/persona.ts";

/**
 * The head of a program as it lies on disk: ELF header, program headers, interpreter and build id, right for the machine, since loaders of
 * malware read the class, the byte order and e_machine out of /bin/echo. What follows is filled elsewhere.
 */
export interface ElfTraits {
  readonly machine: Machine;
  /** Bytes in the whole file. */
  readonly size: number;
  /** 20 bytes that name this build, as bytes in disguise. */
  readonly buildId: string;
  readonly library: boolean;
}

const HEAD_BYTES = 0x400;
const NOTE_AT = 0x360;
/** Where the build id stands in every program of ours: behind the note's header (namesz, descsz, type, "GNU\0"). */
export const BUILD_ID_AT = NOTE_AT + 16;
export const BUILD_ID_BYTES = 20;
const INTERPRETER_AT = 0x318;

const EM_386 = 3;
const EM_MIPS = 8;
const EM_ARM = 40;
const EM_X86_64 = 62;
const EM_AARCH64 = 183;

/**
 * The first KiB of the file (System V ABI, ELF header and program header):
 *   e_ident 16 bytes: 7f 'E' 'L' 'F', class, data, version, ABI; e_type 2; e_machine 2; e_version 4; e_entry, e_phoff, e_shoff: a word each;
 *   e_flags 4; e_ehsize 2; e_phentsize 2; e_phnum 2; e_shentsize 2; e_shnum 2; e_shstrndx 2; then the program headers.
 */
export function encodeElfHead(traits: ElfTraits): string {
  const wide = traits.machine.bits === "64";
  const out = new ElfWriter(traits.machine.endian === "big", wide);
  const interpreter = traits.library ? "" : `${interpreterOf(traits.machine)}\0`;
  const segments = segmentsOf(traits, interpreter.length);
  out.text(`\x7fELF${wide ? "\x02" : "\x01"}${traits.machine.endian === "big" ? "\x02" : "\x01"}\x01\0`.padEnd(16, "\0"));
  out.half(3).half(traits.machine.elfMachine).int(1);
  out
    .word(traits.library ? 0 : 0x1000 + (traits.buildId.charCodeAt(0) << 4))
    .word(wide ? 64 : 52)
    .word(Math.max(HEAD_BYTES, (traits.size - (wide ? 64 : 40) * 31) & ~7));
  out
    .int(flagsOf(traits.machine))
    .half(wide ? 64 : 52)
    .half(wide ? 56 : 32)
    .half(segments.length);
  out
    .half(wide ? 64 : 40)
    .half(31)
    .half(30);
  for (const segment of segments) out.segment(segment);
  out.padTo(INTERPRETER_AT).text(interpreter).padTo(NOTE_AT);
  out.int(4).int(BUILD_ID_BYTES).int(3).text("GNU\0").text(traits.buildId);
  return out.padTo(HEAD_BYTES).bytes;
}

/** e_machine of a file that begins with `head`; undefined: it is no ELF file. */
export function elfMachine(
  head: string,
): { readonly machine: number; readonly bits: "32" | "64"; readonly endian: "little" | "big" } | undefined {
  if (!head.startsWith("\x7fELF") || head.length < 20) return undefined;
  const endian = head.charCodeAt(5) === 2 ? "big" : "little";
  const [low, high] = endian === "big" ? [19, 18] : [18, 19];
  return { machine: head.charCodeAt(low) | (head.charCodeAt(high) << 8), bits: head.charCodeAt(4) === 2 ? "64" : "32", endian };
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly at: number;
  readonly size: number;
  readonly align: number;
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_NOTE = 4;
const PT_PHDR = 6;
const PT_GNU_EH_FRAME = 0x6474e550;
const PT_GNU_STACK = 0x6474e551;
const PT_GNU_RELRO = 0x6474e552;

function segmentsOf(traits: ElfTraits, interpreterBytes: number): readonly Segment[] {
  const code = Math.max(0x1000, Math.floor(traits.size / 2) & ~0xfff);
  const rest = Math.max(0x1000, traits.size - code - 0x2000);
  const header = traits.machine.bits === "64" ? { at: 64, size: 56 * 10 } : { at: 52, size: 32 * 10 };
  const common = [
    { type: PT_LOAD, flags: 4, at: 0, size: 0x1000, align: 0x1000 },
    { type: PT_LOAD, flags: 5, at: 0x1000, size: code, align: 0x1000 },
    { type: PT_LOAD, flags: 4, at: 0x1000 + code, size: rest >> 1, align: 0x1000 },
    { type: PT_LOAD, flags: 6, at: 0x1000 + code + (rest >> 1), size: rest >> 1, align: 0x1000 },
    { type: PT_DYNAMIC, flags: 6, at: 0x1000 + code + (rest >> 1) + 0x200, size: 0x1f0, align: 8 },
    { type: PT_NOTE, flags: 4, at: NOTE_AT, size: 36, align: 4 },
    { type: PT_GNU_EH_FRAME, flags: 4, at: 0x1000 + code, size: 0x40, align: 4 },
    { type: PT_GNU_STACK, flags: 6, at: 0, size: 0, align: 16 },
    { type: PT_GNU_RELRO, flags: 4, at: 0x1000 + code + (rest >> 1), size: 0x400, align: 1 },
  ];
  if (traits.library) return common;
  return [
    { type: PT_PHDR, flags: 4, ...header, align: 8 },
    { type: PT_INTERP, flags: 4, at: INTERPRETER_AT, size: interpreterBytes, align: 1 },
    ...common,
  ];
}

function interpreterOf(machine: Machine): string {
  const musl = machine.distribution === "openwrt";
  switch (machine.elfMachine) {
    case EM_X86_64:
      return "/lib64/ld-linux-x86-64.so.2";
    case EM_AARCH64:
      return musl ? "/lib/ld-musl-aarch64.so.1" : "/lib/ld-linux-aarch64.so.1";
    case EM_ARM:
      return musl ? "/lib/ld-musl-armhf.so.1" : "/lib/ld-linux-armhf.so.3";
    case EM_MIPS:
      return musl ? `/lib/ld-musl-mips${machine.endian === "little" ? "el" : ""}-sf.so.1` : "/lib/ld-uClibc.so.0";
    case EM_386:
      return "/lib/ld-linux.so.2";
    default:
      return "/lib/ld.so.1";
  }
}

function flagsOf(machine: Machine): number {
  if (machine.elfMachine === EM_MIPS) return machine.distribution === "openwrt" ? 0x70001005 : 0x50001007;
  return machine.elfMachine === EM_ARM ? 0x05000400 : 0;
}

class ElfWriter {
  bytes = "";
  readonly #big: boolean;
  readonly #wide: boolean;

  constructor(big: boolean, wide: boolean) {
    this.#big = big;
    this.#wide = wide;
  }

  text(text: string): this {
    this.bytes += text;
    return this;
  }

  half(value: number): this {
    return this.#number(value, 2);
  }

  int(value: number): this {
    return this.#number(value, 4);
  }

  word(value: number): this {
    return this.#number(value, this.#wide ? 8 : 4);
  }

  segment({ type, flags, at, size, align }: Segment): void {
    if (this.#wide) this.int(type).int(flags).word(at).word(at).word(at).word(size).word(size).word(align);
    else this.int(type).word(at).word(at).word(at).word(size).word(size).int(flags).word(align);
  }

  padTo(size: number): this {
    this.bytes = this.bytes.padEnd(size, "\0");
    return this;
  }

  #number(value: number, size: number): this {
    const digits = Array.from({ length: size }, (_, index) => (index < 4 ? (value >>> (8 * index)) & 255 : 0));
    this.bytes += String.fromCharCode(...(this.#big ? digits.reverse() : digits));
    return this;
  }
}
