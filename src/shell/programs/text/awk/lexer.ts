/** awk's tokens (POSIX awk, lexical conventions). Whether `/` begins a regular expression depends on what stands before it. */
export interface Token {
  readonly kind: "number" | "string" | "regex" | "name" | "call" | "builtin" | "keyword" | "sign" | "newline" | "end";
  readonly text: string;
  readonly line: number;
}

const KEYWORDS = new Set([
  "BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next", "nextfile", "exit", "return", "delete", "in", "getline", "print", "printf",
]); // biome-ignore format: a list

export const BUILTINS = new Set([
  "length", "substr", "index", "split", "sub", "gsub", "match", "tolower", "toupper", "sprintf", "int", "sqrt", "exp", "log", "sin", "cos", "atan2", "rand", "srand", "system", "close", "fflush", "systime", "strftime", "mktime",
]); // biome-ignore format: a list

const SIGNS = [
  "**=",
  "&&",
  "||",
  "++",
  "--",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "^=",
  "**",
  "==",
  "<=",
  ">=",
  "!=",
  ">>",
  "!~",
  ..."{}()[];,+-*/%^!<>|?:~$=",
];

export interface LexProblem {
  readonly wrong: string;
  readonly line: number;
}

/** All tokens, `end` last. */
export function tokenize(source: string): readonly Token[] | LexProblem {
  const lexer = new Lexer(source);
  lexer.run();
  return lexer.problem ?? lexer.tokens;
}

class Lexer {
  readonly tokens: Token[] = [];
  problem: LexProblem | undefined;
  readonly #source: string;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  run(): void {
    while (this.problem === undefined && this.#skipBlanks()) this.#next();
    this.#add("end", "end of file");
  }

  /** False at the end. */
  #skipBlanks(): boolean {
    const [blank = ""] = this.#match(/(?:[ \t\r]|\\\r?\n|#[^\n]*)*/y) ?? [];
    this.#at += blank.length;
    this.#line += blank.split("\n").length - 1;
    return this.#at < this.#source.length;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source);
  }

  #add(kind: Token["kind"], text: string): void {
    this.tokens.push({ kind, text, line: this.#line });
  }

  #next(): void {
    const char = this.#source.charAt(this.#at);
    if (char === "\n") {
      this.#add("newline", "\n");
      this.#line += 1;
      this.#at += 1;
    } else if (char === '"') this.#string();
    else if (char === "/" && this.#operandExpected()) this.#regex();
    else if (/[0-9.]/.test(char) && this.#number()) return;
    else if (/[A-Za-z_]/.test(char)) this.#word();
    else this.#sign();
  }

  #number(): boolean {
    const [text] = this.#match(/0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y) ?? [];
    if (text === undefined) {
      this.#sign();
      return true;
    }
    this.#add("number", text);
    this.#at += text.length;
    return true;
  }

  #word(): void {
    const [text = ""] = this.#match(/\w+/y) ?? [];
    this.#at += text.length;
    if (KEYWORDS.has(text)) this.#add("keyword", text === "func" ? "function" : text);
    else if (BUILTINS.has(text)) this.#add("builtin", text);
    else this.#add(this.#source.charAt(this.#at) === "(" ? "call" : "name", text);
  }

  #sign(): void {
    const sign = SIGNS.find((one) => this.#source.startsWith(one, this.#at));
    if (sign === undefined) {
      this.problem = { wrong: `unexpected character '${this.#source.charAt(this.#at)}'`, line: this.#line };
      return;
    }
    this.#at += sign.length;
    this.#add("sign", sign === "**" ? "^" : sign === "**=" ? "^=" : sign);
  }

  #string(): void {
    const [whole, text = ""] = this.#match(/"((?:[^"\\\n]|\\[\s\S])*)"/y) ?? [];
    if (whole === undefined) {
      this.problem = { wrong: `runaway string constant ${this.#source.slice(this.#at, this.#at + 10)} ...`, line: this.#line };
      return;
    }
    this.#at += whole.length;
    this.#add("string", unescapeString(text));
  }

  #regex(): void {
    const [whole, text = ""] = this.#match(/\/((?:[^/\\\n[]|\\.|\[\^?\]?(?:[^\]\n\\]|\\.)*\]|\[)*)\//y) ?? [];
    if (whole === undefined) {
      this.problem = { wrong: `runaway regular expression ${this.#source.slice(this.#at, this.#at + 10)} ...`, line: this.#line };
      return;
    }
    this.#at += whole.length;
    this.#add("regex", text.replaceAll("\\/", "/"));
  }

  #operandExpected(): boolean {
    const last = this.tokens.at(-1);
    if (last === undefined || last.kind === "newline") return true;
    if (last.kind === "keyword") return true;
    return last.kind === "sign" && ![")", "]", "$", "++", "--"].includes(last.text);
  }
}

const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
  v: "\v",
  a: "\x07",
  b: "\b",
  '"': '"',
  "\\": "\\",
  "/": "/",
};

/** Escapes of a string; an unknown one keeps its backslash, as regular expressions in strings need. */
export function unescapeString(text: string): string {
  return text.replace(/\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|\n|([\s\S]))/g, (...match: string[]) => {
    const [whole = "", octal, hex, letter] = match;
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return letter === undefined ? "" : (LETTERS[letter] ?? whole);
  });
}
