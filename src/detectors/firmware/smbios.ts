import { Buffer } from "node:buffer";
import { done, malformed, type Parsed, partial } from "../../wire/parsed.ts";
import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";
import { type Absence, type Files, isAbsence } from "../views/files.ts";
import { encodeStructure, parseStructureTable, type Structure, type StructureTable } from "./smbios-structure.ts";
import {
  type Baseboard,
  type Bios,
  type Boot,
  baseboard,
  bios,
  boot,
  type Chassis,
  chassis,
  type Layout,
  type MemoryArray,
  type MemoryDevice,
  memoryArray,
  memoryDevice,
  oemStrings,
  type Processor,
  processor,
  type System,
  system,
} from "./smbios-types.ts";

/**
 * SMBIOS as Linux shows it: an entry point and a structure table, `/sys/firmware/dmi/tables/{smbios_entry_point,DMI}`. The two are read and
 * made together, since each speaks of the other: what is encoded here has lengths, counts and checksums that agree, byte for byte.
 */

export interface EntryPoint {
  /** `32`: anchor `_SM_`, tables up to 64 KiB below 4 GiB. `64`: anchor `_SM3_`, since version 3. */
  readonly form: "32" | "64";
  readonly major: number;
  readonly minor: number;
  /** Of form 64 only: revision of the specification; 0 in the other. */
  readonly revision: number;
  readonly tableAddress: bigint;
}

/** An entry point with what it says of its table, as read. */
export interface ReadEntryPoint extends EntryPoint {
  /** Form 32: the table's length. Form 64: the most that it may be. */
  readonly tableBytes: number;
  /** Form 32 only. */
  readonly structureCount?: number;
  readonly largestStructure?: number;
  readonly checksumsRight: boolean;
}

export interface Smbios {
  readonly entryPoint: ReadEntryPoint;
  readonly table: StructureTable;
}

/** Bytes of both files; malformed where a structure is broken (`parseStructureTable` tells what came before it). */
export function parseSmbios(entryPointBytes: Uint8Array, tableBytes: Uint8Array): Parsed<Smbios> {
  const entryPoint = parseEntryPoint(entryPointBytes);
  if (entryPoint.status !== "done") return entryPoint;
  const table = parseStructureTable(tableBytes.subarray(0, entryPoint.value.tableBytes), entryPoint.value.structureCount);
  if (table.stopped === "cut") return partial();
  if (table.stopped === "broken" || table.stopped === "limit") return malformed(`the table is broken after ${table.size} bytes`);
  return done({ entryPoint: entryPoint.value, table }, entryPoint.size);
}

export function parseEntryPoint(bytes: Uint8Array): Parsed<ReadEntryPoint> {
  const anchor = Buffer.from(bytes.subarray(0, 5)).toString("latin1");
  if (anchor === "_SM3_") return parseEntryPoint64(bytes);
  if (anchor.startsWith("_SM_")) return parseEntryPoint32(bytes);
  return "_SM3_".startsWith(anchor) || "_SM_".startsWith(anchor) ? partial() : malformed("no SMBIOS anchor");
}

/**
 * DSP0134 §5.2.1, SMBIOS 2.1 (32-bit) entry point; little-endian:
 *
 *     00  anchor "_SM_"              4
 *     04  checksum                   u8   all bytes up to the length sum up to zero
 *     05  length, 1Fh                u8   1Eh in some of version 2.1
 *     06  major, minor version       u8 u8
 *     08  largest structure          u16  bytes, its strings included
 *     0A  entry point revision       u8
 *     0B  formatted area             5
 *     10  anchor "_DMI_"             5
 *     15  checksum from 10h on       u8
 *     16  table's length             u16
 *     18  table's address            u32
 *     1C  number of structures       u16
 *     1E  version in BCD             u8
 */
function parseEntryPoint32(bytes: Uint8Array): Parsed<ReadEntryPoint> {
  const reader = new Reader(bytes, 5);
  const length = reader.u8();
  const major = reader.u8();
  const minor = reader.u8();
  const largestStructure = reader.u16le();
  reader.bytes(6);
  const intermediate = reader.bytes(5).toString("latin1");
  reader.u8();
  const tableBytes = reader.u16le();
  const tableAddress = BigInt(reader.u32le());
  const structureCount = reader.u16le();
  if (reader.short || bytes.length < length) return partial();
  if (length < 0x1e || intermediate !== "_DMI_") return malformed("a broken 32-bit entry point");
  const checksumsRight = sum(bytes.subarray(0, length)) === 0 && sum(bytes.subarray(0x10, 0x1f)) === 0;
  const value = {
    form: "32" as const,
    major,
    minor,
    revision: 0,
    tableAddress,
    tableBytes,
    structureCount,
    largestStructure,
    checksumsRight,
  };
  return done(value, length);
}

/**
 * DSP0134 §5.2.2, SMBIOS 3.0 (64-bit) entry point; little-endian:
 *
 *     00  anchor "_SM3_"             5
 *     05  checksum                   u8
 *     06  length, 18h                u8
 *     07  major, minor, revision     u8 u8 u8
 *     0A  entry point revision, 1    u8
 *     0B  reserved                   u8
 *     0C  table's maximum size       u32
 *     10  table's address            u64
 */
function parseEntryPoint64(bytes: Uint8Array): Parsed<ReadEntryPoint> {
  const reader = new Reader(bytes, 6);
  const length = reader.u8();
  const [major, minor, revision] = [reader.u8(), reader.u8(), reader.u8()];
  reader.bytes(2);
  const tableBytes = reader.u32le();
  const tableAddress = BigInt(reader.u32le()) | (BigInt(reader.u32le()) << 32n);
  if (reader.short || bytes.length < length) return partial();
  if (length < 0x18) return malformed("a broken 64-bit entry point");
  const checksumsRight = sum(bytes.subarray(0, length)) === 0;
  return done({ form: "64", major, minor, revision, tableAddress, tableBytes, checksumsRight }, length);
}

/** An entry point and the table that it points to. The structure that ends a table has to be among `structures`. */
export function encodeSmbios(
  entryPoint: EntryPoint,
  structures: readonly Structure[],
): { readonly entryPoint: Uint8Array; readonly table: Uint8Array } {
  const encoded = structures.map(encodeStructure);
  const table = Uint8Array.from(Buffer.concat(encoded));
  if (entryPoint.form === "64") return { entryPoint: encodeEntryPoint64(entryPoint, table.length), table };
  const largest = Math.max(0, ...encoded.map(({ length }) => length));
  return { entryPoint: encodeEntryPoint32(entryPoint, { bytes: table.length, count: encoded.length, largest }), table };
}

function encodeEntryPoint32(
  { major, minor, tableAddress }: EntryPoint,
  { bytes, count, largest }: { readonly bytes: number; readonly count: number; readonly largest: number },
): Uint8Array {
  const writer = new Writer(0x1f).bytes("_SM_").u8(0).u8(0x1f).u8(major).u8(minor).u16le(largest).u8(0).bytes(new Uint8Array(5));
  writer
    .bytes("_DMI_")
    .u8(0)
    .u16le(bytes)
    .u32le(Number(BigInt.asUintN(32, tableAddress)))
    .u16le(count);
  writer.u8((Math.min(major, 15) << 4) | Math.min(minor, 15));
  const encoded = Uint8Array.from(writer.finish());
  encoded[0x15] = -sum(encoded.subarray(0x10)) & 0xff;
  encoded[0x04] = -sum(encoded) & 0xff;
  return encoded;
}

function encodeEntryPoint64({ major, minor, revision, tableAddress }: EntryPoint, tableBytes: number): Uint8Array {
  const writer = new Writer(0x18).bytes("_SM3_").u8(0).u8(0x18).u8(major).u8(minor).u8(revision).u8(1).u8(0).u32le(tableBytes);
  writer.u32le(Number(BigInt.asUintN(32, tableAddress))).u32le(Number(BigInt.asUintN(32, tableAddress >> 32n)));
  const encoded = Uint8Array.from(writer.finish());
  encoded[0x05] = -sum(encoded) & 0xff;
  return encoded;
}

/** The sum of all bytes, modulo 256: zero over anything with a right checksum. */
export function sum(bytes: Uint8Array): number {
  return bytes.reduce((total, one) => (total + one) & 0xff, 0);
}

/** What the structures of the known types say, in their order. */
export interface SmbiosContents {
  readonly bios: readonly Bios[];
  readonly systems: readonly System[];
  readonly baseboards: readonly Baseboard[];
  readonly chassis: readonly Chassis[];
  readonly processors: readonly Processor[];
  readonly oemStrings: readonly string[];
  readonly memoryArrays: readonly MemoryArray[];
  readonly memoryDevices: readonly MemoryDevice[];
  readonly boot: readonly Boot[];
}

export function contentsOf(structures: readonly Structure[]): SmbiosContents {
  const all = <Value>(layout: Layout<Value>) => structures.filter(({ type }) => type === layout.type).map((one) => layout.decode(one));
  return {
    bios: all(bios),
    systems: all(system),
    baseboards: all(baseboard),
    chassis: all(chassis),
    processors: all(processor),
    oemStrings: structures.filter(({ type }) => type === oemStrings.type).flatMap(({ strings }) => strings),
    memoryArrays: all(memoryArray),
    memoryDevices: all(memoryDevice),
    boot: all(boot),
  };
}

/** The structures that a host shows in /sys/firmware/dmi/tables (root only on an ordinary host). */
export function readStructures(files: Files): StructureTable | Absence {
  const bytes = files.read("/sys/firmware/dmi/tables/DMI");
  return isAbsence(bytes) ? bytes : parseStructureTable(bytes);
}
