import { compareBytes, compareVersions } from "../../compare.ts";
import { lower } from "../sed/replacement.ts";

/** One key of sort(1): which part of a line, and how it is compared. */
export interface SortKey {
  readonly from: { readonly field: number; readonly character: number };
  readonly to: { readonly field: number; readonly character: number } | undefined;
  /** b d f g h i M n R r V. */
  readonly flags: string;
}

/** `F[.C][OPTS][,F[.C][OPTS]]`; a text: what is wrong. */
export function parseKey(text: string, quote: (text: string) => string): SortKey | { readonly wrong: string } {
  const [, field, character, flags = "", endField, endCharacter, endFlags = ""] =
    /^(\d+)(?:\.(\d+))?([bdfghiMnRrV]*)(?:,(\d+)(?:\.(\d+))?([bdfghiMnRrV]*))?$/.exec(text) ?? [];
  if (field === undefined) return { wrong: `invalid number at field start: invalid count at start of ${quote(text)}` };
  if (Number(field) === 0) return { wrong: `field number is zero: invalid field specification ${quote(text)}` };
  if (character === "0") return { wrong: `character offset is zero: invalid field specification ${quote(text)}` };
  const to = endField === undefined ? undefined : { field: Number(endField), character: Number(endCharacter ?? 0) };
  return { from: { field: Number(field), character: Number(character ?? 1) }, to, flags: flags + endFlags };
}

/** The part of a line that a key means. */
export function keyText(line: string, key: SortKey, separator: string | undefined): string {
  const bounds = fieldBounds(line, separator);
  const blanks = key.flags.includes("b");
  const start = bounds[key.from.field - 1];
  if (start === undefined) return "";
  let from = start[0];
  if (blanks) while (from < line.length && /[ \t]/.test(line.charAt(from))) from += 1;
  from += key.from.character - 1;
  return line.slice(Math.min(from, line.length), keyEnd(line, key, bounds));
}

function keyEnd(line: string, { to, flags }: SortKey, bounds: readonly (readonly [number, number])[]): number {
  if (to === undefined) return line.length;
  const end = bounds[to.field - 1];
  if (end === undefined) return line.length;
  if (to.character === 0) return end[1];
  let from = end[0];
  if (flags.includes("b")) while (from < end[1] && /[ \t]/.test(line.charAt(from))) from += 1;
  return Math.min(from + to.character, line.length);
}

/** Without a separator a field begins with the blanks before it. */
function fieldBounds(line: string, separator: string | undefined): readonly (readonly [number, number])[] {
  const bounds: [number, number][] = [];
  if (separator === undefined) {
    for (const found of line.matchAll(/[ \t]*[^ \t]+/g)) bounds.push([found.index, found.index + found[0].length]);
    return bounds;
  }
  let at = 0;
  for (const part of line.split(separator)) {
    bounds.push([at, at + part.length]);
    at += part.length + 1;
  }
  return bounds;
}

/** Compares two texts as the flags say, without `r`. */
export function comparerOf(flags: string): (one: string, other: string) => number {
  const numeric = [...flags].find((flag) => "nghMVR".includes(flag));
  switch (numeric) {
    case "n":
      return compareDecimal;
    case "g":
      return (one, other) => generalNumber(one) - generalNumber(other);
    case "h":
      return compareHuman;
    case "M":
      return (one, other) => month(one) - month(other);
    case "V":
      return compareVersions;
    default: {
      const shape = shaper(flags);
      return (one, other) => compareBytes(shape(one), shape(other));
    }
  }
}

function shaper(flags: string): (text: string) => string {
  return (text) => {
    let shaped = text;
    if (flags.includes("b")) shaped = shaped.replace(/^[ \t]+/, "");
    if (flags.includes("d")) shaped = shaped.replaceAll(/[^A-Za-z0-9 \t]/g, "");
    if (flags.includes("i")) shaped = shaped.replaceAll(/[^ -~]/g, "");
    return flags.includes("f") ? lower(shaped).toUpperCase() : shaped;
  };
}

/** Decimal numbers of any length; text that is none counts as 0. */
function compareDecimal(one: string, other: string): number {
  const left = decimal(one);
  const right = decimal(other);
  if (left.sign !== right.sign) return left.sign - right.sign;
  const size =
    left.whole.length - right.whole.length || compareBytes(left.whole, right.whole) || compareBytes(left.fraction, right.fraction);
  return left.sign < 0 ? -size : size;
}

function decimal(text: string): { sign: number; whole: string; fraction: string } {
  const [, minus = "", digits = "", rest = ""] = /^[ \t]*(-?)(\d*)(?:\.(\d*))?/.exec(text) ?? [];
  const whole = digits.replace(/^0+/, "");
  const fraction = rest.replace(/0+$/, "");
  const zero = whole === "" && fraction === "";
  return { sign: zero ? 0 : minus === "" ? 1 : -1, whole, fraction };
}

function generalNumber(text: string): number {
  const found = /^[ \t]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(text)?.[0];
  return found === undefined ? Number.NEGATIVE_INFINITY : Number(found);
}

function compareHuman(one: string, other: string): number {
  const unit = (text: string) => "KMGTPEZY".indexOf((/^[ \t]*-?[\d.]+([A-Za-z])/.exec(text)?.[1] ?? "").toUpperCase() || "?") + 1;
  return unit(one) - unit(other) || compareDecimal(one, other);
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

function month(text: string): number {
  return MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase());
}
