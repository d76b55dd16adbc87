import { checkObservation, isSessionObservation } from "../events/check-observation.ts";
import type { Observation } from "../events/observation.ts";
import { done, malformed, type Parsed, partial } from "../wire/parsed.ts";
import { Reader } from "../wire/reader.ts";
import { VALUE } from "./encode-report.ts";
import { ENDED_BY, MAX_FRAME_BYTES, MAX_NAME_BYTES, MAX_PIECE_BYTES, REPORT_TYPES, type Report } from "./report.ts";

/**
 * Reads what a worker reports. The worker talks to attackers: every byte here is hostile. A frame that its own code would not have sent
 * is malformed, with the reason, and the worker that sent it is replaced. Whether a session is the worker's own is not decided here.
 *
 *   u32  length of what follows
 *   u8   type, an index of REPORT_TYPES
 *   u32  session (all but ready and alive)
 *        observation:    string32 kind, u8 count, count times (string32 name, u8 mark, value)
 *        file-open:      u32 file, string32 name, string32 way
 *        file-bytes:     u32 file, bytes
 *        file-close:     u32 file, u8 truncated
 *        terminal-bytes: u32 terminal, u32 milliseconds, u8 way, bytes
 *        terminal-size:  u32 terminal, u32 milliseconds, u32 columns, u32 rows
 *        keep:           bytes
 *        closed:         u8 by, u64 bytes in, u64 bytes out
 */
export function parseReport(bytes: Uint8Array): Parsed<Report> {
  if (bytes.length < 4) return partial();
  const size = new Reader(bytes).u32();
  if (size === 0 || size > MAX_FRAME_BYTES) return malformed(`a frame of ${size} bytes`);
  if (bytes.length < 4 + size) return partial();
  const reader = new Reader(bytes.subarray(4, 4 + size));
  const report = parseBody(reader);
  if (typeof report === "string") return malformed(report);
  if (reader.short || reader.left > 0) return malformed(`${report.type}: wrong length`);
  return done(report, 4 + size);
}

function parseBody(reader: Reader): Report | string {
  const type = REPORT_TYPES[reader.u8()];
  if (type === undefined) return "unknown type of report";
  if (type === "ready" || type === "alive") return { type };
  const session = reader.u32();
  switch (type) {
    case "observation":
      return parseObservation(reader, session);
    case "file-open":
    case "file-bytes":
    case "file-close":
      return parseFile(reader, type, session);
    case "terminal-bytes":
    case "terminal-size":
      return parseTerminal(reader, type, session);
    case "keep":
      return { type, session, value: reader.rest() };
    case "closed":
      return parseClosed(reader, session);
  }
}

function parseFile(reader: Reader, type: "file-open" | "file-bytes" | "file-close", session: number): Report | string {
  const file = reader.u32();
  if (type === "file-open") {
    const name = reader.string32(MAX_NAME_BYTES);
    return { type, session, file, name, way: reader.string32(MAX_WAY_BYTES).toString("utf8") };
  }
  if (type === "file-close") return { type, session, file, truncated: reader.u8() !== 0 };
  const bytes = reader.rest();
  return bytes.length > MAX_PIECE_BYTES ? "file-bytes: too long" : { type, session, file, bytes };
}

function parseTerminal(reader: Reader, type: "terminal-bytes" | "terminal-size", session: number): Report | string {
  const terminal = reader.u32();
  const atMs = reader.u32();
  if (terminal > MAX_TERMINAL) return "a terminal's number is too large";
  if (type === "terminal-size") return { type, session, terminal, atMs, columns: reader.u32(), rows: reader.u32() };
  const way = reader.u8() === 0 ? "out" : "in";
  const bytes = reader.rest();
  return bytes.length > MAX_PIECE_BYTES ? "terminal-bytes: too long" : { type, session, terminal, atMs, way, bytes };
}

function parseClosed(reader: Reader, session: number): Report | string {
  const by = ENDED_BY[reader.u8()];
  const bytesIn = Number(reader.u64());
  const bytesOut = Number(reader.u64());
  if (by === undefined || !Number.isSafeInteger(bytesIn) || !Number.isSafeInteger(bytesOut)) return "closed: impossible values";
  return { type: "closed", session, by, bytesIn, bytesOut };
}

const MAX_WAY_BYTES = 64;
const MAX_TERMINAL = 65_535;
const MAX_FIELD_NAME_BYTES = 64;

function parseObservation(reader: Reader, session: number): Report | string {
  const kind = reader.string32(MAX_FIELD_NAME_BYTES).toString("utf8");
  const fields: Record<string, unknown> = {};
  for (let left = reader.u8(); left > 0 && !reader.short; left -= 1) {
    const name = reader.string32(MAX_FIELD_NAME_BYTES).toString("utf8");
    if (Object.hasOwn(fields, name) || name === "__proto__") return "observation: a field twice";
    fields[name] = parseValue(reader);
  }
  if (reader.short) return "observation: cut short";
  const observation: { readonly kind: string; readonly fields: unknown } = { kind, fields };
  if (isSessionObservation(observation)) return asReport(session, observation);
  return `observation: ${checkObservation(kind, fields) ?? "refused"}`;
}

function asReport(session: number, observation: Observation): Report {
  return { type: "observation", session, observation };
}

function parseValue(reader: Reader): unknown {
  const mark = reader.u8();
  switch (mark) {
    case VALUE.text:
      return reader.string32().toString("utf8");
    case VALUE.bytes:
      return reader.string32();
    case VALUE.number:
      return parseNumber(reader);
    case VALUE.flag:
      return reader.u8() !== 0;
    case VALUE.texts:
      return parseTexts(reader);
    default:
      return null;
  }
}

function parseNumber(reader: Reader): number | null {
  const bytes = reader.bytes(8);
  return bytes.length === 8 ? bytes.readDoubleBE() : null;
}

function parseTexts(reader: Reader): unknown {
  const texts: unknown[] = [];
  for (let left = reader.u16(); left > 0 && !reader.short; left -= 1) {
    const mark = reader.u8();
    const bytes = reader.string32();
    texts.push(mark === VALUE.bytes ? bytes : bytes.toString("utf8"));
  }
  return texts;
}
