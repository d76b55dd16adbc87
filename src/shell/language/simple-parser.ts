import type { Parser } from "./parser.ts";
import { parseRedirect } from "./redirect-parser.ts";
import { type ArrayItem, type Assignment, literalText, type Redirect, type Simple, type Word } from "./syntax.ts";
import { SyntaxProblem } from "./syntax-problem.ts";

/** A simple command: assignments, words and redirections in any order, as far as they go (POSIX XCU 2.9.1). */
export function parseSimple(parser: Parser): Simple {
  const { scanner } = parser;
  const line = scanner.line;
  const found: Found = { assignments: [], words: [], redirects: [] };
  while (parsePiece(parser, found)) if (found.words.length > MAX_WORDS) throw new SyntaxProblem({ kind: "deep", line });
  if (found.assignments.length + found.words.length + found.redirects.length === 0) parser.unexpected();
  return { type: "simple", ...found, line };
}

interface Found {
  readonly assignments: Assignment[];
  readonly words: Word[];
  readonly redirects: Redirect[];
}

const MAX_WORDS = 100_000;
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)(\[|\+?=)/;

/** Builtins whose arguments are assignments: no word splitting after the equals sign. */
const DECLARATIONS = new Set(["declare", "typeset", "local", "export", "readonly"]);

/** False: nothing that belongs to the command is left. */
function parsePiece(parser: Parser, found: Found): boolean {
  const redirect = parseRedirect(parser);
  if (redirect !== undefined) {
    found.redirects.push(redirect);
    return true;
  }
  const [first] = found.words;
  const mayAssign = first === undefined || DECLARATIONS.has(literalText(first) ?? "");
  const assignment = mayAssign ? parseAssignment(parser) : undefined;
  if (assignment !== undefined && first === undefined) {
    found.assignments.push(assignment);
    return true;
  }
  const word = assignment === undefined ? parser.scanner.word() : declaredWord(assignment);
  if (word.parts.length > 0) found.words.push(word);
  return word.parts.length > 0;
}

/** An assignment behind `declare` and the like: kept as text, an array in parentheses with its quoting. */
function declaredWord({ name, append, index, value }: Assignment): Word {
  const head = `${name}${index === undefined ? "" : `[${index.source}]`}${append ? "+" : ""}=`;
  if ("parts" in value) {
    const parts = value.parts.map((part) => (part.kind === "literal" ? { kind: "single" as const, text: part.text } : part));
    return {
      parts: [
        { kind: "single", text: head },
        { kind: "double", parts },
      ],
      source: head + value.source,
    };
  }
  const items = value.map((item) => (item.index === undefined ? "" : `[${item.index.source}]=`) + item.value.source).join(" ");
  return { parts: [{ kind: "single", text: `${head}(${items})` }], source: `${head}(${items})` };
}

function parseAssignment(parser: Parser): Assignment | undefined {
  const { scanner, settings } = parser;
  const name = ASSIGNMENT.exec(scanner.text.slice(scanner.at, scanner.at + 256))?.[1];
  if (name === undefined) return undefined;
  const start = scanner.at;
  scanner.at += name.length;
  const bash = settings.dialect === "bash";
  const index = scanner.peek() === "[" && bash ? subscript(parser) : undefined;
  const append = scanner.looking("+=") && settings.dialect !== "dash";
  if (append) scanner.at += 1;
  if (scanner.peek() !== "=") {
    scanner.at = start;
    return undefined;
  }
  scanner.at += 1;
  if (scanner.peek() === "(" && bash) return { name, index, append, value: array(parser) };
  return { name, index, append, value: scanner.word() };
}

function subscript({ scanner }: Parser): Word {
  scanner.at += 1;
  const index = scanner.raw((next) => next === "]" || next === "" || next === "\n", "pattern");
  if (scanner.peek() === "]") scanner.at += 1;
  return index;
}

function array(parser: Parser): ArrayItem[] {
  const { scanner } = parser;
  const items: ArrayItem[] = [];
  scanner.at += 1;
  while (true) {
    parser.newlines();
    if (scanner.peek() === ")") break;
    if (scanner.peek() === "") throw new SyntaxProblem({ kind: "unclosed", closer: ")", line: scanner.line });
    const indexed = scanner.peek() === "[" ? indexedItem(parser) : undefined;
    const item = indexed ?? { index: undefined, value: scanner.word() };
    if (indexed === undefined && item.value.parts.length === 0) parser.unexpected();
    items.push(item);
  }
  scanner.at += 1;
  return items;
}

function indexedItem(parser: Parser): ArrayItem | undefined {
  const { scanner } = parser;
  const start = scanner.at;
  const index = subscript(parser);
  if (scanner.peek() === "=") {
    scanner.at += 1;
    return { index, value: scanner.word() };
  }
  scanner.at = start;
  return undefined;
}
