import type { KindName } from "./catalogue.ts";

/** The version of the JSON form; it grows only when a reader of the old form would misread the new one. */
export const EVENT_VERSION = 1;

/**
 * One event as it is stored, shown and exported: one JSON object, the keys in this order. What a visitor chose is exact text in `fields`
 * where it is valid UTF-8; else the text has U+FFFD in place of the wrong bytes, and `raw` holds the exact bytes in base64 under the same name.
 */
export interface Event {
  readonly v: typeof EVENT_VERSION;
  /** UUIDv7 (RFC 9562), drawn where the event happened: the key under which repeats are recognised. */
  readonly id: string;
  /** RFC 3339, UTC, nine decimals. */
  readonly time: string;
  /** The sensor's name. */
  readonly sensor: string;
  readonly kind: KindName;
  /** The visit: UUIDv7; absent for what belongs to no visit. */
  readonly session?: string;
  readonly decoy?: string;
  readonly transport?: "tcp" | "udp";
  readonly source?: EventEndpoint;
  readonly destination?: EventEndpoint;
  readonly fields: Readonly<Record<string, EventValue>>;
  readonly raw?: Readonly<Record<string, string | readonly string[]>>;
}

export interface EventEndpoint {
  readonly address: string;
  readonly port: number;
}

export type EventValue = string | number | boolean | readonly string[];
