import type { Execution, Process } from "../../../program.ts";
import {
  add,
  compare,
  type Decimal,
  digitCount,
  divide,
  modulo,
  multiply,
  negate,
  ONE,
  parseDecimal,
  power,
  rescale,
  showDecimal,
  squareRoot,
  whole,
  ZERO,
} from "./decimal.ts";
import { MATH_FUNCTIONS } from "./math-library.ts";
import type { BcFunction, Expression, Place, Statement } from "./syntax.ts";

/** What ends a line of work: an error that bc tells, or the end of it all. */
export class BcStop extends Error {
  readonly what: "error" | "halt";

  constructor(what: "error" | "halt", message = "") {
    super(message);
    this.what = what;
  }
}

type Leaving = { readonly how: "break" | "continue" | "return"; readonly value?: Decimal } | undefined;

const MAX_DIGITS = 100_000;
const MAX_CALLS = 100;
const MAX_ELEMENTS = 2048;
const MAX_STEPS_BITS = 6;
/** Columns of a line, the backslash included. */
const LINE_COLUMNS = 70;

export class BcMachine {
  readonly #process: Process;
  readonly #library: boolean;
  readonly #variables = new Map<string, Decimal>();
  readonly #arrays = new Map<string, Map<number, Decimal>>();
  readonly #functions = new Map<string, BcFunction>();
  #calls = 0;

  constructor(process: Process, library: boolean) {
    this.#process = process;
    this.#library = library;
    this.#variables.set("scale", whole(library ? 20 : 0));
    this.#variables.set("ibase", whole(10));
    this.#variables.set("obase", whole(10));
  }

  *run(statements: readonly Statement[]): Execution<Leaving> {
    for (const statement of statements) {
      yield* this.#process.charge(1);
      const leaving = yield* this.#statement(statement);
      if (leaving !== undefined) return leaving;
    }
    return undefined;
  }

  get #scale(): number {
    return Number((this.#variables.get("scale") ?? ZERO).units);
  }

  *#statement(statement: Statement): Execution<Leaving> {
    switch (statement.kind) {
      case "expression":
        yield* this.#show(statement.value);
        return undefined;
      case "text":
        yield* this.#process.print(statement.text);
        return undefined;
      case "print":
        yield* this.#print(statement.parts);
        return undefined;
      case "block":
        return yield* this.run(statement.body);
      case "if":
        return yield* this.#if(statement);
      case "loop":
        return yield* this.#loop(statement);
      case "define":
        this.#functions.set(statement.name, statement.body);
        return undefined;
      case "return":
        return { how: "return", value: statement.value === undefined ? ZERO : yield* this.evaluate(statement.value) };
      case "leave":
        if (statement.how === "halt" || statement.how === "quit") throw new BcStop("halt");
        return { how: statement.how };
    }
  }

  /** A value alone is printed; an assignment is not. */
  *#show(expression: Expression): Execution<void> {
    const value = yield* this.evaluate(expression);
    if (expression.kind === "assign") return;
    this.#variables.set("last", value);
    yield* this.#process.print(`${broken(yield* this.#text(value))}\n`);
  }

  *#text(value: Decimal): Execution<string> {
    yield* this.#process.charge(digitCount(value) >> MAX_STEPS_BITS);
    return showDecimal(value, Number((this.#variables.get("obase") ?? ONE).units));
  }

  *#print(parts: readonly (Expression | { readonly text: string })[]): Execution<void> {
    for (const part of parts) {
      if ("kind" in part) yield* this.#process.print(yield* this.#text(yield* this.evaluate(part)));
      else yield* this.#process.print(part.text.replace(/\\([abfnqrt\\e])/g, (_, letter) => ESCAPES[String(letter)] ?? ""));
    }
  }

  *#if(statement: Statement & { kind: "if" }): Execution<Leaving> {
    const holds = (yield* this.evaluate(statement.test)).units !== 0n;
    const branch = holds ? statement.then : statement.otherwise;
    return branch === undefined ? undefined : yield* this.#statement(branch);
  }

  *#loop(statement: Statement & { kind: "loop" }): Execution<Leaving> {
    if (statement.first !== undefined) yield* this.evaluate(statement.first);
    while (statement.test === undefined || (yield* this.evaluate(statement.test)).units !== 0n) {
      yield* this.#process.charge(1);
      const leaving = yield* this.#statement(statement.body);
      if (leaving?.how === "return") return leaving;
      if (leaving?.how === "break") break;
      if (statement.next !== undefined) yield* this.evaluate(statement.next);
    }
    return undefined;
  }

  *evaluate(expression: Expression): Execution<Decimal> {
    yield* this.#process.charge(1);
    switch (expression.kind) {
      case "number":
        return parseDecimal(expression.text, Number((this.#variables.get("ibase") ?? ONE).units));
      case "place":
        return yield* this.#load(expression.place);
      case "group":
        return yield* this.evaluate(expression.value);
      case "assign":
        return yield* this.#assign(expression);
      case "step":
        return yield* this.#step(expression);
      case "unary": {
        const value = yield* this.evaluate(expression.value);
        return expression.operator === "-" ? negate(value) : truth(value.units === 0n);
      }
      case "binary":
        return yield* this.#binary(expression.operator, yield* this.evaluate(expression.left), yield* this.evaluate(expression.right));
      case "call":
        return yield* this.#call(expression.name, expression.args);
    }
  }

  *#element(place: Place): Execution<{ array: Map<number, Decimal>; index: number } | undefined> {
    if (place.index === undefined) return undefined;
    const index = Number(rescale(yield* this.evaluate(place.index), 0).units);
    if (index < 0 || index >= MAX_ELEMENTS) throw new BcStop("error", `Array ${place.name} subscript out of bounds.`);
    const array = this.#arrays.get(place.name) ?? new Map<number, Decimal>();
    this.#arrays.set(place.name, array);
    return { array, index };
  }

  *#load(place: Place): Execution<Decimal> {
    const element = yield* this.#element(place);
    return (element === undefined ? this.#variables.get(place.name) : element.array.get(element.index)) ?? ZERO;
  }

  *#store(place: Place, value: Decimal): Execution<void> {
    const element = yield* this.#element(place);
    if (element !== undefined) element.array.set(element.index, value);
    else this.#variables.set(place.name, SPECIAL[place.name]?.(value) ?? value);
  }

  *#assign(expression: Expression & { kind: "assign" }): Execution<Decimal> {
    const right = yield* this.evaluate(expression.value);
    const value = expression.operator === "" ? right : yield* this.#binary(expression.operator, yield* this.#load(expression.place), right);
    yield* this.#store(expression.place, value);
    return value;
  }

  *#step(expression: Expression & { kind: "step" }): Execution<Decimal> {
    const before = yield* this.#load(expression.place);
    const after = add(before, whole(expression.by));
    yield* this.#store(expression.place, after);
    return expression.before ? after : before;
  }

  *#binary(operator: string, left: Decimal, right: Decimal): Execution<Decimal> {
    yield* this.#process.charge((digitCount(left) + digitCount(right)) >> MAX_STEPS_BITS);
    const test = Object.hasOwn(TESTS, operator) ? TESTS[operator] : undefined;
    if (test !== undefined) return truth(test(left, right));
    const scale = this.#scale;
    switch (operator) {
      case "+":
        return add(left, right);
      case "-":
        return add(left, negate(right));
      case "*":
        return bounded(multiply(left, right, scale));
      case "^":
        return yield* this.#power(left, right);
      default:
        if (right.units === 0n) throw new BcStop("error", operator === "%" ? "Modulo by zero" : "Divide by zero");
        return operator === "/" ? divide(left, right, scale) : modulo(left, right, scale);
    }
  }

  *#power(base: Decimal, exponent: Decimal): Execution<Decimal> {
    const whole = rescale(exponent, 0).units;
    if (exponent.scale > 0 && rescale({ units: whole, scale: 0 }, exponent.scale).units !== exponent.units)
      yield* this.#process.write(2, "Runtime warning (func=(main), adr=8): non-zero scale in exponent\n");
    if (base.units === 0n && whole < 0n) throw new BcStop("error", "divide by zero");
    const digits = digitCount(base) * Math.abs(Number(whole));
    if (digits > MAX_DIGITS) throw new BcStop("error", "exponent too large in raise");
    yield* this.#process.charge(digits >> 3);
    return power(base, whole, this.#scale);
  }

  *#call(name: string, args: readonly (Expression | { readonly array: string })[]): Execution<Decimal> {
    const own = this.#functions.get(name);
    if (own !== undefined) return yield* this.#callOwn(own, args);
    const [first] = args;
    if (first === undefined || "array" in first) throw new BcStop("error", `Function ${name} not defined.`);
    const value = yield* this.evaluate(first);
    yield* this.#process.charge(this.#scale + digitCount(value));
    if (name === "length") return whole(digitCount(value));
    if (name === "scale") return whole(value.scale);
    if (name === "sqrt") {
      const root = squareRoot(value, this.#scale);
      if (root === undefined) throw new BcStop("error", "Square root of a negative number");
      return root;
    }
    const math = this.#library && Object.hasOwn(MATH_FUNCTIONS, name) ? MATH_FUNCTIONS[name] : undefined;
    if (math === undefined) throw new BcStop("error", `Function ${name} not defined.`);
    return math(value, Math.min(this.#scale, MAX_DIGITS >> 6));
  }

  /** Parameters and autos hide what had their names, until the function returns. */
  *#callOwn(own: BcFunction, args: readonly (Expression | { readonly array: string })[]): Execution<Decimal> {
    if (args.length !== own.parameters.length) throw new BcStop("error", "Parameter number mismatch");
    if (this.#calls >= MAX_CALLS) throw new BcStop("error", "Function call nesting too deep");
    const values: (Decimal | Map<number, Decimal>)[] = [];
    for (const arg of args) values.push("array" in arg ? new Map(this.#arrays.get(arg.array) ?? []) : yield* this.evaluate(arg));
    const hidden = [...own.parameters, ...own.autos].map((name) => this.#hide(name));
    for (const [at, name] of own.parameters.entries()) this.#give(name, values[at] ?? ZERO);
    this.#calls += 1;
    const leaving = yield* this.run(own.body);
    this.#calls -= 1;
    for (const restore of hidden.reverse()) restore();
    return leaving?.value ?? ZERO;
  }

  #give(name: string, value: Decimal | Map<number, Decimal>): void {
    if (value instanceof Map) this.#arrays.set(name.replace("[]", ""), value);
    else this.#variables.set(name, value);
  }

  #hide(name: string): () => void {
    const plain = name.replace("[]", "");
    if (name.endsWith("[]")) {
      const before = this.#arrays.get(plain);
      this.#arrays.set(plain, new Map());
      return () => this.#arrays.set(plain, before ?? new Map());
    }
    const before = this.#variables.get(plain) ?? ZERO;
    this.#variables.set(plain, ZERO);
    return () => this.#variables.set(plain, before);
  }

  /** After an error nothing of a function is left over. */
  reset(): void {
    this.#calls = 0;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", q: '"', r: "\r", t: "\t", "\\": "\\", e: "\\" };

const TESTS: Readonly<Record<string, (left: Decimal, right: Decimal) => boolean>> = {
  "==": (left, right) => compare(left, right) === 0,
  "!=": (left, right) => compare(left, right) !== 0,
  "<": (left, right) => compare(left, right) < 0,
  "<=": (left, right) => compare(left, right) <= 0,
  ">": (left, right) => compare(left, right) > 0,
  ">=": (left, right) => compare(left, right) >= 0,
  "&&": (left, right) => left.units !== 0n && right.units !== 0n,
  "||": (left, right) => left.units !== 0n || right.units !== 0n,
};

/** Variables that take only some values. */
const SPECIAL: Readonly<Record<string, (value: Decimal) => Decimal>> = {
  scale: (value) => clamp(value, 0, 10_000),
  ibase: (value) => clamp(value, 2, 16),
  obase: (value) => clamp(value, 2, 999),
};

function clamp(value: Decimal, least: number, most: number): Decimal {
  const size = Number(rescale(value, 0).units);
  return whole(Math.min(most, Math.max(least, size)));
}

function truth(value: boolean): Decimal {
  return value ? ONE : ZERO;
}

function bounded(value: Decimal): Decimal {
  if (digitCount(value) > MAX_DIGITS) throw new BcStop("error", "exponent too large in raise");
  return value;
}

/** Long numbers are broken with a backslash. */
function broken(text: string): string {
  const width = LINE_COLUMNS - 2;
  if (text.length < LINE_COLUMNS - 1) return text;
  return (text.match(new RegExp(`.{1,${width}}`, "g")) ?? []).join("\\\n");
}
