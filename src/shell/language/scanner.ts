import { ansiUnescape } from "./ansi-quoting.ts";
import type { Dialect, Parameter, Part, Script, Word } from "./syntax.ts";
import { SyntaxProblem } from "./syntax-problem.ts";

/**
 * Characters to words: quoting, and what stands behind a dollar sign. The parser above it knows the grammar; commands inside a word
 * are parsed by it through `nested`, so that `$(case x in x) ;; esac)` ends where it should.
 */
export interface ScannerPorts {
  readonly dialect: Dialect;
  /** Parses commands from `at` up to the closing parenthesis; gives where it ends. */
  readonly nested: (at: number) => { readonly script: Script; readonly end: number };
  /** Shared with the scanners of what is nested: how many words and expansions one command line may still have. */
  readonly left: { pieces: number };
}

/** A command line of more words and expansions is too much for the shell: reading it would take the time of others. */
export const MAX_PIECES = 25_000;

const METACHARACTERS = new Set([" ", "\t", "\n", "|", "&", ";", "(", ")", "<", ">", ""]);
const MAX_DEPTH = 120;
const MAX_WORD_BYTES = 4 << 20;
/** The end of an expression is looked for so far, for each parenthesis anew. */
const MAX_ARITHMETIC_BYTES = 65_536;

export class Scanner {
  text: string;
  at: number;
  readonly #ports: ScannerPorts;
  #depth = 0;
  #lineAt = 0;
  #line: number;

  constructor(text: string, from: { readonly at: number; readonly line: number }, ports: ScannerPorts) {
    this.text = text;
    this.at = from.at;
    this.#lineAt = from.at;
    this.#line = from.line;
    this.#ports = ports;
  }

  /** The line of `this.at`, counted from where it was asked last. */
  get line(): number {
    if (this.at < this.#lineAt) return this.#line;
    for (let at = this.#lineAt; at < this.at; at += 1) if (this.text.charCodeAt(at) === 10) this.#line += 1;
    this.#lineAt = this.at;
    return this.#line;
  }

  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }

  looking(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** A word from here; without parts: there is none. */
  word(): Word {
    this.#count();
    const start = this.at;
    const parts = this.#parts((next) => METACHARACTERS.has(next) && !this.#atProcessSubstitution(), "word");
    return { parts, source: this.text.slice(start, this.at) };
  }

  /** Text up to a closing `))` or another end, where only expansions count, as in arithmetic and here-documents. */
  raw(isEnd: (next: string) => boolean, mode: Mode): Word {
    const start = this.at;
    const parts = this.#parts(isEnd, mode);
    return { parts, source: this.text.slice(start, this.at) };
  }

  /** Text between the current place and `))`, with balanced parentheses; undefined: it is no arithmetic. */
  arithmetic(): Word | undefined {
    const start = this.at;
    const end = this.#arithmeticEnd(")");
    if (end === undefined || this.text.charAt(end + 1) !== ")") {
      this.at = start;
      return undefined;
    }
    const word = this.raw(() => this.at >= end, "arithmetic");
    this.at = end + 2;
    return word;
  }

  /** Where the next unbalanced closer (or one of `;` for C-style for) stands. */
  #arithmeticEnd(closer: string): number | undefined {
    let depth = 0;
    const limit = Math.min(this.text.length, this.at + MAX_ARITHMETIC_BYTES);
    for (let at = this.at; at < limit; at += 1) {
      const next = this.text.charAt(at);
      if (next === "\\") at += 1;
      else if (next === "(") depth += 1;
      else if (depth === 0 && next === closer) return at;
      else if (next === ")") depth -= 1;
    }
    return undefined;
  }

  /** One section of `for ((a; b; c))`, ending at `closer` which is not consumed. */
  arithmeticSection(closer: ";" | ")"): Word | undefined {
    const end = this.#arithmeticEnd(closer);
    return end === undefined ? undefined : this.raw(() => this.at >= end, "arithmetic");
  }

  #atProcessSubstitution(): boolean {
    return this.#ports.dialect === "bash" && (this.looking("<(") || this.looking(">("));
  }

  #parts(isEnd: (next: string) => boolean, mode: Mode): Part[] {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new SyntaxProblem({ kind: "deep", line: this.line });
    const parts: Part[] = [];
    let literal = "";
    const flush = () => {
      if (literal !== "") parts.push({ kind: mode === "word" || mode === "pattern" ? "literal" : "single", text: literal });
      literal = "";
    };
    const start = this.at;
    while (true) {
      const next = this.#nextOf(start);
      if (isEnd(next)) break;
      if (next === "") this.#unclosed(mode);
      const part = this.#special(next, mode);
      if (part === undefined) {
        literal += next;
        this.at += 1;
      } else if (typeof part === "string") literal += part;
      else {
        flush();
        this.#count();
        parts.push(part);
      }
    }
    flush();
    this.#depth -= 1;
    return parts;
  }

  /** The next character of a word that began at `start`. */
  #nextOf(start: number): string {
    if (this.at - start > MAX_WORD_BYTES) throw new SyntaxProblem({ kind: "deep", line: this.line });
    return this.peek();
  }

  #count(): void {
    this.#ports.left.pieces -= 1;
    if (this.#ports.left.pieces < 0) throw new SyntaxProblem({ kind: "deep", line: this.line });
  }

  #unclosed(mode: Mode): never {
    throw new SyntaxProblem({ kind: "unclosed", closer: mode === "double" ? '"' : mode === "arithmetic" ? ")" : "}", line: this.line });
  }

  /** What begins with this character: a part, text that stands for itself, or undefined for an ordinary character. */
  #special(next: string, mode: Mode): Part | string | undefined {
    const plain = mode === "word" || mode === "pattern";
    switch (next) {
      case "\\":
        return this.#backslash(mode);
      case "'":
        return plain ? this.#singleQuoted() : undefined;
      case '"':
        return this.#doubleQuote(mode);
      case "$":
        return this.#dollar(mode);
      case "`":
        return this.#backquoted();
      default:
        return mode === "word" && this.#atProcessSubstitution() ? this.#processSubstitution(next === "<" ? "<" : ">") : undefined;
    }
  }

  /** Inside quotes and here-documents it stands for itself; in arithmetic it does nothing. */
  #doubleQuote(mode: Mode): Part | string | undefined {
    if (mode === "double" || mode === "here") return undefined;
    if (mode !== "arithmetic") return this.#doubleQuoted();
    this.at += 1;
    return "";
  }

  #backslash(mode: Mode): Part | string {
    const next = this.peek(1);
    if (next === "\n") {
      this.at += 2;
      return "";
    }
    if (mode !== "word" && mode !== "pattern") {
      const escapes = next !== "" && (ESCAPABLE[mode] ?? "").includes(next);
      this.at += escapes ? 2 : 1;
      return escapes ? next : "\\";
    }
    this.at += 2;
    return { kind: "single", text: next === "" ? "\\" : next };
  }

  #singleQuoted(): Part {
    const line = this.line;
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) throw new SyntaxProblem({ kind: "unclosed", closer: "'", line });
    const text = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return { kind: "single", text };
  }

  #doubleQuoted(): Part {
    this.at += 1;
    const parts = this.#parts((next) => next === '"', "double");
    this.at += 1;
    return { kind: "double", parts };
  }

  #backquoted(): Part {
    const line = this.line;
    let source = "";
    let at = this.at + 1;
    for (; this.text.charAt(at) !== "`"; at += 1) {
      const next = this.text.charAt(at);
      if (next === "") throw new SyntaxProblem({ kind: "unclosed", closer: "`", line });
      if (next === "\\" && "`$\\".includes(this.text.charAt(at + 1)) && at + 1 < this.text.length) at += 1;
      source += this.text.charAt(at);
    }
    this.at = at + 1;
    return { kind: "backquote", source };
  }

  #processSubstitution(direction: "<" | ">"): Part {
    const { script, end } = this.#ports.nested(this.at + 2);
    this.at = end;
    return { kind: "process", direction, script };
  }

  #dollar(mode: Mode): Part | string | undefined {
    const next = this.peek(1);
    if (next === "(") return this.#dollarParenthesis();
    if (next === "{") return this.#braced(mode);
    if (next === "[" && this.#ports.dialect === "bash" && mode !== "pattern") return this.#oldArithmetic();
    const plain = mode === "word" || mode === "pattern";
    if (next === "'" && plain && this.#ports.dialect !== "dash") {
      this.at += 2;
      return { kind: "single", text: this.#ansiQuoted() };
    }
    if (next === '"' && plain && this.#ports.dialect === "bash") {
      this.at += 1;
      return this.#doubleQuoted();
    }
    const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(this.text.slice(this.at + 1, this.at + 257))?.[0];
    if (name === undefined) return undefined;
    this.at += 1 + name.length;
    return plainParameter(name);
  }

  #dollarParenthesis(): Part {
    if (this.peek(2) === "(") {
      const start = this.at;
      this.at += 3;
      const expression = this.arithmetic();
      if (expression !== undefined) return { kind: "arithmetic", expression };
      this.at = start;
    }
    const { script, end } = this.#ports.nested(this.at + 2);
    this.at = end;
    return { kind: "command", script };
  }

  #oldArithmetic(): Part {
    this.at += 2;
    const expression = this.raw((next) => next === "]", "arithmetic");
    this.at += 1;
    return { kind: "arithmetic", expression };
  }

  #ansiQuoted(): string {
    const line = this.line;
    let end = this.at;
    for (; this.text.charAt(end) !== "'"; end += 1) {
      if (end >= this.text.length) throw new SyntaxProblem({ kind: "unclosed", closer: "'", line });
      if (this.text.charAt(end) === "\\") end += 1;
    }
    const body = this.text.slice(this.at, end);
    this.at = end + 1;
    return ansiUnescape(body);
  }

  /** `${` prefix name [index] operator argument `}` (POSIX 2.6.2 and bash's additions). */
  #braced(mode: Mode): Part {
    const start = this.at;
    this.at += 2;
    const parameter = this.#parameterIn(mode);
    if (parameter === undefined || this.peek() !== "}") {
      this.raw((next) => next === "}", "pattern");
      this.at += 1;
      return { kind: "bad", source: this.text.slice(start, this.at) };
    }
    this.at += 1;
    return { ...parameter, source: this.text.slice(start, this.at) };
  }

  #parameterIn(mode: Mode): Parameter | undefined {
    const prefix = this.#parameterPrefix();
    const name = this.#take(/^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/);
    if (name === undefined) return undefined;
    if (prefix === "!" && (this.looking("*}") || this.looking("@}")))
      return { ...plainParameter(name), prefix: "names", operator: this.#take(/^[*@]/) ?? "" };
    const index = this.#index();
    const keys = prefix === "!" && (index?.source === "@" || index?.source === "*");
    const base = { ...plainParameter(name), index, prefix: keys ? ("keys" as const) : prefix };
    if (this.peek() === "}") return base;
    const operator = prefix === "#" ? undefined : this.#operator();
    return operator === undefined ? undefined : { ...base, operator, ...this.#operatorArguments(operator, mode) };
  }

  #operator(): string | undefined {
    const all = /^(?::[-=?+]|[-=?+]|##?|%%?|\/[/#%]?|\^\^?|,,?|@|:)/;
    return this.#take(this.#ports.dialect === "dash" ? /^(?::?[-=?+]|##?|%%?)/ : all);
  }

  #parameterPrefix(): "" | "#" | "!" {
    const next = this.peek();
    if (next === "#" && /^#(?:[A-Za-z0-9_]|[@*?$!#-]\})/.test(this.text.slice(this.at, this.at + 3))) {
      this.at += 1;
      return "#";
    }
    if (next === "!" && /^![A-Za-z0-9_@*#]/.test(this.text.slice(this.at, this.at + 2)) && this.#ports.dialect === "bash") {
      this.at += 1;
      return "!";
    }
    return "";
  }

  #index(): Word | undefined {
    if (this.peek() !== "[" || this.#ports.dialect !== "bash") return undefined;
    this.at += 1;
    const index = this.raw((next) => next === "]", "pattern");
    this.at += 1;
    return index;
  }

  #operatorArguments(operator: string, mode: Mode): { argument: Word; second: Word | undefined } {
    const quoted = mode === "double" || mode === "here";
    const inner: Mode = /^:?[-=?+]$/.test(operator) && quoted ? "inner" : "pattern";
    const split = operator.startsWith("/") ? "/" : operator === ":" ? ":" : undefined;
    const argument = this.raw((next) => next === "}" || next === split, operator === ":" ? "arithmetic" : inner);
    if (split === undefined || this.peek() !== split) return { argument, second: undefined };
    this.at += 1;
    return { argument, second: this.raw((next) => next === "}", operator === ":" ? "arithmetic" : inner) };
  }

  #take(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.text.slice(this.at, this.at + 256))?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

/** Where text stands: it decides which characters are special. `inner` is the word of an operator inside double quotes. */
export type Mode = "word" | "pattern" | "double" | "here" | "arithmetic" | "inner";

/** What a backslash takes its meaning from, where it does not quote everything. */
const ESCAPABLE: Readonly<Record<string, string>> = { double: '$`"\\', here: "$`\\", arithmetic: '$`"\\', inner: '$`"\\}' };

function plainParameter(name: string): Parameter {
  return {
    kind: "parameter",
    name,
    index: undefined,
    prefix: "",
    operator: "",
    argument: undefined,
    second: undefined,
    source: `$${name}`,
  };
}
