import { parseCompound } from "./compound-parser.ts";
import { HereDocuments, parseRedirect } from "./redirect-parser.ts";
import { MAX_PIECES, Scanner } from "./scanner.ts";
import { parseSimple } from "./simple-parser.ts";
import type { Dialect, ListItem, Node, Pipeline, Redirect, Script, Word } from "./syntax.ts";
import { textWord } from "./syntax.ts";
import { type Problem, SyntaxProblem } from "./syntax-problem.ts";

/**
 * The grammar (POSIX XCU 2.10 and bash's additions), one command line at a time, since a shell runs what stands before a mistake.
 * A text that ends too early is told apart from a wrong one, so that an interactive shell can ask for more.
 */
export interface ParseSettings {
  readonly dialect: Dialect;
  readonly aliases?: ReadonlyMap<string, string>;
  /** Number of the first line. */
  readonly line?: number;
}

export type Parsing =
  | { readonly kind: "script"; readonly script: Script; readonly end: number; readonly line: number }
  /** Nothing but blanks and comments is left. */
  | { readonly kind: "done" }
  | { readonly kind: "problem"; readonly problem: Problem; readonly end: number };

/** Parses the next complete command line of `text` from `at`. */
export function parseNext(text: string, at: number, settings: ParseSettings): Parsing {
  const parser = new Parser(text, { at, line: settings.line ?? 1, depth: 0 }, settings);
  try {
    return parser.line();
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return { kind: "problem", problem: problem.problem, end: parser.endInText };
    throw problem;
  }
}

/** A text in which expansions count and quotes do not, such as a prompt. A text that does not parse stands for itself. */
export function parseQuoted(text: string, settings: ParseSettings): Word {
  const parser = new Parser(text, { at: 0, line: 1, depth: 0 }, settings);
  try {
    return parser.scanner.raw((next) => next === "" && parser.scanner.at >= text.length, "here");
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return textWord(text);
    throw problem;
  }
}

const MAX_DEPTH = 40;
const MAX_NESTING = 150;
const RESERVED = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}", "]]", "in"]);
const OPERATORS = [
  "&>>",
  ";;&",
  "&&",
  "||",
  ";;",
  ";&",
  "|&",
  "&>",
  "<<-",
  "<<<",
  "<<",
  ">>",
  ">&",
  "<&",
  "<>",
  ">|",
  "&",
  "|",
  ";",
  "(",
  ")",
  "<",
  ">",
];

interface Start {
  readonly at: number;
  readonly line: number;
  readonly depth: number;
  /** What the text around it has left. */
  readonly left?: { pieces: number };
}

export class Parser {
  readonly scanner: Scanner;
  readonly settings: ParseSettings;
  readonly #depth: number;
  readonly #left: { pieces: number };
  #nesting = 0;
  /** What would end the list of commands that is being read. */
  #expecting: string | undefined;
  readonly #size: number;
  readonly hereDocuments = new HereDocuments();
  /** Aliases being expanded, with the length of text behind each. */
  #expanding: { name: string; tail: number }[] = [];

  constructor(text: string, start: Start, settings: ParseSettings) {
    this.settings = settings;
    this.#depth = start.depth;
    this.#left = start.left ?? { pieces: MAX_PIECES };
    this.#size = text.length;
    if (start.depth > MAX_DEPTH) throw new SyntaxProblem({ kind: "deep", line: start.line });
    this.scanner = new Scanner(text, start, {
      dialect: settings.dialect,
      nested: (at) => this.#nested(at),
      left: this.#left,
    });
  }

  /** Where the parser stands in the text as it was given: aliases have changed its length since. What is left of one is skipped. */
  get endInText(): number {
    const left = this.scanner.text.length - this.scanner.at;
    const tails = this.#expanding.map(({ tail }) => tail);
    return this.#size - Math.min(left, ...tails);
  }

  line(): Parsing {
    this.newlines();
    if (this.scanner.peek() === "") return { kind: "done" };
    const items: ListItem[] = [];
    while (true) {
      const item = this.#item();
      items.push(item);
      this.blanks();
      const next = this.scanner.peek();
      if (next === "" || next === "\n") break;
      if (this.operator() !== undefined && !["(", "<", ">", "<<", "<<<", ">>", "&>"].includes(this.operator() ?? "")) this.unexpected();
    }
    if (this.scanner.peek() === "\n") this.#newline();
    this.hereDocuments.read(this);
    return { kind: "script", script: { items }, end: this.endInText, line: this.scanner.line };
  }

  /** Commands up to one of the words or operators, which is not consumed. */
  script(until: readonly string[], expecting?: string): Script {
    const items: ListItem[] = [];
    const outer = this.#expecting;
    this.#expecting = expecting ?? until[0];
    this.newlines();
    while (!this.atAny(until)) {
      if (this.scanner.peek() === "") throw new SyntaxProblem({ kind: "end", line: this.scanner.line, expecting: expecting ?? until[0] });
      items.push(this.#item(until));
      this.newlines();
    }
    if (items.length === 0) this.unexpected(expecting);
    this.#expecting = outer;
    return { items };
  }

  /** Commands up to the parenthesis that closes a substitution. */
  substituted(): Script {
    try {
      return this.scriptOrNothing([")"]);
    } catch (problem) {
      if (!(problem instanceof SyntaxProblem) || problem.problem.kind !== "end" || this.settings.dialect !== "bash") throw problem;
      throw new SyntaxProblem({ kind: "unclosed", closer: ")", line: problem.problem.line + 1 });
    }
  }

  /** Like `script`, but it may be empty (case clauses, command substitutions). */
  scriptOrNothing(until: readonly string[]): Script {
    this.newlines();
    return this.atAny(until) ? { items: [] } : this.script(until);
  }

  atAny(ends: readonly string[]): boolean {
    const operator = this.operator();
    return ends.some((end) => (operator === undefined ? this.reserved() === end : operator === end));
  }

  #item(until: readonly string[] = []): ListItem {
    const start = this.scanner.at;
    const node = this.#andOr();
    const source = this.scanner.text.slice(start, this.scanner.at).trim();
    this.blanks();
    const operator = this.operator();
    if (operator === "&" || operator === ";") {
      this.scanner.at += 1;
      return { node, background: operator === "&", source };
    }
    const ended = this.scanner.peek() === "" || this.scanner.peek() === "\n" || this.atAny(until);
    if (!ended) this.unexpected();
    return { node, background: false, source };
  }

  #andOr(): Node {
    const first = this.#pipeline();
    const rest: { when: "&&" | "||"; node: Node }[] = [];
    for (let operator = this.operator(); operator === "&&" || operator === "||"; operator = this.operator()) {
      this.scanner.at += 2;
      this.newlines();
      rest.push({ when: operator, node: this.#pipeline() });
    }
    return rest.length === 0 ? first : { type: "and-or", first, rest };
  }

  #pipeline(): Node {
    const { negated, timed } = this.#pipelineStart();
    const bare = !negated && timed === "no";
    if (!bare && this.#atEnd()) return { type: "pipeline", negated, timed, commands: [], sources: [] };
    const commands: Node[] = [];
    const sources: string[] = [];
    while (true) {
      this.blanks();
      const start = this.scanner.at;
      const node = this.command();
      const operator = this.operator();
      commands.push(operator === "|&" ? withStandardError(node) : node);
      sources.push(this.scanner.text.slice(start, this.scanner.at).trim());
      if (operator !== "|" && operator !== "|&") break;
      this.scanner.at += operator.length;
      this.newlines();
    }
    const [only] = commands;
    return bare && commands.length === 1 && only !== undefined ? only : { type: "pipeline", negated, timed, commands, sources };
  }

  /** `!`, `time` and `time -p`, in any order. */
  #pipelineStart(): Pick<Pipeline, "negated" | "timed"> {
    let negated = false;
    let timed: Pipeline["timed"] = "no";
    while (true) {
      const word = this.reserved();
      if (word === "!") negated = !negated;
      else if (word === "time" && this.settings.dialect === "bash") timed = "yes";
      else if (timed === "yes" && word === "-p") timed = "posix";
      else return { negated, timed };
      this.word();
    }
  }

  #atEnd(): boolean {
    this.blanks();
    const next = this.scanner.peek();
    return next === "" || next === "\n" || next === ";";
  }

  command(): Node {
    return this.deeper(() => {
      this.blanks();
      this.#expandAlias();
      const compound = parseCompound(this);
      return compound ?? parseSimple(this);
    });
  }

  /** Parses something inside something, not deeper than our stack bears. */
  deeper<T>(parse: () => T): T {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw new SyntaxProblem({ kind: "deep", line: this.scanner.line });
    const parsed = parse();
    this.#nesting -= 1;
    return parsed;
  }

  redirects(): Redirect[] {
    const redirects: Redirect[] = [];
    for (let one = parseRedirect(this); one !== undefined; one = parseRedirect(this)) redirects.push(one);
    return redirects;
  }

  /** Skips blanks, escaped newlines and a comment. */
  blanks(): void {
    const { scanner } = this;
    while (true) {
      const next = scanner.peek();
      if (next === "#") this.#comment();
      else if (next === "\\" && scanner.peek(1) === "\n") scanner.at += 2;
      else if (next === " " || next === "\t") scanner.at += 1;
      else return;
    }
  }

  #comment(): void {
    const newline = this.scanner.text.indexOf("\n", this.scanner.at);
    this.scanner.at = newline < 0 ? this.scanner.text.length : newline;
  }

  newlines(): void {
    this.blanks();
    while (this.scanner.peek() === "\n") {
      this.#newline();
      this.blanks();
    }
  }

  #newline(): void {
    this.scanner.at += 1;
    this.hereDocuments.read(this);
  }

  /** The operator that stands here, without consuming it. */
  operator(): string | undefined {
    this.blanks();
    return OPERATORS.find((operator) => this.scanner.looking(operator));
  }

  /** The unquoted word that stands here, if a reserved word may; not consumed. */
  reserved(): string | undefined {
    this.blanks();
    return /^[^\s|&;()<>"'\\$`]+/.exec(this.scanner.text.slice(this.scanner.at, this.scanner.at + 64))?.[0];
  }

  /** Consumes a reserved word that must stand here. */
  expect(word: string): void {
    this.newlines();
    if (this.reserved() !== word) this.unexpected(word);
    this.scanner.at += word.length;
  }

  word(): Word {
    this.blanks();
    return this.scanner.word();
  }

  isEndWord(word: string | undefined): boolean {
    return word !== undefined && RESERVED.has(word) && word !== "in";
  }

  unexpected(expecting = this.#expecting): never {
    this.blanks();
    const { line, text, at } = this.scanner;
    if (at >= text.length) throw new SyntaxProblem({ kind: "end", line, expecting });
    const token = text.charAt(at) === "\n" ? "newline" : (this.operator() ?? this.reserved() ?? this.scanner.word().source);
    throw new SyntaxProblem({ kind: "unexpected", token, line, expecting });
  }

  /** A word must stand here: the end of the text counts as the end of the line. */
  missingWord(): never {
    this.blanks();
    const { line, text, at } = this.scanner;
    if (at >= text.length) throw new SyntaxProblem({ kind: "unexpected", token: "newline", line });
    return this.unexpected();
  }

  /** A parser for a text inside this one, such as a here-document. */
  inside(text: string): Parser {
    return new Parser(text, { at: 0, line: this.scanner.line, depth: this.#depth + 1, left: this.#left }, this.settings);
  }

  /** The commands of $(...) or <(...), which end at the matching parenthesis. */
  #nested(at: number): { script: Script; end: number } {
    const inner = new Parser(this.scanner.text, { at, line: this.scanner.line, depth: this.#depth + 1, left: this.#left }, this.settings);
    const script = inner.substituted();
    return { script, end: inner.scanner.at + 1 };
  }

  #expandAlias(): void {
    const { aliases } = this.settings;
    if (aliases === undefined || aliases.size === 0) return;
    for (let count = 0; count < MAX_DEPTH; count += 1) {
      const { scanner } = this;
      this.#expanding = this.#expanding.filter(({ tail }) => scanner.text.length - scanner.at > tail);
      const name = /^[^\s|&;()<>"'\\$`=]+(?=[\s|&;()<>]|$)/.exec(scanner.text.slice(scanner.at, scanner.at + 256))?.[0];
      const value = name === undefined ? undefined : aliases.get(name);
      if (name === undefined || value === undefined || this.#expanding.some((one) => one.name === name)) return;
      const rest = scanner.text.slice(scanner.at + name.length);
      scanner.text = scanner.text.slice(0, scanner.at) + value + rest;
      this.#expanding.push({ name, tail: rest.length });
      this.blanks();
    }
  }
}

/** `a |& b` is `a 2>&1 | b`. */
function withStandardError(node: Node): Node {
  const both: Redirect = { fd: 2, fdName: undefined, operator: ">&", target: textWord("1") };
  if (node.type === "simple" || node.type === "compound") return { ...node, redirects: [...node.redirects, both] };
  return node;
}
