/**
 * The vocabulary in which the catalogue describes the fields of an event. A field's descriptor gives its TypeScript type,
 * the check that the parent applies to what a worker reports, and its line in docs/events.md.
 */
export interface Field<T> {
  readonly type: FieldType;
  readonly summary: string;
  /** The visitor chose it: never trusted, shown only through `visible`. */
  readonly tainted: boolean;
  readonly optional: boolean;
  /** The Elastic Common Schema field it is exported to. */
  readonly ecs?: string;
  /** Carries the TypeScript type; never set. */
  readonly value?: T;
}

export type FieldType = "text" | "integer" | "flag" | "texts";

/** Text as a session reports it: bytes that a visitor sent are passed as bytes, and are made text (and kept exactly) by the envelope. */
export type Text = string | Uint8Array;

interface Extra {
  readonly ecs?: string;
}

/** Text that we chose or computed: a name out of a list, a fingerprint, an address. */
export function text(summary: string, extra: Extra = {}): Field<string> {
  return { type: "text", summary, tainted: false, optional: false, ...extra };
}

/** Text that the visitor chose. */
export function tainted(summary: string, extra: Extra = {}): Field<Text> {
  return { type: "text", summary, tainted: true, optional: false, ...extra };
}

/** A whole number within ±2^53. */
export function integer(summary: string, extra: Extra = {}): Field<number> {
  return { type: "integer", summary, tainted: false, optional: false, ...extra };
}

export function flag(summary: string, extra: Extra = {}): Field<boolean> {
  return { type: "flag", summary, tainted: false, optional: false, ...extra };
}

/** A list of short texts that the visitor chose. */
export function taintedTexts(summary: string, extra: Extra = {}): Field<readonly Text[]> {
  return { type: "texts", summary, tainted: true, optional: false, ...extra };
}

/** The same field, but an event may come without it. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, optional: true };
}
