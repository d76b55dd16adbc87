import { choice, integer, list, object, type Path, type Problem, type Shape, standard, text } from "../shape/shape.ts";
import type { Chance } from "./chance.ts";
import { drawPattern, parsePattern } from "./pattern.ts";
import { anything, at, shapeOf } from "./plain.ts";

/**
 * The words in which a profile says how a value is drawn for a site. Each kind of draw is a shape, which says what it needs,
 * and a function from that and the site's chance to the value. A profile's `draws:` are drawn in their order.
 */
interface DrawKind {
  readonly shape: Shape<unknown>;
  readonly draw: (spec: unknown, chance: Chance, moments: Moments) => unknown;
}

/** What draws may depend on beside chance. */
export interface Moments {
  /** When the machine booted last, Unix milliseconds. */
  readonly bootMs: number;
}

const day = text("A day, UTC", { pattern: /^\d{4}-\d{2}-\d{2}$/, allowed: "a day as YYYY-MM-DD" });
const pattern = shapeOf("A pattern", "a pattern", checkPattern);

export const drawKinds: Readonly<Record<string, DrawKind>> = {
  "one-of": kind("One of some values, all equally likely", { values: list("Values", anything("A value")) }, (spec, chance) =>
    chance.pick(spec.values),
  ),
  weighted: kind(
    "One of some values, by weight",
    { values: list("Values", object("A value", { weight: integer("How likely", 1, 1000), value: anything("The value") })) },
    (spec, chance) => chance.pick(spec.values.flatMap(({ weight, value }) => Array.from({ length: weight }, () => value))),
  ),
  integer: kind(
    "A whole number, both ends possible",
    {
      min: integer("Smallest", -(2 ** 45), 2 ** 45),
      max: integer("Largest", -(2 ** 45), 2 ** 45),
      step: standard(integer("Distance between neighbours", 1, 2 ** 40), 1),
    },
    (spec, chance) => spec.min + spec.step * chance.integer(0, Math.max(0, Math.floor((spec.max - spec.min) / spec.step))),
  ),
  share: kind(
    "A part of a number, in thousandths",
    {
      of: integer("The whole", 0, 2 ** 45),
      min: integer("Least thousandths", 0, 1000),
      max: integer("Most thousandths", 0, 1000),
      step: standard(integer("The part is a multiple of this", 1, 2 ** 30), 1),
    },
    (spec, chance) => Math.floor((spec.of * (spec.min + chance.fraction() * (spec.max - spec.min))) / 1000 / spec.step) * spec.step,
  ),
  pattern: kind("A text after a pattern", { pattern }, (spec, chance) => {
    const parsed = parsePattern(spec.pattern);
    return "pieces" in parsed ? drawPattern(parsed.pieces, chance) : spec.pattern;
  }),
  "link-local": kind("The IPv6 link-local address that the kernel makes from a MAC (RFC 4291 appendix A)", { mac: text("MAC") }, (spec) =>
    linkLocal(spec.mac),
  ),
  "as-of-boot": kind(
    "The newest value that was out some weeks before the last boot, as a system that is upgraded now and then",
    { values: list("Values, oldest first", object("A value", { since: day, value: anything("The value") })) },
    (spec, chance, { bootMs }) => {
      const lagMs = chance.integer(2, 30) * 86_400_000;
      return (spec.values.findLast(({ since }) => Date.parse(since) + lagMs <= bootMs) ?? spec.values[0])?.value;
    },
  ),
};

const kindNames = Object.keys(drawKinds);

/** One of a profile's `draws:`; `draw` names its kind. */
export const drawShape = shapeOf<unknown>("A value that is drawn once for a site", "a draw", (value, path, problems) => {
  const name = choice("Kind of draw", kindNames).check(at(value, "draw"), [...path, "draw"], problems);
  return name === undefined ? undefined : drawKinds[name]?.shape.check(value, path, problems);
});

/** Draws a value after a checked spec. */
export function draw(spec: unknown, chance: Chance, moments: Moments): unknown {
  return drawKinds[String(at(spec, "draw"))]?.draw(spec, chance, moments);
}

function kind<const F extends Readonly<Record<string, Shape<unknown>>>>(
  summary: string,
  fields: F,
  drawn: (spec: NonNullable<ReturnType<typeof fieldsOf<F>>["standard"]>, chance: Chance, moments: Moments) => unknown,
): DrawKind {
  const shape = fieldsOf(summary, fields);
  return {
    shape,
    draw: (spec, chance, moments) => {
      const checked = shape.check(spec, [], []);
      return checked === undefined ? undefined : drawn(checked, chance, moments);
    },
  };
}

function fieldsOf<const F extends Readonly<Record<string, Shape<unknown>>>>(summary: string, fields: F) {
  return object(summary, { draw: text("Kind of draw"), ...fields });
}

function checkPattern(value: unknown, path: Path, problems: Problem[]): string | undefined {
  const checked = text("Pattern").check(value, path, problems);
  const parsed = checked === undefined ? undefined : parsePattern(checked);
  if (parsed !== undefined && "why" in parsed) problems.push({ path, why: parsed.why });
  return checked;
}

function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(":").map((part) => Number.parseInt(part, 16));
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return `fe80::${groups.map((group) => group.toString(16)).join(":")}`;
}
