import { ExpressionReader } from "./expressions.ts";
import { tokenize } from "./lexer.ts";
import type { AwkFunction, AwkProgram, Expression, Redirect, Rule, Statement } from "./syntax.ts";
import { TokenStream } from "./token-stream.ts";

export type ParsedAwk = AwkProgram | { readonly wrong: string; readonly line: number };

export function parseAwk(source: string): ParsedAwk {
  const tokens = tokenize(source);
  if ("wrong" in tokens) return tokens;
  const parser = new AwkParser(new TokenStream(tokens));
  const program = parser.program();
  return parser.tokens.problem ?? program;
}

const EMPTY: Statement = { kind: "block", statements: [] };

class AwkParser {
  readonly tokens: TokenStream;
  readonly #expressions: ExpressionReader;

  constructor(tokens: TokenStream) {
    this.tokens = tokens;
    this.#expressions = new ExpressionReader(tokens);
  }

  program(): AwkProgram {
    const rules: Rule[] = [];
    const functions = new Map<string, AwkFunction>();
    this.#skipSeparators();
    while (this.tokens.next.kind !== "end" && this.tokens.problem === undefined) {
      if (this.tokens.accept("function")) {
        const made = this.#function();
        functions.set(made.name, made);
      } else rules.push(this.#rule());
      this.#skipSeparators();
    }
    return { rules, functions };
  }

  #skipSeparators(): void {
    while (this.tokens.next.kind === "newline" || this.tokens.at(";")) this.tokens.take();
  }

  #function(): AwkFunction {
    const name = this.tokens.take().text;
    const parameters: string[] = [];
    this.tokens.expect("(");
    while (this.tokens.next.kind === "name") {
      parameters.push(this.tokens.take().text);
      if (!this.tokens.accept(",")) break;
      this.tokens.skipNewlines();
    }
    this.tokens.expect(")");
    this.tokens.skipNewlines();
    return { name, parameters, body: this.#block() };
  }

  #rule(): Rule {
    const when = this.#pattern();
    const body = this.tokens.at("{") ? this.#block() : undefined;
    if (body === undefined && (when === "BEGIN" || when === "END")) this.tokens.fail();
    return { when, body };
  }

  #pattern(): Rule["when"] {
    if (this.tokens.accept("BEGIN")) return "BEGIN";
    if (this.tokens.accept("END")) return "END";
    if (this.tokens.at("{")) return "always";
    const from = this.#expressions.expression();
    if (!this.tokens.accept(",")) return from;
    this.tokens.skipNewlines();
    return { from, to: this.#expressions.expression() };
  }

  #block(): Statement {
    this.tokens.expect("{");
    const statements: Statement[] = [];
    if (this.tokens.enter()) {
      this.#skipSeparators();
      while (!this.tokens.at("}") && this.tokens.next.kind !== "end" && this.tokens.problem === undefined) {
        statements.push(this.#statement());
        this.#skipSeparators();
      }
      this.tokens.leave();
    }
    this.tokens.expect("}");
    return { kind: "block", statements };
  }

  #statement(): Statement {
    if (this.tokens.at("{")) return this.#block();
    if (this.tokens.accept("if")) return this.#if();
    if (this.tokens.accept("while")) return this.#while();
    if (this.tokens.accept("do")) return this.#doWhile();
    if (this.tokens.accept("for")) return this.#for();
    if (this.tokens.accept(";")) return EMPTY;
    const statement = this.#simple();
    this.#endOfStatement();
    return statement;
  }

  #endOfStatement(): void {
    if (this.tokens.next.kind === "newline" || this.tokens.next.kind === "end" || this.tokens.at("}")) return;
    if (!this.tokens.accept(";")) this.tokens.fail();
  }

  #simple(): Statement {
    if (this.tokens.at("print", "printf")) return this.#print();
    if (this.tokens.accept("delete")) return this.#delete();
    if (this.tokens.accept("break")) return { kind: "break" };
    if (this.tokens.accept("continue")) return { kind: "continue" };
    if (this.tokens.accept("next")) return { kind: "next" };
    if (this.tokens.accept("nextfile")) return { kind: "nextfile" };
    if (this.tokens.accept("exit")) return { kind: "exit", value: this.#optional() };
    if (this.tokens.accept("return")) return { kind: "return", value: this.#optional() };
    return { kind: "expression", expression: this.#expressions.expression() };
  }

  #optional(): Expression | undefined {
    const ends = this.tokens.next.kind === "newline" || this.tokens.next.kind === "end" || this.tokens.at(";", "}");
    return ends ? undefined : this.#expressions.expression();
  }

  #print(): Statement {
    const formatted = this.tokens.take().text === "printf";
    const ends = this.tokens.next.kind === "newline" || this.tokens.next.kind === "end" || this.tokens.at(";", "}", ">", ">>", "|");
    const read = ends ? [] : this.#expressions.withoutGreater(() => this.#printArguments());
    const [only] = read;
    const args = read.length === 1 && only?.kind === "builtin" && only.name === "," ? only.args : read;
    return { kind: "print", args, formatted, to: this.#redirect() };
  }

  #printArguments(): readonly Expression[] {
    const items = [this.#expressions.expression()];
    while (this.tokens.accept(",")) {
      this.tokens.skipNewlines();
      items.push(this.#expressions.expression());
    }
    return items;
  }

  #redirect(): Redirect | undefined {
    for (const way of [">", ">>", "|"] as const) {
      if (this.tokens.accept(way)) return { way, target: this.#expressions.withoutGreater(() => this.#expressions.expression()) };
    }
    return undefined;
  }

  #delete(): Statement {
    const name = this.tokens.take().text;
    if (!this.tokens.accept("[")) return { kind: "delete", name, index: undefined };
    const index = this.#expressions.list("]");
    this.tokens.expect("]");
    return { kind: "delete", name, index };
  }

  #condition(): Expression {
    this.tokens.expect("(");
    const test = this.#expressions.expression();
    this.tokens.expect(")");
    return test;
  }

  #body(): Statement {
    this.tokens.skipNewlines();
    if (!this.tokens.enter()) return EMPTY;
    const body = this.#statement();
    this.tokens.leave();
    return body;
  }

  #if(): Statement {
    const test = this.#condition();
    const yes = this.#body();
    let ahead = 0;
    while (this.tokens.peek(ahead).kind === "newline" || this.tokens.peek(ahead).text === ";") ahead += 1;
    if (this.tokens.peek(ahead).text !== "else" || this.tokens.peek(ahead).kind !== "keyword")
      return { kind: "if", test, yes, no: undefined };
    this.#skipSeparators();
    this.tokens.take();
    return { kind: "if", test, yes, no: this.#body() };
  }

  #while(): Statement {
    const test = this.#condition();
    if (this.tokens.accept(";")) return { kind: "while", test, body: EMPTY, bodyFirst: false };
    return { kind: "while", test, body: this.#body(), bodyFirst: false };
  }

  #doWhile(): Statement {
    const body = this.#body();
    this.#skipSeparators();
    this.tokens.expect("while");
    const test = this.#condition();
    return { kind: "while", test, body, bodyFirst: true };
  }

  #for(): Statement {
    this.tokens.expect("(");
    const bare = this.tokens.next.kind === "name" && this.tokens.peek(1).text === "in" && this.tokens.peek(3).text === ")";
    if (bare) {
      const name = this.tokens.take().text;
      this.tokens.take();
      const array = this.tokens.take().text;
      this.tokens.expect(")");
      return { kind: "each", name, array, body: this.#body() };
    }
    const first = this.tokens.at(";") ? undefined : this.#simple();
    this.tokens.expect(";");
    this.tokens.skipNewlines();
    const test = this.tokens.at(";") ? undefined : this.#expressions.expression();
    this.tokens.expect(";");
    this.tokens.skipNewlines();
    const after = this.tokens.at(")") ? undefined : this.#simple();
    this.tokens.expect(")");
    if (this.tokens.accept(";")) return { kind: "for", first, test, after, body: EMPTY };
    return { kind: "for", first, test, after, body: this.#body() };
  }
}
