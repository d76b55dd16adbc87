/**
 * Shell patterns (POSIX XCU 2.13): `*`, `?`, bracket expressions, backslash quotes; with `extglob` also ?(..) *(..) +(..) @(..) !(..).
 * Matching takes at most pattern times text steps for plain patterns; alternatives are bounded by a budget, since a visitor writes both.
 */
export interface Pattern {
  readonly tokens: readonly Token[];
  /** No special character: the text itself. */
  readonly literal: string | undefined;
}

type Token =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "any" }
  | { readonly kind: "star" }
  | { readonly kind: "set"; readonly negated: boolean; readonly has: (code: number) => boolean }
  | { readonly kind: "group"; readonly mark: string; readonly choices: readonly Pattern[] };

export function parsePattern(text: string, extended = false): Pattern {
  return parseTokens(text, extended).pattern;
}

function parseTokens(text: string, extended: boolean): { pattern: Pattern } {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const { token, end } = nextToken(text, at, extended);
    const doubled = token.kind === "star" && tokens.at(-1)?.kind === "star";
    if (!doubled) tokens.push(token);
    at = end;
  }
  const literal = tokens.every((token) => token.kind === "char")
    ? tokens.map((token) => (token.kind === "char" ? token.char : "")).join("")
    : undefined;
  return { pattern: { tokens, literal } };
}

function nextToken(text: string, at: number, extended: boolean): { token: Token; end: number } {
  const char = text.charAt(at);
  if (char === "\\" && at + 1 < text.length) return { token: { kind: "char", char: text.charAt(at + 1) }, end: at + 2 };
  if (extended && "?*+@!".includes(char) && text.charAt(at + 1) === "(") {
    const group = parseGroup(text, at);
    if (group !== undefined) return group;
  }
  if (char === "*") return { token: { kind: "star" }, end: at + 1 };
  if (char === "?") return { token: { kind: "any" }, end: at + 1 };
  const set = char === "[" ? parseSet(text, at) : undefined;
  return set ?? { token: { kind: "char", char }, end: at + 1 };
}

function parseGroup(text: string, at: number): { token: Token; end: number } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let start = at + 2;
  for (let here = start; here < text.length; here += 1) {
    const char = text.charAt(here);
    if (char === "\\") here += 1;
    else if (char === "(") depth += 1;
    else if (char === "|" && depth === 0) {
      choices.push(text.slice(start, here));
      start = here + 1;
    } else if (char === ")" && depth > 0) depth -= 1;
    else if (char === ")") {
      choices.push(text.slice(start, here));
      return {
        token: { kind: "group", mark: text.charAt(at), choices: choices.map((choice) => parsePattern(choice, true)) },
        end: here + 1,
      };
    }
  }
  return undefined;
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
  for (let first = true; text.charAt(here) !== "]" || first; first = false) {
    if (here >= text.length) return undefined;
    const member = parseMember(text, here);
    members.push(member.has);
    here = member.end;
  }
  return { token: { kind: "set", negated, has: (code) => members.some((has) => has(code)) }, end: here + 1 };
}

function parseMember(text: string, at: number): { has: (code: number) => boolean; end: number } {
  const named = /^\[:(\w+):\]/.exec(text.slice(at, at + 16));
  const known = CLASSES[named?.[1] ?? ""];
  if (named !== null && known !== undefined) return { has: (code) => known.test(String.fromCharCode(code)), end: at + named[0].length };
  const low = memberChar(text, at);
  if (text.charAt(low.end) !== "-" || text.charAt(low.end + 1) === "]" || low.end + 1 >= text.length)
    return { has: (code) => code === low.code, end: low.end };
  const high = memberChar(text, low.end + 1);
  return { has: (code) => code >= low.code && code <= high.code, end: high.end };
}

function memberChar(text: string, at: number): { code: number; end: number } {
  const collated = /^\[[=.](.)[=.]\]/.exec(text.slice(at, at + 5));
  if (collated !== null) return { code: (collated[1] ?? "").charCodeAt(0), end: at + 5 };
  const escaped = text.charAt(at) === "\\" && at + 1 < text.length ? 1 : 0;
  return { code: text.charCodeAt(at + escaped), end: at + escaped + 1 };
}

/** Whether the whole text fits. */
export function matches(pattern: Pattern, text: string, ignoreCase = false): boolean {
  if (ignoreCase) return matchFrom({ tokens: lowered(pattern.tokens), literal: undefined }, text.toLowerCase(), { left: BUDGET });
  if (pattern.literal !== undefined) return pattern.literal === text;
  return matchFrom(pattern, text, { left: BUDGET });
}

function lowered(tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token) => (token.kind === "char" ? { kind: "char", char: token.char.toLowerCase() } : token));
}

const BUDGET = 200_000;

interface Budget {
  left: number;
}

/** Greedy matching with one place to come back to: the last star. Groups are tried by recursion, within the budget. */
function matchFrom(pattern: Pattern, text: string, budget: Budget): boolean {
  const { tokens } = pattern;
  let token = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length || token < tokens.length) {
    budget.left -= 1;
    if (budget.left < 0) return false;
    const current = tokens[token];
    if (current?.kind === "group") {
      if (matchGroup({ tokens: tokens.slice(token), literal: undefined }, text.slice(at), budget)) return true;
    } else if (current?.kind === "star") {
      star = token;
      starAt = at;
      token += 1;
      continue;
    } else if (current !== undefined && at < text.length && fits(current, text.charCodeAt(at))) {
      token += 1;
      at += 1;
      continue;
    }
    if (star < 0 || starAt >= text.length) return false;
    starAt += 1;
    token = star + 1;
    at = starAt;
  }
  return true;
}

function fits(token: Token, code: number): boolean {
  if (token.kind === "char") return token.char.charCodeAt(0) === code;
  return token.kind === "any" || (token.kind === "set" && token.has(code) !== token.negated);
}

/** The tokens begin with a group: some beginning of the text must fit it, and the rest the rest. */
function matchGroup(pattern: Pattern, text: string, budget: Budget): boolean {
  const [group, ...rest] = pattern.tokens;
  if (group?.kind !== "group") return matchFrom(pattern, text, budget);
  const after: Pattern = { tokens: rest, literal: undefined };
  for (let end = 0; end <= text.length; end += 1) {
    budget.left -= 1;
    if (budget.left < 0) return false;
    if (groupFits(group, text.slice(0, end), budget) && matchFrom(after, text.slice(end), budget)) return true;
  }
  return false;
}

function groupFits(group: Token & { kind: "group" }, text: string, budget: Budget): boolean {
  const once = group.choices.some((choice) => matchFrom(choice, text, budget));
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
  for (let end = 1; end < text.length; end += 1) {
    budget.left -= 1;
    if (budget.left < 0) return false;
    const head = text.slice(0, end);
    if (group.choices.some((choice) => matchFrom(choice, head, budget)) && groupFits({ ...group, mark: "+" }, text.slice(end), budget))
      return true;
  }
  return false;
}

/** Where the pattern fits at the start or the end of the text, the shortest or longest such part; -1: nowhere. Gives the part's length. */
export function matchEdge(pattern: Pattern, text: string, edge: { readonly end: boolean; readonly longest: boolean }): number {
  for (let step = 0; step <= text.length; step += 1) {
    const size = edge.longest ? text.length - step : step;
    if (matches(pattern, edge.end ? text.slice(text.length - size) : text.slice(0, size))) return size;
  }
  return -1;
}

/** The first place from `from` on where a part of the text fits, the longest such part. */
export function findIn(pattern: Pattern, text: string, from: number): { readonly at: number; readonly size: number } | undefined {
  if (pattern.literal !== undefined) {
    const at = text.indexOf(pattern.literal, from);
    return at < 0 ? undefined : { at, size: pattern.literal.length };
  }
  const fixed = pattern.tokens.every((token) => token.kind !== "star" && token.kind !== "group") ? pattern.tokens.length : undefined;
  for (let at = from; at <= text.length; at += 1) {
    const size =
      fixed === undefined
        ? matchEdge(pattern, text.slice(at), { end: false, longest: true })
        : matches(pattern, text.slice(at, at + fixed))
          ? fixed
          : -1;
    if (size >= 0) return { at, size };
  }
  return undefined;
}

/** Quotes what is special in a pattern. */
export function quotePattern(text: string): string {
  return text.replace(/[*?[\]\\()|!@+]/g, "\\$&");
}
