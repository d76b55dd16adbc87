import type { Shape } from "../../src/shape/shape.ts";

/** One row a leaf of a shape: dotted key, what is allowed, the value that stands when it is missing, its meaning. */
export function shapeRows(shape: Shape<unknown>, path: readonly string[] = [], standing?: unknown): readonly string[] {
  const value = shape.standard ?? standing;
  if (shape.fields !== undefined) {
    return Object.entries(shape.fields).flatMap(([key, field]) => shapeRows(field, [...path, key], valueAt(value, key)));
  }
  if (shape.item?.fields !== undefined) return [row(shape, path, value), ...shapeRows(shape.item, [...path, "[]"])];
  return [row(shape, path, value)];
}

function row(shape: Shape<unknown>, path: readonly string[], value: unknown): string {
  return `| \`${path.join(".").replaceAll(".[]", "[]")}\` | ${allowed(shape)} | ${standing(shape, value)} | ${shape.summary} |`;
}

function allowed(shape: Shape<unknown>): string {
  return (shape.item?.fields === undefined ? shape.allowed : "a list").replaceAll("|", "\\|");
}

function standing(shape: Shape<unknown>, value: unknown): string {
  if (value === undefined) return shape.optional ? "" : "must be given";
  if (Array.isArray(value)) return value.length > 3 ? `${value.length} entries` : `\`${JSON.stringify(value)}\``;
  return typeof value === "object" ? "" : `\`${String(value)}\``;
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
}
