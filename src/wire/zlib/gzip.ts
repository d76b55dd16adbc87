/**
 * One gzip member (RFC 1952): compressed bytes with a file's name and time and a checksum.
 */
import { done, malformed, type Parsed, partial } from "../parsed.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";
import { crc32 } from "./crc32.ts";
import { Deflater } from "./deflater.ts";
import { Inflater } from "./inflater.ts";

/** What a member holds. */
export interface GzipMember {
  readonly bytes: Uint8Array;
  /** The file's name in bytes, without directories; undefined when the member has none. */
  readonly name?: Uint8Array | undefined;
  /** When the file was changed, in seconds since 1970; 0 for unknown. */
  readonly modifiedSeconds: number;
}

const MAGIC = 0x1f8b;
const DEFLATE = 8;
const UNIX = 3;
const HEADER_CRC = 0x02;
const EXTRA = 0x04;
const NAME = 0x08;
const COMMENT = 0x10;
const RESERVED = 0xe0;

/** Compresses a file into one member; a name must not hold a zero byte. */
export function gzip(member: GzipMember): Uint8Array {
  const writer = new Writer().u16(MAGIC).u8(DEFLATE);
  writer.u8(member.name === undefined ? 0 : NAME).u32le(member.modifiedSeconds);
  writer.u8(0).u8(UNIX);
  if (member.name !== undefined) writer.bytes(member.name).u8(0);
  writer.bytes(new Deflater("raw").finish(member.bytes));
  return writer.u32le(crc32(member.bytes)).u32le(member.bytes.length).finish();
}

/**
 * Decompresses the first member of `bytes`; further members start after its `size`.
 *
 * More than `maxOutputBytes` is `malformed`. `partial` means that the file is cut off.
 *
 * ```
 * ID 2 (1f 8b), CM 1 (8), FLG 1, MTIME 4, XFL 1, OS 1
 * [XLEN 2, XLEN bytes] [name, 0] [comment, 0] [CRC16 2]    as FLG says
 * DEFLATE data
 * CRC32 4, ISIZE 4 (length modulo 2^32)
 * ```
 * All little-endian (RFC 1952 §2.3).
 */
export function gunzip(bytes: Uint8Array, maxOutputBytes: number): Parsed<GzipMember> {
  const header = parseHeader(bytes);
  if (header.status !== "done") return header;
  const inflater = new Inflater("raw");
  const inflated = inflater.push(bytes.subarray(header.size), maxOutputBytes);
  if (inflated.status === "malformed") return inflated;
  if (!inflater.ended) return partial();
  const trailer = new Reader(bytes, bytes.length - inflater.unusedBytes);
  const checksum = trailer.u32le();
  const length = trailer.u32le();
  if (trailer.short) return partial();
  if (checksum !== crc32(inflated.bytes)) return malformed("gzip: wrong CRC-32");
  if (length !== inflated.bytes.length >>> 0) return malformed("gzip: wrong length");
  return done({ bytes: inflated.bytes, ...header.value }, trailer.at);
}

type Header = Omit<GzipMember, "bytes">;

function parseHeader(bytes: Uint8Array): Parsed<Header> {
  const reader = new Reader(bytes);
  const magic = reader.u16();
  if (!reader.short && magic !== MAGIC) return malformed("gzip: no gzip file");
  const method = reader.u8();
  if (!reader.short && method !== DEFLATE) return malformed("gzip: unknown compression method");
  const flags = reader.u8();
  if (flags & RESERVED) return malformed("gzip: unknown flags");
  const modifiedSeconds = reader.u32le();
  reader.bytes(2);
  if (flags & EXTRA) reader.bytes(reader.u16le());
  const name = flags & NAME ? readText(reader, bytes) : undefined;
  if (flags & COMMENT) readText(reader, bytes);
  const headerBytes = bytes.subarray(0, reader.at);
  const checksum = flags & HEADER_CRC ? reader.u16le() : undefined;
  if (reader.short) return partial();
  if (checksum !== undefined && checksum !== (crc32(headerBytes) & 0xffff)) return malformed("gzip: wrong header CRC");
  return done({ name, modifiedSeconds }, reader.at);
}

/** Bytes up to a zero byte, which is skipped. */
function readText(reader: Reader, bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0, reader.at);
  if (end < 0) return reader.bytes(reader.left + 1);
  return reader.bytes(end + 1 - reader.at).subarray(0, -1);
}
