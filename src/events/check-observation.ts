import { Buffer } from "node:buffer";
import { catalogue, type Kind, type KindName } from "./catalogue.ts";
import type { Field, FieldType } from "./field.ts";
import type { Observation } from "./observation.ts";

/**
 * Checks what a worker process reports against the catalogue. A worker talks to attackers and may have been taken over,
 * so everything in its messages is hostile: the kind, the names of the fields, their types and their sizes.
 */

/** The most bytes (as UTF-8) of one text, and of all texts of one list together. Reporters cut; who sends more is not our code. */
export const MAX_TEXT_BYTES = 65_536;
/** The most texts in one list. */
export const MAX_TEXTS = 256;

/** What is wrong with a report from a session, in a sentence for the operator; undefined if it may become an event. */
export function checkObservation(kind: unknown, fields: unknown): string | undefined {
  if (!isKindName(kind)) return "unknown kind of event";
  const known: Kind = catalogue[kind];
  if (known.by !== "session") return `${kind} may be reported by the sensor only`;
  if (!isRecord(fields)) return `${kind}: fields are not an object`;
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(known.fields, name));
  if (unknown !== undefined) return `${kind}: unknown field ${JSON.stringify(unknown.slice(0, 64))}`;
  for (const [name, field] of Object.entries(known.fields)) {
    const problem = checkField(field, fields[name]);
    if (problem !== undefined) return `${kind}.${name}: ${problem}`;
  }
  return undefined;
}

/** Whether `checkObservation` finds nothing wrong, as a type guard. */
export function isSessionObservation(report: { readonly kind?: unknown; readonly fields?: unknown }): report is Observation {
  return checkObservation(report.kind, report.fields) === undefined;
}

/** Whether a value is the name of a kind in the catalogue. */
export function isKindName(value: unknown): value is KindName {
  return typeof value === "string" && Object.hasOwn(catalogue, value);
}

function checkField(field: Field<unknown>, value: unknown): string | undefined {
  if (value === undefined) return field.optional ? undefined : "missing";
  if (field.type === "text" && !field.tainted && typeof value !== "string") return "not a text";
  return CHECKS[field.type](value);
}

const CHECKS: Readonly<Record<FieldType, (value: unknown) => string | undefined>> = {
  text: (value) => (isText(value) ? checkSize(textBytes(value)) : "not a text"),
  integer: (value) => (Number.isSafeInteger(value) ? undefined : "not a whole number"),
  flag: (value) => (typeof value === "boolean" ? undefined : "not true or false"),
  texts: checkTexts,
};

function checkTexts(value: unknown): string | undefined {
  if (!Array.isArray(value)) return "not a list";
  const texts: readonly unknown[] = value;
  if (texts.length > MAX_TEXTS) return `more than ${MAX_TEXTS} texts`;
  let bytes = 0;
  for (const text of texts) {
    if (!isText(text)) return "not a list of texts";
    bytes += textBytes(text);
  }
  return checkSize(bytes);
}

function checkSize(bytes: number): string | undefined {
  return bytes > MAX_TEXT_BYTES ? `longer than ${MAX_TEXT_BYTES} bytes` : undefined;
}

function isText(value: unknown): value is string | Uint8Array {
  return typeof value === "string" ? value.isWellFormed() : value instanceof Uint8Array;
}

function textBytes(text: string | Uint8Array): number {
  return typeof text === "string" ? Buffer.byteLength(text, "utf8") : text.byteLength;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
