import { ArithmeticProblem, evaluate } from "./arithmetic.ts";
import { type Shell, ShellProblem } from "./shell.ts";

/** The value of arithmetic text in a shell; problems are told in the shell's words. */
export function evaluateText(shell: Shell, text: string): bigint {
  try {
    return evaluate(text, {
      get: (name, index) => readVariable(shell, { name, index }),
      set: (name, index, value) => writeVariable(shell, { name, index }, value),
    });
  } catch (problem) {
    if (problem instanceof ArithmeticProblem)
      throw new ShellProblem(arithmeticMessage(shell, text, problem), {
        status: shell.dialect === "bash" ? 1 : 2,
        fatal: shell.dialect !== "bash",
        discard: true,
      });
    throw problem;
  }
}

function arithmeticMessage(shell: Shell, text: string, problem: ArithmeticProblem): string {
  if (shell.dialect === "bash") return `${text.trimStart()}: ${problem.why} (error token is "${problem.token}")`;
  const byZero = problem.why === "division by 0";
  if (shell.dialect === "ash") return byZero ? "divide by zero" : "arithmetic syntax error";
  return byZero ? 'arithmetic expression: division by zero: "' + text + '"' : `arithmetic expression: expecting primary: "${text}"`;
}

interface Place {
  readonly name: string;
  readonly index: string | undefined;
}

function readVariable(shell: Shell, { name, index }: Place): string | undefined {
  const value = index === undefined ? shell.variables.get(name) : shell.variables.element(name, arrayKey(shell, name, index));
  if (value === undefined && shell.options.has("u")) throw new ShellProblem(`${name}: unbound variable`, { fatal: true, status: 127 });
  return value;
}

function writeVariable(shell: Shell, { name, index }: Place, value: string): void {
  const problem =
    index === undefined ? shell.variables.set(name, value) : shell.variables.setElement(name, arrayKey(shell, name, index), value);
  if (problem === "readonly") throw new ShellProblem(`${name}: readonly variable`);
}

/** The key that an index means: an expression for indexed arrays, itself for associative ones. */
export function arrayKey(shell: Shell, name: string, index: string): string {
  if (shell.variables.find(shell.variables.resolve(name))?.array === "associative") return index;
  return String(evaluateText(shell, index));
}
