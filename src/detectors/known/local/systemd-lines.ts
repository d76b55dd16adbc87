import type { Absence } from "../../views/files.ts";
import { latin1 } from "./asked.ts";

/**
 * How systemd reads files: lines end at a newline, a carriage return or a zero byte; a line must be shorter than 1 MiB, or reading fails.
 */

/** Why a step failed: the text of the error number. */
export interface Failure {
  readonly failed: string;
}

export const PERMISSION_DENIED: Failure = { failed: "Permission denied" };
const TOO_LONG: Failure = { failed: "No buffer space available" };
const LINE_LIMIT = 2 ** 20;

export interface Line {
  readonly text: string;
  /** Whether anything was there at all: a lone line end is an empty line, an empty file is none. */
  readonly some: boolean;
}

/** The first line of a file; undefined: there is no such file. */
export function firstLine(answer: Uint8Array | Absence): Line | Failure | undefined {
  if (answer === "denied") return PERMISSION_DENIED;
  if (typeof answer === "string") return undefined;
  const end = answer.findIndex(isLineEnd);
  const length = end < 0 ? answer.length : end;
  return length >= LINE_LIMIT ? TOO_LONG : { text: latin1(answer.subarray(0, length)), some: answer.length > 0 };
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "failed" in value;
}

function isLineEnd(byte: number): boolean {
  return byte === 10 || byte === 13 || byte === 0;
}

/** All lines, until one is too long. */
export function* linesOf(answer: Uint8Array): Generator<string | Failure> {
  for (let at = 0; at < answer.length; ) {
    const line = firstLine(answer.subarray(at));
    if (line === undefined || isFailure(line)) return yield line ?? TOO_LONG;
    yield line.text;
    at += line.text.length + lineEndSize(answer, at + line.text.length);
  }
}

/** A newline, a carriage return and a zero byte, in any order but each once, end one line together. */
function lineEndSize(bytes: Uint8Array, at: number): number {
  const seen = new Set<number>();
  while (at + seen.size < bytes.length) {
    const byte = bytes[at + seen.size] ?? 1;
    if (!isLineEnd(byte) || seen.has(byte)) break;
    seen.add(byte);
  }
  return seen.size;
}
