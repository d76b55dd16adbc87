import { encodeUtf8 } from "./bytes.ts";

/**
 * printf(1) and echo -e: formats and escapes (POSIX printf; bash and coreutils additions). Pure: text in, text and complaints out.
 */
export interface Printed {
  readonly text: string;
  /** Such as `x: invalid number`; without the program's name. */
  readonly complaints: readonly string[];
  /** `\c` was met: nothing follows. */
  readonly stopped: boolean;
}

const SPEC = /%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:hh|h|ll|l|L|j|z|t)*(\([^)]*\)T|[\s\S])/;
const MAX_WIDTH = 100_000;
const MAX_TEXT = 4 << 20;

export interface PrintfSettings {
  /** How %q quotes. */
  readonly quote: (text: string) => string;
  /** dash: no \x, %q, nor words of bash. */
  readonly plain?: boolean;
  /** %(format)T; absent: not known. */
  readonly time?: (format: string, seconds: string | undefined) => string;
}

/** Applies `format` until all arguments are used. */
export function formatPrintf(format: string, args: readonly string[], settings: PrintfSettings): Printed {
  const run = new Printf(args, settings);
  do run.pass(format);
  while (run.again);
  return { text: run.text, complaints: run.complaints, stopped: run.stopped };
}

class Printf {
  text = "";
  readonly complaints: string[] = [];
  stopped = false;
  readonly #args: readonly string[];
  readonly #settings: PrintfSettings;
  #next = 0;
  #usedInPass = 0;

  constructor(args: readonly string[], settings: PrintfSettings) {
    this.#args = args;
    this.#settings = settings;
  }

  get again(): boolean {
    return !this.stopped && this.#usedInPass > 0 && this.#next < this.#args.length && this.text.length < MAX_TEXT;
  }

  pass(format: string): void {
    this.#usedInPass = 0;
    let rest = format;
    while (rest !== "" && !this.stopped) {
      const special = /[\\%]/.exec(rest)?.index ?? rest.length;
      this.text += rest.slice(0, special);
      rest = rest.slice(special);
      if (rest.startsWith("\\")) rest = this.#escape(rest);
      else if (rest !== "") rest = this.#directive(rest);
    }
  }

  #escape(rest: string): string {
    const found =
      this.#settings.plain === true && rest.startsWith("\\x") ? { text: "\\", size: 1, stop: false } : readEscape(rest, "format");
    this.text += found.text;
    this.stopped = found.stop;
    return rest.slice(found.size);
  }

  #directive(rest: string): string {
    if (rest.startsWith("%%")) {
      this.text += "%";
      return rest.slice(2);
    }
    const found = SPEC.exec(rest);
    const [whole = "", flags = "", width, precision, conversion = ""] = found?.index === 0 ? found : [];
    const plain = this.#settings.plain === true;
    if (whole === "" || /^[hlLjzt]$/.test(conversion) || (plain && conversion === "q"))
      return this.#invalid(whole === "" ? rest.slice(0, 2) : whole);
    const shape: Shape = { flags, width: this.#size(width), precision: precision === undefined ? undefined : this.#size(precision) };
    if (conversion.startsWith("(") && this.#settings.time !== undefined)
      this.text += pad(this.#settings.time(conversion.slice(1, -2), this.#take()), shape);
    else this.#convert(conversion, shape);
    return this.stopped ? "" : rest.slice(whole.length);
  }

  #size(given: string | undefined): number {
    const size = given === "*" ? Number.parseInt(this.#take() ?? "0", 10) || 0 : Number(given ?? 0);
    return Math.max(-MAX_WIDTH, Math.min(MAX_WIDTH, size));
  }

  /** A directive that means nothing: `%z`, or `%` at the end. */
  #invalid(directive: string): string {
    const incomplete = directive.length < 2 || /[hlLjzt]$/.test(directive);
    if (this.#settings.plain === true) this.complaints.push(`${directive}: invalid directive`);
    else if (incomplete) this.complaints.push(`\`${directive}': missing format character`);
    else this.complaints.push(`\`${directive.slice(-1)}': invalid format character`);
    this.stopped = true;
    return "";
  }

  #badNumber(given: string): void {
    this.complaints.push(this.#settings.plain === true ? `${given}: expected numeric value` : `${given}: invalid number`);
  }

  #take(): string | undefined {
    this.#usedInPass += 1;
    this.#next += 1;
    return this.#args[this.#next - 1];
  }

  #convert(conversion: string, shape: Shape): void {
    switch (conversion) {
      case "s":
        this.text += pad(cut(this.#take() ?? "", shape), shape);
        return;
      case "c":
        this.text += pad((this.#take() ?? "").slice(0, 1), shape);
        return;
      case "b": {
        const { text, stop } = replaceEscapes(this.#take() ?? "", "b");
        this.text += pad(cut(text, shape), shape);
        this.stopped = stop;
        return;
      }
      case "q":
        this.text += pad(this.#settings.quote(this.#take() ?? ""), shape);
        return;
      default:
        if (/^[diouxX]$/.test(conversion)) this.text += formatInteger(this.#integer(this.#take()), conversion, shape);
        else if (/^[eEfFgGaA]$/.test(conversion)) this.text += formatFloat(this.#float(this.#take()), conversion, shape);
        else this.#invalid(`%${conversion}`);
    }
  }

  #integer(given: string | undefined): bigint {
    const text = (given ?? "").trim();
    if (given === undefined || given === "") return 0n;
    if (/^["']/.test(text)) return BigInt(text.charCodeAt(1) || 0);
    const [, sign = "", digits = "", rest = ""] = /^([-+]?)(0[xX][0-9a-fA-F]+|\d+)?([\s\S]*)$/.exec(text) ?? [];
    if (digits === "" || rest !== "") this.#badNumber(given);
    return sign === "-" ? -magnitude(digits) : magnitude(digits);
  }

  #float(given: string | undefined): number {
    const text = (given ?? "0").trim();
    if (/^["']/.test(text)) return text.charCodeAt(1) || 0;
    const number = Number.parseFloat(text.replace(/^([-+]?)inf.*/i, "$1Infinity"));
    const whole = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$|^[-+]?(inf|nan)/i.test(text);
    if (given !== undefined && !whole) this.#badNumber(given);
    return Number.isNaN(number) ? 0 : number;
  }
}

interface Shape {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

function magnitude(digits: string): bigint {
  if (digits === "") return 0n;
  return /^0\d/.test(digits) ? octal(digits) : BigInt(digits);
}

function octal(digits: string): bigint {
  const valid = /^[0-7]*/.exec(digits)?.[0] ?? "";
  return valid === "" || valid === "0" ? 0n : BigInt(`0o${valid}`);
}

function cut(text: string, { precision }: Shape): string {
  return precision === undefined || precision < 0 ? text : text.slice(0, precision);
}

function pad(text: string, { flags, width }: Shape): string {
  return flags.includes("-") || width < 0 ? text.padEnd(Math.abs(width)) : text.padStart(width);
}

function formatInteger(value: bigint, conversion: string, shape: Shape): string {
  const signed = conversion === "d" || conversion === "i";
  const wrapped = signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  const magnitude = wrapped < 0n ? -wrapped : wrapped;
  const radix = conversion === "o" ? 8 : /[xX]/.test(conversion) ? 16 : 10;
  let digits = magnitude.toString(radix);
  if (conversion === "X") digits = digits.toUpperCase();
  if (shape.precision !== undefined) digits = digits.padStart(shape.precision, "0");
  const mark = shape.flags.includes("#") && magnitude !== 0n ? ({ o: "0", x: "0x", X: "0X" }[conversion] ?? "") : "";
  return signedNumber(signed ? sign(wrapped < 0n, shape.flags) : "", mark + digits, { ...shape, zero: shape.precision === undefined });
}

function sign(negative: boolean, flags: string): string {
  if (negative) return "-";
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function signedNumber(prefix: string, digits: string, shape: Shape & { readonly zero: boolean }): string {
  if (shape.zero && shape.flags.includes("0") && !shape.flags.includes("-"))
    return prefix + digits.padStart(shape.width - prefix.length, "0");
  return pad(prefix + digits, shape);
}

function formatFloat(value: number, conversion: string, shape: Shape): string {
  const precision = Math.min(100, shape.precision ?? 6);
  const magnitude = Math.abs(value);
  const lower = conversion.toLowerCase();
  let digits = Number.isFinite(magnitude)
    ? lower === "f"
      ? magnitude.toFixed(precision)
      : lower === "e"
        ? exponent(magnitude, precision)
        : general(magnitude, precision || 1, shape.flags.includes("#"))
    : "inf";
  if (conversion !== lower) digits = digits.toUpperCase();
  return signedNumber(sign(value < 0 || Object.is(value, -0), shape.flags), digits, { ...shape, zero: Number.isFinite(magnitude) });
}

function exponent(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([-+])(\d)$/, "e$10$2");
}

function general(value: number, precision: number, keepZeros: boolean): string {
  const power = value === 0 ? 0 : Number(value.toExponential(precision - 1).split("e")[1]);
  const text = power < -4 || power >= precision ? exponent(value, precision - 1) : value.toFixed(precision - 1 - power);
  return keepZeros || !text.includes(".") ? text : text.replace(/\.?0+(?=e|$)/, "");
}

const NAMED: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** `format`: as in a format; `b`: as in %b and echo -e, where octal is \0NNN too; `echo`: \0NNN only. */
export type EscapeStyle = "format" | "b" | "echo";

function readEscape(text: string, style: EscapeStyle): { text: string; size: number; stop: boolean } {
  const numbered = numberedEscape(text, style);
  if (numbered !== undefined) return { ...numbered, stop: false };
  const letter = text.charAt(1);
  if (letter === "c" && style !== "format") return { text: "", size: 2, stop: true };
  if (style === "format" && letter !== "" && "\"'?".includes(letter)) return { text: letter, size: 2, stop: false };
  const named = letter === "" ? undefined : NAMED[letter];
  return named === undefined ? { text: "\\", size: 1, stop: false } : { text: named, size: 2, stop: false };
}

const OCTAL: Readonly<Record<EscapeStyle, RegExp>> = {
  format: /^\\([0-7]{1,3})/,
  b: /^\\(0[0-7]{0,3}|[1-7][0-7]{0,2})/,
  echo: /^\\(0[0-7]{0,3})/,
};

/** A byte or character by its number: octal, \\x, \\u, \\U. */
function numberedEscape(text: string, style: EscapeStyle): { text: string; size: number } | undefined {
  const digits = OCTAL[style].exec(text)?.[1];
  if (digits !== undefined) return { text: String.fromCharCode(Number.parseInt(digits, 8) & 255), size: digits.length + 1 };
  const hex = /^\\x([0-9a-fA-F]{1,2})/.exec(text)?.[1];
  if (hex !== undefined) return { text: String.fromCharCode(Number.parseInt(hex, 16)), size: hex.length + 2 };
  const unicode = /^\\(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(text);
  if (unicode === null) return undefined;
  return { text: encodeUtf8(codePoint(Number.parseInt(unicode[1] ?? unicode[2] ?? "0", 16))), size: unicode[0].length };
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

/** Replaces escapes, as %b and `echo -e` do. */
export function replaceEscapes(text: string, style: EscapeStyle): { readonly text: string; readonly stop: boolean } {
  let result = "";
  let rest = text;
  while (rest !== "") {
    const slash = rest.indexOf("\\");
    if (slash < 0) return { text: result + rest, stop: false };
    const found = readEscape(rest.slice(slash), style);
    result += rest.slice(0, slash) + found.text;
    if (found.stop) return { text: result, stop: true };
    rest = rest.slice(slash + found.size);
  }
  return { text: result, stop: false };
}

/** What echo prints: options -n -e -E as bash, coreutils and busybox know them; dash knows -n only and always replaces escapes. */
export function echoText(args: readonly string[], style: "bash" | "dash"): string {
  const { first, newline, escapes } =
    style === "bash" ? bashOptions(args) : { first: args[0] === "-n" ? 1 : 0, newline: args[0] !== "-n", escapes: true };
  const text = args.slice(first).join(" ");
  const end = newline ? "\n" : "";
  if (!escapes || !text.includes("\\")) return text + end;
  const shown = style === "bash" ? text : text.replace(/\\(?=x)/g, "\\\\");
  const { text: replaced, stop } = replaceEscapes(shown, style === "bash" ? "echo" : "b");
  return stop ? replaced : replaced + end;
}

function bashOptions(args: readonly string[]): { first: number; newline: boolean; escapes: boolean } {
  let newline = true;
  let escapes = false;
  let first = 0;
  for (; /^-[neE]+$/.test(args[first] ?? ""); first += 1) {
    for (const letter of (args[first] ?? "").slice(1)) {
      if (letter === "n") newline = false;
      else escapes = letter === "e";
    }
  }
  return { first, newline, escapes };
}
