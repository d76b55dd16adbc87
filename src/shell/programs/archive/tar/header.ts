/**
 * The 512-byte header of a tar archive's member (POSIX.1-1988 ustar §10.1.1; GNU tar manual, "Basic Tar Format"): numbers are octal text.
 *
 * ```
 * name 100, mode 8, uid 8, gid 8, size 12, mtime 12, checksum 8, type 1, link name 100,
 * magic 6 and version 2 ("ustar\0" "00", or GNU's "ustar  \0"), user 32, group 32, major 8, minor 8, prefix 155, padding 12
 * ```
 * GNU members of type L and K hold the long name and link name of the next one; pax members (x, g) hold records `LENGTH key=value\n`.
 */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modifiedSeconds: number;
  /** As in the archive: 0 file, 1 hard link, 2 symbolic link, 3 character, 4 block, 5 directory, 6 fifo. */
  readonly type: string;
  readonly link: string;
  readonly user: string;
  readonly group: string;
  readonly device?: { readonly major: number; readonly minor: number } | undefined;
}

export const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const CHECKSUM = { at: 148, size: 8 };
const GNU_MAGIC = "ustar  \0";

/** A block, checked; `zero`: it marks the end; undefined: it is no header. */
export function parseHeader(block: string): TarHeader | "zero" | undefined {
  if (/^\0*$/.test(block)) return "zero";
  if (block.length < BLOCK_BYTES || number(block, CHECKSUM.at, CHECKSUM.size) !== checksum(block)) return undefined;
  const ustar = block.slice(257, 262) === "ustar";
  const prefix = ustar && block.charAt(262) === "\0" ? text(block, 345, 155) : "";
  const name = text(block, 0, NAME_BYTES);
  const type = block.charAt(156) === "\0" ? "0" : block.charAt(156);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    modifiedSeconds: number(block, 136, 12),
    type: type === "0" && name.endsWith("/") ? "5" : type,
    link: text(block, 157, NAME_BYTES),
    user: ustar ? text(block, 265, 32) : "",
    group: ustar ? text(block, 297, 32) : "",
    device: { major: number(block, 329, 8), minor: number(block, 337, 8) },
  };
}

function text(block: string, at: number, size: number): string {
  const field = block.slice(at, at + size);
  const end = field.indexOf("\0");
  return end < 0 ? field : field.slice(0, end);
}

/** Octal, or GNU's binary form when the first bit is set. */
function number(block: string, at: number, size: number): number {
  const field = block.slice(at, at + size);
  if (field.charCodeAt(0) & 0x80) {
    let value = field.charCodeAt(0) & 0x7f;
    for (const byte of field.slice(1)) value = value * 256 + byte.charCodeAt(0);
    return Number.isSafeInteger(value) ? value : 0;
  }
  return Number.parseInt(/[0-7]+/.exec(field)?.[0] ?? "0", 8);
}

/** The sum of all bytes, the checksum itself counted as blanks. */
function checksum(block: string): number {
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const inside = at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.size;
    sum += inside ? 32 : block.charCodeAt(at);
  }
  return sum;
}

/** The blocks of a header in GNU's format, with a long name's before it. */
export function encodeHeader(header: TarHeader): string {
  const long = longText("L", header.name) + longText("K", header.link);
  return long + encodeBlock(header);
}

function longText(type: string, value: string): string {
  if (value.length <= NAME_BYTES) return "";
  const header = { name: "././@LongLink", mode: 0o644, uid: 0, gid: 0, modifiedSeconds: 0, link: "", user: "root", group: "root" };
  return (type === "L" || type === "K" ? encodeBlock({ ...header, type, size: value.length + 1 }) : "") + padded(`${value}\0`);
}

function encodeBlock(header: TarHeader): string {
  const { device } = header;
  const devices = device === undefined ? "\0".repeat(16) : octal(device.major, 8) + octal(device.minor, 8);
  const before =
    fit(header.name, NAME_BYTES) +
    octal(header.mode, 8) +
    octal(header.uid, 8) +
    octal(header.gid, 8) +
    octal(header.size, 12) +
    octal(header.modifiedSeconds, 12);
  const after = header.type + fit(header.link, NAME_BYTES) + GNU_MAGIC + fit(header.user, 32) + fit(header.group, 32) + devices;
  const block = fit(`${before}${" ".repeat(CHECKSUM.size)}${after}`, BLOCK_BYTES);
  const sum = checksum(block).toString(8).padStart(6, "0");
  return `${block.slice(0, CHECKSUM.at)}${sum}\0 ${block.slice(CHECKSUM.at + CHECKSUM.size)}`;
}

function fit(value: string, size: number): string {
  return value.slice(0, size).padEnd(size, "\0");
}

function octal(value: number, size: number): string {
  return `${Math.max(0, Math.floor(value))
    .toString(8)
    .padStart(size - 1, "0")
    .slice(1 - size)}\0`;
}

/** Filled up to whole blocks. */
export function padded(bytes: string): string {
  return bytes + "\0".repeat((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES);
}
