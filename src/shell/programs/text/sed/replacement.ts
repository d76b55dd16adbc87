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
  let cases: Cases = { all: "", next: "" };
  for (const part of parts) {
    if (part.kind === "case") {
      cases = nextCases(cases, part.letter);
      continue;
    }
    const piece = part.kind === "text" ? part.text : group(part.index);
    text += withCase(piece, cases);
    if (piece !== "") cases = { ...cases, next: "" };
  }
  return text;
}

function nextCases({ all, next }: Cases, letter: string): Cases {
  if ("ul".includes(letter)) return { all, next: letter };
  return { all: letter, next: letter === "E" ? "" : next };
}

/** What holds for all that follows (U L E), and for the next byte only (u l). */
interface Cases {
  readonly all: string;
  readonly next: string;
}

function withCase(piece: string, { all, next }: Cases): string {
  const whole = changeCase(piece, all);
  return changeCase(whole.charAt(0), next.toUpperCase()) + whole.slice(1);
}

function changeCase(text: string, letter: string): string {
  if (letter === "U") return upper(text);
  return letter === "L" ? lower(text) : text;
}

/** ASCII only: text is bytes. */
export function upper(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
