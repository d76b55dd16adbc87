import { Buffer } from "node:buffer";
import { done, malformed, type Parsed, partial } from "../../wire/parsed.ts";
import { Reader } from "../../wire/reader.ts";
import { Writer } from "../../wire/writer.ts";
import { type Absence, type Files, isAbsence } from "../views/files.ts";
import { sum } from "./smbios.ts";

/** The header that every ACPI table but FACS and RSDP begins with, and its checksum. What a table's body means is not looked at. */
export interface AcpiHeader {
  /** Four characters: `FACP`, `DSDT`, `WAET`. */
  readonly signature: string;
  readonly revision: number;
  /** Six and eight characters, padded as they stand. */
  readonly oemId: string;
  readonly oemTableId: string;
  readonly oemRevision: number;
  /** Four characters: who compiled it, `INTL`, `BXPC`, `VMW `. */
  readonly creatorId: string;
  readonly creatorRevision: number;
}

export interface AcpiTable extends AcpiHeader {
  readonly body: Uint8Array;
  readonly checksumRight: boolean;
}

const HEADER = 36;

/**
 * ACPI 6.5 §5.2.6, system description table header; little-endian:
 *
 *     00  signature            4
 *     04  length               u32  header included
 *     08  revision             u8
 *     09  checksum             u8   all bytes sum up to zero
 *     0A  OEM id               6
 *     10  OEM table id         8
 *     18  OEM revision         u32
 *     1C  creator id           4
 *     20  creator revision     u32
 */
export function parseAcpiTable(bytes: Uint8Array): Parsed<AcpiTable> {
  const reader = new Reader(bytes);
  const text = (size: number) => reader.bytes(size).toString("latin1");
  const signature = text(4);
  const length = reader.u32le();
  const revision = reader.u8();
  reader.u8();
  const header = { signature, revision, oemId: text(6), oemTableId: text(8), oemRevision: reader.u32le(), creatorId: text(4) };
  const creatorRevision = reader.u32le();
  if (reader.short) return partial();
  if (length < HEADER) return malformed(`an ACPI table says that it is ${length} bytes long`);
  if (length > bytes.length) return partial();
  const body = Uint8Array.from(bytes.subarray(HEADER, length));
  return done({ ...header, creatorRevision, body, checksumRight: sum(bytes.subarray(0, length)) === 0 }, length);
}

/** A table with its length and checksum; texts are cut or padded with zero bytes. */
export function encodeAcpiTable(header: AcpiHeader, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const writer = new Writer(HEADER + body.length).bytes(padded(header.signature, 4)).u32le(HEADER + body.length);
  writer.u8(header.revision).u8(0).bytes(padded(header.oemId, 6)).bytes(padded(header.oemTableId, 8)).u32le(header.oemRevision);
  writer.bytes(padded(header.creatorId, 4)).u32le(header.creatorRevision).bytes(body);
  const encoded = Uint8Array.from(writer.finish());
  encoded[9] = -sum(encoded) & 0xff;
  return encoded;
}

function padded(text: string, size: number): Uint8Array {
  const out = Buffer.alloc(size);
  out.write(text, "latin1");
  return out;
}

/** A file of /sys/firmware/acpi/tables by its name (`DSDT`, `SSDT1`), with its table where it could be read. */
export interface ShownAcpiTable {
  readonly name: string;
  /** FACS has no such header: malformed. */
  readonly table: Parsed<AcpiTable> | Absence;
}

const TABLES = "/sys/firmware/acpi/tables";
const MAX_TABLES = 256;
/** Directories that stand beside the tables. */
const NOT_TABLES = new Set(["data", "dynamic"]);

/** The tables that a host shows; names can be listed by anyone, contents by root only. */
export function readAcpiTables(files: Files): readonly ShownAcpiTable[] | Absence {
  const names = files.list(TABLES);
  if (isAbsence(names)) return names;
  const tables = names.filter((name) => !NOT_TABLES.has(name)).slice(0, MAX_TABLES);
  return tables.map((name) => ({ name, table: readTable(files, name) }));
}

function readTable(files: Files, name: string): Parsed<AcpiTable> | Absence {
  const bytes = files.read(`${TABLES}/${name}`);
  return isAbsence(bytes) ? bytes : parseAcpiTable(bytes);
}
