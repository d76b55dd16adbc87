import type { Execution } from "../program.ts";
import { parseNext } from "./parser.ts";
import type { Runner } from "./runner.ts";
import type { Shell } from "./shell.ts";

/** Runs a trap's command; the status of the command before it stays. */
export function* runTrap(shell: Shell, name: string, runner: Pick<Runner, "runScript">): Execution<void> {
  const command = shell.traps.get(name);
  if (command === undefined || command === "" || shell.runningTrap) return;
  const status = shell.status;
  shell.runningTrap = true;
  for (let at = 0; ; ) {
    const parsed = parseNext(command, at, { dialect: shell.dialect });
    if (parsed.kind !== "script") break;
    yield* runner.runScript(shell, parsed.script);
    if (shell.flow !== undefined) break;
    at = parsed.end;
  }
  shell.runningTrap = false;
  if (shell.flow === undefined) shell.status = status;
}

/** Signals that arrived since the last command. Without a trap, INT brings an interactive shell back to its prompt. */
export function* runPendingTraps(shell: Shell, runner: Pick<Runner, "runScript">): Execution<void> {
  const { task } = shell.process;
  for (let signal = task.caught.shift(); signal !== undefined; signal = task.caught.shift()) {
    if (shell.traps.has(signal)) yield* runTrap(shell, signal, runner);
    else if (signal === "INT" && shell.interactive) {
      shell.status = 130;
      shell.flow = { kind: "interrupt" };
    }
  }
}

/** The EXIT trap, once. */
export function* runExitTrap(shell: Shell, runner: Pick<Runner, "runScript">): Execution<void> {
  const flow = shell.flow;
  const status = shell.status;
  shell.flow = undefined;
  yield* runTrap(shell, "EXIT", runner);
  shell.traps.delete("EXIT");
  if (shell.flow === undefined) {
    shell.flow = flow;
    shell.status = status;
  }
}
