import type { Execution, Wait } from "../program.ts";
import { assign, Restore } from "./assignment.ts";
import { builtinFor } from "./builtins/index.ts";
import { expandText, expandWords } from "./expand.ts";
import { launch } from "./launch.ts";
import { quoteTrace } from "./quoting.ts";
import { keep, redirect, undo } from "./redirection.ts";
import { SPECIAL_BUILTINS } from "./reserved-words.ts";
import type { Runner } from "./runner.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import type { Assignment, FunctionDefinition, Simple } from "./syntax.ts";

interface Context {
  readonly runner: Runner;
  readonly source: string;
}

/** A simple command (POSIX XCU 2.9.1): expansions, redirections, then assignment, function, builtin or program. */
export function* runSimple(shell: Shell, node: Simple, context: Context): Execution {
  const status = yield* run(shell, node, context);
  for (const fd of shell.substitutionFds.splice(0)) shell.process.task.descriptors.close(fd);
  return status;
}

function* run(shell: Shell, node: Simple, context: Context): Execution {
  shell.line = node.line;
  shell.substitutionStatus = undefined;
  const words = yield* expandWords(shell, node.words);
  const name = words[0];
  if (name === undefined) return yield* assignOnly(shell, node);
  const definition = shell.functions.get(name);
  const builtin = builtinFor(shell, name);
  if (definition !== undefined)
    return yield* within(shell, node, { words, body: () => callFunction(shell, { definition, words }, context.runner) });
  if (builtin !== undefined) return yield* within(shell, node, { words, body: () => builtin(shell, words.slice(1)) });
  return yield* runExternal(shell, node, { words, source: context.source });
}

/** A function or builtin, within its assignments and redirections; those of `exec` without a command stay. */
function* within(shell: Shell, node: Simple, what: { words: readonly string[]; body: () => Execution }): Execution {
  const names = node.assignments.map((assignment) => assignment.name);
  const restore = new Restore(shell, names);
  yield* assignAll(shell, node.assignments, shell.dialect === "bash");
  yield* trace(shell, what.words);
  const saved = yield* redirect(shell, node.redirects);
  const stays = what.words[0] === "exec" && what.words.length === 1;
  try {
    return yield* what.body();
  } finally {
    if (stays) keep(saved);
    else undo(shell, saved);
    shell.lastArgument = what.words.at(-1) ?? "";
    if (!assignmentsStay(shell, what.words[0] ?? "")) restore.restore();
  }
}

/** Assignments in front of a special builtin stay in a POSIX shell (XCU 2.14). */
function assignmentsStay(shell: Shell, name: string): boolean {
  return shell.dialect !== "bash" && SPECIAL_BUILTINS.has(name) && !shell.functions.has(name);
}

function* assignOnly(shell: Shell, node: Simple): Execution {
  for (const assignment of node.assignments) {
    const text = yield* assign(shell, assignment);
    yield* trace(shell, [text]);
  }
  if (node.redirects.length > 0) undo(shell, yield* redirect(shell, node.redirects));
  shell.lastArgument = "";
  return shell.substitutionStatus ?? 0;
}

function* assignAll(shell: Shell, assignments: readonly Assignment[], exported: boolean): Execution<void> {
  for (const assignment of assignments) {
    yield* assign(shell, assignment);
    if (exported) shell.variables.declare(assignment.name).exported = true;
  }
}

function* runExternal(shell: Shell, node: Simple, what: { words: readonly string[]; source: string }): Execution {
  const environment = shell.variables.environment();
  for (const assignment of node.assignments) {
    if ("parts" in assignment.value) environment.set(assignment.name, yield* expandText(shell, assignment.value, true));
    if (assignment.name === "PATH") shell.hashed.clear();
  }
  yield* trace(shell, what.words);
  environment.set("_", what.words[0] ?? "");
  const saved = yield* redirect(shell, node.redirects);
  try {
    return yield* launch(shell, { words: what.words, environment, source: what.source });
  } finally {
    undo(shell, saved);
    shell.lastArgument = what.words.at(-1) ?? "";
  }
}

function* trace(shell: Shell, words: readonly string[]): Execution<void> {
  if (!shell.options.has("x") || words.length === 0) return;
  const prompt = shell.variables.get("PS4") ?? "+ ";
  const mark = prompt.slice(0, 1).repeat(shell.dialect === "bash" ? shell.subshellDepth : 0);
  yield* shell.say(`${mark}${prompt}${words.map(shell.dialect === "dash" ? (word) => word : quoteTrace).join(" ")}\n`);
}

/** Deeper than this, the real shell's stack is used up. */
const MAX_FUNCTION_DEPTH = 3000;

function* callFunction(shell: Shell, call: { definition: FunctionDefinition; words: readonly string[] }, runner: Runner): Execution {
  const { definition, words } = call;
  if (shell.functionDepth >= MAX_FUNCTION_DEPTH) {
    shell.process.computer.kernel.signal(shell.process.task, "SEGV");
    yield { on: "turn" };
  }
  const limit = Number(shell.variables.get("FUNCNEST") ?? 0);
  if (limit > 0 && shell.functionDepth >= limit)
    throw new ShellProblem(`${definition.name}: maximum function nesting level exceeded (${limit})`);
  const { positional, loopDepth, getopts } = shell;
  shell.positional = words.slice(1);
  shell.loopDepth = 0;
  shell.functionDepth += 1;
  shell.functionNames.push(definition.name);
  shell.variables.push();
  const wait: Wait & { on: "call" } = { on: "call", call: () => functionBody(shell, definition, runner), result: 0 };
  yield wait;
  shell.variables.pop();
  shell.functionNames.pop();
  shell.functionDepth -= 1;
  shell.loopDepth = loopDepth;
  shell.positional = positional;
  shell.getopts = getopts;
  if (shell.flow?.kind === "return") shell.flow = undefined;
  return wait.result;
}

function* functionBody(shell: Shell, definition: FunctionDefinition, runner: Runner): Execution {
  const status = yield* runner.runNode(shell, definition.body);
  return shell.flow?.kind === "return" ? shell.status : status;
}

/** `command name ...` and `builtin name ...`: past functions. */
export function* runWords(
  shell: Shell,
  words: readonly string[],
  how: { readonly builtin: boolean; readonly external: boolean },
): Execution {
  const name = words[0];
  if (name === undefined) return 0;
  const builtin = how.builtin ? builtinFor(shell, name) : undefined;
  if (builtin !== undefined) return yield* builtin(shell, words.slice(1));
  if (!how.external) return yield* shell.complain(`builtin: ${name}: not a shell builtin`);
  return yield* launch(shell, { words, environment: shell.variables.environment(), source: words.join(" ") });
}
