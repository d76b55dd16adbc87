import { checkShape, choice, flag, integer, object, optional, type Shape, standard, text } from "../shape/shape.ts";
import type { Content } from "./pattern.ts";
import { rangeShape } from "./range.ts";
import { PAYLOAD_BYTES } from "./tables.ts";

/**
 * What must be in a payload, as it is written in YAML:
 *   {at: 4, hex: ff 53 ?? 4?}                        bytes at one place; `?` stands for any four bits
 *   {at: 0, text: "get ", ignoreCase: true}
 *   {text: "${jndi:", ignoreCase: true, from: 4, within: 200}   anywhere between; neither: within the first 256 bytes
 *   {at: 20, number: u16le, is: not 4096}
 */
const LATIN = /^[\0-\xff]+$/;
const HEX = /^(?:[0-9a-f?]{2}\s?)+$/i;
const MAX_CONTENT = 64;

const fields = {
  at: optional(integer("Where it stands", 0, PAYLOAD_BYTES - 1)),
  hex: optional(text("Bytes", { pattern: HEX, allowed: "hexadecimal bytes, ? for any four bits", maxLength: MAX_CONTENT * 3 })),
  text: optional(text("Text", { pattern: LATIN, allowed: "text of Latin-1", maxLength: MAX_CONTENT })),
  ignoreCase: standard(flag("Letters in either case"), false),
  from: optional(integer("Where it may begin", 0, PAYLOAD_BYTES - 1)),
  within: optional(integer("Before which byte it ends", 1, PAYLOAD_BYTES)),
  number: optional(choice("How the number is written", ["u8", "u16", "u32", "u16le", "u32le"])),
  is: optional(rangeShape),
};

const whole = object("A content", fields);
type Written = NonNullable<ReturnType<typeof whole.check>>;

export const contentShape: Shape<Content> = {
  summary: "A content",
  allowed: "a set with one of hex, text, number, and where it stands",
  optional: false,
  standard: undefined,
  check: (value, path, problems) => {
    const { value: written, problems: found } = checkShape(whole, value);
    for (const problem of found) problems.push({ ...problem, path: [...path, ...problem.path] });
    if (written === undefined) return undefined;
    const content = makeContent(written);
    if (typeof content !== "string") return content;
    problems.push({ path, why: content });
    return undefined;
  },
};

/** The content, or why there is none. */
function makeContent(written: Written): Content | string {
  const kinds = [written.hex, written.text, written.number].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) return "must have one of hex, text, number";
  if (written.number !== undefined) return makeNumeric(written, written.number);
  if (written.is !== undefined) return "must have a number for what it is";
  const { bytes, mask } = written.hex === undefined ? fromText(written.text ?? "", written.ignoreCase) : fromHex(written.hex);
  return written.at === undefined ? makeSearched(written, bytes, mask) : makeAnchored(written, bytes, mask);
}

function makeNumeric({ at, is }: Written, form: string): Content | string {
  if (at === undefined || is === undefined) return "must say at which place the number stands and what it is";
  const size = form === "u8" ? 1 : form.startsWith("u16") ? 2 : 4;
  if (at > PAYLOAD_BYTES - 4) return `must stand at ${PAYLOAD_BYTES - 4} or before`;
  const highest = 2 ** (8 * size) - 1;
  if (is.max > highest) return `cannot be more than ${highest}`;
  const mask = is.mask % (highest + 1);
  return { kind: "numeric", at, size, littleEndian: form.endsWith("le"), mask, min: is.min, max: is.max, not: is.not };
}

function makeAnchored({ at = 0, from, within }: Written, bytes: Uint8Array, mask: Uint8Array): Content | string {
  if (from !== undefined || within !== undefined) return "has one place, so neither from nor within";
  if (at + bytes.length > PAYLOAD_BYTES) return `must end within the first ${PAYLOAD_BYTES} bytes`;
  return { kind: "anchored", at, bytes, mask };
}

function makeSearched(written: Written, bytes: Uint8Array, mask: Uint8Array): Content | string {
  const { from = 0, within = PAYLOAD_BYTES, ignoreCase } = written;
  if (written.hex !== undefined && mask.some((one) => one !== 0xff)) return "can have any bits only where it has a place (at)";
  if (written.hex !== undefined && ignoreCase) return "can ignore the case of text only";
  if (bytes.length < 3) return "is too short to be searched for: three bytes at least";
  if (from + bytes.length > within) return "does not fit between from and within";
  return { kind: "searched", from, within, bytes, ignoreCase };
}

function fromText(written: string, ignoreCase: boolean): { bytes: Uint8Array; mask: Uint8Array } {
  const bytes = Uint8Array.from(Buffer.from(written, "latin1"));
  return { bytes, mask: bytes.map((byte) => (ignoreCase && isLetter(byte) ? 0xdf : 0xff)) };
}

function fromHex(written: string): { bytes: Uint8Array; mask: Uint8Array } {
  const digits = written.replace(/\s/g, "");
  const bytes = Uint8Array.from(Buffer.from(digits.replaceAll("?", "0"), "hex"));
  const mask = Uint8Array.from(Buffer.from(digits.replace(/[0-9a-f]/gi, "f").replaceAll("?", "0"), "hex"));
  return { bytes, mask };
}

export function isLetter(byte: number): boolean {
  const upper = byte & 0xdf;
  return byte < 0x80 && upper >= 0x41 && upper <= 0x5a;
}
