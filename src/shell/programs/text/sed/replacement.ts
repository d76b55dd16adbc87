import type { ReplacePart } from "./command.ts";

const CONTROLS: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v", a: "\x07" };

/** The right side of s///: `&`, \0-\9, \n, \t, \xHH, \U \L \u \l \E. */
export function parseReplacement(text: string): readonly ReplacePart[] {
  const parts: ReplacePart[] = [];
  let plain = "";
  const flush = (part: ReplacePart) => {
    if (plain !== "") parts.push({ kind: "text", text: plain });
    plain = "";
    parts.push(part);
  };
  for (const [piece, escaped] of text.matchAll(/\\(x[0-9A-Fa-f]{2}|[\s\S])|&|[^\\&]+|\\$/g)) {
    if (piece === "&") flush({ kind: "group", index: 0 });
    else if (escaped === undefined) plain += piece;
    else if (/^\d$/.test(escaped)) flush({ kind: "group", index: Number(escaped) });
    else if (/^[ULulE]$/.test(escaped)) flush({ kind: "case", letter: escaped });
    else plain += literal(escaped);
  }
  if (plain !== "") parts.push({ kind: "text", text: plain });
  return parts;
}

function literal(escaped: string): string {
  if (escaped.length === 3) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return CONTROLS[escaped] ?? escaped;
}

/** Joins the parts, changing cases as they say. */
export function replaceWith(parts: readonly ReplacePart[], group: (index: number) => string): string {
  let text = "";
  let all = "";
  let next = "";
  for (const part of parts) {
    if (part.kind === "case") {
      if ("ul".includes(part.letter)) next = part.letter;
      else all = part.letter === "E" ? "" : part.letter;
      if (part.letter === "E") next = "";
      continue;
    }
    const piece = part.kind === "text" ? part.text : group(part.index);
    text += withCase(piece, all, next);
    if (piece !== "") next = "";
  }
  return text;
}

function withCase(piece: string, all: string, next: string): string {
  const whole = all === "U" ? upper(piece) : all === "L" ? lower(piece) : piece;
  if (next === "") return whole;
  const first = whole.charAt(0);
  return (next === "u" ? upper(first) : lower(first)) + whole.slice(1);
}

/** ASCII only: text is bytes. */
export function upper(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
