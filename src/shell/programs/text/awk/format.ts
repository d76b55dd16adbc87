import { cut, type Directive, formatFloat, formatInteger, pad } from "../../../number-format.ts";
import { toNumber, toText, type Value } from "./values.ts";

const MAX_WIDTH = 4096;

/** awk's printf and sprintf. */
export function formatAwk(format: string, values: readonly Value[]): string {
  let next = 0;
  const take = () => {
    next += 1;
    return values[next - 1] ?? "";
  };
  return format.replace(/%([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlqLjzt]*([a-zA-Z%])/g, (...match: string[]) => {
    const [whole = "", flags = "", width = "", precision, letter = ""] = match;
    if (letter === "%") return "%";
    const number = (text: string) => (text === "*" ? toNumber(take()) : Number(text || "0"));
    const wide = number(width);
    const exact = precision === undefined ? undefined : number(precision);
    const how = { flags: wide < 0 ? `${flags}-` : flags, width: Math.min(Math.abs(wide), MAX_WIDTH), precision: exact };
    return convert(letter, take(), how) ?? whole;
  });
}

function convert(letter: string, value: Value, how: Directive): string | undefined {
  if ("dixXou".includes(letter)) return formatInteger(toBig(toNumber(value)), letter, how);
  if ("eEfFgG".includes(letter)) return formatFloat(toNumber(value), letter, how);
  if (letter === "c") return pad(typeof value === "number" ? String.fromCharCode(value & 255) : toText(value).slice(0, 1), how);
  if (letter !== "s") return undefined;
  return pad(cut(toText(value), how), how);
}

function toBig(number: number): bigint {
  if (Number.isNaN(number)) return -(1n << 63n);
  const whole = Math.trunc(Math.max(-(2 ** 63), Math.min(2 ** 63 - 1024, number)));
  return BigInt(whole);
}
