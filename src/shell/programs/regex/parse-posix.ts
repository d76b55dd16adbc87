import { parseBracket } from "./brackets.ts";
import { ANY, classSet, type Edge, EMPTY, emptySet, inverted, type RegexNode, setOf } from "./node.ts";

/**
 * Basic and extended regular expressions as GNU reads them (POSIX XBD 9.3, 9.4 with \| \+ \? \w \s \b \< \> \` \'); their errors are glibc's.
 * Nothing here takes more than one pass over the text; nesting is bounded.
 */
export interface PosixSyntax {
  readonly extended: boolean;
  /** Number of the first group, for alternatives that were read apart. */
  readonly firstGroup?: number;
  /** Told of what means nothing, such as `* at start of expression`; present in grep's syntax, which is loose: what cannot be an operator is a character. */
  readonly warn?: (what: string) => void;
  /** A backslash in brackets is an escape (awk), and `{` is an ordinary character. */
  readonly awk?: boolean;
}

export type ParsedRegex = { readonly node: RegexNode; readonly groups: number } | { readonly wrong: string };

const MAX_DEPTH = 200;
const MAX_REPEAT = 32_767;

export function parsePosix(text: string, syntax: PosixSyntax): ParsedRegex {
  const parser = new PosixParser(text, syntax);
  const node = parser.choice(0);
  if (parser.wrong !== undefined) return { wrong: parser.wrong };
  return { node, groups: parser.groups };
}

const EDGES: Readonly<Record<string, Edge>> = { b: "word", B: "inner", "<": "wordStart", ">": "wordEnd", "`": "textStart", "'": "textEnd" };

class PosixParser {
  wrong: string | undefined;
  groups: number;
  readonly #text: string;
  readonly #syntax: PosixSyntax;
  readonly #closed = new Set<number>();
  #at = 0;

  constructor(text: string, syntax: PosixSyntax) {
    this.#text = text;
    this.#syntax = syntax;
    this.groups = (syntax.firstGroup ?? 1) - 1;
  }

  choice(depth: number): RegexNode {
    if (depth > MAX_DEPTH) return this.#fail("Regular expression too big");
    const choices = [this.#sequence(depth)];
    while (this.wrong === undefined && this.#takeOperator("|")) choices.push(this.#sequence(depth));
    if (this.wrong === undefined && depth === 0 && this.#atOperator(")")) this.#fail("Unmatched ) or \\)");
    const [only] = choices;
    return choices.length === 1 && only !== undefined ? only : { kind: "choice", choices };
  }

  #sequence(depth: number): RegexNode {
    const items: RegexNode[] = [];
    const start = this.#at;
    while (this.wrong === undefined && this.#at < this.#text.length) {
      if (this.#atOperator("|") || this.#closes(depth)) break;
      const atom = this.#atom(depth, this.#at === start);
      items.push(this.#repeated(atom));
    }
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { kind: "sequence", items };
  }

  #atom(depth: number, first: boolean): RegexNode {
    const { extended } = this.#syntax;
    const char = this.#text.charAt(this.#at);
    if (this.#takeOperator("(")) return this.#group(depth);
    if (char === "\\") return this.#escape();
    if (char === "[") return this.#bracket();
    const edge = this.#edgeHere(char, first);
    if (edge !== undefined) return this.#edge(edge);
    if (extended && this.#atRepeat()) return this.#misplacedRepeat(char);
    this.#at += 1;
    if (char === "*" && first) return { kind: "set", set: setOf("*") };
    return { kind: "set", set: char === "." ? ANY : setOf(char) };
  }

  /** A `)` ends the group; alone it is a character in grep's and awk's syntax. */
  #closes(depth: number): boolean {
    if (!this.#atOperator(")")) return false;
    return depth > 0 || !this.#syntax.extended || this.#syntax.warn === undefined;
  }

  #atRepeat(): boolean {
    const rest = this.#text.slice(this.#at, this.#at + 12);
    return /^[*+?]/.test(rest) || (this.#syntax.awk !== true && /^\{\d+(?:,\d*)?\}/.test(rest));
  }

  #misplacedRepeat(char: string): RegexNode {
    if (this.#syntax.awk === true) return EMPTY;
    if (this.#syntax.warn === undefined) return this.#fail("Invalid preceding regular expression");
    this.#syntax.warn(`${char === "{" ? "{...}" : char} at start of expression`);
    return EMPTY;
  }

  #edgeHere(char: string, first: boolean): Edge | undefined {
    const { extended } = this.#syntax;
    if (char === "^" && (extended || first)) return "lineStart";
    return char === "$" && (extended || this.#endsSequence()) ? "lineEnd" : undefined;
  }

  #edge(edge: Edge): RegexNode {
    this.#at += 1;
    return { kind: "edge", edge };
  }

  #group(depth: number): RegexNode {
    this.groups += 1;
    const index = this.groups;
    const body = this.choice(depth + 1);
    if (this.wrong !== undefined) return body;
    if (!this.#takeOperator(")")) return this.#fail("Unmatched ( or \\(");
    this.#closed.add(index);
    return { kind: "group", body, index };
  }

  #bracket(): RegexNode {
    const bracket = parseBracket(this.#text, this.#at + 1, this.#syntax.awk);
    if ("wrong" in bracket) return this.#fail(bracket.wrong);
    this.#at = bracket.end;
    return { kind: "set", set: bracket.set };
  }

  #escape(): RegexNode {
    const char = this.#text.charAt(this.#at + 1);
    this.#at += 2;
    if (char === "") return this.#fail("Trailing backslash");
    const edge = this.#syntax.awk === true ? undefined : EDGES[char];
    if (edge !== undefined) return { kind: "edge", edge };
    if ("wWsS".includes(char)) return { kind: "set", set: escapedClass(char) };
    if (/[1-9]/.test(char) && this.#syntax.awk !== true) return this.#back(Number(char));
    return { kind: "set", set: setOf(char) };
  }

  #back(number: number): RegexNode {
    const index = (this.#syntax.firstGroup ?? 1) - 1 + number;
    return this.#closed.has(index) ? { kind: "back", index } : this.#fail("Invalid back reference");
  }

  #repeated(atom: RegexNode): RegexNode {
    let node = atom;
    while (this.wrong === undefined) {
      const times = this.#times();
      if (times === undefined) return node;
      const anchored = atom.kind === "edge" && !this.#syntax.extended;
      if (anchored && times.star) return { kind: "sequence", items: [node, { kind: "set", set: setOf("*") }] };
      node = { kind: "repeat", body: node, min: times.min, max: times.max, lazy: false };
    }
    return node;
  }

  #times(): { min: number; max: number; star?: boolean } | undefined {
    if (this.#text.charAt(this.#at) === "*") {
      this.#at += 1;
      return { min: 0, max: Number.POSITIVE_INFINITY, star: true };
    }
    if (this.#takeOperator("+")) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#takeOperator("?")) return { min: 0, max: 1 };
    return this.#syntax.awk === true ? undefined : this.#interval();
  }

  #interval(): { min: number; max: number } | undefined {
    const { extended } = this.#syntax;
    if (!this.#atOperator("{")) return undefined;
    const pattern = extended ? /\{(\d*)(,?)(\d*)\}/y : /\\\{(\d*)(,?)(\d*)\\\}/y;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    const [whole = "", low = "", comma = "", high = ""] = found ?? [];
    const loose = extended && this.#syntax.warn !== undefined;
    if (found === null || (low === "" && comma === "")) return loose ? undefined : this.#badInterval();
    this.#at += whole.length;
    return this.#bounds(Number(low || "0"), comma === "" ? low : high);
  }

  #bounds(min: number, high: string): { min: number; max: number } {
    const max = high === "" ? Number.POSITIVE_INFINITY : Number(high);
    if (max < min) this.#fail("Invalid content of \\{\\}");
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY)) this.#fail("Regular expression too big");
    return { min, max };
  }

  #badInterval(): undefined {
    this.#fail(this.#text.includes(this.#syntax.extended ? "}" : "\\}", this.#at) ? "Invalid content of \\{\\}" : "Unmatched \\{");
    return undefined;
  }

  #endsSequence(): boolean {
    const rest = this.#text.slice(this.#at + 1, this.#at + 3);
    return rest === "" || rest === "\\)" || rest === "\\|";
  }

  #atOperator(char: string): boolean {
    return this.#text.startsWith(this.#syntax.extended ? char : `\\${char}`, this.#at);
  }

  #takeOperator(char: string): boolean {
    if (!this.#atOperator(char)) return false;
    this.#at += this.#syntax.extended ? 1 : 2;
    return true;
  }

  #fail(wrong: string): RegexNode {
    this.wrong ??= wrong;
    return EMPTY;
  }
}

/** \w \W \s \S \d \D. */
export function escapedClass(letter: string): Uint8Array {
  const name = { w: "word", s: "space", d: "digit" }[letter.toLowerCase()] ?? "";
  const set = classSet(name) ?? emptySet();
  return letter === letter.toLowerCase() ? set : inverted(set);
}
