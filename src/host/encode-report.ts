import { Buffer } from "node:buffer";
import { MAX_TEXT_BYTES, MAX_TEXTS } from "../events/check-observation.ts";
import type { Reported, ReportedValue } from "../events/envelope.ts";
import { Writer } from "../wire/writer.ts";
import { ENDED_BY, REPORT_TYPES, type Report } from "./report.ts";

/**
 * Writes one report as a frame; `parse-report.ts` shows the layout. Texts of an observation are cut here to what the parent accepts,
 * so that a visitor's endless line can never look like a worker that was taken over.
 */
export function encodeReport(report: Report): Buffer {
  const writer = new Writer().u32(0).u8(REPORT_TYPES.indexOf(report.type));
  if ("session" in report) writer.u32(report.session);
  encodeBody(writer, report);
  return writer.patchU32(0, writer.size - 4).finish();
}

function encodeBody(writer: Writer, report: Report): void {
  switch (report.type) {
    case "ready":
    case "alive":
      return;
    case "observation":
      return encodeObservation(writer, report.observation);
    case "file-open":
      writer.u32(report.file).string32(report.name).string32(report.way);
      return;
    case "file-bytes":
      writer.u32(report.file).bytes(report.bytes);
      return;
    case "file-close":
      writer.u32(report.file).u8(report.truncated ? 1 : 0);
      return;
    case "terminal-bytes":
      writer
        .u32(report.terminal)
        .u32(report.atMs)
        .u8(report.way === "out" ? 0 : 1)
        .bytes(report.bytes);
      return;
    case "terminal-size":
      writer.u32(report.terminal).u32(report.atMs).u32(report.columns).u32(report.rows);
      return;
    case "keep":
      writer.bytes(report.value);
      return;
    case "closed":
      writer.u8(ENDED_BY.indexOf(report.by)).u64(BigInt(report.bytesIn)).u64(BigInt(report.bytesOut));
  }
}

/** How a field's value is marked in an observation. */
export const VALUE = { text: 0, bytes: 1, number: 2, flag: 3, texts: 4 } as const;

function encodeObservation(writer: Writer, observation: Reported): void {
  const fields = Object.entries(observation.fields).filter(isGiven);
  writer.string32(observation.kind).u8(fields.length);
  for (const [name, value] of fields) {
    writer.string32(name);
    encodeValue(writer, value);
  }
}

function isGiven(field: [string, ReportedValue | undefined]): field is [string, ReportedValue] {
  return field[1] !== undefined;
}

function encodeValue(writer: Writer, value: ReportedValue): void {
  if (typeof value === "number") return encodeNumber(writer, value);
  if (typeof value === "boolean") {
    writer.u8(VALUE.flag).u8(value ? 1 : 0);
    return;
  }
  if (typeof value === "string" || value instanceof Uint8Array) return encodeText(writer, value, MAX_TEXT_BYTES);
  encodeTexts(writer, value);
}

function encodeNumber(writer: Writer, value: number): void {
  const float = Buffer.alloc(8);
  float.writeDoubleBE(value);
  writer.u8(VALUE.number).bytes(float);
}

function encodeText(writer: Writer, text: string | Uint8Array, maxBytes: number): void {
  const whole = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  writer.u8(typeof text === "string" ? VALUE.text : VALUE.bytes).string32(cut(whole, maxBytes, typeof text === "string"));
}

function encodeTexts(writer: Writer, texts: readonly (string | Uint8Array)[]): void {
  const kept = texts.slice(0, MAX_TEXTS);
  writer.u8(VALUE.texts).u16(kept.length);
  const share = Math.floor(MAX_TEXT_BYTES / Math.max(1, kept.length));
  for (const text of kept) encodeText(writer, text, share);
}

/** At most `maxBytes`; never in the middle of a UTF-8 sequence when it is text. */
function cut(bytes: Uint8Array, maxBytes: number, isText: boolean): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  let end = maxBytes;
  while (isText && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
