import { compileRegex, Regex } from "../../regex/regex.ts";
import type { Address, Command, ReplacePart, Script, Substitution } from "./command.ts";
import { parseReplacement } from "./replacement.ts";

/** Reads sed scripts; errors are GNU sed's, with the place where it says they are (`-e expression #1, char 5: ...`). */
export interface SedSyntax {
  readonly extended: boolean;
}

export type ParsedScript = Script | { readonly wrong: string };

export function parseScript(source: string, syntax: SedSyntax): ParsedScript {
  const parser = new ScriptParser(source, syntax);
  const wrong = parser.run();
  if (wrong !== undefined) return { wrong: `-e expression #1, char ${wrong.at}: ${wrong.why}` };
  const missing = parser.missingLabel();
  if (missing !== undefined) return { wrong: `can't find label for jump to \`${missing}'` };
  return { commands: parser.commands, labels: parser.labels, quiet: /^#n(\n|$)/.test(source) };
}

type Wrong = { readonly at: number; readonly why: string };
type Draft = { -readonly [K in keyof Command]: Command[K] };

const NO_ADDRESS = new Set([":", "}", "#"]);
const ONE_ADDRESS = new Set(["=", "q", "Q", "r", "a", "i"]);

class ScriptParser {
  readonly commands: Draft[] = [];
  readonly labels = new Map<string, number>();
  readonly #text: string;
  readonly #syntax: SedSyntax;
  readonly #blocks: { readonly index: number; readonly at: number }[] = [];
  #at = 0;
  #wrong: Wrong | undefined;

  constructor(text: string, syntax: SedSyntax) {
    this.#text = text;
    this.#syntax = syntax;
  }

  run(): Wrong | undefined {
    while (this.#wrong === undefined) {
      this.#skip(/[\s;]/);
      if (this.#at >= this.#text.length) break;
      if (this.#peek() === "#") this.#skip(/[^\n]/);
      else this.#command();
    }
    const open = this.#blocks.at(-1);
    if (this.#wrong === undefined && open !== undefined) return { at: 0, why: "unmatched `{'" };
    return this.#wrong;
  }

  missingLabel(): string | undefined {
    return this.commands.find(({ name, text }) => "btT".includes(name) && text !== "" && !this.labels.has(text))?.text;
  }

  #command(): void {
    const from = this.#address();
    let to: Address | undefined;
    this.#skip(/[ \t]/);
    if (from !== undefined && this.#peek() === ",") to = this.#rangeEnd();
    this.#skip(/[ \t]/);
    const negated = this.#peek() === "!";
    while (this.#peek() === "!" || (negated && this.#peek() === " ")) this.#at += 1;
    const name = this.#peek();
    this.#at += 1;
    if (this.#wrong !== undefined) return;
    if (name === "" || name === "\n") return this.#fail("missing command", from === undefined ? 0 : -1);
    const wrong = addressProblem(name, from, to);
    if (wrong !== undefined) return this.#fail(wrong);
    this.#rest({ name, from, to, negated, text: "", end: 0 });
  }

  #rest(command: Draft): void {
    switch (command.name) {
      case "{":
        this.#blocks.push({ index: this.commands.length, at: this.#at });
        this.commands.push(command);
        return;
      case "}":
        return this.#closeBlock();
      case ":":
        return this.#label();
      case "s":
        return this.#substitute(command);
      case "y":
        return this.#transliterate(command);
      case "a":
      case "i":
      case "c":
        return this.#textCommand(command);
      default:
        return this.#simple(command);
    }
  }

  #closeBlock(): void {
    const open = this.#blocks.pop();
    const block = this.commands[open?.index ?? -1];
    if (block === undefined) return this.#fail("unexpected `}'");
    block.end = this.commands.length;
    this.#endOfCommand();
  }

  #label(): void {
    this.#skip(/[ \t]/);
    const label = this.#take(/[^\s;]*/y);
    if (label === "") return this.#fail('":" lacks a label');
    this.labels.set(label, this.commands.length);
  }

  #simple(command: Draft): void {
    const { name } = command;
    if ("btT".includes(name)) {
      this.#skip(/[ \t]/);
      command.text = this.#take(/[^\s;}]*/y);
    } else if ("rRwW".includes(name)) {
      this.#skip(/[ \t]/);
      command.text = this.#take(/[^\n]*/y);
      if (command.text === "") return this.#fail("missing filename in r/R/w/W commands");
    } else if ("qQlL".includes(name)) {
      this.#skip(/[ \t]/);
      command.text = this.#take(/\d*/y);
    } else if (!"=dDgGhHnNpPxzFe".includes(name)) return this.#fail(`unknown command: \`${name}'`);
    this.commands.push(command);
    this.#endOfCommand();
  }

  #endOfCommand(): void {
    this.#skip(/[ \t\r]/);
    const next = this.#peek();
    if (this.#wrong !== undefined || next === "" || "\n;}#".includes(next)) return;
    this.#at += 1;
    this.#fail("extra characters after command");
  }

  /** a\, i\, c\ with lines that follow, or the text behind the letter (GNU). */
  #textCommand(command: Draft): void {
    this.#skip(/[ \t]/);
    if (this.#peek() === "\\") {
      this.#at += 1;
      this.#skip(/[ \t]/);
      if (this.#peek() === "\n") this.#at += 1;
    }
    if (this.#at >= this.#text.length && !this.#text.endsWith("\\")) return this.#fail("expected \\ after `a', `c' or `i'");
    let text = "";
    while (this.#at < this.#text.length && this.#peek() !== "\n") {
      if (this.#peek() === "\\") this.#at += 1;
      text += this.#peek();
      this.#at += 1;
    }
    command.text = text === "" && this.#text.endsWith("\\") ? "" : `${text}\n`;
    this.commands.push(command);
  }

  #transliterate(command: Draft): void {
    const from = this.#delimited("y", false);
    const to = from === undefined ? undefined : this.#delimited("y", false, from.delimiter);
    if (from === undefined || to === undefined) return;
    const ones = [...unquoted(from.text)];
    const others = [...unquoted(to.text)];
    if (ones.length !== others.length) return this.#fail("strings for `y' command are different lengths");
    command.map = new Map(ones.map((byte, at) => [byte, others[at] ?? ""]));
    this.commands.push(command);
    this.#endOfCommand();
  }

  #substitute(command: Draft): void {
    const pattern = this.#delimited("s", true);
    const replacement = pattern === undefined ? undefined : this.#delimited("s", false, pattern.delimiter);
    if (pattern === undefined || replacement === undefined) return;
    const flags = this.#flags();
    if (flags === undefined) return;
    const regex = this.#regex(pattern.text, flags.ignoreCase);
    const parts: readonly ReplacePart[] = parseReplacement(replacement.text);
    const highest = Math.max(0, ...parts.map((part) => (part.kind === "group" ? part.index : 0)));
    if (this.#wrong !== undefined) return;
    if (regex !== undefined && highest > regex.groups) return this.#fail(`invalid reference \\${highest} on \`s' command's RHS`);
    command.substitution = { ...flags, regex, parts };
    this.commands.push(command);
    this.#endOfCommand();
  }

  #flags(): (Omit<Substitution, "regex" | "parts"> & { readonly ignoreCase: boolean }) | undefined {
    const letters = this.#take(/(?:[gpiIeMm]|\d+)*/y);
    for (const letter of "gp") if (letters.split(letter).length > 2) this.#fail(`multiple \`${letter}' options to \`s' command`);
    const nth = /\d+/.exec(letters)?.[0];
    if (nth !== undefined && Number(nth) === 0) this.#fail("number option to `s' command may not be zero");
    let file: string | undefined;
    if (this.#peek() === "w") {
      this.#at += 1;
      this.#skip(/[ \t]/);
      file = this.#take(/[^\n]*/y);
    }
    const next = this.#peek();
    if (this.#wrong === undefined && next !== "" && !/[\s;}#]/.test(next)) {
      this.#at += 1;
      this.#fail("unknown option to `s'");
    }
    const has = (letter: string) => letters.includes(letter);
    return this.#wrong === undefined
      ? {
          global: has("g"),
          print: has("p"),
          evaluate: has("e"),
          nth: Number(nth ?? 1),
          lines: /m/i.test(letters),
          file,
          ignoreCase: /i/i.test(letters),
        }
      : undefined;
  }

  /** Text up to the next delimiter that is not quoted; a quoted delimiter is the plain character. */
  #delimited(command: string, regex: boolean, known?: string): { text: string; delimiter: string } | undefined {
    const delimiter = known ?? this.#next();
    if (delimiter === "" || delimiter === "\n" || delimiter === "\\") return this.#unterminated(command);
    const ends = regex && command === "s" ? ["", "\n"] : [""];
    let text = "";
    for (let bracket = false; bracket || this.#peek() !== delimiter; ) {
      const char = this.#peek();
      if (ends.includes(char)) return this.#unterminated(command);
      bracket = regex && inBracket(text, char, bracket);
      text += bracket ? this.#next() : this.#piece(delimiter, regex);
    }
    this.#at += 1;
    return { text, delimiter };
  }

  #next(): string {
    this.#at += 1;
    return this.#text.charAt(this.#at - 1);
  }

  /** A byte, or a backslash with what it quotes. */
  #piece(delimiter: string, regex: boolean): string {
    const char = this.#next();
    if (char !== "\\") return char;
    const quoted = this.#next();
    return quoted === delimiter ? quotedDelimiter(delimiter, regex) : `\\${quoted}`;
  }

  #unterminated(command: string): undefined {
    this.#at = this.#text.length;
    this.#fail(command === "/" ? "unterminated address regex" : `unterminated \`${command}' command`);
    return undefined;
  }

  #regex(text: string, ignoreCase: boolean): Regex | undefined {
    if (text === "") return undefined;
    const regex = compileRegex(unescapeControls(text), { syntax: this.#syntax.extended ? "extended" : "basic", ignoreCase });
    if (regex instanceof Regex) return regex;
    this.#fail(regex.wrong);
    return undefined;
  }

  #address(): Address | undefined {
    const char = this.#peek();
    if (char === "$") {
      this.#at += 1;
      return { kind: "last" };
    }
    if (/\d/.test(char)) return this.#lineAddress();
    if (char !== "/" && char !== "\\") return undefined;
    if (char === "\\") this.#at += 1;
    const found = this.#delimited("/", true);
    if (found === undefined) return undefined;
    const flags = this.#take(/[IM]*/y);
    return { kind: "regex", regex: this.#regex(found.text, flags.includes("I")) };
  }

  #lineAddress(): Address | undefined {
    const first = Number(this.#take(/\d+/y));
    if (this.#peek() === "~") {
      this.#at += 1;
      return { kind: "step", first, step: Number(this.#take(/\d*/y) || "0") };
    }
    if (first > 0) return { kind: "line", line: first };
    if (/^\s*,\s*[/\\]/.test(this.#text.slice(this.#at))) return { kind: "zero" };
    this.#at += 1;
    this.#fail("invalid usage of line address 0");
    return undefined;
  }

  #rangeEnd(): Address | undefined {
    this.#at += 1;
    this.#skip(/[ \t]/);
    const to = this.#endAddress();
    if (to === undefined && this.#wrong === undefined) this.#fail("unexpected `,'");
    return to;
  }

  #endAddress(): Address | undefined {
    const sign = this.#peek();
    if (sign !== "+" && sign !== "~") return this.#address();
    this.#at += 1;
    return { kind: sign === "+" ? "more" : "multiple", count: Number(this.#take(/\d*/y) || "0") };
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#text.length && what.test(this.#peek())) this.#at += 1;
  }

  #take(what: RegExp): string {
    what.lastIndex = this.#at;
    const [found = ""] = what.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #fail(why: string, shift = 0): void {
    this.#wrong ??= { at: Math.min(this.#at + shift, this.#text.length), why };
  }
}

function addressProblem(name: string, from: Address | undefined, to: Address | undefined): string | undefined {
  if (NO_ADDRESS.has(name) && from !== undefined)
    return name === ":"
      ? ": doesn't want any addresses"
      : "unexpected `}'".replace("unexpected `}'", name === "}" ? "} doesn't want any addresses" : "comments don't accept any addresses");
  return ONE_ADDRESS.has(name) && "qQ".includes(name) && to !== undefined ? "command only uses one address" : undefined;
}

function inBracket(before: string, char: string, inside: boolean): boolean {
  if (inside) return char !== "]" || /\[\^?$/.test(before) || /\[[:.=][^\]]*$/.test(before);
  return char === "[" && !/(^|[^\\])(\\\\)*\\$/.test(before);
}

/** A delimiter in the pattern that was quoted stands for itself, unless it is special. */
function quotedDelimiter(delimiter: string, regex: boolean): string {
  if (!regex) return delimiter === "&" ? "\\&" : delimiter;
  return /[.*[\]^$+?(){}|]/.test(delimiter) ? (/[+?(){}|]/.test(delimiter) ? delimiter : `\\${delimiter}`) : delimiter;
}

const CONTROLS: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v", a: "\x07" };

const NUMBERS: readonly (readonly [string, RegExp, number])[] = [
  ["x", /^[0-9A-Fa-f]{2}/, 16],
  ["d", /^\d{3}/, 10],
  ["o", /^[0-7]{3}/, 8],
];

/** \n, \t, \xHH, \dNNN, \oNNN before the expression is read. */
function unescapeControls(text: string): string {
  return text.replace(/\\(?:[xdo][0-9A-Fa-f]{2,3}|[\s\S])/g, (escaped) => {
    const letter = escaped.charAt(1);
    const control = escaped.length === 2 ? CONTROLS[letter] : undefined;
    if (control !== undefined) return control;
    const number = NUMBERS.find(([name]) => name === letter);
    const [digits] = number?.[1].exec(escaped.slice(2)) ?? [];
    if (number === undefined || digits === undefined) return escaped;
    const byte = String.fromCharCode(Number.parseInt(digits, number[2]) & 255);
    return (/[.*[\]^$\\/]/.test(byte) ? `\\${byte}` : byte) + escaped.slice(2 + digits.length);
  });
}

function unquoted(text: string): string {
  return text.replace(/\\([\s\S])/g, (...match: string[]) => {
    const [, char = ""] = match;
    return CONTROLS[char] ?? char;
  });
}
