import { Buffer, isUtf8 } from "node:buffer";
import type { KindName } from "./catalogue.ts";
import { EVENT_VERSION, type Event, type EventEndpoint, type EventValue } from "./event.ts";
import type { Text } from "./field.ts";

export { checkObservation, isSessionObservation, MAX_TEXT_BYTES, MAX_TEXTS } from "./check-observation.ts";

import { UuidV7 } from "./uuid-v7.ts";

/**
 * Turns what a session or the sensor reports into the event that is stored: draws its id, stamps its time, and makes text of bytes.
 * What a visitor chose is never lost or changed: bytes that are not UTF-8 stay beside their readable form, in base64.
 */
export class Envelope {
  readonly #ports: EnvelopePorts;
  readonly #ids: UuidV7;

  constructor(ports: EnvelopePorts) {
    this.#ports = ports;
    this.#ids = new UuidV7(ports);
  }

  /** Makes an event of an observation that is known to be right: our own, or one that passed `checkObservation`. */
  seal(observation: Reported, context: EventContext): Event {
    const nowNs = this.#ports.now();
    const { fields, raw } = exactTexts(observation.fields);
    return {
      v: EVENT_VERSION,
      id: this.#ids.next(Number(nowNs / NS_PER_MS)),
      time: timeText(nowNs),
      sensor: context.sensor,
      kind: observation.kind,
      ...place(context),
      fields,
      ...(raw === undefined ? {} : { raw }),
    };
  }

  /** A new id for a visit. */
  newSessionId(): string {
    return this.#ids.next(Number(this.#ports.now() / NS_PER_MS));
  }
}

export interface EnvelopePorts {
  /** The wall clock: nanoseconds since 1970 UTC. */
  now(): bigint;
  /** So many bytes that nobody can guess. */
  random(bytes: number): Uint8Array;
}

/** Who, where and how; all but the sensor's name is absent for what belongs to no visit. */
export interface EventContext {
  readonly sensor: string;
  readonly session?: string;
  readonly decoy?: string;
  readonly transport?: "tcp" | "udp";
  readonly source?: EventEndpoint;
  readonly destination?: EventEndpoint;
}

/** An observation with its type forgotten; every `Observation` is one. */
export interface Reported {
  readonly kind: KindName;
  readonly fields: Readonly<Record<string, ReportedValue | undefined>>;
}

export type ReportedValue = Text | number | boolean | readonly Text[];

/** RFC 3339 in UTC with nine decimals, which sorts as text. */
export function timeText(ns: bigint): string {
  const seconds = ns / NS_PER_SECOND;
  const fraction = (ns % NS_PER_SECOND).toString().padStart(9, "0");
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}.${fraction}Z`;
}

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;

// The keys in the order of the interface: JSON keeps it.
function place(context: EventContext): Omit<EventContext, "sensor"> {
  const { session, decoy, transport, source, destination } = context;
  return {
    ...(session === undefined ? {} : { session }),
    ...(decoy === undefined ? {} : { decoy }),
    ...(transport === undefined ? {} : { transport }),
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
  };
}

type Raw = string | readonly string[];

function exactTexts(reported: Reported["fields"]): { fields: Record<string, EventValue>; raw: Record<string, Raw> | undefined } {
  const fields: Record<string, EventValue> = {};
  let raw: Record<string, Raw> | undefined;
  for (const [name, value] of Object.entries(reported)) {
    if (value === undefined) continue;
    fields[name] = readable(value);
    const exact = exactForm(value);
    if (exact !== undefined) raw = { ...raw, [name]: exact };
  }
  return { fields, raw };
}

function readable(value: ReportedValue): EventValue {
  if (typeof value === "number" || typeof value === "boolean") return value;
  return isText(value) ? readableText(value) : value.map(readableText);
}

function readableText(text: Text): string {
  // A lone surrogate in a string has no bytes to keep: only our own code makes strings, and it makes none.
  return typeof text === "string" ? text.toWellFormed() : view(text).toString("utf8");
}

/** The exact bytes in base64 where the readable form is not exact; of a list all or none, so that the places agree. */
function exactForm(value: ReportedValue): Raw | undefined {
  if (typeof value === "number" || typeof value === "boolean") return undefined;
  if (isText(value)) return isExact(value) ? undefined : base64(value);
  return value.every(isExact) ? undefined : value.map(base64);
}

function isExact(text: Text): boolean {
  return typeof text === "string" || isUtf8(text);
}

function base64(text: Text): string {
  return (typeof text === "string" ? Buffer.from(text, "utf8") : view(text)).toString("base64");
}

function isText(value: Text | readonly Text[]): value is Text {
  return typeof value === "string" || value instanceof Uint8Array;
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
