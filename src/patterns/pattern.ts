import type { ANSWER, DIRECTION_BIT, FAMILY_BIT, FIELD, FLOW_BIT, PROTOCOL_BIT } from "./tables.ts";

/**
 * What the wire matches, as it is meant: a packet is matched when its protocol, ports, direction and flow fit, every header condition holds,
 * and every content of at least one alternative is in its payload. Matching is per packet: what is split over several, compressed, encrypted or
 * fragmented is not seen.
 */
export interface Pattern {
  readonly id: string;
  /** What it recognises, a sentence. */
  readonly about: string;
  readonly protocols: readonly Protocol[];
  readonly families: readonly Family[];
  readonly directions: readonly Direction[];
  readonly flows: readonly Flow[];
  /** Ports of this host, with both ends; empty: all. */
  readonly ports: readonly PortRange[];
  readonly conditions: readonly Condition[];
  /** One of them has to be found whole; a single empty one where the headers say everything. */
  readonly alternatives: readonly (readonly Content[])[];
  readonly answer: Answer;
  /** The answer on a port where a real service listens, until the source is suspect. */
  readonly onListener: Answer;
  /** Name of the nonsense that answers, in the folder's replies. */
  readonly reply: string | undefined;
  /** How much suspicion it raises: 0 to 100. */
  readonly weight: number;
  readonly reference: string;
  /** Who else sends this, a sentence. */
  readonly falsePositives: string;
}

export type Protocol = keyof typeof PROTOCOL_BIT;
export type Family = keyof typeof FAMILY_BIT;
export type Direction = keyof typeof DIRECTION_BIT;
export type Flow = keyof typeof FLOW_BIT;
export type Answer = keyof typeof ANSWER;
export type Field = keyof typeof FIELD;

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** `(field & mask)` lies within min and max, or outside where `not`. */
export interface Condition {
  readonly field: Exclude<Field, "payload" | "payloadLittle">;
  readonly mask: number;
  readonly min: number;
  readonly max: number;
  readonly not: boolean;
}

export type Content = Anchored | Searched | Numeric;

/** Bytes at one place: `(byte & mask) === (value & mask)` for each. */
export interface Anchored {
  readonly kind: "anchored";
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly mask: Uint8Array;
}

/** Bytes that begin at `from` or later and end before `within`, both counted from the payload's beginning. */
export interface Searched {
  readonly kind: "searched";
  readonly from: number;
  readonly within: number;
  readonly bytes: Uint8Array;
  /** Letters of ASCII in either case. */
  readonly ignoreCase: boolean;
}

/** A number in the payload, compared like a condition. */
export interface Numeric {
  readonly kind: "numeric";
  readonly at: number;
  readonly size: 1 | 2 | 4;
  readonly littleEndian: boolean;
  readonly mask: number;
  readonly min: number;
  readonly max: number;
  readonly not: boolean;
}

/** Bytes that answer and mean nothing. */
export interface Reply {
  readonly id: string;
  readonly about: string;
  readonly bytes: Uint8Array;
}

/** All patterns of one folder, and their replies. */
export interface PatternSet {
  readonly patterns: readonly Pattern[];
  readonly replies: readonly Reply[];
}
