import type { Shape } from "../shape/shape.ts";

/** `(value & mask)` from min to max, or outside of that where `not`. */
export interface Range {
  readonly mask: number;
  readonly min: number;
  readonly max: number;
  readonly not: boolean;
}

const WRITTEN = /^(?<not>not )?(?<min>0x[0-9a-f]+|\d+)(?:-(?<max>0x[0-9a-f]+|\d+))?(?: & (?<mask>0x[0-9a-f]+|\d+))?$/i;
const HIGHEST = 0xffff_ffff;

export const RANGE_ALLOWED = "a number, or text such as 5-9, not 0, 0x40 & 0xc0";

/** A range as it is written in YAML: `1024`, `200-255`, `not 0`, `0x4000 & 0x4000`. */
export const rangeShape: Shape<Range> = {
  summary: "A range",
  allowed: RANGE_ALLOWED,
  optional: false,
  standard: undefined,
  check: (value, path, problems) => {
    const range = parseRange(value);
    if (range === undefined) problems.push({ path, why: `must be ${RANGE_ALLOWED}` });
    return range;
  },
};

function parseRange(value: unknown): Range | undefined {
  if (typeof value === "number") return valid({ mask: HIGHEST, min: value, max: value, not: false });
  const groups = typeof value === "string" ? WRITTEN.exec(value)?.groups : undefined;
  if (groups?.["min"] === undefined) return undefined;
  const min = Number(groups["min"]);
  const max = groups["max"] === undefined ? min : Number(groups["max"]);
  const mask = groups["mask"] === undefined ? HIGHEST : Number(groups["mask"]);
  return valid({ mask, min, max, not: groups["not"] !== undefined });
}

function valid(range: Range): Range | undefined {
  const { mask, min, max } = range;
  const whole = [mask, min, max].every((number) => Number.isSafeInteger(number) && number >= 0 && number <= HIGHEST);
  return whole && min <= max && (max & mask) >>> 0 === max ? range : undefined;
}

/** Whether a value lies in the range. */
export function inRange(value: number, { mask, min, max, not }: Range): boolean {
  const masked = (value & mask) >>> 0;
  return (masked >= min && masked <= max) !== not;
}
