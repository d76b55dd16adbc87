import type { Expression, Target } from "./syntax.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads awk's expressions by precedence (POSIX awk, table of operators), the loosest first. */
export class ExpressionReader {
  readonly #tokens: TokenStream;
  /** Inside print without parentheses `>` is a redirection. */
  #noGreater = false;
  /** In the head of a for loop `in` may not be taken. */
  #noIn = false;

  constructor(tokens: TokenStream) {
    this.#tokens = tokens;
  }

  expression(): Expression {
    if (!this.#tokens.enter()) return NOTHING;
    const result = this.#choice();
    this.#tokens.leave();
    return result;
  }

  /** For print's arguments. */
  withoutGreater<T>(read: () => T): T {
    const before = this.#noGreater;
    this.#noGreater = true;
    const result = read();
    this.#noGreater = before;
    return result;
  }

  withoutIn<T>(read: () => T): T {
    this.#noIn = true;
    const result = read();
    this.#noIn = false;
    return result;
  }

  list(end: string): readonly Expression[] {
    const items: Expression[] = [];
    this.#tokens.skipNewlines();
    if (this.#tokens.at(end)) return items;
    do {
      this.#tokens.skipNewlines();
      items.push(this.expression());
      this.#tokens.skipNewlines();
    } while (this.#tokens.accept(","));
    return items;
  }

  #choice(): Expression {
    const test = this.#or();
    const assigned = this.#assignment(test);
    if (assigned !== undefined) return assigned;
    if (!this.#tokens.accept("?")) return test;
    this.#tokens.skipNewlines();
    const yes = this.expression();
    this.#tokens.skipNewlines();
    this.#tokens.expect(":");
    this.#tokens.skipNewlines();
    return { kind: "choice", test, yes, no: this.expression() };
  }

  #assignment(left: Expression): Expression | undefined {
    if (!this.#tokens.at("=", "+=", "-=", "*=", "/=", "%=", "^=")) return undefined;
    const { target, wrap } = lastTarget(left);
    if (target === undefined) return undefined;
    const operator = this.#tokens.take().text;
    this.#tokens.skipNewlines();
    return wrap({ kind: "assign", operator, target, value: this.expression() });
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#tokens.accept("||")) {
      this.#tokens.skipNewlines();
      left = { kind: "binary", operator: "||", left, right: this.#and() };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#in();
    while (this.#tokens.accept("&&")) {
      this.#tokens.skipNewlines();
      left = { kind: "binary", operator: "&&", left, right: this.#in() };
    }
    return left;
  }

  #in(): Expression {
    let left = this.#match();
    while (!this.#noIn && this.#tokens.accept("in")) left = { kind: "in", index: [left], array: this.#tokens.take().text };
    return left;
  }

  #match(): Expression {
    let left = this.#comparison();
    while (this.#tokens.at("~", "!~")) {
      const negated = this.#tokens.take().text === "!~";
      left = { kind: "match", negated, left, right: this.#comparison() };
    }
    return left;
  }

  #comparison(): Expression {
    let left = this.#concatenation();
    while (true) {
      if (this.#tokens.at("|") && this.#tokens.peek(1).text === "getline") left = this.#commandGetline(left);
      else if (this.#tokens.at("<", "<=", "==", "!=", ">=") || (!this.#noGreater && this.#tokens.at(">"))) {
        const operator = this.#tokens.take().text;
        left = { kind: "binary", operator, left, right: this.#concatenation() };
      } else return left;
    }
  }

  #commandGetline(source: Expression): Expression {
    this.#tokens.take();
    this.#tokens.take();
    return { kind: "getline", from: "command", source, target: this.#optionalTarget() };
  }

  #concatenation(): Expression {
    let left = this.#sum();
    while (this.#beginsOperand()) left = { kind: "binary", operator: "", left, right: this.#sum() };
    return left;
  }

  #beginsOperand(): boolean {
    const { kind } = this.#tokens.next;
    if (this.#tokens.problem !== undefined) return false;
    if (["number", "string", "name", "call", "builtin"].includes(kind)) return true;
    return this.#tokens.at("$", "(", "!", "-", "+", "++", "--") && !this.#tokens.at("+", "-");
  }

  #sum(): Expression {
    let left = this.#product();
    while (this.#tokens.at("+", "-")) left = { kind: "binary", operator: this.#tokens.take().text, left, right: this.#product() };
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    while (this.#tokens.at("*", "/", "%")) left = { kind: "binary", operator: this.#tokens.take().text, left, right: this.#unary() };
    return left;
  }

  #unary(): Expression {
    if (!this.#tokens.at("!", "-", "+")) return this.#power();
    const operator = this.#tokens.take().text;
    if (!this.#tokens.enter()) return NOTHING;
    const operand = this.#unary();
    this.#tokens.leave();
    return { kind: "unary", operator, operand };
  }

  #power(): Expression {
    const base = this.#postfix();
    if (!this.#tokens.accept("^")) return base;
    const right = this.#tokens.at("-", "+", "!") ? this.#unary() : this.#power();
    return { kind: "binary", operator: "^", left: base, right };
  }

  #postfix(): Expression {
    const operand = this.#primary();
    if (!this.#tokens.at("++", "--") || !isTarget(operand)) return operand;
    return { kind: "step", by: this.#tokens.take().text === "++" ? 1 : -1, before: false, target: operand };
  }

  #primary(): Expression {
    const token = this.#tokens.next;
    switch (token.kind) {
      case "number":
        this.#tokens.take();
        return { kind: "number", value: Number(token.text) };
      case "string":
        this.#tokens.take();
        return { kind: "string", value: token.text };
      case "regex":
        this.#tokens.take();
        return { kind: "regex", source: token.text };
      case "builtin":
        return this.#builtin();
      case "call":
        return this.#call();
      case "name":
        return this.#variable();
      default:
        return this.#signed();
    }
  }

  #signed(): Expression {
    if (this.#tokens.at("++", "--")) {
      const by = this.#tokens.take().text === "++" ? 1 : -1;
      const target = this.#primary();
      if (isTarget(target)) return { kind: "step", by, before: true, target };
      this.#tokens.fail();
    }
    if (this.#tokens.accept("$")) return this.#field();
    if (this.#tokens.accept("(")) return this.#group();
    if (this.#tokens.accept("getline")) return this.#getline();
    this.#tokens.fail();
    return NOTHING;
  }

  #field(): Expression {
    if (!this.#tokens.enter()) return NOTHING;
    const index = this.#tokens.at("-", "+", "!") ? this.#unary() : this.#primary();
    this.#tokens.leave();
    return { kind: "field", index };
  }

  /** ( expression ), or ( list ) in array. */
  #group(): Expression {
    const greater = this.#noGreater;
    const noIn = this.#noIn;
    this.#noGreater = false;
    this.#noIn = false;
    const items = this.list(")");
    this.#noGreater = greater;
    this.#noIn = noIn;
    this.#tokens.expect(")");
    const [only] = items;
    if (items.length === 1 && only !== undefined) return { kind: "group", inner: only };
    if (items.length > 1 && this.#tokens.accept("in")) return { kind: "in", index: items, array: this.#tokens.take().text };
    if (items.length === 0) this.#tokens.fail();
    return { kind: "builtin", name: ",", args: items };
  }

  #getline(): Expression {
    const target = this.#optionalTarget();
    if (!this.#tokens.accept("<")) return { kind: "getline", from: "main", source: undefined, target };
    return { kind: "getline", from: "file", source: this.#postfix(), target };
  }

  #optionalTarget(): Target | undefined {
    if (this.#tokens.next.kind !== "name" && !this.#tokens.at("$")) return undefined;
    const target = this.#primary();
    return isTarget(target) ? target : undefined;
  }

  #builtin(): Expression {
    const name = this.#tokens.take().text;
    if (!this.#tokens.accept("(")) {
      if (name !== "length") this.#tokens.fail();
      return { kind: "builtin", name, args: [] };
    }
    return { kind: "builtin", name, args: this.#arguments() };
  }

  #call(): Expression {
    const name = this.#tokens.take().text;
    this.#tokens.expect("(");
    return { kind: "call", name, args: this.#arguments() };
  }

  #arguments(): readonly Expression[] {
    const greater = this.#noGreater;
    const noIn = this.#noIn;
    this.#noGreater = false;
    this.#noIn = false;
    const args = this.list(")");
    this.#noGreater = greater;
    this.#noIn = noIn;
    this.#tokens.expect(")");
    return args;
  }

  #variable(): Expression {
    const name = this.#tokens.take().text;
    if (!this.#tokens.accept("[")) return { kind: "name", name };
    const index = this.list("]");
    this.#tokens.expect("]");
    return { kind: "element", name, index };
  }
}

const NOTHING: Expression = { kind: "number", value: 0 };

export function isTarget(expression: Expression): expression is Target {
  return expression.kind === "name" || expression.kind === "element" || expression.kind === "field";
}

/** In `a && b = c` and `"x" y = 1` the last operand is what is assigned to. */
function lastTarget(left: Expression): { target: Target | undefined; wrap: (assigned: Expression) => Expression } {
  if (isTarget(left)) return { target: left, wrap: (assigned) => assigned };
  if (left.kind === "unary" && left.operator === "!" && isTarget(left.operand))
    return { target: left.operand, wrap: (operand) => ({ ...left, operand }) };
  if ((left.kind === "binary" && /^(&&|\|\|)?$/.test(left.operator)) || left.kind === "match") {
    const inner = lastTarget(left.right);
    return { target: inner.target, wrap: (assigned) => ({ ...left, right: inner.wrap(assigned) }) };
  }
  return { target: undefined, wrap: (assigned) => assigned };
}
