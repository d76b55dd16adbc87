import type { Shape } from "../shape/shape.ts";

/** A shape with a check of its own. */
export function shapeOf<T>(summary: string, allowed: string, check: Shape<T>["check"]): Shape<T> {
  return { summary, allowed, optional: false, standard: undefined, check };
}

/** Plain data of any kind, checked later or not at all. */
export function anything(summary: string): Shape<unknown> {
  return shapeOf(summary, "anything", (value) => value);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value under `key` of what may be a record. */
export function at(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function textAt(value: unknown, key: string): string {
  const found = at(value, key);
  return typeof found === "string" ? found : "";
}

export function textsAt(value: unknown, key: string): readonly string[] {
  const found = at(value, key);
  return Array.isArray(found) ? found.filter((one: unknown): one is string => typeof one === "string") : [];
}
