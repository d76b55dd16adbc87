import { readEscape, withoutEscapes } from "../escapes.ts";

/**
 * printf(1) on bytes: the format is used again while arguments are left. What is wrong with a number is collected, not thrown.
 * A directive: `%` flags [width][.precision] conversion; width and precision may be `*`.
 */
export interface Formatted {
  readonly bytes: string;
  readonly wrong: readonly string[];
  /** The format itself is bad: nothing more is written. */
  readonly fatal?: string;
}

const MAX_WIDTH = 65_536;
const MAX_OUTPUT = 1 << 20;

export function formatPrintf(format: string, args: readonly string[], quote: (text: string) => string): Formatted {
  const run = new PrintfRun(args, quote);
  do {
    run.once(format);
  } while (run.again && run.bytes.length < MAX_OUTPUT);
  return { bytes: run.bytes, wrong: run.wrong, ...(run.fatal === undefined ? {} : { fatal: run.fatal }) };
}

class PrintfRun {
  bytes = "";
  readonly wrong: string[] = [];
  fatal: string | undefined;
  readonly #args: readonly string[];
  #next = 0;
  #stopped = false;
  #used = false;

  readonly #quote: (text: string) => string;

  constructor(args: readonly string[], quote: (text: string) => string) {
    this.#args = args;
    this.#quote = quote;
  }

  get again(): boolean {
    return this.#used && this.#next < this.#args.length && !this.#stopped && this.fatal === undefined;
  }

  once(format: string): void {
    this.#used = false;
    for (let at = 0; at < format.length && !this.#stopped && this.fatal === undefined; ) {
      const char = format.charAt(at);
      if (char === "\\" && at + 1 < format.length) at = this.#escape(format, at);
      else if (char === "%") at = this.#directive(format, at);
      else {
        const plain = /^[^\\%]+/.exec(format.slice(at))?.[0] ?? char;
        this.bytes += plain;
        at += plain.length;
      }
    }
  }

  #escape(format: string, at: number): number {
    const escaped = format.charAt(at + 1) === "c" ? readEscape(format, at) : readEscape(format, at, "printf");
    this.bytes += escaped.bytes;
    this.#stopped = escaped.stop === true;
    return escaped.end;
  }

  #directive(format: string, at: number): number {
    if (format.charAt(at + 1) === "%") {
      this.bytes += "%";
      return at + 2;
    }
    const [whole = "%", flags = "", width = "", , precision, , letter = ""] =
      /^%([-+ 0#']*)(\*|\d*)(\.(\*|-?\d*))?([hlLjzt]*)([\s\S]?)/.exec(format.slice(at)) ?? [];
    if (!/[diouxXeEfFgGaAcsbq]/.test(letter) || letter === "") {
      this.fatal = `${whole}: invalid conversion specification`;
      return format.length;
    }
    this.#used = true;
    const wide = width === "*" ? this.#integer(this.#take()) : Number(width || "0");
    const exact = precision === undefined ? undefined : precision === "*" ? this.#integer(this.#take()) : Number(precision || "0");
    const how = { flags: wide < 0 ? `${flags}-` : flags, width: Math.min(Math.abs(wide), MAX_WIDTH), precision: exact };
    this.bytes += this.#convert(letter, how);
    return at + whole.length;
  }

  #take(): string | undefined {
    this.#next += 1;
    return this.#args[this.#next - 1];
  }

  #convert(letter: string, how: Directive): string {
    const arg = this.#take();
    if (letter === "c") return pad((arg ?? "").slice(0, 1), how);
    if (letter === "s") return pad(cut(arg ?? "", how), how);
    if (letter === "q") return pad(shellQuoted(arg ?? ""), how);
    if (letter === "b") {
      const { bytes, stopped } = withoutEscapes(arg ?? "");
      this.#stopped = stopped;
      return pad(cut(bytes, how), how);
    }
    return /[diouxX]/.test(letter) ? formatInteger(this.#big(arg), letter, how) : formatFloat(this.#float(arg), letter, how);
  }

  #integer(arg: string | undefined): number {
    return Number(this.#big(arg));
  }

  #big(arg: string | undefined): bigint {
    if (arg === undefined || arg === "") return 0n;
    if (/^["']/.test(arg)) return BigInt(arg.charCodeAt(1) || 0);
    const [whole = "", sign = "", digits = "0"] = /^\s*([-+]?)(0[xX][0-9A-Fa-f]+|0[0-7]*|[1-9]\d*)/.exec(arg) ?? [];
    if (whole === "") this.wrong.push(`${this.#quote(arg)}: expected a numeric value`);
    else if (whole.length < arg.length) this.wrong.push(`${this.#quote(arg)}: value not completely converted`);
    const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return this.#clamped(sign === "-" ? -size : size, arg);
  }

  #clamped(value: bigint, arg: string): bigint {
    const high = (1n << 63n) - 1n;
    if (value <= high && value >= -high - 1n) return value;
    this.wrong.push(`${this.#quote(arg)}: Numerical result out of range`);
    return value > 0n ? high : -high - 1n;
  }

  #float(arg: string | undefined): number {
    if (arg === undefined || arg === "") return 0;
    if (/^["']/.test(arg)) return arg.charCodeAt(1) || 0;
    const [whole = ""] =
      /^\s*[-+]?(?:0[xX][0-9A-Fa-f]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)/i.exec(arg) ?? [];
    if (whole === "") this.wrong.push(`${this.#quote(arg)}: expected a numeric value`);
    else if (whole.length < arg.length) this.wrong.push(`${this.#quote(arg)}: value not completely converted`);
    const text = whole.trim().toLowerCase();
    if (text.includes("inf")) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return Number(text || "0");
  }
}

export interface Directive {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

function cut(text: string, { precision }: Directive): string {
  return precision === undefined || precision < 0 ? text : text.slice(0, precision);
}

function pad(text: string, { flags, width }: Directive): string {
  return flags.includes("-") ? text.padEnd(width) : text.padStart(width);
}

/** %d %i %u %o %x %X of a 64-bit number. */
export function formatInteger(value: bigint, letter: string, how: Directive): string {
  const signed = letter === "d" || letter === "i";
  const shown = signed || value >= 0n ? value : value + (1n << 64n);
  const radix = { o: 8, x: 16, X: 16 }[letter] ?? 10;
  const { prefix, digits } = alternate(exactDigits((shown < 0n ? -shown : shown).toString(radix), how), letter, how);
  const number = letter === "X" ? digits.toUpperCase() : digits;
  return withSign({ sign: signOf(shown < 0n, signed, how) + prefix, digits: number, zeros: how.precision === undefined }, how);
}

function exactDigits(digits: string, { precision }: Directive): string {
  if (precision === undefined) return digits;
  return precision === 0 && digits === "0" ? "" : digits.padStart(Math.min(precision, MAX_WIDTH), "0");
}

/** The `#` flag: 0 before octal, 0x before hexadecimal. */
function alternate(digits: string, letter: string, { flags }: Directive): { prefix: string; digits: string } {
  if (!flags.includes("#") || /^0*$/.test(digits)) return { prefix: "", digits };
  if (letter === "o") return { prefix: "", digits: digits.startsWith("0") ? digits : `0${digits}` };
  return { prefix: letter.toLowerCase() === "x" ? `0${letter}` : "", digits };
}

function signOf(negative: boolean, signed: boolean, { flags }: Directive): string {
  if (negative) return "-";
  if (!signed) return "";
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function withSign(number: { sign: string; digits: string; zeros: boolean }, how: Directive): string {
  const { sign, digits } = number;
  if (number.zeros && how.flags.includes("0") && !how.flags.includes("-")) return sign + digits.padStart(how.width - sign.length, "0");
  return pad(sign + digits, how);
}

/** %e %f %g and their capitals. */
export function formatFloat(value: number, letter: string, how: Directive): string {
  const size = Math.abs(value);
  const negative = value < 0 || Object.is(value, -0);
  const precision = Math.min(how.precision ?? 6, 100);
  const lower = letter.toLowerCase();
  let digits = Number.isFinite(size)
    ? finiteDigits(size, lower, { precision, alternate: how.flags.includes("#") })
    : Number.isNaN(size)
      ? "nan"
      : "inf";
  if (letter !== lower) digits = digits.toUpperCase();
  return withSign({ sign: signOf(negative, true, how), digits, zeros: Number.isFinite(size) }, how);
}

function finiteDigits(size: number, letter: string, how: { precision: number; alternate: boolean }): string {
  if (letter === "f") return fixedDigits(size, how.precision);
  if (letter === "e") return exponent(size.toExponential(how.precision));
  const precision = how.precision === 0 ? 1 : how.precision;
  const [, power = "0"] = size.toExponential(precision - 1).split("e");
  const scientific = Number(power) < -4 || Number(power) >= precision;
  const text = scientific ? exponent(size.toExponential(precision - 1)) : fixedDigits(size, precision - 1 - Number(power));
  return how.alternate ? text : text.replace(/\.0+(?=e|$)|(\.\d*?)0+(?=e|$)/, "$1");
}

/** toFixed ends at 1e21. */
export function fixedDigits(size: number, places: number): string {
  if (size < 1e21) return size.toFixed(places);
  return BigInt(size).toString() + (places > 0 ? `.${"0".repeat(places)}` : "");
}

function exponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, "e$10$2");
}

/** %q: as the shell would read it. */
function shellQuoted(text: string): string {
  if (text === "") return "''";
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
