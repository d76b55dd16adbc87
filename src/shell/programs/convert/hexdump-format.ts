import { withoutEscapes } from "../../escapes.ts";
import { formatInteger, pad } from "../../number-format.ts";
import { escapedByte } from "./escaped-byte.ts";

/**
 * hexdump's format strings (hexdump(1)): units `[iterations][/bytes] "text"`, whose text has printf-like conversions.
 * A value that lies behind the end of the input is shown as blanks of its width.
 */
export interface Unit {
  readonly iterations: number;
  /** No iterations were told: the last unit repeats to the end of the block. */
  readonly open: boolean;
  readonly pieces: readonly Piece[];
  /** Bytes that one iteration takes. */
  readonly size: number;
}

type Piece = string | Conversion;

interface Conversion {
  readonly letter: string;
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly size: number;
}

export interface Place {
  readonly block: string;
  /** Bytes of the block that are there. */
  readonly valid: number;
  readonly address: number;
}

export function parseHexdumpFormat(text: string): readonly Unit[] | { readonly wrong: string } {
  const units: Unit[] = [];
  for (let rest = text.trim(); rest !== ""; ) {
    const [whole = "", iterations, bytes, quoted = ""] = /^(?:(\d+)?\s*(?:\/\s*(\d+))?\s*)"((?:[^"\\]|\\[\s\S])*)"\s*/.exec(rest) ?? [];
    if (whole === "") return { wrong: `bad format {${text}}` };
    const pieces = parsePieces(quoted, Number(bytes ?? "0"));
    if ("wrong" in pieces) return pieces;
    const size = pieces.reduce((sum, piece) => sum + (typeof piece === "string" ? 0 : piece.size), 0);
    units.push({
      iterations: Number(iterations ?? "1"),
      open: iterations === undefined,
      pieces,
      size: size === 0 ? Number(bytes ?? "0") : size,
    });
    rest = rest.slice(whole.length);
  }
  return units;
}

const DIRECTIVE = /%([-+ 0#]*)(\d*)(?:\.(\d+))?(_a[dox]|_A[dox]|_[cpu]|[cdiouxXs%eEfgG])/g;
const SIZES: Readonly<Record<string, number>> = { c: 1, _c: 1, _p: 1, _u: 1, d: 4, i: 4, o: 4, u: 4, x: 4, X: 4, s: 1 };

function parsePieces(quoted: string, bytes: number): readonly Piece[] | { readonly wrong: string } {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of quoted.matchAll(DIRECTIVE)) {
    const [whole, flags = "", width = "", precision, letter = ""] = match;
    pieces.push(withoutEscapes(quoted.slice(at, match.index)).bytes);
    at = match.index + whole.length;
    if (letter === "%") pieces.push("%");
    else if (/^[eEfgG]$/.test(letter)) return { wrong: `bad conversion character %${letter}` };
    else pieces.push(conversion({ flags, width, precision, letter }, bytes));
  }
  const tail = quoted.slice(at);
  const stray = /%[^%]?/.exec(tail)?.[0];
  if (stray !== undefined) return { wrong: `bad conversion character ${stray}` };
  pieces.push(withoutEscapes(tail).bytes);
  return pieces;
}

function conversion(text: { flags: string; width: string; precision: string | undefined; letter: string }, bytes: number): Conversion {
  const { letter } = text;
  const precision = text.precision === undefined ? undefined : Number(text.precision);
  const usual = letter === "s" ? (precision ?? 1) : (SIZES[letter] ?? 0);
  const sized = /^[diouxXs]$/.test(letter) && bytes > 0;
  return {
    letter,
    flags: text.flags,
    width: Math.min(Number(text.width || "0"), 256),
    precision,
    size: sized ? Math.min(bytes, 8) : usual,
  };
}

/** Bytes that a whole format takes. */
export function formatBytes(units: readonly Unit[]): number {
  return units.reduce((sum, unit) => sum + unit.size * unit.iterations, 0);
}

/** Whether it is shown only at the end (`%_A`). */
export function isFinal(units: readonly Unit[]): boolean {
  return units.some((unit) => unit.pieces.some((piece) => typeof piece !== "string" && piece.letter.startsWith("_A")));
}

/** One format applied to a block; the blanks behind the last of several iterations are left out. */
export function showBlock(units: readonly Unit[], place: Place): string {
  let text = "";
  let at = 0;
  for (const unit of units) {
    const last = unit === units.at(-1) && unit.open && unit.size > 0;
    const times = last ? Math.max(1, Math.floor((place.block.length - at) / unit.size)) : unit.iterations;
    for (let round = 1; round <= times; round += 1) {
      text += showUnit(round === times && times > 1 ? trimmed(unit) : unit, place, at);
      at += unit.size;
    }
  }
  return text;
}

function trimmed(unit: Unit): Unit {
  const tail = unit.pieces.at(-1);
  return typeof tail === "string" ? { ...unit, pieces: [...unit.pieces.slice(0, -1), tail.trimEnd()] } : unit;
}

function showUnit(unit: Unit, place: Place, start: number): string {
  let at = start;
  let text = "";
  for (const piece of unit.pieces) {
    text += typeof piece === "string" ? piece : showValue(piece, place, at);
    at += typeof piece === "string" ? 0 : piece.size;
  }
  return text;
}

function showValue(how: Conversion, place: Place, at: number): string {
  if (/^_[aA]/.test(how.letter))
    return formatInteger(BigInt(place.address + (how.letter.startsWith("_a") ? at : 0)), how.letter.charAt(2), how);
  if (at >= place.valid) return " ".repeat(how.width);
  const bytes = place.block.slice(at, at + how.size);
  return pad(showBytes(how, bytes), how);
}

function showBytes(how: Conversion, bytes: string): string {
  switch (how.letter) {
    case "_p":
      return /[\x20-\x7e]/.test(bytes) ? bytes : ".";
    case "_c":
      return escapedByte(bytes);
    case "_u":
      return named(bytes);
    case "c":
    case "s":
      return bytes;
    default:
      return formatInteger(integer(bytes, how), how.letter === "i" ? "d" : how.letter, how);
  }
}

function integer(bytes: string, how: Conversion): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes.charCodeAt(at));
  return how.letter === "d" || how.letter === "i" ? BigInt.asIntN(how.size * 8, value) : value;
}

const NAMES = "nul soh stx etx eot enq ack bel bs ht lf vt ff cr so si dle dcl dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us".split(
  " ",
);

function named(byte: string): string {
  const code = byte.charCodeAt(0);
  if (code === 127) return "del";
  return NAMES[code] ?? (code < 127 ? byte : code.toString(16).padStart(2, "0"));
}
