/**
 * Shell arithmetic (POSIX XCU 2.6.4, C's integer operators, and bash's ** and ,) on 64-bit signed integers that wrap.
 * Names are variables whose values are expressions again; nesting is bounded.
 */
export interface ArithmeticPorts {
  readonly get: (name: string, index: string | undefined) => string | undefined;
  readonly set: (name: string, index: string | undefined, value: string) => void;
  /** Only POSIX: no **, ++, --, commas; a variable's value is a number. */
  readonly plain?: boolean;
}

export class ArithmeticProblem extends Error {
  /** What was wrong, in bash's words. */
  readonly why: string;
  readonly token: string;

  constructor(why: string, token: string) {
    super(why);
    this.why = why;
    this.token = token;
  }
}

/** What one evaluation may cost, together with the values and indexes that it evaluates on its way. */
export class Effort {
  depth = 0;
  tokens = 0;
}

/** The value of an expression; an empty one is 0. Throws `ArithmeticProblem`. */
export function evaluate(expression: string, ports: ArithmeticPorts, effort = new Effort()): bigint {
  if (effort.depth >= MAX_DEPTH) throw new ArithmeticProblem("expression recursion level exceeded", expression);
  effort.depth += 1;
  const value = new Evaluator(expression, ports, effort).whole();
  effort.depth -= 1;
  return value;
}

const MAX_DEPTH = 64;
const MAX_NESTING = 200;
/** Names whose values are sums of names double the work at each level: it ends here, after some milliseconds. */
const MAX_TOKENS = 20_000;
const TOKEN =
  /^(?:(?:<<|>>|\*\*|[-+*/%&|^])?=(?!=)|==|!=|<=|>=|<<|>>|&&|\|\||\*\*|\+\+|--|[-+*/%<>!~&|^?:,()]|(?:0[xX][0-9a-fA-F]+|\d+#[0-9A-Za-z@_]+|\d[0-9A-Za-z]*)|[A-Za-z_][A-Za-z0-9_]*)/;

const PRECEDENCE: Readonly<Record<string, number>> = {
  "||": 3,
  "&&": 4,
  "|": 5,
  "^": 6,
  "&": 7,
  "==": 8,
  "!=": 8,
  "<": 9,
  ">": 9,
  "<=": 9,
  ">=": 9,
  "<<": 10,
  ">>": 10,
  "+": 11,
  "-": 11,
  "*": 12,
  "/": 12,
  "%": 12,
  "**": 13,
};

interface Place {
  readonly name: string;
  readonly index: string | undefined;
}

class Evaluator {
  readonly #text: string;
  readonly #ports: ArithmeticPorts;
  readonly #effort: Effort;
  #at = 0;
  #nesting = 0;
  /** Inside the branch that is not taken, nothing is assigned and no division fails. */
  #idle = 0;

  constructor(text: string, ports: ArithmeticPorts, effort: Effort) {
    this.#text = text;
    this.#ports = ports;
    this.#effort = effort;
  }

  whole(): bigint {
    if (this.#text.trim() === "") return 0n;
    const value = this.#comma();
    if (this.#peek() !== "")
      throw new ArithmeticProblem(
        /^[\w)]/.test(this.#rest()) ? "syntax error in expression" : "syntax error: invalid arithmetic operator",
        this.#rest(),
      );
    return value;
  }

  #rest(): string {
    return this.#text.slice(this.#at).trimStart();
  }

  #peek(): string {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
    if (this.#at >= this.#text.length) return "";
    if (this.#ports.plain === true && /^(?:\*\*|\+\+|--|,)/.test(this.#text.slice(this.#at, this.#at + 2))) return this.#plainToken();
    return TOKEN.exec(this.#text.slice(this.#at, this.#at + 128))?.[0] ?? "?!";
  }

  /** `--1` is two signs there; `x++` is a sign too many. */
  #plainToken(): string {
    return this.#text.charAt(this.#at) === "," ? "?!" : this.#text.charAt(this.#at);
  }

  #take(): string {
    const token = this.#peek();
    this.#at += token === "?!" ? 0 : token.length;
    this.#effort.tokens += 1;
    if (this.#effort.tokens > MAX_TOKENS) throw new ArithmeticProblem("expression recursion level exceeded", this.#rest());
    return token;
  }

  #comma(): bigint {
    let value = this.#assignment();
    while (this.#peek() === ",") {
      this.#take();
      value = this.#assignment();
    }
    return value;
  }

  #assignment(): bigint {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw new ArithmeticProblem("expression recursion level exceeded", this.#rest());
    const start = this.#at;
    const place = this.#place();
    const operator = place === undefined ? "" : this.#peek();
    const value =
      place !== undefined && /^(?:<<|>>|\*\*|[-+*/%&|^])?=$/.test(operator) ? this.#assign(place, operator) : this.#conditionalFrom(start);
    this.#nesting -= 1;
    return value;
  }

  #assign(place: Place, operator: string): bigint {
    this.#take();
    const right = this.#assignment();
    const value = operator === "=" ? right : this.#binary(operator.slice(0, -1), this.#read(place), right);
    this.#write(place, value);
    return value;
  }

  #conditionalFrom(start: number): bigint {
    this.#at = start;
    const condition = this.#climb(3);
    if (this.#peek() !== "?") return condition;
    this.#take();
    const yes = this.#when(condition !== 0n, () => this.#comma());
    if (this.#take() !== ":") throw new ArithmeticProblem("`:' expected for conditional expression", this.#rest());
    const no = this.#when(condition === 0n, () => this.#assignment());
    return condition === 0n ? no : yes;
  }

  #when(taken: boolean, evaluateIt: () => bigint): bigint {
    this.#idle += taken ? 0 : 1;
    const value = evaluateIt();
    this.#idle -= taken ? 0 : 1;
    return value;
  }

  #climb(least: number): bigint {
    let left = this.#unary();
    for (let operator = this.#peek(); (PRECEDENCE[operator] ?? 0) >= least; operator = this.#peek()) {
      this.#take();
      const level = PRECEDENCE[operator] ?? 0;
      left = this.#combine(operator, left, operator === "**" ? level : level + 1);
    }
    return left;
  }

  /** The left side with what stands behind the operator; `&&` and `||` may leave that idle. */
  #combine(operator: string, left: bigint, least: number): bigint {
    if (operator !== "&&" && operator !== "||") return this.#binary(operator, left, this.#climb(least));
    const open = (left !== 0n) === (operator === "&&");
    const right = this.#when(open, () => this.#climb(least));
    return (open ? right !== 0n : left !== 0n) ? 1n : 0n;
  }

  #binary(operator: string, left: bigint, right: bigint): bigint {
    if ((operator === "/" || operator === "%") && right === 0n) {
      if (this.#idle > 0) return 0n;
      throw new ArithmeticProblem("division by 0", lastOperand(this.#text.slice(0, this.#at)) + this.#text.slice(this.#at));
    }
    return BigInt.asIntN(64, compute(operator, left, right));
  }

  #unary(): bigint {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw new ArithmeticProblem("expression recursion level exceeded", this.#rest());
    const value = this.#unaryOperator(this.#peek());
    this.#nesting -= 1;
    return value;
  }

  #unaryOperator(operator: string): bigint {
    if (operator === "++" || operator === "--") return this.#preIncrement(operator);
    if (!["-", "+", "!", "~"].includes(operator)) return this.#postfix();
    this.#take();
    const value = this.#unary();
    if (operator === "-") return BigInt.asIntN(64, -value);
    if (operator === "~") return ~value;
    return operator === "!" ? (value === 0n ? 1n : 0n) : value;
  }

  #preIncrement(operator: string): bigint {
    this.#take();
    const place = this.#place();
    if (place === undefined) {
      const value = this.#unary();
      return value;
    }
    const value = BigInt.asIntN(64, this.#read(place) + (operator === "++" ? 1n : -1n));
    this.#write(place, value);
    return value;
  }

  #postfix(): bigint {
    const place = this.#place();
    if (place === undefined) return this.#primary();
    const value = this.#read(place);
    const operator = this.#peek();
    if (operator !== "++" && operator !== "--") return value;
    this.#take();
    this.#write(place, BigInt.asIntN(64, value + (operator === "++" ? 1n : -1n)));
    return value;
  }

  #primary(): bigint {
    const start = this.#rest();
    const token = this.#take();
    if (token === "(") {
      const value = this.#comma();
      if (this.#take() !== ")") throw new ArithmeticProblem("missing `)'", this.#rest() || start);
      return value;
    }
    if (/^\d/.test(token)) return constant(token, start);
    throw new ArithmeticProblem("syntax error: operand expected", start === "" ? lastOperator(this.#text) : start);
  }

  /** A name with or without an index; undefined: something else stands here. */
  #place(): Place | undefined {
    const token = this.#peek();
    if (!/^[A-Za-z_]/.test(token)) return undefined;
    this.#take();
    if (this.#text.charAt(this.#at) !== "[") return { name: token, index: undefined };
    let depth = 0;
    const start = this.#at + 1;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text.charAt(this.#at);
      if (char === "[") depth += 1;
      if (char === "]") depth -= 1;
      if (depth === 0) break;
    }
    this.#at += 1;
    return { name: token, index: this.#text.slice(start, this.#at - 1) };
  }

  #read(place: Place): bigint {
    const value = this.#ports.get(place.name, place.index);
    if (value === undefined || value.trim() === "") return 0n;
    if (/^-?[1-9]\d{0,17}$/.test(value)) return BigInt(value);
    if (this.#ports.plain === true && !/^\s*[-+]?\w+\s*$/.test(value.replace(/^[A-Za-z_].*/, "!")))
      throw new ArithmeticProblem("illegal number", value);
    return evaluate(value, this.#ports, this.#effort);
  }

  #write(place: Place, value: bigint): void {
    if (this.#idle === 0) this.#ports.set(place.name, place.index, String(value));
  }
}

const COMPUTE: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
  "**": power,
  "<<": (left, right) => left << (right & 63n),
  ">>": (left, right) => left >> (right & 63n),
  "<": (left, right) => (left < right ? 1n : 0n),
  ">": (left, right) => (left > right ? 1n : 0n),
  "<=": (left, right) => (left <= right ? 1n : 0n),
  ">=": (left, right) => (left >= right ? 1n : 0n),
  "==": (left, right) => (left === right ? 1n : 0n),
  "!=": (left, right) => (left !== right ? 1n : 0n),
  "&": (left, right) => left & right,
  "|": (left, right) => left | right,
  "^": (left, right) => left ^ right,
};

function compute(operator: string, left: bigint, right: bigint): bigint {
  return COMPUTE[operator]?.(left, right) ?? 0n;
}

/** By squaring, wrapping at each step: the exponent may be as large as it likes. */
function power(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) throw new ArithmeticProblem("exponent less than 0", String(exponent));
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

function constant(token: string, rest: string): bigint {
  const based = /^(\d+)#(.*)$/.exec(token);
  if (based !== null) return inBase(based[2] ?? "", Number(based[1]), rest);
  if (/^0[xX][0-9a-fA-F]*$/.test(token)) return token.length === 2 ? 0n : BigInt.asIntN(64, BigInt(token));
  if (/^0\d*$/.test(token)) return inBase(token, 8, rest);
  if (!/^\d+$/.test(token)) throw new ArithmeticProblem("value too great for base", rest);
  return BigInt.asIntN(64, BigInt(token));
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_";

function inBase(digits: string, base: number, rest: string): bigint {
  if (base < 2 || base > 64) throw new ArithmeticProblem("invalid arithmetic base", rest);
  let value = 0n;
  for (const digit of digits) {
    const worth = DIGITS.indexOf(base <= 36 ? digit.toLowerCase() : digit);
    if (worth < 0 || worth >= base) throw new ArithmeticProblem("value too great for base", rest);
    value = value * BigInt(base) + BigInt(worth);
  }
  return BigInt.asIntN(64, value);
}

function lastOperand(text: string): string {
  return /(?<![A-Za-z0-9_])[A-Za-z0-9_]+\)*\s*$/.exec(text)?.[0] ?? "";
}

function lastOperator(text: string): string {
  return /(?<![^\w\s])[^\w\s]+\s*$/.exec(text)?.[0] ?? text;
}
