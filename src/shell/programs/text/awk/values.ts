import { formatFloat } from "../../../number-format.ts";

/** awk's values. A `Field` is text from outside: it is a number too where it looks like one. */
export type Value = number | string | Field;

export class Field {
  readonly text: string;
  /** Undefined: it looks like no number. */
  readonly number: number | undefined;

  constructor(text: string) {
    this.text = text;
    this.number = looksNumeric(text) ? Number(text.trim()) : undefined;
  }
}

/** What a variable is before it is set: both "" and 0. */
export const UNSET: Field = Object.assign(new Field("0"), { text: "" });

function looksNumeric(text: string): boolean {
  return text.length < 400 && /^[ \t\n]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[ \t\n]*$/.test(text);
}

export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return value.number ?? leadingNumber(value.text);
  return leadingNumber(value);
}

function leadingNumber(text: string): number {
  const [found] = /^[ \t\n]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(text.slice(0, 400)) ?? [];
  return found === undefined ? 0 : Number(found);
}

export function toText(value: Value, format = "%.6g"): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? numberText(value, format) : value.text;
}

export function numberText(value: number, format: string): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return String(value === 0 ? 0 : value);
  if (Number.isNaN(value)) return "-nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const [, precision, letter = "g"] = /%\.?(\d*)([efgEFG])/.exec(format) ?? [];
  return formatFloat(value, letter, {
    flags: "",
    width: 0,
    precision: precision === undefined || precision === "" ? 6 : Number(precision),
  });
}

export function isTrue(value: Value): boolean {
  if (typeof value === "number") return value !== 0;
  if (typeof value === "string") return value !== "";
  return value.number !== undefined ? value.number !== 0 && value.text !== "" : value.text !== "";
}

/** Numbers as numbers, everything else as text. */
export function compareValues(left: Value, right: Value): number {
  const one = numeric(left);
  const other = numeric(right);
  if (one !== undefined && other !== undefined) return one < other ? -1 : one > other ? 1 : 0;
  const a = toText(left);
  const b = toText(right);
  return a < b ? -1 : a > b ? 1 : 0;
}

function numeric(value: Value): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? undefined : value.number;
}
