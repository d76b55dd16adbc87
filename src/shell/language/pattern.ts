/**
 * Shell patterns (POSIX XCU 2.13): `*`, `?`, bracket expressions, backslash quotes; with `extglob` also ?(..) *(..) +(..) @(..) !(..).
 * Matching takes at most pattern times text steps; with groups it is bounded by a budget, since a visitor writes both.
 */
export interface Pattern {
  readonly tokens: readonly Token[];
  /** No special character: the text itself. */
  readonly literal: string | undefined;
}

type Token =
  | { readonly kind: "char"; readonly char: string; readonly code: number }
  | { readonly kind: "any" }
  | { readonly kind: "star" }
  | { readonly kind: "set"; readonly negated: boolean; readonly has: (code: number) => boolean }
  | { readonly kind: "group"; readonly mark: string; readonly choices: readonly Pattern[] };

export function parsePattern(text: string, extended = false): Pattern {
  return parseTokens(text, extended);
}

function parseTokens(text: string, extended: boolean): Pattern {
  const tokens: Token[] = [];
  const how = { extended, failed: 0 };
  let at = 0;
  while (at < text.length) {
    const { token, end } = nextToken(text, at, how);
    const doubled = token.kind === "star" && tokens.at(-1)?.kind === "star";
    if (!doubled) tokens.push(token);
    at = end;
  }
  const literal = tokens.every((token) => token.kind === "char")
    ? tokens.map((token) => (token.kind === "char" ? token.char : "")).join("")
    : undefined;
  return { tokens, literal };
}

interface Reading {
  readonly extended: boolean;
  /** Brackets so far that never close. */
  failed: number;
}

/** So many ends of brackets are looked for in vain; then brackets stand for themselves, so that reading a pattern takes time by its length. */
const MAX_FAILED = 20;

function nextToken(text: string, at: number, how: Reading): { token: Token; end: number } {
  const char = text.charAt(at);
  if (char === "\\" && at + 1 < text.length)
    return { token: { kind: "char", char: text.charAt(at + 1), code: text.charCodeAt(at + 1) }, end: at + 2 };
  const bracketed = how.failed < MAX_FAILED ? parseBracketed(text, at, how) : undefined;
  if (bracketed !== undefined) return bracketed;
  if (char === "*") return { token: { kind: "star" }, end: at + 1 };
  if (char === "?") return { token: { kind: "any" }, end: at + 1 };
  return { token: { kind: "char", char, code: char.charCodeAt(0) }, end: at + 1 };
}

/** A group or a bracket expression, if one begins here and ends somewhere. */
function parseBracketed(text: string, at: number, how: Reading): { token: Token; end: number } | undefined {
  const char = text.charAt(at);
  const isGroup = how.extended && "?*+@!".includes(char) && text.charAt(at + 1) === "(";
  if (!isGroup && char !== "[") return undefined;
  const found = isGroup ? parseGroup(text, at) : parseSet(text, at);
  if (found === undefined) how.failed += 1;
  return found;
}

function parseGroup(text: string, at: number): { token: Token; end: number } | undefined {
  const edges = [at + 1];
  let depth = 1;
  let here = at + 2;
  for (; here < text.length && depth > 0; here += 1) {
    const char = text.charAt(here);
    if (char === "\\") here += 1;
    else if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (char === "|" && depth === 1) edges.push(here);
  }
  return depth > 0 ? undefined : { token: groupToken(text, at, [...edges, here - 1]), end: here };
}

function groupToken(text: string, at: number, edges: readonly number[]): Token {
  const choices = edges.slice(1).map((edge, index) => parsePattern(text.slice((edges[index] ?? 0) + 1, edge), true));
  return { kind: "group", mark: text.charAt(at), choices };
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\r\f\v]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
  word: /[A-Za-z0-9_]/,
};

/** A bracket expression: `[` [`!` or `^`] members `]`; a `]` that comes first is a member. */
function parseSet(text: string, at: number): { token: Token; end: number } | undefined {
  const negated = text.charAt(at + 1) === "!" || text.charAt(at + 1) === "^";
  const members: ((code: number) => boolean)[] = [];
  let here = at + (negated ? 2 : 1);
  if (text.indexOf("]", here + 1) < 0) return undefined;
  for (let first = true; text.charAt(here) !== "]" || first; first = false) {
    if (here >= text.length) return undefined;
    const member = parseMember(text, here);
    members.push(member.has);
    here = member.end;
  }
  return { token: { kind: "set", negated, has: (code) => members.some((has) => has(code)) }, end: here + 1 };
}

function parseMember(text: string, at: number): { has: (code: number) => boolean; end: number } {
  const named = text.charAt(at + 1) === ":" ? /^\[:(\w+):\]/.exec(text.slice(at, at + 16)) : null;
  const known = CLASSES[named?.[1] ?? ""];
  if (named !== null && known !== undefined) return { has: (code) => known.test(String.fromCharCode(code)), end: at + named[0].length };
  const low = memberChar(text, at);
  if (text.charAt(low.end) !== "-" || text.charAt(low.end + 1) === "]" || low.end + 1 >= text.length)
    return { has: (code) => code === low.code, end: low.end };
  const high = memberChar(text, low.end + 1);
  return { has: (code) => code >= low.code && code <= high.code, end: high.end };
}

function memberChar(text: string, at: number): { code: number; end: number } {
  const mayCollate = text.charAt(at) === "[" && "=.".includes(text.charAt(at + 1));
  const collated = mayCollate ? /^\[[=.](.)[=.]\]/.exec(text.slice(at, at + 5)) : null;
  if (collated !== null) return { code: (collated[1] ?? "").charCodeAt(0), end: at + 5 };
  const escaped = text.charAt(at) === "\\" && at + 1 < text.length ? 1 : 0;
  return { code: text.charCodeAt(at + escaped), end: at + escaped + 1 };
}

/** Whether the whole text fits. */
export function matches(pattern: Pattern, text: string, ignoreCase = false): boolean {
  if (ignoreCase) return matches({ tokens: lowered(pattern.tokens), literal: undefined }, text.toLowerCase());
  if (pattern.literal !== undefined) return pattern.literal === text;
  if (hasGroups(pattern)) return matchGroups(pattern, text, { left: GROUP_BUDGET });
  return matchSimple(pattern.tokens, text);
}

function lowered(tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token) =>
    token.kind === "char" ? { ...token, code: String.fromCharCode(token.code).toLowerCase().charCodeAt(0) } : token,
  );
}

function hasGroups(pattern: Pattern): boolean {
  return pattern.tokens.some((token) => token.kind === "group");
}

/** Steps that one match may take: a visitor writes both pattern and text. Beyond it, nothing matches. */
const BUDGET = 3_000_000;
const GROUP_BUDGET = 30_000;

interface Budget {
  left: number;
}

/** Without groups: greedy, with one place to come back to, the last star. */
function matchSimple(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  for (let left = BUDGET; at < text.length; left -= 1) {
    const current = tokens[token];
    if (left < 0) return false;
    if (current?.kind === "star") {
      star = token;
      starAt = at;
      token += 1;
    } else if (current !== undefined && fits(current, text.charCodeAt(at))) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      starAt += 1;
      token = star + 1;
      at = starAt;
    } else return false;
  }
  while (tokens[token]?.kind === "star") token += 1;
  return token === tokens.length;
}

function fits(token: Token, code: number): boolean {
  if (token.kind === "char") return token.code === code;
  return token.kind === "any" || (token.kind === "set" && token.has(code) !== token.negated);
}

/** With groups: by recursion, within the budget. */
function matchGroups(pattern: Pattern, text: string, budget: Budget): boolean {
  const [first, ...rest] = pattern.tokens;
  budget.left -= 1;
  if (budget.left < 0) return false;
  if (first === undefined) return text === "";
  const after: Pattern = { tokens: rest, literal: undefined };
  if (first.kind !== "star" && first.kind !== "group")
    return text !== "" && fits(first, text.charCodeAt(0)) && matchGroups(after, text.slice(1), budget);
  for (let end = 0; end <= text.length; end += 1) {
    const taken = first.kind === "star" || groupFits(first, text.slice(0, end), budget);
    if (taken && matchGroups(after, text.slice(end), budget)) return true;
    if (budget.left < 0) return false;
  }
  return false;
}

function groupFits(group: Token & { kind: "group" }, text: string, budget: Budget): boolean {
  const once = group.choices.some((choice) => matchGroups(choice, text, budget));
  switch (group.mark) {
    case "!":
      return !once;
    case "@":
      return once;
    case "?":
      return once || text === "";
    default:
      return once || (text === "" ? group.mark === "*" : repeats(group, text, budget));
  }
}

function repeats(group: Token & { kind: "group" }, text: string, budget: Budget): boolean {
  for (let end = 1; end < text.length && budget.left > 0; end += 1) {
    const head = text.slice(0, end);
    if (group.choices.some((choice) => matchGroups(choice, head, budget)) && groupFits({ ...group, mark: "+" }, text.slice(end), budget))
      return true;
  }
  return false;
}

/**
 * All places of a pattern at once, each with the earliest start of a match that has come so far (-1: none). One step takes one character,
 * so that a search costs text times pattern, whatever they are.
 */
class Simulation {
  #starts: Int32Array;
  #next: Int32Array;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    this.#starts = new Int32Array(tokens.length + 1).fill(-1);
    this.#next = new Int32Array(tokens.length + 1).fill(-1);
  }

  begin(at: number): void {
    arrive(this.#starts, this.#tokens, { place: 0, start: at });
  }

  /** The earliest start of a whole match that ends here; -1: none. */
  get matched(): number {
    return this.#starts[this.#tokens.length] ?? -1;
  }

  /** Whether a match that began at `start` or before may still come. */
  mayReach(start: number): boolean {
    for (let place = 0; place < this.#tokens.length; place += 1) {
      const begun = this.#starts[place] ?? -1;
      if (begun >= 0 && begun <= start) return true;
    }
    return false;
  }

  step(code: number): void {
    this.#next.fill(-1);
    for (const [place, token] of this.#tokens.entries()) {
      const start = this.#starts[place] ?? -1;
      if (start < 0) continue;
      if (token.kind === "star") arrive(this.#next, this.#tokens, { place, start });
      else if (fits(token, code)) arrive(this.#next, this.#tokens, { place: place + 1, start });
    }
    [this.#starts, this.#next] = [this.#next, this.#starts];
  }
}

/** Enters a place, and the ones behind stars there. */
function arrive(starts: Int32Array, tokens: readonly Token[], at: { readonly place: number; readonly start: number }): void {
  for (let place = at.place; ; place += 1) {
    const known = starts[place] ?? -1;
    if (known < 0 || known > at.start) starts[place] = at.start;
    if (tokens[place]?.kind !== "star") return;
  }
}

/** Where the pattern fits at the start or the end of the text, the shortest or longest such part; -1: nowhere. Gives the part's length. */
export function matchEdge(pattern: Pattern, text: string, edge: { readonly end: boolean; readonly longest: boolean }): number {
  if (hasGroups(pattern)) return groupEdge(pattern, text, edge);
  if (text.length * pattern.tokens.length > BUDGET) return -1;
  const simulation = new Simulation(edge.end ? [...pattern.tokens].reverse() : pattern.tokens);
  simulation.begin(0);
  let found = simulation.matched === 0 ? 0 : -1;
  for (let size = 1; size <= text.length && (edge.longest || found < 0); size += 1) {
    simulation.step(text.charCodeAt(edge.end ? text.length - size : size - 1));
    if (simulation.matched === 0) found = size;
  }
  return found;
}

function groupEdge(pattern: Pattern, text: string, edge: { readonly end: boolean; readonly longest: boolean }): number {
  const budget = { left: GROUP_BUDGET };
  for (let step = 0; step <= text.length && budget.left > 0; step += 1) {
    const size = edge.longest ? text.length - step : step;
    if (matchGroups(pattern, edge.end ? text.slice(text.length - size) : text.slice(0, size), budget)) return size;
  }
  return -1;
}

/** The first place from `from` on where a part of the text fits, the longest such part. */
export function findIn(pattern: Pattern, text: string, from: number): { readonly at: number; readonly size: number } | undefined {
  if (pattern.literal !== undefined) {
    const at = text.indexOf(pattern.literal, from);
    return at < 0 ? undefined : { at, size: pattern.literal.length };
  }
  if (hasGroups(pattern)) return findGroups(pattern, text, from);
  return (text.length - from) * pattern.tokens.length > BUDGET ? undefined : findSimple(pattern, text, from);
}

function findSimple(pattern: Pattern, text: string, from: number): { readonly at: number; readonly size: number } | undefined {
  const simulation = new Simulation(pattern.tokens);
  let best: { at: number; size: number } | undefined;
  for (let at = from; at <= text.length; at += 1) {
    if (best === undefined) simulation.begin(at);
    const start = simulation.matched;
    if (start >= 0 && (best === undefined || start <= best.at)) best = { at: start, size: at - start };
    if (best !== undefined && !simulation.mayReach(best.at)) return best;
    if (at < text.length) simulation.step(text.charCodeAt(at));
  }
  return best;
}

function findGroups(pattern: Pattern, text: string, from: number): { readonly at: number; readonly size: number } | undefined {
  for (let at = from; at <= text.length && at < from + 200; at += 1) {
    const size = groupEdge(pattern, text.slice(at, at + 2000), { end: false, longest: true });
    if (size >= 0) return { at, size };
  }
  return undefined;
}

/** Quotes what is special in a pattern. */
export function quotePattern(text: string): string {
  return text.replace(/[*?[\]\\()|!@+]/g, "\\$&");
}
