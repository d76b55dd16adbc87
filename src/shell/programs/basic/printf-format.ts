import { readEscape, withoutEscapes } from "../../escapes.ts";
import { cut, type Directive, formatFloat, formatInteger, pad } from "../../number-format.ts";

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
    const escaped = readEscape(format, at, "format");
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

/** %q: as the shell would read it. */
function shellQuoted(text: string): string {
  if (text === "") return "''";
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
