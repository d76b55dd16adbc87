/** What file(1) says of an ELF file (System V ABI; e_machine numbers from its registry). */

const MACHINES: Readonly<Record<number, string>> = {
  2: "SPARC",
  3: "Intel 80386",
  4: "Motorola m68k",
  8: "MIPS",
  20: "PowerPC or cisco 4500",
  21: "64-bit PowerPC or cisco 7500",
  22: "IBM S/390",
  40: "ARM",
  42: "Renesas SH",
  62: "x86-64",
  93: "ARC Cores Tangent-A5",
  183: "ARM aarch64",
  243: "UCB RISC-V",
};
const SYSTEMS: Readonly<Record<number, string>> = { 0: "SYSV", 3: "GNU/Linux", 9: "FreeBSD", 97: "ARM" };
const DYNAMIC = 2;
const INTERPRETER = 3;
const NOTE = 4;
const SYMBOL_TABLE = 2;
const MAX_HEADERS = 64;

export function elfText(bytes: string): string {
  const reader = new ElfReader(bytes);
  const kind = `ELF ${reader.wide ? "64" : "32"}-bit ${reader.big ? "MSB" : "LSB"}`;
  if (bytes.length < 52) return kind;
  const segments = reader.segments();
  const interpreter = segments.find((segment) => segment.type === INTERPRETER);
  const dynamic = segments.some((segment) => segment.type === DYNAMIC);
  const parts = [
    `${kind} ${typeName(reader.half(16), interpreter !== undefined)}`,
    `${machineText(reader)} version ${reader.int(20)} (${SYSTEMS[bytes.charCodeAt(7)] ?? "SYSV"})`,
  ];
  if (reader.half(16) !== 1) parts.push(dynamic ? "dynamically linked" : "statically linked");
  if (interpreter !== undefined) parts.push(`interpreter ${textAt(bytes, interpreter.at)}`);
  parts.push(...segments.filter((segment) => segment.type === NOTE).flatMap((segment) => noteTexts(reader, segment)));
  parts.push(...sectionText(reader, bytes.length));
  return parts.join(", ");
}

function typeName(type: number, interpreted: boolean): string {
  if (type === 3) return interpreted ? "pie executable" : "shared object";
  return { 1: "relocatable", 2: "executable", 4: "core file" }[type] ?? "no file type";
}

function machineText(reader: ElfReader): string {
  const machine = reader.half(18);
  const flags = reader.int(reader.wide ? 48 : 36);
  const name = MACHINES[machine] ?? `*unknown arch 0x${machine.toString(16)}*`;
  if (machine === 8) return `${name}, ${mipsLevel(flags)}`;
  if (machine === 40) return `${name}, EABI${flags >>> 24}`;
  return `${name},`;
}

function mipsLevel(flags: number): string {
  const levels: Readonly<Record<number, string>> = {
    0: "MIPS-I",
    1: "MIPS-II",
    2: "MIPS-III",
    3: "MIPS-IV",
    4: "MIPS-V",
    5: "MIPS32",
    6: "MIPS64",
    7: "MIPS32 rel2",
    8: "MIPS64 rel2",
  };
  return levels[flags >>> 28] ?? "MIPS";
}

function textAt(bytes: string, at: number): string {
  return bytes.slice(at, at + 256).replace(/\0[\s\S]*$/, "");
}

interface Segment {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

/** Build id (type 3) and the oldest kernel (type 1) in GNU's notes. */
function noteTexts(reader: ElfReader, segment: Segment): string[] {
  const texts: string[] = [];
  for (let at = segment.at; at + 12 <= segment.at + Math.min(segment.size, 4096); ) {
    const nameBytes = reader.int(at);
    const valueBytes = reader.int(at + 4);
    const value = at + 12 + ((nameBytes + 3) & ~3);
    if (reader.slice(at + 12, 4) === "GNU\0") texts.push(...noteText(reader, { type: reader.int(at + 8), at: value, size: valueBytes }));
    at = value + ((valueBytes + 3) & ~3);
    if (nameBytes === 0) break;
  }
  return texts;
}

function noteText(reader: ElfReader, note: Segment): readonly string[] {
  if (note.type === 3 && note.size <= 64) {
    const id = Array.from(reader.slice(note.at, note.size), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
    return [`BuildID[${note.size === 20 ? "sha1" : "md5/uuid"}]=${id}`];
  }
  if (note.type !== 1) return [];
  return [`for GNU/Linux ${[4, 8, 12].map((part) => reader.int(note.at + part)).join(".")}`];
}

function sectionText(reader: ElfReader, size: number): readonly string[] {
  const at = reader.word(reader.wide ? 40 : 32);
  const count = reader.half(reader.wide ? 60 : 48);
  const each = reader.wide ? 64 : 40;
  if (at === 0 || count === 0) return ["no section header"];
  if (at + count * each > size) return [`missing section headers at ${at}`];
  const types = Array.from({ length: Math.min(count, MAX_HEADERS) }, (_, index) => reader.int(at + index * each + 4));
  return [types.includes(SYMBOL_TABLE) ? "not stripped" : "stripped"];
}

class ElfReader {
  readonly wide: boolean;
  readonly big: boolean;
  readonly #bytes: string;

  constructor(bytes: string) {
    this.#bytes = bytes;
    this.wide = bytes.charCodeAt(4) === 2;
    this.big = bytes.charCodeAt(5) === 2;
  }

  half(at: number): number {
    return this.#number(at, 2);
  }

  int(at: number): number {
    return this.#number(at, 4);
  }

  word(at: number): number {
    return this.#number(at, this.wide ? 8 : 4);
  }

  slice(at: number, size: number): string {
    return this.#bytes.slice(at, at + size);
  }

  /** Program headers: type, then offset and size where the class has them. */
  segments(): readonly Segment[] {
    const first = this.word(this.wide ? 32 : 28);
    const count = Math.min(this.half(this.wide ? 56 : 44), MAX_HEADERS);
    const each = this.wide ? 56 : 32;
    return Array.from({ length: count }, (_, index) => {
      const at = first + index * each;
      return { type: this.int(at), at: this.word(at + (this.wide ? 8 : 4)), size: this.word(at + (this.wide ? 32 : 16)) };
    });
  }

  #number(at: number, size: number): number {
    let value = 0;
    for (let index = 0; index < size; index += 1) {
      const byte = this.#bytes.charCodeAt(at + (this.big ? index : size - 1 - index));
      value = value * 256 + (Number.isNaN(byte) ? 0 : byte);
    }
    return value;
  }
}
