import type { Shape } from "../../shape/shape.ts";
import { checkShape, flag, integer, list, object, optional, standard, text } from "../../shape/shape.ts";
import type { Part } from "./fingerprint.ts";

/**
 * The pieces of patterns and of what is said, as they are written in YAML: text as it stands (a character a byte), `gap` and `hear` as words
 * of their own, or a set with one key that says which kind it is.
 */
export type StepPart = Uint8Array | "hear";

const LATIN = /^[\0-\xff]*$/;
const HEX = /^(?:[0-9a-f]{2}\s?)*$/i;
const latin = (summary: string) => text(summary, { pattern: LATIN, allowed: "text of Latin-1" });
const hexText = text("Bytes", { pattern: HEX, allowed: "hexadecimal bytes", maxLength: 10_000 });
const count = integer("How many bytes", 1, 4096);

export const PART_ALLOWED = "text, gap, or one of {hex, text, zeros, any, line, word, one, echo, header}";
export const STEP_ALLOWED = "text, hear, or one of {hex, text, zeros}";

const fields = {
  hex: optional(hexText),
  text: optional(latin("Bytes")),
  zeros: optional(count),
  any: optional(count),
  shows: optional(latin("What stands there when shown")),
  line: optional(latin("Bytes of one line")),
  word: optional(latin("Bytes without blanks")),
  one: optional(list("Choices", latin("A choice"), 50)),
  echo: optional(object("Bytes of what was said", { at: integer("From where", 0, 4096), size: count })),
  header: optional(text("A header of the request", { pattern: /^[A-Za-z-]+$/, allowed: "a header's name" })),
  bare: standard(flag("Without angle brackets"), false),
};

const whole = object("A part", fields);

export const partShape: Shape<Part> = {
  summary: "A part",
  allowed: PART_ALLOWED,
  optional: false,
  standard: undefined,
  check: (value, path, problems) => {
    if (value === "gap") return { kind: "gap" };
    const part = typeof value === "string" ? fromText(value) : fromSet(value);
    if (part === undefined) problems.push({ path, why: `must be ${PART_ALLOWED}` });
    return part;
  },
};

export const stepShape: Shape<StepPart> = {
  summary: "A step",
  allowed: STEP_ALLOWED,
  optional: false,
  standard: undefined,
  check: (value, path, problems) => {
    if (value === "hear") return value;
    const part = typeof value === "string" ? fromText(value) : fromSet(value);
    if (part?.kind === "text") return part.bytes;
    problems.push({ path, why: `must be ${STEP_ALLOWED}` });
    return undefined;
  },
};

function fromText(value: string): Part | undefined {
  return LATIN.test(value) ? { kind: "text", bytes: bytesOf(value) } : undefined;
}

function fromSet(value: unknown): Part | undefined {
  const { value: set } = checkShape(whole, value);
  if (set === undefined) return undefined;
  const kinds = Object.keys(set).filter((key) => key !== "shows" && key !== "bare");
  return kinds.length === 1 ? made(set) : undefined;
}

type Written = NonNullable<ReturnType<typeof checkShape<NonNullable<ReturnType<typeof whole.check>>>>["value"]>;

function made(set: Written): Part | undefined {
  if (set.hex !== undefined) return { kind: "text", bytes: Buffer.from(set.hex.replace(/\s/g, ""), "hex") };
  if (set.text !== undefined) return { kind: "text", bytes: bytesOf(set.text) };
  if (set.zeros !== undefined) return { kind: "text", bytes: Buffer.alloc(set.zeros) };
  if (set.any !== undefined) return { kind: "any", size: set.any, shows: filled(set.shows ?? "", set.any) };
  if (set.line !== undefined) return { kind: "line", shows: bytesOf(set.line) };
  if (set.word !== undefined) return { kind: "word", shows: bytesOf(set.word) };
  if (set.one !== undefined) return { kind: "one", choices: set.one.map(bytesOf) };
  if (set.echo !== undefined) return { kind: "echo", ...set.echo };
  return set.header === undefined ? undefined : { kind: "header", name: set.header, bare: set.bare };
}

/** What is too short is filled up with letters, what is too long is cut. */
function filled(shows: string, size: number): Uint8Array {
  return bytesOf(shows.padEnd(size, "A").slice(0, size));
}

function bytesOf(value: string): Uint8Array {
  return Buffer.from(value, "latin1");
}
