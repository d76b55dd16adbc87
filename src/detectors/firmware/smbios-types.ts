import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";
import { type Structure, settable } from "./smbios-structure.ts";

/**
 * The structures of SMBIOS that detectors ask about. A layout is a list of fields in wire order; from it come reading and writing alike, so
 * that the two cannot differ. A field beyond the end of a shorter (older) structure reads as zero or empty: `formatted.length` says which.
 */

interface Field<T> {
  read(reader: Reader, strings: readonly string[]): T;
  write(writer: Writer, value: T, strings: string[]): void;
}

type Values<F> = { readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };

/** One type of structure: reads and writes its fields. */
export interface Layout<Value> {
  readonly type: number;
  decode(structure: Structure): Value;
  /** @param length of the structure with its header, to make one of an older version; undefined: with all its fields. */
  encode(handle: number, value: Value, length?: number): Structure;
}

export type ValueOf<L> = L extends Layout<infer Value> ? Value : never;

function layout<F extends Readonly<Record<string, Field<unknown>>>>(type: number, fields: F): Layout<Values<F>> {
  return {
    type,
    decode({ formatted, strings }) {
      const reader = new Reader(formatted);
      return Object.fromEntries(Object.entries(fields).map(([name, field]): unknown[] => [name, field.read(reader, strings)]));
    },
    encode(handle, value, length = 0xff) {
      const values = new Map<string, unknown>(Object.entries(value));
      const writer = new Writer();
      const strings: string[] = [];
      for (const [name, field] of Object.entries(fields)) field.write(writer, values.get(name), strings);
      return { type, handle, formatted: Uint8Array.from(writer.finish().subarray(0, Math.max(0, length - 4))), strings };
    },
  };
}

const byte: Field<number> = { read: (from) => from.u8(), write: (to, value) => void to.u8(value) };
const word: Field<number> = { read: (from) => from.u16le(), write: (to, value) => void to.u16le(value) };
const dword: Field<number> = { read: (from) => from.u32le(), write: (to, value) => void to.u32le(value) };
const qword: Field<bigint> = {
  read: (from) => BigInt(from.u32le()) | (BigInt(from.u32le()) << 32n),
  write: (to, value) => void to.u32le(Number(BigInt.asUintN(32, value))).u32le(Number(BigInt.asUintN(32, value >> 32n))),
};

/** The number of a string in the structure's set; 0: none, an empty text to us. */
const text: Field<string> = {
  read: (from, strings) => strings[from.u8() - 1] ?? "",
  write: (to, value, strings) => {
    const kept = settable(value);
    to.u8(kept === "" ? 0 : strings.push(kept));
  },
};

/** DSP0134 §7.2.1: the first three fields of a UUID are little-endian. */
const uuid: Field<string> = {
  read: (from) => {
    const hex = from.bytes(16).toString("hex").padEnd(32, "0");
    const at = (...bytes: number[]) => bytes.map((index) => hex.slice(index * 2, index * 2 + 2)).join("");
    return `${at(3, 2, 1, 0)}-${at(5, 4)}-${at(7, 6)}-${at(8, 9)}-${at(10, 11, 12, 13, 14, 15)}`;
  },
  write: (to, value) => {
    const [first = 0, second = 0, third = 0, ...rest] = value.split("-").map((part) => Number.parseInt(part, 16) || 0);
    to.u32le(first)
      .u16le(second)
      .u16le(third)
      .u16(rest[0] ?? 0);
    to.u16(Math.floor((rest[1] ?? 0) / 0x1_0000_0000)).u32((rest[1] ?? 0) % 0x1_0000_0000);
  },
};

/** All that is left of the formatted area. */
const remainder: Field<Uint8Array> = {
  read: (from) => Uint8Array.from(from.rest()),
  write: (to, value) => void to.bytes(value),
};

/** A count, then so many handles. */
const handles: Field<readonly number[]> = {
  read: (from) => Array.from({ length: Math.min(from.u8(), from.left >> 1) }, () => from.u16le()),
  write: (to, value) => {
    to.u8(value.length);
    for (const handle of value) to.u16le(handle);
  },
};

/** A count, a length of each, then so many records of that length. */
const records: Field<readonly Uint8Array[]> = {
  read: (from) => {
    const count = from.u8();
    const size = from.u8();
    if (size === 0) return [];
    return Array.from({ length: Math.min(count, Math.floor(from.left / size)) }, () => Uint8Array.from(from.bytes(size)));
  },
  write: (to, value) => {
    to.u8(value.length).u8(value[0]?.length ?? 0);
    for (const record of value) to.bytes(record);
  },
};

/** DSP0134 §7.1, platform firmware information: offsets 04h to 19h. */
export const bios = layout(0, {
  vendor: text, // 04h
  version: text, // 05h
  startSegment: word, // 06h
  releaseDate: text, // 08h
  romSize: byte, // 09h: 64 KiB times this, plus 1
  characteristics: qword, // 0Ah
  extension1: byte, // 12h
  extension2: byte, // 13h: bit 4, this describes a virtual machine (§7.1.2.2)
  majorRelease: byte, // 14h
  minorRelease: byte, // 15h
  controllerMajor: byte, // 16h
  controllerMinor: byte, // 17h
  extendedRomSize: word, // 18h, since 3.1
});
export type Bios = ValueOf<typeof bios>;

export const VIRTUAL_MACHINE_BIT = 0x10;

/** DSP0134 §7.2, system information: offsets 04h to 1Ah. */
export const system = layout(1, {
  manufacturer: text, // 04h
  product: text, // 05h
  version: text, // 06h
  serial: text, // 07h
  uuid, // 08h
  wakeUp: byte, // 18h
  sku: text, // 19h
  family: text, // 1Ah
});
export type System = ValueOf<typeof system>;

/** DSP0134 §7.3, baseboard information: offsets 04h and on. */
export const baseboard = layout(2, {
  manufacturer: text, // 04h
  product: text, // 05h
  version: text, // 06h
  serial: text, // 07h
  assetTag: text, // 08h
  features: byte, // 09h
  location: text, // 0Ah
  chassisHandle: word, // 0Bh
  boardType: byte, // 0Dh
  contained: handles, // 0Eh
});
export type Baseboard = ValueOf<typeof baseboard>;

/** DSP0134 §7.4, system enclosure: offsets 04h and on. */
export const chassis = layout(3, {
  manufacturer: text, // 04h
  kind: byte, // 05h: bit 7, a lock
  version: text, // 06h
  serial: text, // 07h
  assetTag: text, // 08h
  bootState: byte, // 09h
  powerState: byte, // 0Ah
  thermalState: byte, // 0Bh
  security: byte, // 0Ch
  oem: dword, // 0Dh
  height: byte, // 11h
  powerCords: byte, // 12h
  elements: records, // 13h: count, 14h: length, 15h: elements
  sku: text, // 15h and the elements, since 2.7
});
export type Chassis = ValueOf<typeof chassis>;

/** DSP0134 §7.5, processor information: offsets 04h to 2Fh. */
export const processor = layout(4, {
  socket: text, // 04h
  kind: byte, // 05h
  family: byte, // 06h
  manufacturer: text, // 07h
  id: qword, // 08h
  version: text, // 10h
  voltage: byte, // 11h
  clockMhz: word, // 12h
  maxMhz: word, // 14h
  currentMhz: word, // 16h
  status: byte, // 18h
  upgrade: byte, // 19h
  cache1: word, // 1Ah
  cache2: word, // 1Ch
  cache3: word, // 1Eh
  serial: text, // 20h
  assetTag: text, // 21h
  part: text, // 22h
  cores: byte, // 23h
  coresEnabled: byte, // 24h
  threads: byte, // 25h
  characteristics: word, // 26h
  family2: word, // 28h, since 2.6
  cores2: word, // 2Ah, since 3.0
  coresEnabled2: word, // 2Ch
  threads2: word, // 2Eh
});
export type Processor = ValueOf<typeof processor>;

/** DSP0134 §7.12, OEM strings: the strings are the structure's set. */
export const oemStrings = layout(11, { count: byte });

/** DSP0134 §7.17, physical memory array: offsets 04h to 16h. */
export const memoryArray = layout(16, {
  location: byte, // 04h
  use: byte, // 05h
  errorCorrection: byte, // 06h
  capacityKib: dword, // 07h: 80000000h, see the extended one
  errorHandle: word, // 0Bh
  devices: word, // 0Dh
  extendedCapacity: qword, // 0Fh, bytes, since 2.7
});
export type MemoryArray = ValueOf<typeof memoryArray>;

/** DSP0134 §7.18, memory device: offsets 04h to 27h (2.8). */
export const memoryDevice = layout(17, {
  arrayHandle: word, // 04h
  errorHandle: word, // 06h
  totalWidth: word, // 08h
  width: word, // 0Ah
  size: word, // 0Ch: MiB, or KiB with bit 15; 7FFFh, see the extended one; FFFFh, unknown
  formFactor: byte, // 0Eh
  set: byte, // 0Fh
  locator: text, // 10h
  bank: text, // 11h
  kind: byte, // 12h
  detail: word, // 13h
  speed: word, // 15h
  manufacturer: text, // 17h
  serial: text, // 18h
  assetTag: text, // 19h
  part: text, // 1Ah
  attributes: byte, // 1Bh
  extendedSizeMib: dword, // 1Ch, since 2.7
  configuredSpeed: word, // 20h
  minimumMillivolts: word, // 22h, since 2.8
  maximumMillivolts: word, // 24h
  configuredMillivolts: word, // 26h
});
export type MemoryDevice = ValueOf<typeof memoryDevice>;

/** Bytes that are in a memory slot; 0: empty; undefined: the firmware doesn't know. */
export function memoryBytes({ size, extendedSizeMib }: MemoryDevice): number | undefined {
  if (size === 0xffff) return undefined;
  if (size === 0x7fff) return (extendedSizeMib & 0x7fff_ffff) * 2 ** 20;
  return (size & 0x7fff) * (size & 0x8000 ? 2 ** 10 : 2 ** 20);
}

/** DSP0134 §7.33, system boot information: six reserved bytes, then the status. */
export const boot = layout(32, { reserved1: dword, reserved2: word, status: remainder });
export type Boot = ValueOf<typeof boot>;
