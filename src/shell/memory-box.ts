import { Buffer } from "node:buffer";
import type { Memory } from "../decoy/memory.ts";
import { Reader } from "../wire/reader.ts";
import { Writer } from "../wire/writer.ts";

/**
 * Named sections in the one value that a source's memory is: each part of a decoy keeps its own and leaves the others' alone.
 *
 * ```
 * byte  version, 1
 * then for each section, by first writing: byte name length, name (ASCII), uint32 size, bytes
 * ```
 * A value that is not of this form counts as empty: it is our own, but an older version may have written it.
 */
const VERSION = 1;

/** The bytes kept under `name`; undefined if there are none. */
export function readSection(memory: Memory, name: string): Uint8Array | undefined {
  return parseSections(memory.read()).get(name);
}

/** Keeps `bytes` under `name`; empty bytes remove the section. False: the whole would be too large, nothing changed. */
export function writeSection(memory: Memory, name: string, bytes: Uint8Array): boolean {
  const sections = parseSections(memory.read());
  if (bytes.length > 0) sections.set(name, bytes);
  else sections.delete(name);
  return memory.write(encodeSections(sections));
}

function parseSections(value: Uint8Array | undefined): Map<string, Uint8Array> {
  const sections = new Map<string, Uint8Array>();
  if (value === undefined || value[0] !== VERSION) return sections;
  const reader = new Reader(value, 1);
  while (reader.left > 0) {
    const name = reader.bytes(reader.u8()).toString("latin1");
    const bytes = reader.string32();
    if (reader.short) return new Map();
    sections.set(name, bytes);
  }
  return sections;
}

function encodeSections(sections: ReadonlyMap<string, Uint8Array>): Buffer {
  const writer = new Writer().u8(VERSION);
  for (const [name, bytes] of sections) {
    writer.u8(name.length).bytes(Buffer.from(name, "latin1")).string32(bytes);
  }
  return writer.finish();
}
