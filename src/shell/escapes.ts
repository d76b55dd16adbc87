import { encodeUtf8 } from "./bytes.ts";

/**
 * Backslash escapes (POSIX echo and printf; bash manual 4.2; coreutils): one reader, one table of what each style knows.
 * An unknown escape stays as it is. Text is bytes: \u and \U become UTF-8.
 */
export interface Escaped {
  readonly bytes: string;
  /** Behind the escape. */
  readonly end: number;
  /** \c: nothing more is written. */
  readonly stop?: boolean;
}

/** `format`: a format of printf; `both`: %b and others, octal as \ooo or \0ooo; `echo`: echo -e, octal as \0ooo only. */
export type EscapeStyle = "format" | "both" | "echo" | "bash-format" | "bash-both" | "bash-echo";

interface Rules {
  readonly octal: RegExp;
  readonly letters: Readonly<Record<string, string>>;
  /** Whether \c ends everything. */
  readonly stops: boolean;
  /** Characters of an unknown escape: bash takes the backslash alone, so that `\%d` is a directive to it. */
  readonly unknownSize: 1 | 2;
  /** What a number beyond Unicode becomes. */
  readonly beyondUnicode: string;
}

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

/** What bash knows in echo -e and %b. */
const BASH_LETTERS = { ...LETTERS, E: "\x1b" };

/** What bash knows in a format of printf and in $'...'. */
export const BASH_QUOTED_LETTERS: Readonly<Record<string, string>> = { ...BASH_LETTERS, '"': '"', "'": "'", "?": "?" };

const OCTAL_FORMAT = /^([0-7]{1,3})/;
const OCTAL_BOTH = /^(0[0-7]{0,3}|[1-7][0-7]{0,2})/;
const OCTAL_ECHO = /^(0[0-7]{0,3})/;

const COREUTILS = { letters: LETTERS, stops: true, unknownSize: 2, beyondUnicode: "" } satisfies Partial<Rules>;
const BASH = { letters: BASH_LETTERS, stops: true, unknownSize: 1, beyondUnicode: encodeUtf8("\ufffd") } satisfies Partial<Rules>;

const STYLES: Readonly<Record<EscapeStyle, Rules>> = {
  format: { ...COREUTILS, octal: OCTAL_FORMAT, letters: { ...LETTERS, '"': '"' } },
  both: { ...COREUTILS, octal: OCTAL_BOTH },
  echo: { ...COREUTILS, octal: OCTAL_ECHO },
  "bash-format": { ...BASH, octal: OCTAL_FORMAT, letters: BASH_QUOTED_LETTERS, stops: false },
  "bash-both": { ...BASH, octal: OCTAL_BOTH },
  "bash-echo": { ...BASH, octal: OCTAL_ECHO },
};

/** The escape at `at` (a backslash). */
export function readEscape(text: string, at: number, style: EscapeStyle = "both"): Escaped {
  const rules = STYLES[style];
  const letter = text.charAt(at + 1);
  if (letter === "c" && rules.stops) return { bytes: "", end: at + 2, stop: true };
  const simple = rules.letters[letter];
  if (simple !== undefined) return { bytes: simple, end: at + 2 };
  const rest = text.slice(at + 1, at + 11);
  const octal = rules.octal.exec(rest)?.[1];
  if (octal !== undefined) return { bytes: String.fromCharCode(Number.parseInt(octal, 8) & 255), end: at + 1 + octal.length };
  const hex = readHex(rest, rules);
  if (hex !== undefined) return { bytes: hex.bytes, end: at + 1 + hex.size };
  return { bytes: text.slice(at, at + rules.unknownSize), end: at + rules.unknownSize };
}

/** \xHH, \uHHHH, \UHHHHHHHH. */
function readHex(rest: string, rules: Rules): { bytes: string; size: number } | undefined {
  const [whole, byte, short, long] = /^(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8}))/.exec(rest) ?? [];
  if (whole === undefined) return undefined;
  if (byte !== undefined) return { bytes: String.fromCharCode(Number.parseInt(byte, 16)), size: whole.length };
  const code = Number.parseInt(short ?? long ?? "0", 16);
  return { bytes: code > 0x10ffff ? rules.beyondUnicode : encodeUtf8(String.fromCodePoint(code)), size: whole.length };
}

/** A whole text with its escapes replaced; `stopped` after \c. */
export function withoutEscapes(text: string, style: EscapeStyle = "both"): { readonly bytes: string; readonly stopped: boolean } {
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
