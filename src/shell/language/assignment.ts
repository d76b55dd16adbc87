import type { Execution } from "../program.ts";
import { arrayKey, evaluateText } from "./evaluation.ts";
import { expandText, expandWords } from "./expand.ts";
import { readOnly, type Shell, ShellProblem } from "./shell.ts";
import type { ArrayItem, Assignment } from "./syntax.ts";
import type { SetProblem, Variable } from "./variables.ts";

/** Carries out `name=value`, `name[i]=value`, `name+=value`, `name=(...)`. Gives the text for `set -x`. */
export function* assign(shell: Shell, assignment: Assignment): Execution<string> {
  const { name, value } = assignment;
  if (!("parts" in value)) {
    yield* assignArray(shell, { name, append: assignment.append, items: value });
    return `${name}=(...)`;
  }
  const text = yield* expandText(shell, value, true);
  const key = assignment.index === undefined ? undefined : arrayKey(shell, name, yield* expandText(shell, assignment.index));
  setVariable(shell, { name, key, append: assignment.append }, text);
  return `${name}${assignment.append ? "+" : ""}=${text}`;
}

export interface Target {
  readonly name: string;
  readonly key?: string | undefined;
  readonly append?: boolean;
}

/** Sets a variable or element as its attributes want it; throws when it cannot be. */
export function setVariable(shell: Shell, target: Target, text: string): void {
  const { name, key } = target;
  const { variables } = shell;
  const variable = variables.find(variables.resolve(name));
  const before = (key === undefined ? variables.get(name) : variables.element(name, key)) ?? "";
  const value =
    variable?.integer === true
      ? String(evaluateText(shell, target.append === true ? `(${before || "0"})+(${text})` : text))
      : target.append === true
        ? before + text
        : text;
  report(shell, name, key === undefined ? variables.set(name, value) : variables.setElement(name, key, value));
  if (shell.options.has("a")) variables.declare(name).exported = true;
  if (key === undefined) noteSpecial(shell, name, value);
}

function report(shell: Shell, name: string, problem: SetProblem | undefined): void {
  if (problem === "readonly") throw readOnly(shell, name);
  if (problem === "memory") throw new ShellProblem("xrealloc: cannot allocate 4194304 bytes", { status: 2, fatal: true });
}

function noteSpecial(shell: Shell, name: string, value: string): void {
  if (name === "SECONDS") shell.resetSeconds(Number(value) || 0);
  if (name === "RANDOM") shell.seedRandom(Number(value) || 0);
  if (name === "OPTIND") shell.getopts = { index: Number(value) || 1, at: 0 };
  if (name === "PATH") shell.hashed.clear();
}

export function* assignArray(shell: Shell, to: { name: string; append: boolean; items: readonly ArrayItem[] }): Execution<void> {
  const { name, append } = to;
  const { variables } = shell;
  const known = variables.find(variables.resolve(name));
  if (known?.readonly === true) throw readOnly(shell, name);
  const entries = new Map(append ? variables.elements(name) : []);
  if (known?.array === "associative") yield* pairs(shell, to, entries);
  else yield* numbered(shell, to, entries);
  if (known?.integer === true) for (const [key, value] of entries) entries.set(key, String(evaluateText(shell, value)));
  report(shell, name, variables.setArray(name, entries));
}

/** Items without an index go on from the last. */
function* numbered(shell: Shell, to: { name: string; items: readonly ArrayItem[] }, entries: Map<string, string>): Execution<void> {
  let next = Math.max(-1, ...[...entries.keys()].map(Number)) + 1;
  for (const { index, value } of to.items) {
    if (index !== undefined) next = Number(arrayKey(shell, to.name, yield* expandText(shell, index)));
    const values = index === undefined ? yield* expandWords(shell, [value]) : [yield* expandText(shell, value)];
    for (const one of values) {
      entries.set(String(next), one);
      next += 1;
    }
  }
}

/** `([key]=value ...)`, or keys and values by turns. */
function* pairs(shell: Shell, to: { name: string; items: readonly ArrayItem[] }, entries: Map<string, string>): Execution<void> {
  const loose: string[] = [];
  for (const { index, value } of to.items) {
    if (index === undefined) loose.push(...(yield* expandWords(shell, [value])));
    else entries.set(yield* expandText(shell, index), yield* expandText(shell, value));
  }
  for (let at = 0; at < loose.length; at += 2) entries.set(loose[at] ?? "", loose[at + 1] ?? "");
}

/** Variables as they were before the assignments in front of a command. */
export class Restore {
  readonly #shell: Shell;
  readonly #before: [string, Variable | undefined][] = [];

  constructor(shell: Shell, names: readonly string[]) {
    this.#shell = shell;
    for (const name of names) {
      const variable = shell.variables.find(name);
      this.#before.push([
        name,
        variable === undefined
          ? undefined
          : { ...variable, value: variable.value instanceof Map ? new Map(variable.value) : variable.value },
      ]);
    }
  }

  restore(): void {
    for (const [name, before] of this.#before) {
      if (before === undefined) this.#shell.variables.unset(name);
      else Object.assign(this.#shell.variables.declare(name), before);
      if (name === "PATH") this.#shell.hashed.clear();
    }
  }
}
