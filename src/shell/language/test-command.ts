import { type ConditionPorts, compareTexts, NUMERIC, UNARY } from "../conditions.ts";
import type { Execution } from "../program.ts";
import { compileRegex } from "../programs/regex/regex.ts";
import { evaluateText } from "./evaluation.ts";
import { expandPattern, expandRegex, expandText } from "./expand.ts";
import { matches, parsePattern } from "./pattern.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import type { TestExpression } from "./syntax.ts";

/** [[ ... ]]: 0 true, 1 false, 2 a bad regular expression. */
export function* runTest(shell: Shell, expression: TestExpression): Execution {
  return (yield* holds(shell, expression)) ? 0 : 1;
}

export function conditionPorts(shell: Shell): ConditionPorts {
  const { process } = shell;
  return {
    fs: process.fs,
    isTerminal: (fd) => process.isTerminal(fd),
    credentials: process.credentials,
    isSet: (name) => shell.variables.get(name) !== undefined,
    hasOption: (name) => shell.options.has(name),
    terse: shell.dialect !== "bash",
  };
}

function* holds(shell: Shell, expression: TestExpression): Execution<boolean> {
  yield* shell.process.charge(1);
  switch (expression.kind) {
    case "not":
      return !(yield* holds(shell, expression.inner));
    case "and":
      return (yield* holds(shell, expression.left)) && (yield* holds(shell, expression.right));
    case "or":
      return (yield* holds(shell, expression.left)) || (yield* holds(shell, expression.right));
    case "word":
      return (yield* expandText(shell, expression.word)) !== "";
    case "unary": {
      const operand = yield* expandText(shell, expression.operand);
      if (expression.operator === "-v") return isSet(shell, operand);
      return UNARY[expression.operator]?.(operand, conditionPorts(shell)) ?? false;
    }
    case "binary":
      return yield* compare(shell, expression);
  }
}

function isSet(shell: Shell, name: string): boolean {
  const [, array, index] = /^(\w+)\[(.*)\]$/.exec(name) ?? [];
  if (array === undefined || index === undefined) return shell.variables.get(name) !== undefined;
  if (index === "@" || index === "*") return shell.variables.elements(array).length > 0;
  return shell.variables.element(array, index) !== undefined;
}

function* compare(shell: Shell, expression: TestExpression & { kind: "binary" }): Execution<boolean> {
  const { operator } = expression;
  const left = yield* expandText(shell, expression.left);
  yield* shell.process.charge(left.length >> 4);
  if (operator === "=~") return yield* regexFits(shell, left, expression);
  if (operator === "==" || operator === "=" || operator === "!=") {
    const pattern = parsePattern(yield* expandPattern(shell, expression.right), true);
    return matches(pattern, left, shell.shopts.has("nocasematch")) === (operator !== "!=");
  }
  const right = yield* expandText(shell, expression.right);
  const numeric = NUMERIC[operator];
  if (numeric !== undefined) return numeric(evaluateText(shell, left), evaluateText(shell, right));
  return compareTexts(operator, [left, right], shell.process);
}

function* regexFits(shell: Shell, text: string, expression: TestExpression & { kind: "binary" }): Execution<boolean> {
  const source = yield* expandRegex(shell, expression.right);
  const regex = compileRegex(source, { syntax: "extended", ignoreCase: shell.shopts.has("nocasematch") });
  if ("wrong" in regex) throw new ShellProblem("", { status: 2 });
  const match = yield* regex.find(shell.process, text);
  const groups = match === undefined ? [] : groupTexts(match, text);
  shell.variables.setArray(
    "BASH_REMATCH",
    groups.map((group, index) => [String(index), group] as const),
  );
  return match !== undefined;
}

/** The whole match and each group, as BASH_REMATCH has them. */
function groupTexts(match: { readonly start: number; readonly end: number; readonly slots: readonly number[] }, text: string): string[] {
  const groups = [text.slice(match.start, match.end)];
  for (let slot = 2; slot + 1 < match.slots.length; slot += 2) {
    const [from = -1, to = -1] = [match.slots[slot], match.slots[slot + 1]];
    groups.push(from < 0 || to < 0 ? "" : text.slice(from, to));
  }
  return groups;
}
