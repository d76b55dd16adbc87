import { Buffer } from "node:buffer";

/**
 * A talk is one scenario of a conversation, written down: a line a step, in the order in which things happen.
 *
 *   # a comment                     > bytes that the visitor sends          < bytes that we send
 *   ~ 2000   (ms that pass)         ! kind {"field": value}   (observed)    x close | x reset   (we hang up)
 *   . (the visitor closes its sending side)
 *
 * Bytes are text with the escapes \r \n \t \e \0 \\ \xNN; a line of them ends at the line's end, and no line end is added.
 * Between two steps of the visitor (or of time) everything that we send, observe or hang up must be written down, and nothing else may happen.
 */
export interface Talk {
  readonly name: string;
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly way: "visitor"; readonly bytes: Buffer; readonly line: number }
  | { readonly way: "finish"; readonly line: number }
  | { readonly way: "time"; readonly ms: number; readonly line: number }
  | { readonly way: "ours"; readonly bytes: Buffer; readonly line: number }
  | { readonly way: "observed"; readonly kind: string; readonly fields: Readonly<Record<string, unknown>>; readonly line: number }
  | { readonly way: "hangUp"; readonly how: string; readonly line: number };

/** Reads a talk. Throws with the line's number: a broken talk is the author's mistake. */
export function parseTalk(name: string, text: string): Talk {
  const lines = text.split("\n").map((content, index) => ({ content, line: index + 1 }));
  const steps = lines.filter(({ content }) => content !== "" && !content.startsWith("#")).map(parseStep);
  return { name, steps };
}

function parseStep({ content, line }: { content: string; line: number }): Step {
  const rest = content.slice(2);
  switch (content[0]) {
    case ">":
      return { way: "visitor", bytes: unescapeBytes(rest), line };
    case "<":
      return { way: "ours", bytes: unescapeBytes(rest), line };
    case ".":
      return { way: "finish", line };
    case "~":
      return { way: "time", ms: Number(rest), line };
    case "x":
      return { way: "hangUp", how: rest.trim() || "close", line };
    case "!":
      return parseObserved(rest, line);
    default:
      throw new Error(`line ${line}: a step starts with one of > < ! ~ x . #`);
  }
}

function parseObserved(rest: string, line: number): Step {
  const [, kind = "", json = ""] = /^(\S+)\s*(.*)$/.exec(rest) ?? [];
  const fields: unknown = json === "" ? {} : JSON.parse(json);
  if (typeof fields !== "object" || fields === null) throw new Error(`line ${line}: the fields must be a JSON object`);
  return { way: "observed", kind, fields: { ...fields }, line };
}

const ESCAPES: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, e: 27, "0": 0, "\\": 92 };

/** `a\r\n\xff` as bytes; other characters as UTF-8. */
export function unescapeBytes(text: string): Buffer {
  const parts = text.split(/(\\x[0-9a-f]{2}|\\.)/i).filter((part) => part !== "");
  return Buffer.concat(parts.map((part) => (part.startsWith("\\") ? unescapeOne(part) : Buffer.from(part, "utf8"))));
}

function unescapeOne(sequence: string): Buffer {
  if (/^\\x/i.test(sequence)) return Buffer.from([Number.parseInt(sequence.slice(2), 16)]);
  const code = ESCAPES[sequence[1] ?? ""];
  if (code === undefined) throw new Error(`unknown escape ${sequence}`);
  return Buffer.from([code]);
}

/** The inverse of `unescapeBytes`, for messages and for writing talks from captures. */
export function escapeBytes(bytes: Uint8Array): string {
  const names: Readonly<Record<number, string>> = { 13: "\\r", 10: "\\n", 9: "\\t", 27: "\\e", 0: "\\0", 92: "\\\\" };
  return Array.from(
    bytes,
    (byte) => names[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`),
  ).join("");
}
