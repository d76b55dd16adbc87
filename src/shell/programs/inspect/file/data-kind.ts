import { formatTime, type Zone } from "../../time-format.ts";
import { elfText } from "./elf-text.ts";

/** What file(1) says of data that begins with a known mark; undefined: nothing. */
export function dataKind(bytes: string, zone: Zone): { readonly text: string; readonly mime: string } | undefined {
  for (const [mark, mime, text] of MARKS)
    if (bytes.startsWith(mark)) return { text: typeof text === "string" ? text : text(bytes, zone), mime };
  if (bytes.slice(257, 262) === "ustar")
    return { text: `POSIX tar archive${bytes.charAt(262) === " " ? " (GNU)" : ""}`, mime: "application/x-tar" };
  return undefined;
}

type Tell = (bytes: string, zone: Zone) => string;

// biome-ignore format: one line each
const MARKS: readonly (readonly [mark: string, mime: string, text: string | Tell])[] = [
  ["\x7fELF", "application/x-pie-executable", elfText],
  ["\x1f\x8b", "application/gzip", gzipText],
  ["\x1f\x9d", "application/x-compress", "compress'd data 16 bits"],
  ["BZh", "application/x-bzip2", (bytes) => `bzip2 compressed data, block size = ${bytes.charAt(3)}00k`],
  ["\xfd7zXZ\0", "application/x-xz", (bytes) => `XZ compressed data, checksum ${{ 0: "none", 1: "CRC32", 4: "CRC64", 10: "SHA-256" }[bytes.charCodeAt(7)] ?? "unknown"}`],
  ["\x28\xb5\x2f\xfd", "application/zstd", "Zstandard compressed data (v0.8+), Dictionary ID: None"],
  ["7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "7-zip archive data, version 0.4"],
  ["PK\x03\x04", "application/zip", zipText],
  ["PK\x05\x06", "application/zip", "Zip archive data (empty)"],
  ["Rar!\x1a\x07", "application/x-rar", "RAR archive data, v4, os: Unix"],
  ["!<arch>\ndebian", "application/vnd.debian.binary-package", "Debian binary package (format 2.0)"],
  ["!<arch>\n", "application/x-archive", "current ar archive"],
  ["070701", "application/x-cpio", "ASCII cpio archive (SVR4 with no CRC)"],
  ["\xed\xab\xee\xdb", "application/x-rpm", "RPM v3.0 bin"],
  ["\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "image/png", pngText],
  ["\xff\xd8\xff", "image/jpeg", "JPEG image data"],
  ["GIF89a", "image/gif", gifText],
  ["GIF87a", "image/gif", gifText],
  ["%PDF-", "application/pdf", (bytes) => `PDF document, version ${bytes.slice(5, 8)}`],
  ["SQLite format 3\0", "application/vnd.sqlite3", "SQLite 3.x database"],
  ["MZ", "application/x-dosexec", peText],
  ["\xca\xfe\xba\xbe", "application/x-java-applet", (bytes) => `compiled Java class data, version ${bytes.charCodeAt(7)}.${bytes.charCodeAt(5)}`],
  ["\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap", "pcap capture file, microsecond ts (little-endian) - version 2.4"],
];

function little(bytes: string, at: number, size: number): number {
  let value = 0;
  for (let index = size - 1; index >= 0; index -= 1) value = value * 256 + (bytes.charCodeAt(at + index) || 0);
  return value;
}

/** RFC 1952 §2.3. */
function gzipText(bytes: string, zone: Zone): string {
  const flags = bytes.charCodeAt(3);
  const parts = ["gzip compressed data"];
  const nameAt = 10 + (flags & 4 ? 2 + little(bytes, 10, 2) : 0);
  if (flags & 8) parts.push(`was "${bytes.slice(nameAt, nameAt + 256).replace(/\0[\s\S]*$/, "")}"`);
  const seconds = little(bytes, 4, 4);
  if (seconds > 0) parts.push(`last modified: ${formatTime("%a %b %e %H:%M:%S %Y", seconds * 1000, zone)}`);
  const effort = bytes.charCodeAt(8);
  if (effort === 2) parts.push("max compression");
  if (effort === 4) parts.push("max speed");
  const from = { 0: "FAT filesystem (MS-DOS, OS/2, NT)", 3: "Unix", 11: "NTFS filesystem (NT)" }[bytes.charCodeAt(9)];
  if (from !== undefined) parts.push(`from ${from}`);
  parts.push(`original size modulo 2^32 ${little(bytes, bytes.length - 4, 4)}`);
  return parts.join(", ");
}

function zipText(bytes: string): string {
  const version = little(bytes, 4, 2);
  const method = { 0: "store", 8: "deflate", 12: "bzip2" }[little(bytes, 8, 2)] ?? "unknown";
  return `Zip archive data, at least v${Math.floor(version / 10)}.${version % 10} to extract, compression method=${method}`;
}

function pngText(bytes: string): string {
  const number = (at: number) => Array.from(bytes.slice(at, at + 4)).reduce((sum, byte) => sum * 256 + byte.charCodeAt(0), 0);
  const color = { 0: "grayscale", 2: "/color RGB", 3: " colormap", 4: "gray+alpha", 6: "/color RGBA" }[bytes.charCodeAt(25)] ?? "";
  return `PNG image data, ${number(16)} x ${number(20)}, ${bytes.charCodeAt(24)}-bit${color}, ${bytes.charCodeAt(28) === 1 ? "" : "non-"}interlaced`;
}

function gifText(bytes: string): string {
  const size = bytes.length >= 10 ? ` ${little(bytes, 6, 2)} x ${little(bytes, 8, 2)}` : "";
  return `GIF image data, version ${bytes.slice(3, 6)},${size}`;
}

function peText(bytes: string): string {
  const at = little(bytes, 60, 4);
  if (bytes.slice(at, at + 4) !== "PE\0\0") return "MS-DOS executable";
  const wide = little(bytes, at + 24, 2) === 0x20b;
  const library = (little(bytes, at + 22, 2) & 0x2000) !== 0;
  const console = little(bytes, at + 92, 2) === 3 ? "console" : "GUI";
  const machine = { 332: "Intel 80386", 34404: "x86-64", 43620: "Aarch64" }[little(bytes, at + 4, 2)] ?? "unknown processor";
  return `PE32${wide ? "+" : ""} executable (${library ? "DLL) (" : ""}${console}) ${machine}, for MS Windows, ${little(bytes, at + 6, 2)} sections`;
}
