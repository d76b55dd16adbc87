import { explain, isErrno } from "../../errno.ts";
import { SIGNALS, signalName, signalNumber } from "../../kernel/signals.ts";
import type { Execution } from "../../program.ts";
import { replaceShell } from "../launch.ts";
import { singleQuoted } from "../quoting.ts";
import type { Shell } from "../shell.ts";
import { type Builtin, badOption, readFlags, wrong } from "./builtin.ts";

/** Builtins that change where control goes. */

export function* colon(shell: Shell): Execution {
  yield* shell.process.charge(1);
  return 0;
}

export function* falseBuiltin(shell: Shell): Execution {
  yield* shell.process.charge(1);
  return 1;
}

function loopExit(kind: "break" | "continue"): Builtin {
  return function* (shell, args) {
    const levels = args[0] ?? "1";
    if (shell.loopDepth === 0) {
      if (shell.dialect === "bash") yield* shell.complain(`${kind}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    if (!/^\d+$/.test(levels) || Number(levels) === 0) return yield* badLevels(shell, kind, levels);
    shell.flow = { kind, levels: Math.min(Number(levels), shell.loopDepth) };
    return 0;
  };
}

function* badLevels(shell: Shell, kind: string, levels: string): Execution {
  if (/^\d+$/.test(levels)) {
    shell.flow = { kind: "break", levels: shell.loopDepth };
    return yield* wrong(shell, `${kind}: ${levels}: loop count out of range`);
  }
  shell.flow = { kind: "exit" };
  const message = shell.pick({ bash: `${kind}: ${levels}: numeric argument required`, dash: `${kind}: Illegal number: ${levels}` });
  return yield* wrong(shell, message, shell.pick({ bash: 128, dash: 2 }));
}

export const breakBuiltin = loopExit("break");
export const continueBuiltin = loopExit("continue");

export function* returnBuiltin(shell: Shell, args: readonly string[]): Execution {
  if (shell.functionDepth === 0 && shell.sourceDepth === 0) {
    if (shell.dialect === "bash") return yield* wrong(shell, "return: can only `return' from a function or sourced script", 2);
    shell.flow = { kind: "exit" };
  } else shell.flow = { kind: "return" };
  const status = yield* statusArgument(shell, "return", args);
  shell.status = status;
  return status;
}

export function* exitBuiltin(shell: Shell, args: readonly string[]): Execution {
  if (shell.interactive && shell.dialect === "bash") yield* shell.say(shell.login ? "logout\n" : "exit\n");
  const stopped = shell.jobs.all().some((job) => job.tasks.some((task) => task.state === "stopped"));
  if (shell.interactive && stopped && !shell.warnedOfJobs) {
    shell.warnedOfJobs = true;
    yield* shell.say(shell.dialect === "bash" ? "There are stopped jobs.\n" : "You have stopped jobs.\n");
    return 1;
  }
  const status = yield* statusArgument(shell, "exit", args);
  shell.flow = { kind: "exit" };
  shell.status = status;
  return status;
}

function* statusArgument(shell: Shell, name: string, args: readonly string[]): Execution {
  const given = args[0] === "--" ? args[1] : args[0];
  if (given === undefined) return shell.status;
  if (/^\s*[-+]?\d+\s*$/.test(given)) return Number(BigInt.asUintN(8, BigInt(given.trim().replace(/^\+/, ""))));
  return yield* wrong(
    shell,
    shell.dialect === "bash" ? `${name}: ${given}: numeric argument required` : `${name}: Illegal number: ${given}`,
    2,
  );
}

export function* evalBuiltin(shell: Shell, args: readonly string[]): Execution {
  const words = args[0] === "--" ? args.slice(1) : args;
  return words.length === 0 ? 0 : yield* shell.ports.runText(shell, words.join(" "));
}

export function* execBuiltin(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "cla:");
  if (flags.unknown !== undefined && shell.dialect === "bash") return yield* badOption(shell, "exec", flags.unknown);
  const { operands } = flags;
  if (operands.length === 0) return 0;
  const environment = flags.letters.has("c") ? new Map<string, string>() : shell.variables.environment();
  const status = yield* replaceShell(shell, { words: operands, environment, source: operands.join(" ") });
  if (shell.flow === undefined && !shell.interactive && !shell.shopts.has("execfail")) shell.flow = { kind: "exit" };
  return status;
}

export const dotBuiltin: Builtin = (shell, args) => source(shell, ".", args);
export const sourceBuiltin: Builtin = (shell, args) => source(shell, "source", args);

/** A device has no end. */
const MAX_SCRIPT_BYTES = 1 << 20;

function* source(shell: Shell, name: string, args: readonly string[]): Execution {
  const [path, ...rest] = args[0] === "--" ? args.slice(1) : args;
  if (path === undefined) {
    yield* shell.complain(shell.dialect === "bash" ? `${name}: filename argument required` : ".: filename argument required", 2);
    if (shell.dialect === "bash") yield* shell.say(`${name}: usage: ${name} filename [arguments]\n`);
    return 2;
  }
  const found = findSource(shell, path);
  const read = shell.process.fs.readFile(found);
  if (isErrno(read)) return yield* sourceFailed(shell, path, explain(read));
  const text = read.slice(0, MAX_SCRIPT_BYTES).replaceAll("\0", "");
  const { positional } = shell;
  if (rest.length > 0) shell.positional = rest;
  shell.sourceDepth += 1;
  const line = shell.line;
  shell.status = 0;
  const status = yield* shell.ports.runText(shell, text);
  shell.line = line;
  shell.sourceDepth -= 1;
  if (rest.length > 0) shell.positional = positional;
  if (shell.flow?.kind === "return") shell.flow = undefined;
  return status;
}

function* sourceFailed(shell: Shell, path: string, reason: string): Execution {
  if (shell.dialect === "bash") return yield* wrong(shell, `${path}: ${reason}`, 1);
  if (!shell.interactive) shell.flow = { kind: "exit" };
  return yield* wrong(shell, shell.dialect === "dash" ? `.: cannot open ${path}: No such file` : `.: can't open '${path}'`, 2);
}

function findSource(shell: Shell, path: string): string {
  if (path.includes("/")) return path;
  for (const directory of (shell.variables.get("PATH") ?? "").split(":")) {
    const candidate = `${directory}/${path}`;
    const stat = shell.process.fs.stat(candidate);
    if (!("errno" in stat) && stat.kind === "file") return candidate;
  }
  return path;
}

/** Conditions that are no signals. */
const PSEUDO = new Set(["EXIT", "ERR", "DEBUG", "RETURN"]);

export function* trapBuiltin(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "lp");
  if (flags.unknown !== undefined) return yield* badOption(shell, "trap", flags.unknown);
  if (flags.letters.has("l")) {
    yield* shell.process.print(signalTable());
    return 0;
  }
  const { operands } = flags;
  if (operands.length === 0 || flags.letters.has("p")) return yield* printTraps(shell, operands);
  return yield* setTraps(shell, operands);
}

/** `trap action signal...`; without an action, or with `-` for it, the signals are reset. */
function* setTraps(shell: Shell, operands: readonly string[]): Execution {
  const [first = "", ...rest] = operands;
  const onlySignal = rest.length === 0 && signalSpec(first) !== undefined;
  const action = first === "-" || onlySignal ? undefined : first;
  let status = 0;
  for (const spec of onlySignal ? operands : rest) {
    const signal = signalSpec(spec);
    if (signal !== undefined && traps(shell, signal)) setTrap(shell, signal, action);
    else status = yield* badTrap(shell, spec);
  }
  return status;
}

/** ERR, DEBUG and RETURN are bash's own. */
function traps(shell: Shell, signal: string): boolean {
  return shell.dialect === "bash" || signal === "EXIT" || !PSEUDO.has(signal);
}

function* badTrap(shell: Shell, spec: string): Execution {
  if (shell.dialect === "bash") return yield* wrong(shell, `trap: ${spec}: invalid signal specification`);
  yield* shell.say(`trap: ${spec}: bad trap\n`);
  return 1;
}

export function signalSpec(spec: string): string | undefined {
  if (spec === "0") return "EXIT";
  if (/^\d+$/.test(spec)) return signalName(Number(spec));
  const name = spec.toUpperCase().replace(/^SIG/, "");
  return PSEUDO.has(name) || signalNumber(name) !== undefined ? name : undefined;
}

function setTrap(shell: Shell, signal: string, command: string | undefined): void {
  const { reactions } = shell.process.task;
  if (command === undefined) {
    shell.traps.delete(signal);
    if (signal !== "INT" || !shell.interactive) reactions.delete(signal);
    return;
  }
  shell.traps.set(signal, command);
  if (!PSEUDO.has(signal)) reactions.set(signal, command === "" ? "ignore" : "catch");
}

function* printTraps(shell: Shell, only: readonly string[]): Execution {
  const wanted = new Set(only.map(signalSpec));
  for (const [signal, command] of shell.traps) {
    if (only.length > 0 && !wanted.has(signal)) continue;
    const name = PSEUDO.has(signal) || shell.dialect !== "bash" ? signal : `SIG${signal}`;
    yield* shell.process.print(`trap -- ${singleQuoted(command)} ${name}\n`);
  }
  return 0;
}

/** `kill -l` and `trap -l`. */
export function signalTable(): string {
  const names = Object.entries(SIGNALS).map(([name, number]) => [number, `SIG${name}`] as const);
  for (let number = 34; number <= 64; number += 1) names.push([number, `SIG${realtime(number)}`]);
  let text = "";
  for (const [index, [number, name]] of names.entries()) {
    const end = index % 5 === 4 || index === names.length - 1;
    text += `${String(number).padStart(2)}) ${name}${end ? "\n" : "\t"}`;
  }
  return text;
}

function realtime(number: number): string {
  if (number === 34) return "RTMIN";
  if (number === 64) return "RTMAX";
  return number <= 49 ? `RTMIN+${number - 34}` : `RTMAX-${64 - number}`;
}
