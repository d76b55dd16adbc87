import { type AnswerPart, answerBytes, headerValue } from "../../wire/answer.ts";
import type { BytesSign, Part } from "./fingerprint.ts";

/**
 * Finds a pattern in what was heard, and makes the bytes that it stands for. Both take what the visitor said, since some answers repeat it.
 *
 * Gaps cut a pattern into runs; the first place of each run after the one before is enough, so that hostile answers cost no more than one
 * pass for each run.
 */
export function hasPattern(sign: BytesSign, heard: Uint8Array, said: Uint8Array): boolean {
  const text = latin(heard);
  if (sign.lacks.some((bytes) => text.includes(latin(bytes)))) return false;
  if (!sign.holds.every((bytes) => text.includes(latin(bytes)))) return false;
  const runs = runsOf(sign.pattern).map((run) => run.map((part) => source(part, said)).join(""));
  return runs.length === 0 ? false : standsIn(text, runs, sign.anchored);
}

/** The bytes that parts stand for. */
export function bytesFor(parts: readonly Part[], said: Uint8Array): Uint8Array {
  return answerBytes(answerParts(parts), said);
}

/** What parts stand for, settled but for what they repeat of the question. */
export function answerParts(parts: readonly Part[]): readonly AnswerPart[] {
  return parts.map(settled);
}

function standsIn(text: string, runs: readonly string[], anchored: BytesSign["anchored"]): boolean {
  let at = 0;
  for (const [index, run] of runs.entries()) {
    const first = index === 0 && anchored !== "anywhere";
    const end = index === runs.length - 1 && anchored === "whole" ? "$" : "";
    const pattern = new RegExp(`${run}${end}`, first ? "y" : "g");
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return false;
    at = found.index + found[0].length;
  }
  return true;
}

function runsOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  const runs: Part[][] = [[]];
  for (const part of parts) {
    if (part.kind === "gap") runs.push([]);
    else runs.at(-1)?.push(part);
  }
  return runs;
}

function source(part: Part, said: Uint8Array): string {
  switch (part.kind) {
    case "text":
      return escaped(part.bytes);
    case "any":
      return `[\\s\\S]{${part.size}}`;
    case "line":
      return "[^\\r\\n]{1,200}";
    case "word":
      return "[-\\w.]{1,200}";
    case "one":
      return `(?:${part.choices.map(escaped).join("|")})`;
    case "echo":
      return said.length >= part.at + part.size ? escaped(said.subarray(part.at, part.at + part.size)) : `[\\s\\S]{${part.size}}`;
    case "header":
      return escapedHeader(part, said);
    case "gap":
      return "";
  }
}

function escapedHeader(part: Extract<Part, { kind: "header" }>, said: Uint8Array): string {
  const value = headerValue(part, said);
  return value.length === 0 ? "[^\\r\\n]{0,200}" : escaped(value);
}

function settled(part: Part): AnswerPart {
  switch (part.kind) {
    case "text":
      return { kind: "bytes", bytes: part.bytes };
    case "any":
    case "line":
    case "word":
      return { kind: "bytes", bytes: part.shows };
    case "one":
      return { kind: "bytes", bytes: part.choices[0] ?? new Uint8Array() };
    case "gap":
      return { kind: "bytes", bytes: new Uint8Array() };
    case "echo":
    case "header":
      return part;
  }
}

function escaped(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
