import { object, type Path, type Problem, type Shape } from "../../shape/shape.ts";

/**
 * Shapes for whole views, which come out of files that anybody may have written. Beside what `src/shape` holds they bound how many keys
 * there are, stop at the first hundred problems (a file of 64 MiB may hold millions),
 * and let no key change what an object inherits.
 */

/** A shape for each field of T, neither more nor less. */
type ShapesOf<T> = {
  readonly [K in keyof T]-?: Shape<Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K]>;
};

const MOST_FIELDS = 64;
const MOST_PROBLEMS = 100;

/** An object with exactly these fields; those that are missing stay missing. */
export function exactly<T extends object>(summary: string, fields: ShapesOf<T>): Shape<T> {
  const shape = object(summary, { ...fields });
  return {
    ...shape,
    standard: undefined,
    check: (value, path, problems) => {
      if (problems.length > MOST_PROBLEMS) return undefined;
      if (isPlain(value) && Object.keys(value).length > MOST_FIELDS) return refuse(problems, path, `has more than ${MOST_FIELDS} keys`);
      const checked = shape.check(value, path, problems);
      return isMadeOf<T>(checked) ? checked : undefined;
    },
  };
}

/** A table whose keys fit a pattern. */
export function keyed<T>(
  summary: string,
  item: Shape<T>,
  { keys, most }: { readonly keys: RegExp; readonly most: number },
): Shape<Readonly<Record<string, T>>> {
  return {
    summary,
    allowed: `at most ${most} keys with ${item.allowed}`,
    item,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => {
      if (problems.length > MOST_PROBLEMS) return undefined;
      if (!isPlain(value)) return refuse(problems, path, "must be a set of keys and values");
      const entries = Object.entries(value);
      if (entries.length > most) return refuse(problems, path, `has more than ${most} keys`);
      // Defines each key, so that one named __proto__ is a key as any other.
      return Object.fromEntries(entries.flatMap(([key, one]) => checkEntry({ item, keys }, [key, one], { path, problems })));
    },
  };
}

function checkEntry<T>(
  { item, keys }: { readonly item: Shape<T>; readonly keys: RegExp },
  [key, value]: readonly [string, unknown],
  { path, problems }: { readonly path: Path; readonly problems: Problem[] },
): readonly (readonly [string, T])[] {
  if (problems.length > MOST_PROBLEMS) return [];
  if (!keys.test(key)) {
    problems.push({ path: [...path, key], why: "is not a key that can stand here" });
    return [];
  }
  const checked = item.check(value, [...path, key], problems);
  return checked === undefined ? [] : [[key, checked]];
}

/** A list of at most so many items. */
export function listOf<T>(summary: string, item: Shape<T>, most: number): Shape<readonly T[]> {
  return {
    summary,
    allowed: `a list of at most ${most}: ${item.allowed}`,
    item,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => {
      if (!Array.isArray(value)) return refuse(problems, path, "must be a list");
      if (value.length > most) return refuse(problems, path, `has more than ${most} items`);
      const checked: T[] = [];
      for (const [index, one] of value.entries()) {
        if (problems.length > MOST_PROBLEMS) break;
        const fits = item.check(one, [...path, index], problems);
        if (fits !== undefined) checked.push(fits);
      }
      return checked;
    },
  };
}

/** Any number that JSON can hold: neither NaN nor infinite. */
export function finite(summary: string): Shape<number> {
  return fitting(summary, "a finite number", (value): value is number => typeof value === "number" && Number.isFinite(value));
}

/** Exactly one of two shapes: what `is` recognises is checked by the first. */
export function either<A, B>(first: Shape<A>, second: Shape<B>, is: (value: unknown) => boolean): Shape<A | B> {
  return {
    summary: first.summary,
    allowed: `${first.allowed}; or ${second.allowed}`,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => (is(value) ? first.check(value, path, problems) : second.check(value, path, problems)),
  };
}

/** What a predicate accepts. */
export function fitting<T>(summary: string, allowed: string, fits: (value: unknown) => value is T): Shape<T> {
  return {
    summary,
    allowed,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => (fits(value) ? value : refuse(problems, path, `must be ${allowed}`)),
  };
}

function refuse(problems: Problem[], path: Path, why: string): undefined {
  problems.push({ path, why });
  return undefined;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `object` leaves out what is missing, so its result is a T also where T's optional fields may not be undefined. */
function isMadeOf<T extends object>(checked: unknown): checked is T {
  return isPlain(checked) && Object.values(checked).every((value) => value !== undefined);
}
