import { exactly } from "../../detectors/views/exact-shape.ts";
import { checkShape, choice, integer, optional, type Shape, text } from "../../shape/shape.ts";

/**
 * What the tracer says: a line of JSON each. It runs beside hostile programs and repeats their names, so a line is believed only when it has
 * exactly one of these forms.
 */
export interface TracingEvent {
  /** `took-over`: the tracer was killed, the guardian goes on in its place. `ended`: nothing is traced any more. */
  readonly event: "started" | "took-over" | "ended";
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Process ids. SIGTERM to the tracer ends the tracing; the command goes on without. */
  readonly tracer: number;
  readonly guardian: number;
  readonly tasks: number;
  /** `unsupported`: this processor cannot make CPUID fault, so only the port is forged. */
  readonly cpuid: "forged" | "unsupported" | "off";
  /** Lines that were left out since the last one. */
  readonly suppressed?: number | undefined;
}

export interface ProbeEvent {
  /** `unreadable`: a program whose memory is closed to the tracer is left to the real processor. */
  readonly event: "port" | "cpuid" | "unreadable";
  readonly atMs: number;
  readonly pid: number;
  readonly tid: number;
  /** The process's own name for itself: hostile; a character a byte. */
  readonly comm: string;
  /** Command of the port, or leaf of CPUID. */
  readonly number: number;
  /** First bytes of the instruction and what follows it, hexadecimal. */
  readonly code: string;
  readonly suppressed?: number | undefined;
}

export type TracerEvent = TracingEvent | ProbeEvent;

const MOST_ID = 0x7fff_ffff;
const id = (summary: string) => integer(summary, 0, MOST_ID);
const count = (summary: string) => integer(summary, 0, Number.MAX_SAFE_INTEGER);

const tracing: Shape<TracingEvent> = exactly<TracingEvent>("how the tracing goes", {
  event: choice("event", ["started", "took-over", "ended"]),
  atMs: count("milliseconds since 1970"),
  tracer: id("the tracer"),
  guardian: id("the guardian"),
  tasks: count("how many are traced"),
  cpuid: choice("what becomes of CPUID", ["forged", "unsupported", "off"]),
  suppressed: optional(count("lines left out")),
});

const probe: Shape<ProbeEvent> = exactly<ProbeEvent>("an answered probe", {
  event: choice("event", ["port", "cpuid", "unreadable"]),
  atMs: count("milliseconds since 1970"),
  pid: id("process"),
  tid: id("thread"),
  comm: text("name", { maxLength: 64 }),
  number: integer("command or leaf", 0, 0xffff_ffff),
  code: text("first bytes", { pattern: /^(?:[0-9a-f]{2}){0,15}$/ }),
  suppressed: optional(count("lines left out")),
});

/** Undefined: no line of the tracer's. */
export function parseTracerEvent(line: string): TracerEvent | undefined {
  const value = parseJson(line);
  return checkShape(tracing, value).value ?? checkShape(probe, value).value;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
