/**
 * A small description of plain data: it checks a value, gives its TypeScript type, and prints itself for the docs.
 * Decoys describe their options and their part of a persona with it, since a decoy may depend on no library.
 * Unknown keys are mistakes, and every mistake names the path to it and what is allowed.
 */
export interface Shape<T> {
  readonly summary: string;
  /** What is allowed, for people: `a whole number from 1 to 65535`. */
  readonly allowed: string;
  readonly optional: boolean;
  /** What stands when the key is missing; undefined: there is none. */
  readonly standard: T | undefined;
  /** The fields, for an object. */
  readonly fields?: Readonly<Record<string, Shape<unknown>>>;
  /** Each item's shape, for a list or a record. */
  readonly item?: Shape<unknown>;
  /** Checks `value`; returns it, with what was missing filled in, or undefined after adding to `problems`. */
  readonly check: (value: unknown, path: Path, problems: Problem[]) => T | undefined;
}

export type Path = readonly (string | number)[];

export interface Problem {
  readonly path: Path;
  /** A sentence without a full stop: `must be one of none, password`. */
  readonly why: string;
  /** What would have been right at this place, to find the nearest spelling among. */
  readonly choices?: readonly string[];
}

/** The type that a shape describes. */
export type Of<S> = S extends Shape<infer T> ? T : never;

type OptionalKeys<F> = { [K in keyof F]: undefined extends Of<F[K]> ? K : never }[keyof F];
type Fields<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Of<F[K]> } & { readonly [K in OptionalKeys<F>]?: Of<F[K]> };

/** Checks a whole value. */
export function checkShape<T>(shape: Shape<T>, value: unknown): { value: T | undefined; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const checked = shape.check(value, [], problems);
  return { value: problems.length === 0 ? checked : undefined, problems };
}

export function text(summary: string, options: { pattern?: RegExp; allowed?: string; maxLength?: number } = {}): Shape<string> {
  const { pattern, maxLength = 4096, allowed = "text" } = options;
  return leaf(
    summary,
    allowed,
    (value): value is string => typeof value === "string" && value.length <= maxLength && (pattern?.test(value) ?? true),
  );
}

export function integer(summary: string, min: number, max: number): Shape<number> {
  return leaf(
    summary,
    `a whole number from ${min} to ${max}`,
    (value): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max,
  );
}

export function flag(summary: string): Shape<boolean> {
  return leaf(summary, "true or false", (value): value is boolean => typeof value === "boolean");
}

export function choice<const C extends readonly string[]>(summary: string, choices: C): Shape<C[number]> {
  const isChoice = (value: unknown): value is C[number] => choices.some((known) => known === value);
  return {
    ...leaf(summary, `one of ${choices.join(", ")}`, isChoice),
    check: (value, path, problems) =>
      isChoice(value) ? value : refuse(problems, { path, why: `must be one of ${choices.join(", ")}`, choices }),
  };
}

export function list<T>(summary: string, item: Shape<T>, maxItems = 10_000): Shape<readonly T[]> {
  const allowed = `a list: ${item.allowed}`;
  return {
    summary,
    allowed,
    item,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => {
      if (!Array.isArray(value) || value.length > maxItems) return refuse(problems, { path, why: `must be ${allowed}` });
      const items = value.map((one: unknown, index) => item.check(one, [...path, index], problems));
      return items.filter((one): one is Awaited<T> & T => one !== undefined);
    },
  };
}

/** Any keys, all values of one shape. */
export function record<T>(summary: string, item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    summary,
    allowed: `keys with ${item.allowed}`,
    item,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => {
      if (!isObject(value)) return refuse(problems, { path, why: "must be a set of keys and values" });
      const out: Record<string, T> = {};
      for (const [key, one] of Object.entries(value)) {
        const checked = item.check(one, [...path, key], problems);
        if (checked !== undefined) out[key] = checked;
      }
      return out;
    },
  };
}

export function object<const F extends Readonly<Record<string, Shape<unknown>>>>(summary: string, fields: F): Shape<Fields<F>>;
export function object(summary: string, fields: Readonly<Record<string, Shape<unknown>>>): Shape<Readonly<Record<string, unknown>>> {
  return {
    summary,
    allowed: `keys ${Object.keys(fields).join(", ")}`,
    fields,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => {
      if (!isObject(value)) return refuse(problems, { path, why: "must be a set of keys and values" });
      const choices = Object.keys(fields);
      for (const key of Object.keys(value)) {
        if (!Object.hasOwn(fields, key)) problems.push({ path: [...path, key], why: "is not a known key", choices });
      }
      return checkFields(fields, value, { path, problems });
    },
  };
}

/** The same shape, but the key may be missing. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return { ...shape, optional: true, standard: undefined };
}

/** The same shape, with the value that stands when the key is missing. */
export function standard<T>(shape: Shape<T>, value: NoInfer<T>): Shape<T> {
  return { ...shape, optional: true, standard: value };
}

function checkFields(
  fields: Readonly<Record<string, Shape<unknown>>>,
  value: Readonly<Record<string, unknown>>,
  at: { path: Path; problems: Problem[] },
) {
  const out: Record<string, unknown> = {};
  for (const [key, shape] of Object.entries(fields)) {
    const one = checkField(shape, value[key], { path: [...at.path, key], problems: at.problems });
    if (one !== undefined) out[key] = one;
  }
  return out;
}

function checkField(shape: Shape<unknown>, value: unknown, at: { path: Path; problems: Problem[] }): unknown {
  if (value !== undefined) return shape.check(value, at.path, at.problems);
  if (!shape.optional) refuse(at.problems, { path: at.path, why: `is missing: ${shape.summary}` });
  return shape.standard;
}

function leaf<T>(summary: string, allowed: string, fits: (value: unknown) => value is T): Shape<T> {
  return {
    summary,
    allowed,
    optional: false,
    standard: undefined,
    check: (value, path, problems) => (fits(value) ? value : refuse(problems, { path, why: `must be ${allowed}` })),
  };
}

function refuse(problems: Problem[], problem: Problem): undefined {
  problems.push(problem);
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
