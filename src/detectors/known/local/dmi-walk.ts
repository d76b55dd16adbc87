import { latin1 } from "./asked.ts";

/**
 * The SMBIOS table as dmidecode and lscpu walk it: they look for two zero bytes after a structure and ask no more of its strings. Tables that
 * break the specification are therefore read as the tools read them, which is not how it says.
 */
export interface Walked {
  readonly type: number;
  readonly length: number;
  readonly handle: number;
  /** From its header to the end of the table. */
  readonly bytes: Uint8Array;
  /** Its two zero bytes lie within the table. */
  readonly whole: boolean;
}

const HEADER = 4;

/** Structures in order, up to and without the first whose length is below 4. */
export function* walkTable(table: Uint8Array, atMost: number): Generator<Walked> {
  for (let at = 0, count = 0; at + HEADER <= table.length && count < atMost; count += 1) {
    const bytes = table.subarray(at);
    const [type = 0, length = 0, low = 0, high = 0] = bytes;
    if (length < HEADER) return;
    const size = sizeOf(bytes, length);
    yield { type, length, handle: low | (high << 8), bytes, whole: size <= bytes.length };
    at += size;
  }
}

function sizeOf(bytes: Uint8Array, length: number): number {
  let end = length;
  while (end + 1 < bytes.length && (bytes[end] !== 0 || bytes[end + 1] !== 0)) end += 1;
  return end + 2;
}

/** A string of the set after a structure, control characters and bytes above 126 as dots; undefined: no such string. */
export function stringOf({ bytes, length }: Walked, number: number): string | undefined {
  let at = length;
  for (let left = number; left > 1 && (bytes[at] ?? 0) !== 0; left -= 1) at = endOf(bytes, at) + 1;
  const text = latin1(bytes.subarray(at, endOf(bytes, at)));
  return text === "" ? undefined : text.replace(/[^ -~]/g, ".");
}

function endOf(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(0, at);
  return end < 0 ? bytes.length : end;
}

/** Little-endian numbers of a structure; beyond the table: zero. */
export function word({ bytes }: Walked, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

export function dword(walked: Walked, at: number): number {
  return (word(walked, at) | (word(walked, at + 2) << 16)) >>> 0;
}
