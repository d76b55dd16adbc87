import type { Execution, Process, Program } from "../../program.ts";
import { quoteValue } from "../quoting.ts";
import { compileRegex, Regex } from "../regex/regex.ts";

export const expr: Program = {
  name: "expr",
  *run(process) {
    const args = process.args[0] === "--" ? process.args.slice(1) : process.args;
    if (args.length === 0) return yield* process.failUsage("missing operand", 2);
    const reader = new ExprReader(process, args);
    const value = yield* reader.whole();
    if (reader.wrong !== undefined) return yield* process.fail(reader.wrong, 2);
    yield* process.print(`${value}\n`);
    return value === "" || /^-?0+$/.test(value) ? 1 : 0;
  },
};

const LEVELS: readonly (readonly string[])[] = [["|"], ["&"], ["<", "<=", "=", "==", "!=", ">=", ">"], ["+", "-"], ["*", "/", "%"], [":"]];
const MAX_DEPTH = 200;

/** Evaluates while it reads, the loosest operators first. */
class ExprReader {
  wrong: string | undefined;
  readonly #process: Process;
  readonly #args: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(process: Process, args: readonly string[]) {
    this.#process = process;
    this.#args = args;
  }

  *whole(): Execution<string> {
    const value = yield* this.#level(0);
    const extra = this.#args[this.#at];
    if (extra !== undefined) this.wrong ??= `syntax error: unexpected argument ${quoteValue(this.#process, extra)}`;
    return value;
  }

  *#level(level: number): Execution<string> {
    const operators = LEVELS[level];
    if (operators === undefined) return yield* this.#operand();
    let left = yield* this.#level(level + 1);
    while (this.wrong === undefined && operators.includes(this.#args[this.#at] ?? "")) {
      const operator = this.#args[this.#at] ?? "";
      this.#at += 1;
      const right = yield* this.#level(level + 1);
      if (this.wrong === undefined) left = yield* this.#apply(operator, left, right);
    }
    return left;
  }

  *#operand(): Execution<string> {
    const arg = this.#args[this.#at];
    const before = this.#args[this.#at - 1] ?? "";
    this.#depth += 1;
    if (arg === undefined || this.#depth > MAX_DEPTH) {
      this.wrong ??= `syntax error: missing argument after ${quoteValue(this.#process, before)}`;
      return "";
    }
    this.#at += 1;
    const value = yield* this.#function(arg);
    this.#depth -= 1;
    return value;
  }

  *#function(arg: string): Execution<string> {
    switch (arg) {
      case "(":
        return yield* this.#group();
      case "length":
        return String((yield* this.#operand()).length);
      case "index": {
        const text = yield* this.#operand();
        const bytes = yield* this.#operand();
        return String([...text].findIndex((byte) => bytes.includes(byte)) + 1);
      }
      case "substr": {
        const text = yield* this.#operand();
        const from = Number(yield* this.#operand());
        const size = Number(yield* this.#operand());
        return from >= 1 && size >= 1 ? text.slice(from - 1, from - 1 + size) : "";
      }
      case "match": {
        const text = yield* this.#operand();
        return yield* this.#match(text, yield* this.#operand());
      }
      default:
        return arg === "+" ? (this.#args[this.#at++] ?? "") : arg;
    }
  }

  *#group(): Execution<string> {
    const value = yield* this.#level(0);
    if (this.wrong === undefined && this.#args[this.#at] !== ")") {
      const next = this.#args[this.#at];
      this.wrong =
        next === undefined
          ? `syntax error: expecting ')' after ${quoteValue(this.#process, this.#args[this.#at - 1] ?? "")}`
          : `syntax error: expecting ')' instead of ${quoteValue(this.#process, next)}`;
    }
    this.#at += 1;
    return value;
  }

  *#apply(operator: string, left: string, right: string): Execution<string> {
    if (operator === ":") return yield* this.#match(left, right);
    if (operator === "|" || operator === "&") return logical(operator, left, right);
    if (/[<>=]/.test(operator)) return compare(operator, left, right) ? "1" : "0";
    return this.#arithmetic(operator, left, right);
  }

  #arithmetic(operator: string, left: string, right: string): string {
    if (!/^-?\d{1,4000}$/.test(left) || !/^-?\d{1,4000}$/.test(right)) {
      this.wrong = "non-integer argument";
      return "";
    }
    const one = BigInt(left);
    const other = BigInt(right);
    if ("/%".includes(operator) && other === 0n) {
      this.wrong = "division by zero";
      return "";
    }
    const results: Readonly<Record<string, () => bigint>> = {
      "+": () => one + other,
      "-": () => one - other,
      "*": () => one * other,
      "/": () => one / other,
      "%": () => one % other,
    };
    return String(results[operator]?.() ?? 0n);
  }

  *#match(text: string, pattern: string): Execution<string> {
    const regex = compileRegex(`^\\(${pattern.replace(/^\^/, "")}\\)`, { syntax: "basic" });
    if (!(regex instanceof Regex)) {
      this.wrong = regex.wrong;
      return "";
    }
    const match = yield* regex.find(this.#process, text);
    const groups = regex.groups > 1;
    if (match === undefined) return groups ? "" : "0";
    if (!groups) return String(match.end);
    return text.slice(match.slots[4] ?? 0, match.slots[5] ?? 0);
  }
}

function logical(operator: string, left: string, right: string): string {
  if (operator === "|" && !isNull(left)) return left;
  if (isNull(right)) return "0";
  return operator === "&" && isNull(left) ? "0" : operator === "|" ? right : left;
}

function isNull(value: string): boolean {
  return value === "" || /^-?0+$/.test(value);
}

function compare(operator: string, left: string, right: string): boolean {
  const numbers = /^-?\d{1,4000}$/.test(left) && /^-?\d{1,4000}$/.test(right);
  const order = numbers ? Number(BigInt(left) - BigInt(right)) : left < right ? -1 : left > right ? 1 : 0;
  const results: Readonly<Record<string, boolean>> = {
    "<": order < 0,
    "<=": order <= 0,
    "=": order === 0,
    "==": order === 0,
    "!=": order !== 0,
    ">=": order >= 0,
    ">": order > 0,
  };
  return results[operator] ?? false;
}
