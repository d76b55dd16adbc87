import type { BcFunction, Expression, Place, Statement, Token } from "./syntax.ts";

/** Thrown inside the parser only: `line` newlines stand before what was wrong. */
export class BcSyntaxProblem extends Error {
  readonly line: number;

  constructor(line: number) {
    super("syntax error");
    this.line = line;
  }
}

const MAX_DEPTH = 200;
const WORDS = new Set(["if", "else", "while", "for", "break", "continue", "return", "define", "auto", "print", "halt", "quit"]);
const BINARY: readonly (readonly string[])[] = [["||"], ["&&"], ["!"], ["==", "<=", ">=", "!=", "<", ">"], ["+", "-"], ["*", "/", "%"]];

export class BcParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #line = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The statements of the next line; undefined at the end. */
  nextLine(): readonly Statement[] | undefined {
    if (this.#token.kind === "end") return undefined;
    const statements = this.#statements(() => this.#token.kind === "newline" || this.#token.kind === "end");
    this.#take();
    return statements;
  }

  /** Passes over the line where something was wrong. */
  skipLine(): void {
    while (this.#token.kind !== "newline" && this.#token.kind !== "end") this.#take();
    this.#take();
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", text: "" };
  }

  #take(): Token {
    const token = this.#token;
    if (token.kind === "newline") this.#line += 1;
    if (token.kind !== "end") this.#at += 1;
    return token;
  }

  #is(text: string): boolean {
    return this.#token.text === text && this.#token.kind !== "text";
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#take();
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#fail();
  }

  #fail(): never {
    throw new BcSyntaxProblem(this.#line + (this.#token.kind === "newline" || this.#token.kind === "end" ? 1 : 0));
  }

  /** Statements between semicolons up to an end. */
  #statements(ended: () => boolean): Statement[] {
    const statements: Statement[] = [];
    while (!ended()) {
      if (this.#accept(";")) continue;
      const statement = this.#statement();
      statements.push(statement);
      if (statement.kind !== "define" && !ended() && !this.#is(";")) this.#fail();
    }
    return statements;
  }

  #block(): Statement[] {
    this.#skipNewlines();
    this.#expect("{");
    const body: Statement[] = [];
    while (!this.#accept("}")) {
      if (this.#accept(";") || this.#accept("\n")) continue;
      if (this.#token.kind === "end") this.#fail();
      body.push(this.#statement());
      if (!this.#is(";") && !this.#is("\n") && !this.#is("}")) this.#fail();
    }
    return body;
  }

  #skipNewlines(): void {
    while (this.#accept("\n"));
  }

  #statement(): Statement {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#fail();
    const statement = this.#anyStatement();
    this.#depth -= 1;
    return statement;
  }

  #anyStatement(): Statement {
    const token = this.#token;
    if (token.kind === "text") return { kind: "text", text: this.#take().text };
    if (this.#is("{")) return { kind: "block", body: this.#block() };
    if (token.kind !== "name" || !WORDS.has(token.text)) return { kind: "expression", value: this.#expression() };
    this.#take();
    switch (token.text) {
      case "if":
        return this.#if();
      case "while":
        return { kind: "loop", test: this.#condition(), body: this.#body() };
      case "for":
        return this.#for();
      case "print":
        return this.#print();
      case "return":
        return { kind: "return", value: this.#isEnd() ? undefined : this.#expression() };
      case "define":
        return this.#define();
      case "break":
      case "continue":
      case "halt":
      case "quit":
        return { kind: "leave", how: token.text };
      default:
        return this.#fail();
    }
  }

  #isEnd(): boolean {
    return this.#is(";") || this.#is("\n") || this.#is("}") || this.#token.kind === "end";
  }

  #condition(): Expression {
    this.#expect("(");
    const test = this.#expression();
    this.#expect(")");
    return test;
  }

  #body(): Statement {
    this.#skipNewlines();
    return this.#statement();
  }

  #if(): Statement {
    const test = this.#condition();
    const then = this.#body();
    const otherwise = this.#accept("else") ? this.#body() : undefined;
    return { kind: "if", test, then, otherwise };
  }

  #for(): Statement {
    this.#expect("(");
    const first = this.#is(";") ? undefined : this.#expression();
    this.#expect(";");
    const test = this.#is(";") ? undefined : this.#expression();
    this.#expect(";");
    const next = this.#is(")") ? undefined : this.#expression();
    this.#expect(")");
    return { kind: "loop", first, test, next, body: this.#body() };
  }

  #print(): Statement {
    const parts: (Expression | { readonly text: string })[] = [];
    do parts.push(this.#token.kind === "text" ? { text: this.#take().text } : this.#expression());
    while (this.#accept(","));
    return { kind: "print", parts };
  }

  #define(): Statement {
    this.#accept("void");
    const name = this.#name();
    this.#expect("(");
    const parameters = this.#names(")");
    this.#expect(")");
    this.#skipNewlines();
    this.#expect("{");
    this.#skipNewlines();
    const autos = this.#accept("auto") ? this.#names(";") : [];
    this.#at -= 1;
    const body = this.#functionBody();
    return { kind: "define", name, body: { parameters, autos, body } satisfies BcFunction };
  }

  /** What follows the opening brace, the token before having been given back. */
  #functionBody(): Statement[] {
    this.#take();
    const body: Statement[] = [];
    while (!this.#accept("}")) {
      if (this.#accept(";") || this.#accept("\n")) continue;
      if (this.#token.kind === "end") this.#fail();
      body.push(this.#statement());
    }
    return body;
  }

  #names(end: string): string[] {
    const names: string[] = [];
    while (!this.#is(end) && !this.#is("\n")) {
      this.#accept("*");
      const name = this.#name();
      names.push(this.#accept("[") ? `${name}[]` : name);
      if (names.at(-1)?.endsWith("[]") === true) this.#expect("]");
      if (!this.#accept(",")) break;
    }
    return names;
  }

  #name(): string {
    if (this.#token.kind !== "name" || WORDS.has(this.#token.text)) this.#fail();
    return this.#take().text;
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#fail();
    const value = this.#level(0);
    this.#depth -= 1;
    return value;
  }

  /** Operators from the loosest to the tightest; `!` stands between. */
  #level(level: number): Expression {
    const operators = BINARY[level];
    if (operators === undefined) return this.#power();
    if (operators[0] === "!")
      return this.#accept("!") ? { kind: "unary", operator: "!", value: this.#level(level) } : this.#level(level + 1);
    let left = this.#level(level + 1);
    while (this.#token.kind === "mark" && operators.includes(this.#token.text)) {
      const operator = this.#take().text;
      left = { kind: "binary", operator, left, right: this.#level(level + 1) };
    }
    return left;
  }

  /** Binds to the right. */
  #power(): Expression {
    const base = this.#unary();
    if (!this.#accept("^")) return base;
    return { kind: "binary", operator: "^", left: base, right: this.#power() };
  }

  #unary(): Expression {
    if (this.#accept("-")) return { kind: "unary", operator: "-", value: this.#unary() };
    if (this.#is("++") || this.#is("--")) {
      const by = this.#take().text === "++" ? 1 : -1;
      return { kind: "step", place: this.#place(this.#name()), by, before: true };
    }
    return this.#primary();
  }

  #primary(): Expression {
    if (this.#token.kind === "number") return { kind: "number", text: this.#take().text };
    if (this.#accept("(")) {
      const value = this.#expression();
      this.#expect(")");
      return { kind: "group", value };
    }
    const name = this.#accept(".") ? "last" : this.#name();
    if (this.#accept("(")) return this.#call(name);
    return this.#behindPlace(this.#place(name));
  }

  #place(name: string): Place {
    if (!this.#accept("[")) return { name };
    const index = this.#expression();
    this.#expect("]");
    return { name, index };
  }

  #behindPlace(place: Place): Expression {
    if (this.#accept("++")) return { kind: "step", place, by: 1, before: false };
    if (this.#accept("--")) return { kind: "step", place, by: -1, before: false };
    const operator = /^([-+*/%^]?)=$/.exec(this.#token.kind === "mark" ? this.#token.text : "")?.[1];
    if (operator === undefined) return { kind: "place", place };
    this.#take();
    return { kind: "assign", place, operator, value: this.#expression() };
  }

  #call(name: string): Expression {
    const args: (Expression | { readonly array: string })[] = [];
    while (!this.#accept(")")) {
      const array = this.#token.kind === "name" && this.#tokens[this.#at + 1]?.text === "[" && this.#tokens[this.#at + 2]?.text === "]";
      if (array) {
        args.push({ array: this.#take().text });
        this.#at += 2;
      } else args.push(this.#expression());
      if (!this.#is(")")) this.#expect(",");
    }
    return { kind: "call", name, args };
  }
}
