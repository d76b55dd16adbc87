import type { Execution } from "../program.ts";
import { runCompound } from "./compound.ts";
import { runPipeline, startBackground } from "./pipeline.ts";
import type { Runner } from "./runner.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import { runSimple } from "./simple-command.ts";
import type { AndOr, ListItem, Node, Script } from "./syntax.ts";
import { runPendingTraps, runTrap } from "./traps.ts";

/**
 * Runs parsed commands. After each command `shell.status` is its exit status; `shell.flow` is set while control leaves loops, functions
 * or the shell, and every loop in here stops for it. Problems of one command end at its item, never further, unless they are fatal.
 */
export const runner: Runner = { runNode, runScript };

export function* runScript(shell: Shell, script: Script): Execution {
  for (const item of script.items) {
    yield* runItem(shell, item);
    if (shell.process.task.caught.length > 0) yield* runPendingTraps(shell, runner);
    if (shell.flow !== undefined) break;
  }
  return shell.status;
}

function* runItem(shell: Shell, item: ListItem): Execution<void> {
  yield* shell.process.charge(1);
  if (item.background) {
    shell.status = yield* startBackground(shell, { node: item.node, source: item.source }, runner);
    return;
  }
  shell.status = yield* runNode(shell, item.node, item.source);
  if (item.node.type !== "pipeline") shell.pipeStatus = [shell.status];
}

function* runNode(shell: Shell, node: Node, source = ""): Execution {
  switch (node.type) {
    case "simple":
      return yield* checked(shell, () => runSimple(shell, node, { runner, source }));
    case "compound": {
      const status = yield* guarded(shell, () => runCompound(shell, node, runner));
      return node.body.kind === "subshell" || node.body.kind === "test" || node.body.kind === "arithmetic"
        ? yield* afterCommand(shell, status)
        : status;
    }
    case "function":
      shell.functions.set(node.name, node);
      shell.status = 0;
      return 0;
    case "and-or":
      return yield* runAndOr(shell, node);
    case "pipeline": {
      const status = yield* guarded(shell, () => runPipeline(shell, node, { runner, source }));
      return node.negated ? status : yield* afterCommand(shell, status);
    }
  }
}

function* runAndOr(shell: Shell, node: AndOr): Execution {
  const last = node.rest.length;
  let status = yield* inCondition(shell, () => runNode(shell, node.first));
  shell.status = status;
  for (const [index, { when, node: next }] of node.rest.entries()) {
    if (shell.flow !== undefined) return status;
    if ((status === 0) !== (when === "&&")) continue;
    status = index + 1 === last ? yield* runNode(shell, next) : yield* inCondition(shell, () => runNode(shell, next));
    shell.status = status;
  }
  return status;
}

function* inCondition(shell: Shell, run: () => Execution): Execution {
  shell.conditionDepth += 1;
  const status = yield* run();
  shell.conditionDepth -= 1;
  return status;
}

/** Runs one command; a problem is printed and becomes its status. */
function* guarded(shell: Shell, run: () => Execution): Execution {
  try {
    shell.status = yield* run();
  } catch (problem) {
    if (!(problem instanceof ShellProblem)) throw problem;
    if (problem.message !== "") yield* shell.complain(problem.message);
    shell.status = problem.status;
    leave(shell, problem);
  }
  return shell.status;
}

/** How far a problem reaches beyond its command. */
function leave(shell: Shell, problem: ShellProblem): void {
  if (problem.reach === "command") return;
  if (shell.interactive) shell.flow = { kind: "interrupt" };
  else shell.flow = { kind: problem.reach === "fatal" || shell.subshellDepth > 0 ? "exit" : "discard" };
}

function* checked(shell: Shell, run: () => Execution): Execution {
  return yield* afterCommand(shell, yield* guarded(shell, run));
}

/** The ERR trap and `set -e`. */
function* afterCommand(shell: Shell, status: number): Execution {
  if (status === 0 || shell.conditionDepth > 0 || shell.flow !== undefined) return status;
  if (shell.traps.has("ERR")) yield* runTrap(shell, "ERR", runner);
  if (shell.options.has("e") && shell.flow === undefined) shell.flow = { kind: "exit" };
  shell.status = status;
  return status;
}
