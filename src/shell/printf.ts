import { readEscape, withoutEscapes } from "./escapes.ts";
import { cut, type Directive, formatFloat, formatInteger, pad } from "./number-format.ts";

/**
 * The shells' own printf and echo (POSIX printf; bash manual 4.2). Pure: text in, text and complaints out.
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
    const plainHex = this.#settings.plain === true && rest.startsWith("\\x");
    const found = plainHex ? { bytes: "\\", end: 1 } : readEscape(rest, 0, "bash-format");
    this.text += found.bytes;
    return rest.slice(found.end);
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
    const how = this.#layout(flags, width, precision);
    if (conversion.startsWith("(") && this.#settings.time !== undefined)
      this.text += pad(this.#settings.time(conversion.slice(1, -2), this.#take()), how);
    else this.#convert(conversion, how);
    return this.stopped ? "" : rest.slice(whole.length);
  }

  #layout(flags: string, width: string | undefined, precision: string | undefined): Directive {
    const wide = this.#size(width);
    const exact = precision === undefined ? undefined : this.#size(precision);
    return { flags: wide < 0 ? `${flags}-` : flags, width: Math.abs(wide), precision: exact };
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

  #convert(conversion: string, how: Directive): void {
    switch (conversion) {
      case "s":
        this.text += pad(cut(this.#take() ?? "", how), how);
        return;
      case "c":
        this.text += pad((this.#take() ?? "").slice(0, 1), how);
        return;
      case "b": {
        const { bytes, stopped } = withoutEscapes(this.#take() ?? "", "bash-both");
        this.text += pad(cut(bytes, how), how);
        this.stopped = stopped;
        return;
      }
      case "q":
        this.text += pad(this.#settings.quote(this.#take() ?? ""), how);
        return;
      default:
        if (/^[diouxX]$/.test(conversion)) this.text += formatInteger(BigInt.asIntN(64, this.#integer(this.#take())), conversion, how);
        else if (/^[eEfFgGaA]$/.test(conversion)) this.text += formatFloat(this.#float(this.#take()), conversion, how);
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

function magnitude(digits: string): bigint {
  if (digits === "") return 0n;
  return /^0\d/.test(digits) ? octal(digits) : BigInt(digits);
}

function octal(digits: string): bigint {
  const valid = /^[0-7]*/.exec(digits)?.[0] ?? "";
  return valid === "" || valid === "0" ? 0n : BigInt(`0o${valid}`);
}

/** What echo prints: options -n -e -E as bash, coreutils and busybox know them; dash knows -n only and always replaces escapes. */
export function echoText(args: readonly string[], style: "bash" | "dash"): string {
  const { first, newline, escapes } =
    style === "bash" ? bashOptions(args) : { first: args[0] === "-n" ? 1 : 0, newline: args[0] !== "-n", escapes: true };
  const text = args.slice(first).join(" ");
  const end = newline ? "\n" : "";
  if (!escapes || !text.includes("\\")) return text + end;
  const shown = style === "bash" ? text : text.replace(/\\(?=x)/g, "\\\\");
  const { bytes, stopped } = withoutEscapes(shown, style === "bash" ? "bash-echo" : "bash-both");
  return stopped ? bytes : bytes + end;
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
