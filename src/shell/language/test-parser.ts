import type { Parser } from "./parser.ts";
import type { TestExpression, Word } from "./syntax.ts";
import { literalText } from "./syntax.ts";

/** The inside of [[ ... ]] (bash manual, Conditional Constructs), up to and with the closing brackets. */
export function parseTest(parser: Parser): TestExpression {
  const expression = either(parser);
  parser.expect("]]");
  return expression;
}

function either(parser: Parser): TestExpression {
  return parser.deeper(() => choice(parser));
}

function choice(parser: Parser): TestExpression {
  const left = both(parser);
  if (parser.operator() !== "||") return left;
  parser.scanner.at += 2;
  parser.newlines();
  return { kind: "or", left, right: either(parser) };
}

function both(parser: Parser): TestExpression {
  const left = single(parser);
  if (parser.operator() !== "&&") return left;
  parser.scanner.at += 2;
  parser.newlines();
  return { kind: "and", left, right: parser.deeper(() => both(parser)) };
}

const UNARY = /^-[abcdefghknoprstuvwxzGLNOSR]$/;
const BINARY = new Set(["==", "=", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]);

function single(parser: Parser): TestExpression {
  return parser.deeper(() => operandOrGroup(parser));
}

function operandOrGroup(parser: Parser): TestExpression {
  parser.newlines();
  if (parser.operator() === "(") {
    parser.scanner.at += 1;
    const inner = either(parser);
    if (parser.operator() !== ")") parser.unexpected();
    parser.scanner.at += 1;
    return inner;
  }
  if (parser.reserved() === "!") {
    parser.expect("!");
    return { kind: "not", inner: single(parser) };
  }
  const word = operand(parser);
  const text = literalText(word);
  if (text !== undefined && UNARY.test(text) && !atEnd(parser)) return { kind: "unary", operator: text, operand: operand(parser) };
  return binary(parser, word);
}

function binary(parser: Parser, left: Word): TestExpression {
  const symbol = parser.operator();
  if (symbol === "<" || symbol === ">") {
    parser.scanner.at += 1;
    return { kind: "binary", operator: symbol, left, right: operand(parser) };
  }
  const name = parser.reserved();
  if (name === undefined || !BINARY.has(name)) return { kind: "word", word: left };
  parser.scanner.at += name.length;
  parser.blanks();
  const right = name === "=~" ? parser.scanner.raw(regexEnd(parser), "pattern") : operand(parser);
  return { kind: "binary", operator: name, left, right };
}

/** A regular expression goes on to the first blank outside of parentheses. */
function regexEnd(parser: Parser): (next: string) => boolean {
  let depth = 0;
  return (next) => {
    if (next === "(") depth += 1;
    if (next === ")") depth -= 1;
    return (
      next === "" ||
      next === "\n" ||
      (depth <= 0 && (next === " " || next === "\t")) ||
      depth < 0 ||
      (depth === 0 && parser.scanner.looking("&&"))
    );
  };
}

function operand(parser: Parser): Word {
  const word = parser.word();
  if (word.parts.length === 0) parser.unexpected();
  return word;
}

function atEnd(parser: Parser): boolean {
  const operator = parser.operator();
  return operator === "&&" || operator === "||" || operator === ")" || parser.reserved() === "]]";
}
