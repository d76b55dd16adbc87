import type { Parser } from "./parser.ts";
import type { CaseClause, Compound, CompoundBody, FunctionDefinition, Script, Word } from "./syntax.ts";
import { SyntaxProblem } from "./syntax-problem.ts";
import { parseTest } from "./test-parser.ts";

/** A compound command or function definition, if one begins here. */
export function parseCompound(parser: Parser): Compound | FunctionDefinition | undefined {
  const line = parser.scanner.line;
  const start = parser.scanner.at;
  const word = parser.reserved();
  if (parser.isEndWord(word)) parser.unexpected();
  const defined = parseFunction(parser, word);
  if (defined !== undefined) return { ...defined, source: parser.scanner.text.slice(start, parser.scanner.at) };
  const body = compoundBody(parser, word);
  return body === undefined ? undefined : { type: "compound", body, redirects: parser.redirects(), line };
}

function compoundBody(parser: Parser, word: string | undefined): CompoundBody | undefined {
  const { scanner } = parser;
  if (scanner.looking("((") && parser.settings.dialect === "bash") {
    const arithmetic = arithmeticCommand(parser);
    if (arithmetic !== undefined) return arithmetic;
  }
  if (scanner.peek() === "(") {
    scanner.at += 1;
    const script = parser.script([")"]);
    scanner.at += 1;
    return { kind: "subshell", script };
  }
  const parse = word === undefined ? undefined : COMPOUNDS[word];
  if (word === undefined || parse === undefined || !Object.hasOwn(COMPOUNDS, word)) return undefined;
  if ((word === "[[" || word === "select") && parser.settings.dialect === "dash") return undefined;
  scanner.at += word.length;
  return parse(parser);
}

const COMPOUNDS: Readonly<Record<string, (parser: Parser) => CompoundBody>> = {
  "{": group,
  if: ifCommand,
  while: (parser) => loop(parser, false),
  until: (parser) => loop(parser, true),
  for: (parser) => forCommand(parser, "for"),
  select: (parser) => forCommand(parser, "select"),
  case: caseCommand,
  "[[": (parser) => ({ kind: "test", expression: parseTest(parser) }),
};

function group(parser: Parser): CompoundBody {
  const script = parser.script(["}"]);
  parser.expect("}");
  return { kind: "group", script };
}

function arithmeticCommand(parser: Parser): CompoundBody | undefined {
  const { scanner } = parser;
  const start = scanner.at;
  scanner.at += 2;
  const expression = scanner.arithmetic();
  if (expression !== undefined) return { kind: "arithmetic", expression };
  scanner.at = start;
  return undefined;
}

function ifCommand(parser: Parser): CompoundBody {
  const branches: { condition: Script; then: Script }[] = [];
  let otherwise: Script | undefined;
  while (true) {
    const condition = parser.script(["then"]);
    parser.expect("then");
    const then = parser.script(["fi", "elif", "else"], "fi");
    branches.push({ condition, then });
    if (parser.reserved() !== "elif") break;
    parser.expect("elif");
  }
  if (parser.reserved() === "else") {
    parser.expect("else");
    otherwise = parser.script(["fi"]);
  }
  parser.expect("fi");
  return { kind: "if", branches, otherwise };
}

function loop(parser: Parser, until: boolean): CompoundBody {
  const condition = parser.script(["do"]);
  return { kind: "while", until, condition, script: doGroup(parser) };
}

function doGroup(parser: Parser): Script {
  parser.expect("do");
  const script = parser.script(["done"]);
  parser.expect("done");
  return script;
}

function forCommand(parser: Parser, kind: "for" | "select"): CompoundBody {
  parser.blanks();
  if (kind === "for" && parser.scanner.looking("((") && parser.settings.dialect === "bash") return forArithmetic(parser);
  const name = parser.word().source;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    if (name === "" && parser.settings.dialect === "bash") parser.missingWord();
    throw new SyntaxProblem({ kind: "bad-name", name, line: parser.scanner.line });
  }
  const words = forWords(parser);
  if (parser.operator() === ";") parser.scanner.at += 1;
  parser.newlines();
  if (parser.reserved() === "{") {
    parser.expect("{");
    const body = group(parser);
    return { kind, name, words, script: body.kind === "group" ? body.script : { items: [] } };
  }
  return { kind, name, words, script: doGroup(parser) };
}

/** The words behind `in`; undefined: the positional parameters. */
function forWords(parser: Parser): Word[] | undefined {
  parser.newlines();
  if (parser.reserved() !== "in") return undefined;
  parser.expect("in");
  const words: Word[] = [];
  for (let word = parser.word(); word.parts.length > 0; word = parser.word()) words.push(word);
  const next = parser.scanner.peek();
  if (next !== ";" && next !== "\n") parser.unexpected();
  return words;
}

function forArithmetic(parser: Parser): CompoundBody {
  const { scanner } = parser;
  scanner.at += 2;
  const first = section(parser, ";");
  const second = section(parser, ";");
  const third = section(parser, ")");
  if (scanner.peek() !== ")") parser.unexpected();
  scanner.at += 1;
  if (parser.operator() === ";") scanner.at += 1;
  parser.newlines();
  if (parser.reserved() === "{") {
    parser.expect("{");
    const body = group(parser);
    return { kind: "for-arithmetic", parts: [first, second, third], script: body.kind === "group" ? body.script : { items: [] } };
  }
  return { kind: "for-arithmetic", parts: [first, second, third], script: doGroup(parser) };
}

function section(parser: Parser, closer: ";" | ")"): Word {
  const word = parser.scanner.arithmeticSection(closer);
  if (word === undefined) parser.unexpected();
  parser.scanner.at += 1;
  return word ?? { parts: [], source: "" };
}

function caseCommand(parser: Parser): CompoundBody {
  const subject = parser.word();
  if (subject.parts.length === 0) parser.unexpected();
  parser.expect("in");
  const clauses: CaseClause[] = [];
  parser.newlines();
  while (parser.reserved() !== "esac") {
    clauses.push(caseClause(parser));
    parser.newlines();
  }
  parser.expect("esac");
  return { kind: "case", subject, clauses };
}

const CLAUSE_ENDS = { ";;": "stop", ";&": "fall", ";;&": "test" } as const;

function caseClause(parser: Parser): CaseClause {
  if (parser.operator() === "(") parser.scanner.at += 1;
  const patterns: Word[] = [];
  while (true) {
    const pattern = parser.word();
    if (pattern.parts.length === 0) parser.unexpected(")");
    patterns.push(pattern);
    if (parser.operator() !== "|") break;
    parser.scanner.at += 1;
  }
  if (parser.operator() !== ")") parser.unexpected(")");
  parser.scanner.at += 1;
  const script = parser.scriptOrNothing([";;", ";&", ";;&", "esac"]);
  const operator = parser.operator();
  if (parser.settings.dialect === "dash" && (operator === ";&" || operator === ";;&")) {
    parser.scanner.at += operator.length - 1;
    parser.unexpected();
  }
  if (operator !== ";;" && operator !== ";&" && operator !== ";;&") return { patterns, script, end: "stop" };
  parser.scanner.at += operator.length;
  return { patterns, script, end: CLAUSE_ENDS[operator] };
}

function parseFunction(parser: Parser, word: string | undefined): Omit<FunctionDefinition, "source"> | undefined {
  const { scanner, settings } = parser;
  const start = scanner.at;
  const keyword = word === "function" && settings.dialect !== "dash";
  if (keyword) scanner.at += word.length;
  const name = parser.reserved();
  const isName = name !== undefined && (keyword || (!Object.hasOwn(COMPOUNDS, name) && !name.includes("=")));
  if (!isName || !functionParentheses(parser, name, keyword)) {
    scanner.at = start;
    return undefined;
  }
  if (!NAME.test(name)) throw new SyntaxProblem({ kind: "bad-name", name, line: scanner.line });
  parser.newlines();
  const line = scanner.line;
  const body = compoundBody(parser, parser.reserved()) ?? parser.unexpected();
  return { type: "function", name, body: { type: "compound", body, redirects: parser.redirects(), line } };
}

/** The `()` behind a name; behind `function name` they may be missing. False: it is no definition. */
function functionParentheses(parser: Parser, name: string, keyword: boolean): boolean {
  const { scanner } = parser;
  scanner.at += name.length;
  parser.blanks();
  const parentheses = /^\([ \t]*\)/.exec(scanner.text.slice(scanner.at, scanner.at + 32))?.[0];
  scanner.at += parentheses?.length ?? 0;
  if (parentheses !== undefined || keyword) return true;
  if (scanner.peek() !== "(" || !NAME.test(name) || parser.isEndWord(name)) return false;
  scanner.at += 1;
  return parser.unexpected(")");
}

const NAME = /^[^\s$"'`\\=/]+$/;
