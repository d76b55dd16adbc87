import type { Parser } from "./parser.ts";
import { type Part, type Redirect, textWord, type Word } from "./syntax.ts";
import { SyntaxProblem } from "./syntax-problem.ts";

/** `[n]<`, `{name}>` and so on with their targets (POSIX XCU 2.7), and the here-documents that follow at the next line. */

const REDIRECTION = /^(?:(\d+)|\{([A-Za-z_][A-Za-z0-9_]*)\})?(&>>|&>|<<<|<<-|<<|<>|<&|>&|>>|>\||<(?!\()|>(?!\())/;
const OPERATORS = ["<", ">", ">>", ">|", "<>", "<&", ">&", "&>", "&>>", "<<", "<<-", "<<<"] as const;

export function parseRedirect(parser: Parser): Redirect | undefined {
  parser.blanks();
  const { scanner } = parser;
  const head = readHead(parser);
  if (head === undefined) return undefined;
  scanner.at += head.size;
  parser.blanks();
  const { fd, fdName, operator } = head;
  const word = scanner.word();
  if (word.parts.length === 0) parser.missingWord();
  const redirect = { fd, fdName, operator, target: word };
  if (operator === "<<" || operator === "<<-") {
    parser.hereDocuments.expect({
      ...delimiterOf(word),
      strip: operator === "<<-",
      fill: (body) => Object.assign(redirect, { target: body }),
    });
  }
  return redirect;
}

interface Head extends Pick<Redirect, "fd" | "fdName" | "operator"> {
  readonly size: number;
}

function readHead(parser: Parser): Head | undefined {
  const { scanner, settings } = parser;
  const found = REDIRECTION.exec(scanner.text.slice(scanner.at, scanner.at + 128));
  if (found === null) return undefined;
  const [whole, digits, fdName] = found;
  const operator = OPERATORS.find((one) => one === found[3]);
  const numbered = digits !== undefined || fdName !== undefined;
  const bashOnly = fdName !== undefined || operator?.startsWith("&") === true;
  if (operator === undefined || (operator.startsWith("&") && numbered) || (bashOnly && settings.dialect !== "bash")) return undefined;
  if (operator === "<<<" && settings.dialect === "dash")
    throw new SyntaxProblem({ kind: "other", text: "redirection unexpected", line: scanner.line });
  return { fd: digits === undefined ? undefined : Number(digits), fdName, operator, size: whole.length };
}

interface HereDocument {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly strip: boolean;
  readonly fill: (body: Word) => void;
}

/** Here-documents that were announced: their bodies begin at the next line. */
export class HereDocuments {
  #expected: HereDocument[] = [];

  expect(document: HereDocument): void {
    this.#expected.push(document);
  }

  /** Reads the bodies; the parser stands at the start of a line. */
  read(parser: Parser): void {
    const documents = this.#expected;
    this.#expected = [];
    for (const document of documents) document.fill(readBody(parser, document));
  }
}

function readBody(parser: Parser, document: HereDocument): Word {
  const { scanner, settings } = parser;
  let body = "";
  while (scanner.at < scanner.text.length) {
    const newline = scanner.text.indexOf("\n", scanner.at);
    const end = newline < 0 ? scanner.text.length : newline + 1;
    const raw = scanner.text.slice(scanner.at, end);
    const line = document.strip ? raw.replace(/^\t+/, "") : raw;
    scanner.at = end;
    if (line.replace(/\n$/, "") === document.delimiter) return bodyWord(parser, body, document.quoted);
    body += line;
  }
  if (settings.aliases !== undefined) throw new SyntaxProblem({ kind: "end", line: scanner.line });
  return bodyWord(parser, body, document.quoted);
}

function bodyWord(parser: Parser, body: string, quoted: boolean): Word {
  if (quoted) return textWord(body);
  const { scanner } = parser.inside(body);
  return scanner.raw((next) => next === "" && scanner.at >= body.length, "here");
}

/** The delimiter without its quotes; with any, nothing in the body is expanded. */
function delimiterOf(word: Word): { delimiter: string; quoted: boolean } {
  return { delimiter: word.parts.map(plainText).join(""), quoted: word.parts.some((part) => part.kind !== "literal") };
}

function plainText(part: Part): string {
  if (part.kind === "literal" || part.kind === "single") return part.text;
  if (part.kind === "double") return part.parts.map(plainText).join("");
  return "source" in part ? part.source : "";
}
