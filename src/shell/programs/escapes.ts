import { encodeUtf8 } from "../bytes.ts";

/** Backslash escapes as echo -e, printf, tr and others read them. */

const LETTERS: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

export interface Escaped {
  readonly bytes: string;
  /** Behind the escape. */
  readonly end: number;
  /** \c: nothing more is written. */
  readonly stop?: boolean;
}

/** The escape at `at` (a backslash). `echo`: octal needs a leading 0; printf's formats take \ooo, %b both. An unknown one stays as it is. */
export function readEscape(text: string, at: number, style: "echo" | "printf" | "both" = "both"): Escaped {
  const letter = text.charAt(at + 1);
  if (letter === "c" && style !== "printf") return { bytes: "", end: at + 2, stop: true };
  const simple = LETTERS[letter] ?? (letter === '"' && style === "printf" ? '"' : undefined);
  if (simple !== undefined) return { bytes: simple, end: at + 2 };
  const rest = text.slice(at + 1, at + 11);
  const octal = octalPattern(style).exec(rest);
  if (octal !== null) return { bytes: String.fromCharCode(Number.parseInt(octal[1] || "0", 8) & 255), end: at + 1 + octal[0].length };
  return readHex(rest, at) ?? { bytes: `\\${letter}`, end: at + 2 };
}

/** \xHH, \uHHHH, \UHHHHHHHH. */
function readHex(rest: string, at: number): Escaped | undefined {
  const [whole, byte, short, long] = /^(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8}))/.exec(rest) ?? [];
  if (whole === undefined) return undefined;
  const end = at + 1 + whole.length;
  if (byte !== undefined) return { bytes: String.fromCharCode(Number.parseInt(byte, 16)), end };
  const code = Number.parseInt(short ?? long ?? "0", 16);
  return { bytes: code > 0x10ffff ? "" : encodeUtf8(String.fromCodePoint(code)), end };
}

function octalPattern(style: "echo" | "printf" | "both"): RegExp {
  if (style === "echo") return /^0([0-7]{0,3})/;
  return style === "printf" ? /^([0-7]{1,3})/ : /^(0[0-7]{0,3}|[1-7][0-7]{0,2})/;
}

/** A whole text with its escapes replaced; `stopped` after \c. */
export function withoutEscapes(
  text: string,
  style: "echo" | "printf" | "both" = "both",
): { readonly bytes: string; readonly stopped: boolean } {
  let bytes = "";
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf("\\", at);
    if (next < 0 || next === text.length - 1) return { bytes: bytes + text.slice(at), stopped: false };
    const escaped = readEscape(text, next, style);
    bytes += text.slice(at, next) + escaped.bytes;
    if (escaped.stop === true) return { bytes, stopped: true };
    at = escaped.end;
  }
  return { bytes, stopped: false };
}
