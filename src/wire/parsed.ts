/**
 * The result of reading bytes that a stranger sent: a value, a wait for more, or a refusal with its reason.
 * Parsers never throw on input; the reason (`why`) is observed as an event, so it is written for the operator.
 */
export type Parsed<T> = Done<T> | Partial | Malformed;

/** A whole value, and how many bytes of the input it took. */
export interface Done<T> {
  readonly status: "done";
  readonly value: T;
  readonly size: number;
}

/** The input ends inside the value: call again with more bytes. */
export interface Partial {
  readonly status: "partial";
}

/** No continuation of the input can be right. */
export interface Malformed {
  readonly status: "malformed";
  readonly why: string;
}

const PARTIAL: Partial = { status: "partial" };

export function done<T>(value: T, size: number): Done<T> {
  return { status: "done", value, size };
}

export function partial(): Partial {
  return PARTIAL;
}

export function malformed(why: string): Malformed {
  return { status: "malformed", why };
}
