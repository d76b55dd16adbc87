import type { Execution } from "../../program.ts";
import { assignArray, setVariable } from "../assignment.ts";
import { arrayKey, evaluateText } from "../evaluation.ts";
import { attributeLetters } from "../parameter.ts";
import { parseNext } from "../parser.ts";
import { printFunction } from "../print-function.ts";
import { doubleQuoted, quoteTrace, singleQuoted } from "../quoting.ts";
import { type Shell, ShellProblem } from "../shell.ts";
import type { Variable } from "../variables.ts";
import { badOption, readFlags, wrong } from "./builtin.ts";

/** Builtins that set, show and remove variables. */

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function* declareBuiltin(shell: Shell, args: readonly string[]): Execution {
  return yield* declare(shell, "declare", args);
}

export function* localBuiltin(shell: Shell, args: readonly string[]): Execution {
  if (shell.functionDepth > 0) return yield* declare(shell, "local", args);
  if (shell.dialect !== "bash") throw new ShellProblem("local: not in a function", { status: 2, fatal: true });
  return yield* wrong(shell, "local: can only be used in a function");
}

export function* exportBuiltin(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "fnp");
  if (flags.unknown !== undefined) return yield* badOption(shell, "export", flags.unknown);
  if (flags.operands.length === 0) return yield* printDeclared(shell, (variable) => variable.exported, "export");
  if (flags.letters.has("f")) return 0;
  const exported = !flags.letters.has("n");
  return yield* each(shell, { label: "export", operands: flags.operands }, (variable) => {
    variable.exported = exported;
  });
}

export function* readonlyBuiltin(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "aAfp");
  if (flags.unknown !== undefined) return yield* badOption(shell, "readonly", flags.unknown);
  if (flags.operands.length === 0) return yield* printDeclared(shell, (variable) => variable.readonly, "readonly");
  return yield* each(shell, { label: "readonly", operands: flags.operands }, (variable) => {
    variable.readonly = true;
  });
}

/** Assigns each operand and gives it attributes. */
function* each(shell: Shell, what: { label: string; operands: readonly string[] }, change: (variable: Variable) => void): Execution {
  let status = 0;
  for (const operand of what.operands) {
    const parts = split(operand);
    if (parts === undefined) {
      if (shell.dialect === "dash") throw new ShellProblem(`${what.label}: ${operand}: bad variable name`, { status: 2, fatal: true });
      status = yield* wrong(
        shell,
        shell.dialect === "bash" ? `${what.label}: \`${operand}': not a valid identifier` : `${what.label}: ${operand}: bad variable name`,
      );
      continue;
    }
    if (parts.value !== undefined) yield* assignDeclared(shell, { ...parts, value: parts.value });
    change(shell.variables.declare(parts.name));
  }
  return status;
}

interface Declared {
  readonly name: string;
  readonly key: string | undefined;
  readonly append: boolean;
  readonly value: string | undefined;
}

function split(operand: string): Declared | undefined {
  const [whole, name, key, append, value] = /^([A-Za-z_]\w*)(?:\[([^\]]*)\])?(?:(\+)?=([\s\S]*))?$/.exec(operand) ?? [];
  return whole === undefined || name === undefined ? undefined : { name, key, append: append === "+", value };
}

function* assignDeclared(shell: Shell, to: Declared & { value: string }): Execution<void> {
  const { name, key, append, value } = to;
  const items = value.startsWith("(") && value.endsWith(")") && shell.dialect === "bash" ? arrayItems(`${name}=${value}`) : undefined;
  if (items !== undefined) yield* assignArray(shell, { name, append, items });
  else setVariable(shell, { name, key: key === undefined ? undefined : arrayKey(shell, name, key), append }, value);
}

function arrayItems(text: string) {
  const parsed = parseNext(text, 0, { dialect: "bash" });
  const node = parsed.kind === "script" ? parsed.script.items[0]?.node : undefined;
  const value = node?.type === "simple" ? node.assignments[0]?.value : undefined;
  return value === undefined || "parts" in value ? undefined : value;
}

function* declare(shell: Shell, label: "declare" | "local", args: readonly string[]): Execution {
  const isPlus = (arg: string) => /^\+[A-Za-z]+$/.test(arg);
  const plus = args.filter(isPlus).flatMap((arg) => [...arg.slice(1)]);
  const flags = readFlags(
    args.filter((arg) => !isPlus(arg)),
    shell.dialect === "bash" ? "aAfFgiIlnrtuxp" : "",
  );
  const { letters, operands } = flags;
  if (flags.unknown !== undefined) return yield* badDeclaration(shell, label, flags.unknown);
  if (letters.has("f") || letters.has("F")) return yield* printFunctions(shell, operands, letters.has("F"));
  if (operands.length === 0) return yield* printDeclared(shell, (_variable, name) => hasLetters(shell, name, letters), "declare");
  if (letters.has("p")) return yield* printNamed(shell, operands);
  let status = 0;
  for (const operand of operands) status = (yield* declareOne(shell, { label, operand }, { letters, plus })) || status;
  return status;
}

function* badDeclaration(shell: Shell, label: string, option: string): Execution {
  if (shell.dialect === "bash") return yield* badOption(shell, label, option);
  throw new ShellProblem(`${label}: ${option}: bad variable name`, { status: 2, fatal: true });
}

function hasLetters(shell: Shell, name: string, letters: ReadonlySet<string>): boolean {
  const own = attributeLetters(shell, name);
  return [...letters].every((letter) => letter === "p" || own.includes(letter));
}

interface Attributes {
  readonly letters: ReadonlySet<string>;
  readonly plus: readonly string[];
}

function* declareOne(shell: Shell, what: { label: string; operand: string }, attributes: Attributes): Execution {
  const { letters, plus } = attributes;
  const parts = split(what.operand);
  if (parts === undefined) return yield* wrong(shell, `${what.label}: \`${what.operand}': not a valid identifier`);
  const fixed = shell.variables.find(parts.name)?.readonly === true && (parts.value !== undefined || plus.includes("r"));
  if (fixed) return yield* wrong(shell, `${what.label}: ${parts.name}: readonly variable`);
  const local = shell.functionDepth > 0 && !letters.has("g");
  const variable = local ? shell.variables.declareLocal(parts.name) : shell.variables.declare(parts.name);
  applyLetters(variable, letters, plus);
  if (parts.value !== undefined) yield* assignDeclared(shell, { ...parts, value: parts.value });
  if (letters.has("r")) variable.readonly = true;
  if (letters.has("n")) variable.nameref = true;
  return 0;
}

function applyLetters(variable: Variable, letters: ReadonlySet<string>, plus: readonly string[]): void {
  if (letters.has("a")) variable.array ??= "indexed";
  if (letters.has("A")) variable.array = "associative";
  if (letters.has("A") && !(variable.value instanceof Map)) variable.value = undefined;
  if (letters.has("i")) variable.integer = true;
  if (letters.has("x")) variable.exported = true;
  if (letters.has("l")) variable.letters = "lower";
  if (letters.has("u")) variable.letters = "upper";
  if (plus.includes("x")) variable.exported = false;
  if (plus.includes("i")) variable.integer = false;
  if (plus.includes("n")) variable.nameref = false;
}

function* printNamed(shell: Shell, names: readonly string[]): Execution {
  let status = 0;
  for (const name of names) {
    if (shell.variables.find(name) === undefined) status = yield* wrong(shell, `declare: ${name}: not found`);
    else yield* shell.process.print(declaration(shell, name));
  }
  return status;
}

function* printDeclared(shell: Shell, wanted: (variable: Variable, name: string) => boolean, label: string): Execution {
  for (const name of shell.variables.names()) {
    const variable = shell.variables.find(name);
    if (variable === undefined || !wanted(variable, name)) continue;
    if (shell.dialect === "bash") yield* shell.process.print(declaration(shell, name));
    else
      yield* shell.process.print(
        `${label} ${name}${variable.value === undefined ? "" : `=${singleQuoted(shell.variables.get(name) ?? "")}`}\n`,
      );
  }
  return 0;
}

/** A line of `declare -p`. */
function declaration(shell: Shell, name: string): string {
  const letters = attributeLetters(shell, name) || "-";
  const variable = shell.variables.find(name);
  const head = `declare -${letters} ${name}`;
  if (variable?.value === undefined) return `${head}\n`;
  if (!(variable.value instanceof Map)) return `${head}=${doubleQuoted(variable.value)}\n`;
  const items = shell.variables
    .elements(name)
    .map(([key, value]) => `[${/^\w+$/.test(key) ? key : doubleQuoted(key)}]=${doubleQuoted(value)}`);
  return variable.array === "associative" ? `${head}=(${items.join(" ")} )\n` : `${head}=(${items.join(" ")})\n`;
}

function* printFunctions(shell: Shell, names: readonly string[], namesOnly: boolean): Execution {
  const wanted = names.length > 0 ? names : [...shell.functions.keys()].sort();
  let status = 0;
  for (const name of wanted) {
    const definition = shell.functions.get(name);
    if (definition === undefined) status = 1;
    else if (namesOnly) yield* shell.process.print(names.length > 0 ? `${name}\n` : `declare -f ${name}\n`);
    else yield* shell.process.print(printFunction(definition));
  }
  return status;
}

export function* unset(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "fvn");
  if (flags.unknown !== undefined) return yield* badOption(shell, "unset", flags.unknown);
  let status = 0;
  for (const operand of flags.operands) status = (yield* unsetOne(shell, operand, flags.letters)) || status;
  return status;
}

function* unsetOne(shell: Shell, operand: string, letters: ReadonlySet<string>): Execution {
  const [, name, key] = /^([A-Za-z_]\w*)\[(.*)\]$/.exec(operand) ?? [];
  if (name !== undefined && key !== undefined) unsetElement(shell, name, key);
  else if (letters.has("f")) shell.functions.delete(operand);
  else if (NAME.test(operand)) return yield* unsetName(shell, operand, letters);
  else {
    const message = shell.pick({ bash: `unset: \`${operand}': not a valid identifier`, dash: `unset: ${operand}: bad variable name` });
    return yield* wrong(shell, message, shell.pick({ bash: 1, dash: 2 }));
  }
  return 0;
}

function unsetElement(shell: Shell, name: string, key: string): void {
  if (key === "@" || key === "*") shell.variables.unset(name);
  else shell.variables.unsetElement(name, arrayKey(shell, name, key));
}

function* unsetName(shell: Shell, name: string, letters: ReadonlySet<string>): Execution {
  const target = letters.has("n") ? name : shell.variables.resolve(name);
  if (shell.variables.find(target) === undefined && !letters.has("v")) {
    shell.functions.delete(name);
    return 0;
  }
  if (target === "PATH") shell.hashed.clear();
  if (shell.variables.unset(target) !== "readonly") return 0;
  if (shell.dialect !== "bash") throw new ShellProblem(`unset: ${name}: is read only`, { status: 2, fatal: true });
  return yield* wrong(shell, `unset: ${name}: cannot unset: readonly variable`);
}

export function* shift(shell: Shell, args: readonly string[]): Execution {
  yield* shell.process.charge(1);
  const count = args[0] ?? "1";
  if (!/^\d+$/.test(count)) {
    const bash = `shift: ${count}: ${count.startsWith("-") ? "shift count out of range" : "numeric argument required"}`;
    return yield* wrong(shell, shell.pick({ bash, dash: `shift: Illegal number: ${count}` }), shell.pick({ bash: 1, dash: 2 }));
  }
  if (Number(count) > shell.positional.length) {
    if (shell.dialect === "dash") throw new ShellProblem("shift: can't shift that many", { status: 2, fatal: true });
    return 1;
  }
  shell.positional = shell.positional.slice(Number(count));
  return 0;
}

export function* letBuiltin(shell: Shell, args: readonly string[]): Execution {
  if (args.length === 0) return yield* wrong(shell, "let: expression expected");
  yield* shell.process.charge(args.length);
  let value = 0n;
  for (const arg of args) {
    try {
      value = evaluateText(shell, arg);
    } catch (problem) {
      if (problem instanceof ShellProblem) throw new ShellProblem(`let: ${problem.message}`, { status: problem.status });
      throw problem;
    }
  }
  return value === 0n ? 1 : 0;
}

/** `set` without arguments: all variables, and in bash the functions. */
export function allVariables(shell: Shell): string {
  let text = "";
  for (const name of shell.variables.names()) {
    const variable = shell.variables.find(name);
    if (variable?.value !== undefined) text += `${name}=${shownValue(shell, name, variable.value)}\n`;
  }
  if (shell.dialect === "bash") for (const definition of shell.functions.values()) text += printFunction(definition);
  return text;
}

function shownValue(shell: Shell, name: string, value: string | ReadonlyMap<string, string>): string {
  if (typeof value !== "string")
    return `(${shell.variables
      .elements(name)
      .map(([key, element]) => `[${key}]=${doubleQuoted(element)}`)
      .join(" ")})`;
  return shell.dialect === "bash" ? quoteTrace(value).replace(/^''$/, "") : singleQuoted(value);
}
