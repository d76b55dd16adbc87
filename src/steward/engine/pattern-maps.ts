import { OperatorError } from "../../errors/operator-error.ts";
import { LIMITS, META, SIZE, TABLES_VERSION, type Tables } from "../../patterns/index.ts";
import { BpfMap, number32 } from "./bpf-map.ts";
import type { BpfObject } from "./bpf-object.ts";
import { errorName } from "./libbpf-calls.ts";

/**
 * Puts a compiled set of patterns into the kernel (kernel/bpf/tables.h). It is written beside the set that is in use and becomes that at one
 * stroke, so no packet ever meets half of one, and none is lost. A set that does not fit changes nothing.
 */
export class PatternMaps {
  readonly #object: BpfObject;
  #slot = 0;

  constructor(object: BpfObject) {
    this.#object = object;
  }

  /** @throws OperatorError `patterns-invalid`, `kernel-missing` where memory is short; then the old set stays */
  load(tables: Tables): void {
    const [set, automaton] = [tablesBytes(tables), transitionsBytes(tables)];
    const slot = 1 - this.#slot;
    this.#place("tables_sets", slot, set);
    this.#place("transitions_sets", slot, automaton);
    this.#object.map("active").set(number32(0), number32(slot));
    this.#slot = slot;
  }

  #place(name: string, slot: number, value: Buffer): void {
    const { calls } = this.#object;
    const fd = calls.createMap(ARRAY, "utsu_patterns", 4, value.length, 1, null);
    if (fd < 0) throw new OperatorError("kernel-missing", `The kernel has no room for the patterns (${errorName(fd)}).`);
    try {
      new BpfMap(calls, fd).set(number32(0), value);
      this.#object.map(name).set(number32(slot), number32(fd));
    } finally {
      // The outer map holds it from now on.
      calls.closeFd(fd);
    }
  }
}

const ARRAY = 2;
/** Of kernel/bpf/tables.h: fewer than the tables may have, so that a value fits into what every kernel takes at once (4 MiB). */
const MOST_TRANSITIONS = 1 << 21;
const GROUP_WORDS = LIMITS.groups / 32;
const REPLY_BYTES = 16;

/** The tables of `struct tables` in their order, and how many bytes each has. */
function parts(tables: Tables): readonly (readonly [keyof Tables, Uint8Array, number])[] {
  return [
    ["meta", bytesOf(tables.meta), 16 * 4],
    ["flagLists", tables.flagLists, 256 * SIZE.span],
    ["icmpLists", tables.icmpLists, 512 * SIZE.span],
    ["classes", tables.classes, 256],
    ["forms", tables.forms, LIMITS.forms * SIZE.form],
    ["groups", tables.groups, LIMITS.groups * SIZE.group],
    ["rules", tables.rules, LIMITS.rules * SIZE.rule],
    ["conditions", tables.conditions, LIMITS.conditions * SIZE.condition],
    ["slots", tables.slots, LIMITS.slots * SIZE.slot],
    ["outputs", tables.outputs, LIMITS.outputs * SIZE.output],
    ["replies", repliesBytes(tables), LIMITS.replies * REPLY_BYTES],
    ["memberships", bytesOf(tables.memberships), LIMITS.rules * GROUP_WORDS * 4],
    ["portGroups", bytesOf(tables.portGroups), 2 * 65_536 * 2],
    ["lists", bytesOf(tables.lists), LIMITS.lists * 2],
    ["outputFirst", bytesOf(tables.outputFirst), LIMITS.states * 2],
    ["replyBytes", tables.replyBytes, LIMITS.replyBytes + LIMITS.replySize],
  ];
}

function tablesBytes(tables: Tables): Buffer {
  if (tables.meta[META.version] !== TABLES_VERSION)
    throw new OperatorError("patterns-invalid", "The patterns were compiled for another version of the engine.");
  const all = parts(tables);
  const bytes = Buffer.alloc(all.reduce((sum, [, , size]) => sum + size, 0));
  let at = 0;
  for (const [name, part, size] of all) {
    if (part.length > size)
      throw new OperatorError("patterns-invalid", `There are too many patterns: ${name} has ${part.length} bytes of ${size}.`);
    bytes.set(part, at);
    at += size;
  }
  return bytes;
}

function transitionsBytes({ transitions }: Tables): Buffer {
  if (transitions.length > MOST_TRANSITIONS)
    throw new OperatorError(
      "patterns-invalid",
      `The texts that are searched for need ${transitions.length} transitions of ${MOST_TRANSITIONS}.`,
    );
  const bytes = Buffer.alloc(MOST_TRANSITIONS * 2);
  bytes.set(bytesOf(transitions));
  return bytes;
}

function bytesOf(numbers: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** `struct reply`: first 4 · size 4 · sum 4 (of its 16-bit little-endian words, the last filled up with zero) · pad 4. */
function repliesBytes({ replies, replyBytes }: Tables): Buffer {
  const given = Buffer.from(replies.buffer, replies.byteOffset, replies.byteLength);
  const made = Buffer.alloc((given.length / SIZE.reply) * REPLY_BYTES);
  for (let index = 0; index * SIZE.reply < given.length; index += 1) {
    const [first, size] = [given.readUInt32LE(index * SIZE.reply), given.readUInt32LE(index * SIZE.reply + 4)];
    made.writeUInt32LE(first, index * REPLY_BYTES);
    made.writeUInt32LE(size, index * REPLY_BYTES + 4);
    made.writeUInt32LE(wordSum(replyBytes.subarray(first, first + size)), index * REPLY_BYTES + 8);
  }
  return made;
}

function wordSum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, index) => sum + (index % 2 === 0 ? byte : byte * 256), 0);
}
