import type { Execution } from "../program.ts";
import { evaluateWord, expandPattern, expandText, expandWords } from "./expand.ts";
import { matches, parsePattern } from "./pattern.ts";
import { forkShell, waitForeground } from "./pipeline.ts";
import { redirect, undo } from "./redirection.ts";
import type { Runner } from "./runner.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import type { Compound, CompoundBody, Script, Word } from "./syntax.ts";
import { runTest } from "./test-command.ts";

type Body<K extends CompoundBody["kind"]> = CompoundBody & { kind: K };

/** A compound command within its redirections. */
export function* runCompound(shell: Shell, node: Compound, runner: Runner): Execution {
  if (node.redirects.length === 0) return yield* runBody(shell, node, runner);
  const saved = yield* redirect(shell, node.redirects);
  try {
    return yield* runBody(shell, node, runner);
  } finally {
    undo(shell, saved);
  }
}

function* runBody(shell: Shell, node: Compound, runner: Runner): Execution {
  const { body } = node;
  switch (body.kind) {
    case "group":
      return yield* runner.runScript(shell, body.script);
    case "subshell":
      return yield* runSubshell(shell, body.script, runner);
    case "if":
      return yield* runIf(shell, body, runner);
    case "while":
      return yield* runWhile(shell, body, runner);
    case "for":
      return yield* runFor(shell, body, runner);
    case "select":
      return yield* runSelect(shell, body, runner);
    case "for-arithmetic":
      return yield* runForArithmetic(shell, body, runner);
    case "case":
      return yield* runCase(shell, body, runner);
    case "test":
      shell.line = node.line;
      return yield* runTest(shell, body.expression);
    case "arithmetic":
      shell.line = node.line;
      return (yield* evaluateCommand(shell, body.expression)) === 0n ? 1 : 0;
  }
}

function* evaluateCommand(shell: Shell, expression: Word): Execution<bigint> {
  try {
    return yield* evaluateWord(shell, expression);
  } catch (problem) {
    if (problem instanceof ShellProblem) throw new ShellProblem(`((: ${problem.message}`, { status: problem.status });
    throw problem;
  }
}

function* runSubshell(shell: Shell, script: Script, runner: Runner): Execution {
  const task = yield* forkShell(shell, (child) => runner.runScript(child, script));
  return yield* waitForeground(shell, [task], "");
}

function* condition(shell: Shell, script: Script, runner: Runner): Execution<boolean> {
  shell.conditionDepth += 1;
  const status = yield* runner.runScript(shell, script);
  shell.conditionDepth -= 1;
  return status === 0;
}

function* runIf(shell: Shell, body: Body<"if">, runner: Runner): Execution {
  for (const branch of body.branches) {
    const holds = yield* condition(shell, branch.condition, runner);
    if (shell.flow !== undefined) return shell.status;
    if (holds) return yield* runner.runScript(shell, branch.then);
  }
  if (body.otherwise !== undefined) return yield* runner.runScript(shell, body.otherwise);
  return 0;
}

/** One round of a loop; true: the loop ends. */
function* round(shell: Shell, script: Script, runner: Runner): Execution<boolean> {
  yield* runner.runScript(shell, script);
  return leavesLoop(shell);
}

/** Whether control leaves the loop; a `break` or `continue` that is meant for it is used up. */
function leavesLoop(shell: Shell): boolean {
  const { flow } = shell;
  if (flow === undefined) return false;
  if (flow.kind !== "break" && flow.kind !== "continue") return true;
  flow.levels -= 1;
  if (flow.levels > 0) return true;
  shell.flow = undefined;
  return flow.kind === "break";
}

function* looped(shell: Shell, rounds: () => Execution): Execution {
  shell.loopDepth += 1;
  const status = yield* rounds();
  shell.loopDepth -= 1;
  return status;
}

function runWhile(shell: Shell, body: Body<"while">, runner: Runner): Execution {
  return looped(shell, function* () {
    let status = 0;
    for (let going = true; going; ) {
      const holds = yield* condition(shell, body.condition, runner);
      if (shell.flow !== undefined) {
        going = !leavesLoop(shell);
        if (shell.flow !== undefined) status = shell.status;
        continue;
      }
      if (holds === body.until) break;
      going = !(yield* round(shell, body.script, runner));
      status = shell.status;
    }
    return status;
  });
}

function runFor(shell: Shell, body: Body<"for">, runner: Runner): Execution {
  return looped(shell, function* () {
    const items = body.words === undefined ? shell.positional : yield* expandWords(shell, body.words);
    let status = 0;
    for (const item of items) {
      const problem = shell.variables.set(body.name, item);
      if (problem === "readonly") throw new ShellProblem(`${body.name}: readonly variable`);
      const ended = yield* round(shell, body.script, runner);
      status = shell.status;
      if (ended) break;
    }
    return status;
  });
}

function runForArithmetic(shell: Shell, body: Body<"for-arithmetic">, runner: Runner): Execution {
  return looped(shell, function* () {
    const [first, test, next] = body.parts;
    yield* evaluateCommand(shell, first);
    let status = 0;
    while (test.source.trim() === "" || (yield* evaluateCommand(shell, test)) !== 0n) {
      const ended = yield* round(shell, body.script, runner);
      status = shell.status;
      if (ended) break;
      yield* evaluateCommand(shell, next);
    }
    return status;
  });
}

function runSelect(shell: Shell, body: Body<"select">, runner: Runner): Execution {
  return looped(shell, () => selectRounds(shell, body, runner));
}

function* selectRounds(shell: Shell, body: Body<"select">, runner: Runner): Execution {
  const items = body.words === undefined ? shell.positional : yield* expandWords(shell, body.words);
  const menu = items.map((item, index) => `${index + 1}) ${item}\n`).join("");
  let showing = true;
  while (true) {
    const reply: string | undefined = yield* askReply(shell, showing ? menu : "");
    if (reply === undefined) return 1;
    showing = reply === "";
    if (showing) continue;
    shell.variables.set("REPLY", reply);
    shell.variables.set(body.name, items[Number(reply) - 1] ?? "");
    if (yield* round(shell, body.script, runner)) return shell.status;
  }
}

function* askReply(shell: Shell, menu: string): Execution<string | undefined> {
  yield* shell.say(menu + (shell.variables.get("PS3") ?? "#? "));
  const line = yield* shell.process.readLine(0);
  if (line === undefined) yield* shell.say("\n");
  return line?.replace(/\n$/, "");
}

function* runCase(shell: Shell, body: Body<"case">, runner: Runner): Execution {
  const subject = yield* expandText(shell, body.subject);
  let status = 0;
  let falling = false;
  for (const clause of body.clauses) {
    if (!falling && !(yield* clauseFits(shell, clause.patterns, subject))) continue;
    status = clause.script.items.length === 0 ? 0 : yield* runner.runScript(shell, clause.script);
    if (shell.flow !== undefined || clause.end === "stop") return status;
    falling = clause.end === "fall";
  }
  return status;
}

function* clauseFits(shell: Shell, patterns: readonly Word[], subject: string): Execution<boolean> {
  for (const word of patterns) {
    const pattern = parsePattern(yield* expandPattern(shell, word), shell.shopts.has("extglob"));
    yield* shell.process.charge(1 + (subject.length >> 4));
    if (matches(pattern, subject, shell.shopts.has("nocasematch"))) return true;
  }
  return false;
}
