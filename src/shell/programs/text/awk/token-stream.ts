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
    this.problem ??= { wrong: `syntax error at or near ${kind === "newline" ? "end of line" : text}`, line };
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

const MAX_DEPTH = 300;
