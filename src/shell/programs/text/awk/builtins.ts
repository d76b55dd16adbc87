import type { Execution } from "../../../program.ts";
import { formatTime, zoneOf } from "../../time-format.ts";
import { lower, upper } from "../sed/replacement.ts";
import { isTarget } from "./expressions.ts";
import { formatAwk } from "./format.ts";
import type { Interpreter } from "./interpreter.ts";
import { splitText } from "./split.ts";
import type { Expression } from "./syntax.ts";
import { Field, toNumber, toText, type Value } from "./values.ts";
import { toInteger } from "./variables.ts";

type Call = Expression & { kind: "builtin" };

/** awk's own functions. */
export function* builtin(awk: Interpreter, call: Call): Execution<Value> {
  yield* awk.process.charge(2);
  switch (call.name) {
    case "length":
      return yield* length(awk, call);
    case "split":
      return yield* split(awk, call);
    case "sub":
    case "gsub":
      return yield* substitute(awk, call);
    case "match":
      return yield* match(awk, call);
    default: {
      const values: Value[] = [];
      for (const arg of call.args) values.push(yield* awk.evaluate(arg));
      return (
        (yield* streamFunction(awk, call.name, values)) ?? textFunction(awk, call.name, values) ?? numberFunction(awk, call.name, values)
      );
    }
  }
}

function* length(awk: Interpreter, { args }: Call): Execution<Value> {
  const [arg] = args;
  if (arg === undefined) return awk.variables.record.length;
  const array = arg.kind === "name" ? awk.cell(arg.name).existingArray : undefined;
  return array === undefined ? awk.text(yield* awk.evaluate(arg)).length : array.size;
}

function* split(awk: Interpreter, { args }: Call): Execution<Value> {
  const [subject, target, separator] = args;
  if (subject === undefined || target?.kind !== "name") {
    awk.fail("wrong number of arguments in call to split");
    return 0;
  }
  const text = awk.text(yield* awk.evaluate(subject));
  const by = separator === undefined ? awk.variables.text("FS") : yield* awk.pattern(separator);
  const regex = by.length > 1 || (separator?.kind === "regex" && by !== " ") ? awk.regex(by) : undefined;
  const parts = splitText(
    text,
    separator?.kind === "regex" && by === " " ? "[ ]" : by,
    separator?.kind === "regex" && by === " " ? awk.regex("[ ]") : regex,
  );
  yield* awk.process.charge(parts.length);
  const { array } = awk.cell(target.name);
  array.clear();
  for (const [at, part] of parts.entries()) array.set(String(at + 1), new Field(part));
  return parts.length;
}

function* match(awk: Interpreter, { args }: Call): Execution<Value> {
  const [subject, pattern] = args;
  if (subject === undefined || pattern === undefined) {
    awk.fail("wrong number of arguments in call to match");
    return 0;
  }
  const text = awk.text(yield* awk.evaluate(subject));
  const found = yield* awk.find(yield* awk.pattern(pattern), text);
  awk.variables.cell("RSTART").value = found === undefined ? 0 : found.start + 1;
  awk.variables.cell("RLENGTH").value = found === undefined ? -1 : found.end - found.start;
  return found === undefined ? 0 : found.start + 1;
}

function* substitute(awk: Interpreter, { name, args }: Call): Execution<Value> {
  const [pattern, replacement, subject] = args;
  if (pattern === undefined || replacement === undefined) {
    awk.fail(`wrong number of arguments in call to ${name}`);
    return 0;
  }
  const source = yield* awk.pattern(pattern);
  const by = awk.text(yield* awk.evaluate(replacement));
  const target = subject ?? { kind: "field", index: { kind: "number", value: 0 } };
  const text = awk.text(yield* awk.evaluate(target));
  const { result, count } = yield* replaceAll(awk, { text, source, by, global: name === "gsub" });
  if (count > 0 && isTarget(target)) yield* awk.assign(target, result);
  return count;
}

interface Replacement {
  readonly text: string;
  readonly source: string;
  readonly by: string;
  readonly global: boolean;
}

function* replaceAll(awk: Interpreter, { text, source, by, global }: Replacement): Execution<{ result: string; count: number }> {
  let result = "";
  let at = 0;
  let count = 0;
  let lastEnd = -1;
  for (let from = 0; from <= text.length; ) {
    const found = yield* awk.find(source, text, from);
    if (found === undefined) break;
    const { start, end } = found;
    from = end === start ? end + 1 : end;
    if (end === start && start === lastEnd) continue;
    lastEnd = end;
    count += 1;
    result += text.slice(at, start) + expand(by, text.slice(start, end));
    at = end;
    if (!global) break;
  }
  return { result: result + text.slice(at), count };
}

/** `&` is what was found, `\&` an ampersand. */
function expand(by: string, found: string): string {
  return by.replace(/\\\\|\\&|&/g, (piece) => (piece === "&" ? found : piece.slice(1)));
}

function* streamFunction(awk: Interpreter, name: string, values: readonly Value[]): Execution<Value | undefined> {
  const [first = ""] = values;
  switch (name) {
    case "system":
      return yield* awk.streams.system(awk.text(first));
    case "close":
      return yield* awk.streams.close(awk.text(first));
    case "fflush":
      yield* awk.out.flush();
      return 0;
    default:
      return undefined;
  }
}

function textFunction(awk: Interpreter, name: string, values: readonly Value[]): Value | undefined {
  const [first = "", second = ""] = values;
  const text = awk.text(first);
  switch (name) {
    case "substr":
      return substring(text, toNumber(second), values[2] === undefined ? undefined : toNumber(values[2]));
    case "index":
      return text.indexOf(awk.text(second)) + 1;
    case "tolower":
      return lower(text);
    case "toupper":
      return upper(text);
    case "sprintf":
      return formatAwk(text, values.slice(1));
    case "strftime":
      return formatTime(
        text === "" ? "%c" : text,
        (values[1] === undefined ? awk.process.system.now().wallMs / 1000 : toNumber(second)) * 1000,
        zoneOf(awk.process),
      );
    case ",":
      return values.map((value) => toText(value)).join(awk.variables.text("SUBSEP"));
    default:
      return undefined;
  }
}

/** Positions count from 1; one before the beginning makes the length longer, as it does in mawk 1.3.4. */
function substring(text: string, from: number, size: number | undefined): string {
  const start = Math.trunc(from);
  if (Number.isNaN(start)) return "";
  if (size === undefined) return text.slice(Math.max(0, start - 1));
  const length = start < 1 ? Math.trunc(size) - start : Math.trunc(size);
  const begin = Math.max(0, start - 1);
  return text.slice(begin, begin + Math.max(0, length));
}

const MATH: Readonly<Record<string, (value: number, other: number) => number>> = {
  int: (value) => Math.trunc(value),
  sqrt: (value) => Math.sqrt(value),
  exp: (value) => Math.exp(value),
  log: (value) => Math.log(value),
  sin: (value) => Math.sin(value),
  cos: (value) => Math.cos(value),
  atan2: (value, other) => Math.atan2(value, other),
};

function numberFunction(awk: Interpreter, name: string, values: readonly Value[]): Value {
  const [first = "", second = ""] = values;
  if (name === "systime") return Math.floor(awk.process.system.now().wallMs / 1000);
  if (name === "mktime") return makeTime(awk.text(first));
  if (name === "srand") return seed(awk, values.length === 0 ? Math.floor(awk.process.system.now().wallMs / 1000) : toInteger(first));
  if (name === "rand") return nextRandom(awk);
  return MATH[name]?.(toNumber(first), toNumber(second)) ?? "";
}

function makeTime(text: string): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = text.trim().split(/\s+/).map(Number);
  return Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1000);
}

function seed(awk: Interpreter, value: number): number {
  const before = awk.random.seed;
  awk.random = { seed: value, state: (value * 2654435761 + 1) % 2147483647 || 1 };
  return before;
}

/** Park and Miller's generator; the first state comes from the machine, so that runs differ as mawk's do. */
function nextRandom(awk: Interpreter): number {
  if (awk.random.seed === 0)
    seed(
      awk,
      1 +
        (awk.process.system
          .random(4)
          .split("")
          .reduce((sum, byte) => sum * 256 + byte.charCodeAt(0), 0) %
          1_000_000_007),
    );
  awk.random.state = (awk.random.state * 48_271) % 2_147_483_647;
  return awk.random.state / 2_147_483_647;
}
