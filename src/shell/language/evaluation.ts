import { ArithmeticProblem, Effort, evaluate } from "./arithmetic.ts";
import { readOnly, type Shell, ShellProblem } from "./shell.ts";

/** The value of arithmetic text in a shell; problems are told in the shell's words. */
export function evaluateText(shell: Shell, text: string, effort = new Effort()): bigint {
  const before = effort.tokens;
  const ports = {
    get: (name: string, index: string | undefined) => readVariable(shell, { name, index }, effort),
    set: (name: string, index: string | undefined, value: string) => writeVariable(shell, { name, index }, { value, effort }),
    plain: shell.dialect === "dash",
  };
  try {
    return evaluate(text, ports, effort);
  } catch (problem) {
    if (problem instanceof ArithmeticProblem)
      throw new ShellProblem(arithmeticMessage(shell, text, problem), {
        status: shell.dialect === "bash" ? 1 : 2,
        fatal: shell.dialect !== "bash",
        discard: true,
      });
    throw problem;
  } finally {
    shell.process.computer.kernel.spend(effort.tokens - before);
  }
}

function arithmeticMessage(shell: Shell, text: string, problem: ArithmeticProblem): string {
  if (shell.dialect === "bash") return `${text.trimStart()}: ${problem.why} (error token is "${problem.token}")`;
  const byZero = problem.why === "division by 0";
  if (shell.dialect === "ash") return byZero ? "divide by zero" : "arithmetic syntax error";
  if (problem.why === "illegal number") return `Illegal number: ${problem.token}`;
  if (problem.why.startsWith("value too great") || problem.why.includes("invalid arithmetic operator"))
    return `arithmetic expression: expecting EOF: "${text}"`;
  return byZero ? 'arithmetic expression: division by zero: "' + text + '"' : `arithmetic expression: expecting primary: "${text}"`;
}

interface Place {
  readonly name: string;
  readonly index: string | undefined;
}

function readVariable(shell: Shell, { name, index }: Place, effort: Effort): string | undefined {
  const value = index === undefined ? shell.variables.get(name) : shell.variables.element(name, keyOf(shell, { name, index }, effort));
  if (value === undefined && shell.options.has("u")) throw new ShellProblem(`${name}: unbound variable`, { fatal: true, status: 127 });
  return value;
}

function writeVariable(shell: Shell, { name, index }: Place, to: { readonly value: string; readonly effort: Effort }): void {
  const problem =
    index === undefined
      ? shell.variables.set(name, to.value)
      : shell.variables.setElement(name, keyOf(shell, { name, index }, to.effort), to.value);
  if (problem === "readonly") throw readOnly(shell, name);
}

/** The key that an index means: an expression for indexed arrays, itself for associative ones. */
export function arrayKey(shell: Shell, name: string, index: string): string {
  return keyOf(shell, { name, index }, new Effort());
}

function keyOf(shell: Shell, at: { readonly name: string; readonly index: string }, effort: Effort): string {
  if (shell.variables.find(shell.variables.resolve(at.name))?.array === "associative") return at.index;
  return String(evaluateText(shell, at.index, effort));
}
