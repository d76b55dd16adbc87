import type { Chance } from "./chance.ts";

/**
 * Texts drawn after a pattern, a small part of regular expressions: characters, classes `[a-f0-9]`, alternatives `(web|app)`,
 * each repeated with `?`, `{4}` or `{2,5}`; a backslash takes the next character as it is. Every text drawn matches the pattern.
 */
export type Pattern = { readonly pieces: readonly Piece[] } | { readonly why: string };

interface Piece {
  readonly atom: Atom;
  readonly min: number;
  readonly max: number;
}

type Atom = { readonly characters: string } | { readonly alternatives: readonly (readonly Piece[])[] };

const maxRepeat = 256;

export function parsePattern(source: string): Pattern {
  const cursor = { source, at: 0 };
  const pieces = sequence(cursor);
  if (pieces === undefined || cursor.at < source.length) return { why: `is no pattern from character ${cursor.at + 1} on` };
  return { pieces };
}

export function drawPattern(pieces: readonly Piece[], chance: Chance): string {
  return pieces.map((piece) => drawPiece(piece, chance)).join("");
}

function drawPiece({ atom, min, max }: Piece, chance: Chance): string {
  let drawn = "";
  const times = min === max ? min : chance.integer(min, max);
  for (let time = 0; time < times; time++)
    drawn += "characters" in atom ? chance.pick([...atom.characters]) : drawPattern(chance.pick(atom.alternatives), chance);
  return drawn;
}

interface Cursor {
  readonly source: string;
  at: number;
}

function sequence(cursor: Cursor): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  while (cursor.at < cursor.source.length && !"|)".includes(cursor.source.charAt(cursor.at))) {
    const atom = parseAtom(cursor);
    if (atom === undefined) return undefined;
    const times = parseRepeat(cursor);
    if (times === undefined) return undefined;
    pieces.push({ atom, ...times });
  }
  return pieces;
}

function parseAtom(cursor: Cursor): Atom | undefined {
  const character = cursor.source.charAt(cursor.at);
  if (character === "(") return parseAlternatives(cursor);
  if (character === "[") return parseClass(cursor);
  if ("?{]}".includes(character)) return undefined;
  if (character === "\\") cursor.at++;
  const literal = cursor.source.charAt(cursor.at++);
  return literal === "" ? undefined : { characters: literal };
}

function parseAlternatives(cursor: Cursor): Atom | undefined {
  const alternatives: (readonly Piece[])[] = [];
  do {
    cursor.at++;
    const pieces = sequence(cursor);
    if (pieces === undefined) return undefined;
    alternatives.push(pieces);
  } while (cursor.source.charAt(cursor.at) === "|");
  return cursor.source.charAt(cursor.at++) === ")" ? { alternatives } : undefined;
}

function parseClass(cursor: Cursor): Atom | undefined {
  const end = cursor.source.indexOf("]", cursor.at);
  const inside = cursor.source.slice(cursor.at + 1, end);
  if (end < 0 || inside === "") return undefined;
  cursor.at = end + 1;
  const characters = inside.replace(/([\s\S])-([\s\S])/g, (_, first: string, last: string) => range(first, last));
  return { characters };
}

function range(first: string, last: string): string {
  const from = first.charCodeAt(0);
  const count = Math.max(0, last.charCodeAt(0) - from + 1);
  return String.fromCharCode(...Array.from({ length: count }, (_, index) => from + index));
}

function parseRepeat(cursor: Cursor): { min: number; max: number } | undefined {
  const rest = cursor.source.slice(cursor.at);
  if (rest.startsWith("?")) {
    cursor.at++;
    return { min: 0, max: 1 };
  }
  if (!rest.startsWith("{")) return { min: 1, max: 1 };
  const match = /^\{(\d{1,3})(?:,(\d{1,3}))?\}/.exec(rest);
  if (match === null) return undefined;
  cursor.at += match[0].length;
  const min = Number(match[1]);
  const max = Number(match[2] ?? match[1]);
  return min <= max && max <= maxRepeat ? { min, max } : undefined;
}
