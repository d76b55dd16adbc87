import type { Token } from "./lexer.ts";

/** Tokens with a place; the first mistake stays. */
export class TokenStream {
  problem: { readonly wrong: string; readonly line: number } | undefined;
  depth = 0;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.peek(0);
  }

  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] ?? { kind: "end", text: "end of file", line: 0 };
  }

  take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** Whether a sign or keyword stands here. */
  at(...texts: readonly string[]): boolean {
    const { kind, text } = this.next;
    return (kind === "sign" || kind === "keyword") && texts.includes(text) && this.problem === undefined;
  }

  accept(...texts: readonly string[]): boolean {
    if (!this.at(...texts)) return false;
    this.#at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail();
  }

  skipNewlines(): void {
    while (this.next.kind === "newline") this.#at += 1;
  }

  fail(): void {
    const { text, line, kind } = this.next;
    const name = kind === "newline" || kind === "end" ? "end of line" : text;
    const { parentheses, braces } = this.#open();
    if (kind === "end" && parentheses === 0 && braces > 0) this.problem ??= { wrong: "missing } near end of file", line: line + 1 };
    else this.problem ??= { wrong: mistake(name, parentheses, braces), line };
  }

  /** How many parentheses and braces are open here. */
  #open(): { parentheses: number; braces: number } {
    const signs = this.#tokens.slice(0, this.#at).filter(({ kind }) => kind === "sign");
    const count = (sign: string) => signs.filter(({ text }) => text === sign).length;
    return { parentheses: count("(") - count(")"), braces: count("{") - count("}") };
  }

  /** False: too deep, which is a mistake. */
  enter(): boolean {
    this.depth += 1;
    if (this.depth < MAX_DEPTH) return true;
    this.fail();
    return false;
  }

  leave(): void {
    this.depth -= 1;
  }
}

function mistake(name: string, parentheses: number, braces: number): string {
  if (parentheses > 0 && (name === "end of line" || name === "}")) return `missing ) near ${name}`;
  return name === "}" && braces === 0 ? "extra '}'" : `syntax error at or near ${name}`;
}

const MAX_DEPTH = 300;
