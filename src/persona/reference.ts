/**
 * Texts in a profile may refer to what was drawn: `@{hostname}`, `@{kernel.release}`. A text that is nothing but one reference
 * becomes the value itself, a number or a list too; a list put into a list this way is spliced into it.
 */
export type Names = Readonly<Record<string, unknown>>;

export interface UnknownReference {
  readonly path: readonly (string | number)[];
  readonly reference: string;
}

const references = /@\{([\w.-]+)\}/g;
const wholeReference = /^@\{([\w.-]+)\}$/;

/** `value` with every reference in it followed; references to nothing are added to `unknown` and stay as they are. */
export function follow(value: unknown, names: Names, unknown: UnknownReference[]): unknown {
  return followAt(value, [], { names, unknown });
}

/** The same for one text, such as a file's contents. */
export function followText(text: string, names: Names, unknown: UnknownReference[]): string {
  if (!text.includes("@{")) return text;
  return text.replace(references, (whole, reference: string) => {
    const found = lookUp(reference, names);
    if (typeof found === "string" || typeof found === "number") return String(found);
    unknown.push({ path: [], reference });
    return whole;
  });
}

interface Scope {
  readonly names: Names;
  readonly unknown: UnknownReference[];
}

function followAt(value: unknown, path: readonly (string | number)[], scope: Scope): unknown {
  if (typeof value === "string") return followString(value, path, scope);
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => spliced(item, followAt(item, [...path, index], scope)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [followKey(key, path, scope), followAt(one, [...path, key], scope)]));
}

function followKey(key: string, path: readonly (string | number)[], scope: Scope): string {
  const followed = followString(key, path, scope);
  return typeof followed === "string" ? followed : key;
}

/** A list that a reference put into a list goes item by item into it; any other item stays one. */
function spliced(item: unknown, followed: unknown): unknown[] {
  return Array.isArray(followed) && typeof item === "string" ? followed : [followed];
}

function followString(text: string, path: readonly (string | number)[], { names, unknown }: Scope): unknown {
  const whole = wholeReference.exec(text)?.[1];
  if (whole !== undefined) {
    const found = lookUp(whole, names);
    if (found === undefined) unknown.push({ path, reference: whole });
    return found ?? text;
  }
  const missing: UnknownReference[] = [];
  const followed = followText(text, names, missing);
  unknown.push(...missing.map(({ reference }) => ({ path, reference })));
  return followed;
}

function lookUp(reference: string, names: Names): unknown {
  let found: unknown = names;
  for (const step of reference.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = Object.entries(found).find(([key]) => key === step)?.[1];
  }
  return found;
}
