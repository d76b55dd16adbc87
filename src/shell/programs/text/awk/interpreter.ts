import type { Execution, Process } from "../../../program.ts";
import { Printer } from "../../printer.ts";
import { compileRegex, type Match, Regex } from "../../regex/regex.ts";
import { builtin } from "./builtins.ts";
import { formatAwk } from "./format.ts";
import { getline } from "./getline.ts";
import { MainInput } from "./input.ts";
import { calculated, compared, unary } from "./operators.ts";
import { splitText } from "./split.ts";
import { Streams } from "./streams.ts";
import type { AwkFunction, AwkProgram, Expression, Rule, Statement, Target } from "./syntax.ts";
import { tableOrder } from "./table-order.ts";
import { compareValues, Field, isTrue, toNumber, toText, type Value } from "./values.ts";
import { Cell, toInteger, Variables } from "./variables.ts";

/** What a statement leads to beside the next one. */
type Flow = "next" | "go" | "break" | "continue" | "nextfile" | "exit" | "return";

const MAX_CALLS = 200;
const NOTHING: Statement = { kind: "block", statements: [] };

/** Runs an awk program; every statement and expression is charged. */
export class Interpreter {
  readonly process: Process;
  readonly out: Printer;
  readonly streams: Streams;
  readonly variables: Variables;
  readonly input: MainInput;
  status = 0;
  /** The seed and state of rand(). */
  random = { seed: 0, state: 1 };
  readonly #program: AwkProgram;
  readonly #regexes = new Map<string, Regex>();
  readonly #ranges = new Set<Rule>();
  #fatal: string | undefined;
  #frame: Map<string, Cell> | undefined;
  #calls = 0;
  #result: Value = "";

  constructor(process: Process, program: AwkProgram) {
    this.process = process;
    this.#program = program;
    this.out = new Printer(process);
    this.streams = new Streams(process, this.out);
    this.variables = new Variables((text) => this.#splitRecord(text));
    this.input = new MainInput(process, this.variables, (source) => this.regex(source));
  }

  *run(): Execution {
    const begun = yield* this.#applyAll(this.#rules("BEGIN"));
    const needsInput = this.#program.rules.some(({ when }) => when !== "BEGIN");
    if (begun !== "exit" && needsInput) yield* this.#records();
    if (this.#fatal === undefined) yield* this.#applyAll(this.#rules("END"));
    yield* this.streams.closeAll();
    if (this.#fatal === undefined) return yield* this.out.finish(this.input.failed && this.status === 0 ? 2 : this.status);
    yield* this.out.flush();
    yield* this.process.fail(this.#fatal);
    return 2;
  }

  /** BEGIN or END rules, until one exits. */
  *#applyAll(rules: readonly Rule[]): Execution<Flow> {
    for (const rule of rules) if ((yield* this.#body(rule)) === "exit") return "exit";
    return "go";
  }

  #rules(when: "BEGIN" | "END"): readonly Rule[] {
    return this.#program.rules.filter((rule) => rule.when === when);
  }

  *#records(): Execution<Flow> {
    const rules = this.#program.rules.filter(({ when }) => when !== "BEGIN" && when !== "END");
    for (let record = yield* this.input.next(); record !== undefined; record = yield* this.input.next()) {
      this.variables.setRecord(record);
      const flow = yield* this.#applyRules(rules);
      if (flow === "exit") return flow;
      if (flow === "nextfile") this.input.skipFile();
    }
    return "go";
  }

  *#applyRules(rules: readonly Rule[]): Execution<Flow> {
    for (const rule of rules) {
      if (!(yield* this.#applies(rule))) continue;
      const flow = yield* this.#body(rule);
      if (flow !== "go") return flow;
    }
    return this.#fatal === undefined ? "go" : "exit";
  }

  *#applies(rule: Rule): Execution<boolean> {
    const { when } = rule;
    if (typeof when === "string") return true;
    if ("kind" in when) return isTrue(yield* this.evaluate(when));
    if (!this.#ranges.has(rule) && !isTrue(yield* this.evaluate(when.from))) return false;
    if (isTrue(yield* this.evaluate(when.to))) this.#ranges.delete(rule);
    else this.#ranges.add(rule);
    return true;
  }

  *#body({ body }: Rule): Execution<Flow> {
    if (body !== undefined) return yield* this.#execute(body);
    yield* this.out.add(this.variables.record + this.variables.text("ORS"));
    return "go";
  }

  *#execute(statement: Statement): Execution<Flow> {
    yield* this.process.charge(3);
    if (this.#fatal !== undefined) return "exit";
    switch (statement.kind) {
      case "block":
        return yield* this.#block(statement.statements);
      case "expression":
        yield* this.evaluate(statement.expression);
        return "go";
      case "print":
        yield* this.#print(statement);
        return "go";
      case "if":
        return yield* this.#if(statement);
      case "while":
      case "for":
        return yield* this.#loop(statement);
      case "each":
        return yield* this.#each(statement);
      case "delete":
        return yield* this.#delete(statement);
      case "exit":
      case "return":
        return yield* this.#leave(statement);
      default:
        return statement.kind;
    }
  }

  *#block(statements: readonly Statement[]): Execution<Flow> {
    for (const statement of statements) {
      const flow = yield* this.#execute(statement);
      if (flow !== "go") return flow;
    }
    return "go";
  }

  *#if({ test, yes, no }: Statement & { kind: "if" }): Execution<Flow> {
    if (isTrue(yield* this.evaluate(test))) return yield* this.#execute(yes);
    return no === undefined ? "go" : yield* this.#execute(no);
  }

  *#loop(loop: Statement & { kind: "while" | "for" }): Execution<Flow> {
    const { first, after } = loop.kind === "for" ? loop : { first: NOTHING, after: NOTHING };
    yield* this.#execute(first ?? NOTHING);
    for (let tests = loop.kind === "for" || !loop.bodyFirst; !tests || (yield* this.#holds(loop.test)); tests = true) {
      const flow = yield* this.#execute(loop.body);
      if (flow !== "go" && flow !== "continue") return flow === "break" ? "go" : flow;
      yield* this.#execute(after ?? NOTHING);
    }
    return "go";
  }

  *#holds(test: Expression | undefined): Execution<boolean> {
    return test === undefined || isTrue(yield* this.evaluate(test));
  }

  /** Keys are taken in the order of mawk's table. */
  *#each({ name, array, body }: Statement & { kind: "each" }): Execution<Flow> {
    const keys = tableOrder([...this.cell(array).array.keys()]);
    yield* this.process.charge(keys.length);
    for (const key of keys) {
      yield* this.assign({ kind: "name", name }, new Field(key));
      const flow = yield* this.#execute(body);
      if (flow === "break") return "go";
      if (flow !== "go" && flow !== "continue") return flow;
    }
    return "go";
  }

  *#delete({ name, index }: Statement & { kind: "delete" }): Execution<Flow> {
    const { array } = this.cell(name);
    if (index === undefined) array.clear();
    else array.delete(yield* this.#key(index));
    return "go";
  }

  *#leave({ kind, value }: Statement & { kind: "exit" | "return" }): Execution<Flow> {
    const result = value === undefined ? undefined : yield* this.evaluate(value);
    if (kind === "return") this.#result = result ?? "";
    else if (result !== undefined) this.status = toInteger(result) & 255;
    return kind;
  }

  *#print({ args, formatted, to }: Statement & { kind: "print" }): Execution<void> {
    const values: Value[] = [];
    for (const arg of args) values.push(yield* this.evaluate(arg));
    const text = formatted ? formatAwk(this.text(values[0] ?? ""), values.slice(1)) : this.#line(values);
    if (this.#fatal !== undefined) return;
    if (to === undefined) return yield* this.out.add(text);
    const target = this.text(yield* this.evaluate(to.target));
    const wrong = yield* this.streams.write(to.way, target, text);
    if (wrong !== undefined) this.fail(wrong);
  }

  #line(values: readonly Value[]): string {
    const ors = this.variables.text("ORS");
    if (values.length === 0) return this.variables.record + ors;
    const format = this.variables.text("OFMT");
    return values.map((value) => toText(value, format)).join(this.variables.text("OFS")) + ors;
  }

  /** A value as text, by CONVFMT. */
  text(value: Value): string {
    return typeof value === "number" ? toText(value, this.variables.text("CONVFMT")) : toText(value);
  }

  /** A mistake of the program while it runs, with the place in the input. */
  failNow(message: string): void {
    const { variables } = this;
    this.fail(
      `run time error: ${message}\n\tFILENAME="${variables.text("FILENAME")}" FNR=${variables.text("FNR")} NR=${variables.text("NR")}`,
    );
  }

  fail(message: string): void {
    this.#fatal ??= message;
  }

  cell(name: string): Cell {
    return this.#frame?.get(name) ?? this.variables.cell(name);
  }

  regex(source: string): Regex | undefined {
    const known = this.#regexes.get(source);
    if (known !== undefined) return known;
    const made = compileRegex(source, { syntax: "awk" });
    if (!(made instanceof Regex)) {
      this.fail(`regular expression compile failed (${made.wrong.toLowerCase()})\n${source}`);
      return undefined;
    }
    if (this.#regexes.size > 500) this.#regexes.clear();
    this.#regexes.set(source, made);
    return made;
  }

  *find(source: string, text: string, from = 0): Execution<Match | undefined> {
    const regex = this.regex(source);
    return regex === undefined ? undefined : yield* regex.find(this.process, text, { from });
  }

  /** What an expression means as a regular expression. */
  *pattern(expression: Expression): Execution<string> {
    return expression.kind === "regex" ? expression.source : this.text(yield* this.evaluate(expression));
  }

  *evaluate(expression: Expression): Execution<Value> {
    switch (expression.kind) {
      case "number":
      case "string":
        return expression.value;
      case "name":
        return this.#variable(expression.name);
      case "field":
        return yield* this.#field(expression.index);
      case "element":
        return this.variables.element(this.cell(expression.name).array, yield* this.#key(expression.index));
      case "group":
        return yield* this.evaluate(expression.inner);
      case "regex":
        return (yield* this.find(expression.source, this.variables.record)) === undefined ? 0 : 1;
      case "binary":
        return yield* this.#binary(expression);
      case "assign":
        return yield* this.#assignment(expression);
      case "builtin":
        return yield* builtin(this, expression);
      case "call":
        return yield* this.#call(expression);
      default:
        return yield* this.#other(expression);
    }
  }

  *#other(expression: Expression): Execution<Value> {
    yield* this.process.charge(1);
    switch (expression.kind) {
      case "unary":
        return unary(expression.operator, yield* this.evaluate(expression.operand));
      case "step":
        return yield* this.#step(expression);
      case "choice":
        return yield* this.evaluate(isTrue(yield* this.evaluate(expression.test)) ? expression.yes : expression.no);
      case "match": {
        const text = this.text(yield* this.evaluate(expression.left));
        const found = (yield* this.find(yield* this.pattern(expression.right), text)) !== undefined;
        return found !== expression.negated ? 1 : 0;
      }
      case "in":
        return this.cell(expression.array).array.has(yield* this.#key(expression.index)) ? 1 : 0;
      case "getline":
        return yield* getline(this, expression);
      default:
        return "";
    }
  }

  #variable(name: string): Value {
    if (name === "NF" && this.#frame?.has(name) !== true) return this.variables.fieldCount;
    return this.cell(name).value;
  }

  *#field(index: Expression): Execution<Value> {
    const number = toInteger(yield* this.evaluate(index));
    if (number < 0) this.failNow(`negative field index $${number}`);
    return this.variables.field(number);
  }

  *#key(index: readonly Expression[]): Execution<string> {
    const parts: string[] = [];
    for (const part of index) parts.push(this.text(yield* this.evaluate(part)));
    return parts.join(this.variables.text("SUBSEP"));
  }

  *#binary({ operator, left, right }: Expression & { kind: "binary" }): Execution<Value> {
    yield* this.process.charge(2);
    const one = yield* this.evaluate(left);
    if (operator === "&&") return isTrue(one) && isTrue(yield* this.evaluate(right)) ? 1 : 0;
    if (operator === "||") return isTrue(one) || isTrue(yield* this.evaluate(right)) ? 1 : 0;
    const other = yield* this.evaluate(right);
    if (operator === "") return this.#joined(this.text(one), this.text(other));
    if (/[<>=]/.test(operator)) return compared(operator, compareValues(one, other)) ? 1 : 0;
    return calculated(operator, toNumber(one), toNumber(other));
  }

  #joined(one: string, other: string): string {
    if (one.length + other.length > MAX_TEXT) this.fail("out of memory");
    return one.length + other.length > MAX_TEXT ? "" : one + other;
  }

  *#assignment({ operator, target, value }: Expression & { kind: "assign" }): Execution<Value> {
    const given = yield* this.evaluate(value);
    if (operator === "=") return yield* this.assign(target, given);
    const old = toNumber(yield* this.evaluate(target));
    return yield* this.assign(target, calculated(operator.charAt(0), old, toNumber(given)));
  }

  *#step({ by, before, target }: Expression & { kind: "step" }): Execution<Value> {
    const old = toNumber(yield* this.evaluate(target));
    yield* this.assign(target, old + by);
    return before ? old + by : old;
  }

  *assign(target: Target, value: Value): Execution<Value> {
    if (target.kind === "element") this.variables.setElement(this.cell(target.name).array, yield* this.#key(target.index), value);
    else if (target.kind === "field") {
      const index = toInteger(yield* this.evaluate(target.index));
      if (index < 0 || index > 100_000) this.failNow(`negative field index $${index}`);
      else this.variables.setField(index, value);
    } else if (target.name === "NF" && this.#frame?.has("NF") !== true) this.variables.fieldCount = toInteger(value);
    else this.cell(target.name).value = value;
    return value;
  }

  *#call({ name, args }: Expression & { kind: "call" }): Execution<Value> {
    const called = this.#program.functions.get(name);
    if (called === undefined || this.#calls >= MAX_CALLS) {
      this.fail(called === undefined ? `function ${name} never defined` : "function call nesting too deep");
      return "";
    }
    const frame = yield* this.#bind(called, args);
    const before = this.#frame;
    this.#frame = frame;
    this.#calls += 1;
    this.#result = "";
    const flow = yield* this.#execute(called.body);
    this.#frame = before;
    this.#calls -= 1;
    return flow === "return" ? this.#result : "";
  }

  *#bind(called: AwkFunction, args: readonly Expression[]): Execution<Map<string, Cell>> {
    const frame = new Map<string, Cell>();
    for (const [at, parameter] of called.parameters.entries()) {
      const arg = args[at];
      const given = arg?.kind === "name" && arg.name !== "NF" ? this.cell(arg.name) : undefined;
      const byReference = given !== undefined && (given.existingArray !== undefined || given.untouched);
      const cell = new Cell(byReference ? given : undefined);
      if (arg !== undefined && !byReference) cell.value = yield* this.evaluate(arg);
      frame.set(parameter, cell);
    }
    return frame;
  }

  /** Splitting by FS cannot wait, so a long record is split within a bounded number of steps. */
  #splitRecord(text: string): readonly string[] {
    const separator = this.variables.text("FS");
    return splitText(text, separator, separator.length > 1 ? this.regex(separator) : undefined);
  }
}

const MAX_TEXT = 8 << 20;
