import { parseBracket } from "./brackets.ts";
import { ANY, addRange, type Edge, EMPTY, emptySet, inverted, type RegexNode, setOf } from "./node.ts";
import { escapedClass, type ParsedRegex } from "./parse-posix.ts";

/** The part of Perl's regular expressions that grep -P is used with: lazy repeats, \d \b \K \x, groups with and without names, looking ahead and behind. */
export function parsePerl(text: string, firstGroup = 1): ParsedRegex & { readonly ignoreCase?: boolean } {
  const flags = /^\(\?[imsx]*i[imsx]*\)/.exec(text);
  if (flags !== null) return { ...parsePerl(text.slice(flags[0].length), firstGroup), ignoreCase: true };
  const parser = new PerlParser(text, firstGroup - 1);
  const node = parser.choice(0);
  if (parser.wrong === undefined && parser.left !== "") return { wrong: "unmatched closing parenthesis" };
  return parser.wrong === undefined ? { node, groups: parser.groups } : { wrong: parser.wrong };
}

const MAX_DEPTH = 200;
const EDGES: Readonly<Record<string, Edge>> = { b: "word", B: "inner", A: "textStart", z: "textEnd", Z: "lineEnd" };
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", e: "\x1b", a: "\x07" };
const TIMES: Readonly<Record<string, readonly [number, number]>> = {
  "*": [0, Number.POSITIVE_INFINITY],
  "+": [1, Number.POSITIVE_INFINITY],
  "?": [0, 1],
};

class PerlParser {
  wrong: string | undefined;
  groups: number;
  readonly #text: string;
  #at = 0;

  constructor(text: string, groups: number) {
    this.#text = text;
    this.groups = groups;
  }

  get left(): string {
    return this.#text.slice(this.#at);
  }

  choice(depth: number): RegexNode {
    if (depth > MAX_DEPTH) return this.#fail("parentheses are too deeply nested");
    const choices = [this.#sequence(depth)];
    while (this.#take("|")) choices.push(this.#sequence(depth));
    const [only] = choices;
    return choices.length === 1 && only !== undefined ? only : { kind: "choice", choices };
  }

  #sequence(depth: number): RegexNode {
    const items: RegexNode[] = [];
    while (this.wrong === undefined && this.#at < this.#text.length && !/[|)]/.test(this.#text.charAt(this.#at))) {
      items.push(this.#repeated(this.#atom(depth)));
    }
    return { kind: "sequence", items };
  }

  #atom(depth: number): RegexNode {
    const char = this.#text.charAt(this.#at);
    this.#at += 1;
    switch (char) {
      case "(":
        return this.#group(depth);
      case "[":
        return this.#bracket();
      case "\\":
        return this.#escape();
      case "^":
        return { kind: "edge", edge: "lineStart" };
      case "$":
        return { kind: "edge", edge: "lineEnd" };
      case ".":
        return { kind: "set", set: inverted(setOf("\n")) };
      default:
        if (TIMES[char] !== undefined) return this.#fail("quantifier does not follow a repeatable item");
        return { kind: "set", set: setOf(char) };
    }
  }

  #group(depth: number): RegexNode {
    const [mark = ""] = /^\?(?:<?[=!]|[:>]|P?<\w+>|'\w+'|[imsx]+\))/.exec(this.left) ?? [];
    this.#at += mark.length;
    if (mark.endsWith(")")) return EMPTY;
    const captures = mark === "" || /\w/.test(mark);
    if (captures) this.groups += 1;
    const index = this.groups;
    const body = this.choice(depth + 1);
    if (this.wrong === undefined && !this.#take(")")) return this.#fail("missing closing parenthesis");
    if (captures) return { kind: "group", body, index };
    return /[=!]/.test(mark) ? { kind: "look", behind: mark.includes("<"), negated: mark.endsWith("!"), body } : body;
  }

  #bracket(): RegexNode {
    const bracket = parseBracket(this.#text, this.#at, true);
    if ("wrong" in bracket) return this.#fail("missing terminating ] for character class");
    this.#at = bracket.end;
    return { kind: "set", set: bracket.set };
  }

  #escape(): RegexNode {
    const char = this.#text.charAt(this.#at);
    this.#at += 1;
    if (char === "") return this.#fail("\\ at end of pattern");
    if (char === "K") return { kind: "keep" };
    const edge = EDGES[char];
    if (edge !== undefined) return { kind: "edge", edge };
    if ("wWsSdD".includes(char)) return { kind: "set", set: escapedClass(char) };
    if (/[1-9]/.test(char)) return { kind: "back", index: Number(char) };
    if (char === "h") return { kind: "set", set: setOf(" ", "\t") };
    if (char === "R") return { kind: "set", set: lineBreaks() };
    if (char === "N") return { kind: "set", set: inverted(setOf("\n")) };
    if (char === "C") return { kind: "set", set: ANY };
    return { kind: "set", set: setOf(char === "x" ? this.#hex() : (CONTROLS[char] ?? char)) };
  }

  #hex(): string {
    const [whole = "", braced, plain] = /^(?:\{([0-9A-Fa-f]{1,4})\}|([0-9A-Fa-f]{0,2}))/.exec(this.left) ?? [];
    this.#at += whole.length;
    return String.fromCharCode(Number.parseInt(braced ?? (plain || "0"), 16) & 255);
  }

  #repeated(atom: RegexNode): RegexNode {
    let node = atom;
    while (this.wrong === undefined) {
      const times = this.#times();
      if (times === undefined) break;
      const lazy = this.#take("?");
      if (!lazy) this.#take("+");
      node = { kind: "repeat", body: node, min: times[0], max: times[1], lazy };
    }
    return node;
  }

  #times(): readonly [number, number] | undefined {
    const simple = TIMES[this.#text.charAt(this.#at)];
    if (simple !== undefined) {
      this.#at += 1;
      return simple;
    }
    const [whole, low = "0", comma, high] = /^\{(\d+)(,?)(\d*)\}/.exec(this.left) ?? [];
    if (whole === undefined) return undefined;
    this.#at += whole.length;
    const max = comma === "" ? Number(low) : high === "" || high === undefined ? Number.POSITIVE_INFINITY : Number(high);
    if (max < Number(low)) this.#fail("numbers out of order in {} quantifier");
    return [Number(low), max];
  }

  #take(char: string): boolean {
    if (this.wrong !== undefined || this.#text.charAt(this.#at) !== char) return false;
    this.#at += 1;
    return true;
  }

  #fail(wrong: string): RegexNode {
    this.wrong ??= wrong;
    return EMPTY;
  }
}

function lineBreaks(): Uint8Array {
  const set = emptySet();
  addRange(set, 10, 13);
  return set;
}
