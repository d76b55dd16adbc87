import { explain, isErrno } from "../errno.ts";
import type { LoadedProgram } from "../kernel/computer.ts";
import type { TaskProcess } from "../kernel/task-process.ts";
import type { Execution } from "../program.ts";
import { interactiveLoop } from "./interactive.ts";
import { runScript } from "./interpreter.ts";
import { type Invocation, readInvocation } from "./invocation.ts";
import { prepare } from "./prepare.ts";
import { runText } from "./program-text.ts";
import { Shell, type ShellPorts, type ShellSource } from "./shell.ts";
import { runWords } from "./simple-command.ts";
import { runStandardInput } from "./standard-input.ts";
import { processSubstitution, substitute } from "./substitution.ts";
import type { Dialect } from "./syntax.ts";
import { runExitTrap } from "./traps.ts";

/**
 * The shells as programs: `bash`, `dash`, `ash`, and `sh`, which is the one that the persona's /bin/sh leads to.
 * Decides between a command line (-c), a script, standard input and a prompt, and sets the variables that a shell starts with.
 */
const ports: ShellPorts = { runScript, runText: (shell, text) => runText(shell, text), runWords, substitute, processSubstitution };

export const shellPrograms: readonly LoadedProgram[] = [
  { name: "bash", run: (process) => startShell(process, "bash") },
  { name: "dash", run: (process) => startShell(process, "dash") },
  { name: "ash", run: (process) => startShell(process, "ash") },
  { name: "sh", run: (process) => startShell(process, dialectOfSh(process)) },
];

function dialectOfSh(process: TaskProcess): Dialect {
  if (process.system.machine.shell === "ash") return "ash";
  const real = process.fs.realPath("/bin/sh");
  const name = isErrno(real) ? "dash" : real.slice(real.lastIndexOf("/") + 1);
  if (name.startsWith("busybox")) return "ash";
  return name === "bash" ? "bash" : "dash";
}

function* startShell(process: TaskProcess, dialect: Dialect): Execution {
  const invocation = readInvocation(process);
  if (invocation.wrong !== undefined) return yield* badInvocation(process, dialect, invocation.wrong);
  if (invocation.show !== undefined) return yield* showText(process, dialect, invocation.show);
  const source = sourceOf(process, dialect, invocation);
  const shell = new Shell(process, source, ports);
  prepare(shell, invocation);
  const status = yield* life(shell, invocation);
  yield* runExitTrap(shell, ports);
  return shell.flow?.kind === "exit" || shell.flow === undefined ? shell.status : status;
}

function sourceOf(process: TaskProcess, dialect: Dialect, invocation: Invocation): ShellSource {
  const called = process.argv[0] ?? dialect;
  const { command, operands, login } = invocation;
  if (command !== undefined) return { dialect, mode: "command", login, name: operands[0] ?? called, positional: operands.slice(1) };
  if (operands.length > 0 && !invocation.fromInput)
    return { dialect, mode: "script", login, name: operands[0] ?? called, positional: operands.slice(1) };
  const interactive = invocation.interactive || (process.isTerminal(0) && process.isTerminal(2));
  return { dialect, mode: interactive ? "interactive" : "stdin", login, name: called, positional: operands };
}

function* life(shell: Shell, invocation: Invocation): Execution {
  if (shell.login) yield* startFiles(shell, ["/etc/profile", ...firstProfile(shell)]);
  else if (shell.mode === "interactive" && shell.dialect === "bash")
    yield* startFiles(shell, ["/etc/bash.bashrc", `${shell.variables.get("HOME") ?? ""}/.bashrc`]);
  if (shell.flow !== undefined) return shell.status;
  switch (shell.mode) {
    case "command":
      return yield* shell.ports.runText(shell, invocation.command ?? "");
    case "script":
      return yield* runFile(shell, shell.name);
    case "stdin":
      return yield* runStandardInput(shell);
    case "interactive":
      return yield* interactiveLoop(shell);
  }
}

function firstProfile(shell: Shell): readonly string[] {
  const home = shell.variables.get("HOME") ?? "";
  const names = shell.dialect === "bash" ? [".bash_profile", ".bash_login", ".profile"] : [".profile"];
  const found = names.map((name) => `${home}/${name}`).find((path) => !("errno" in shell.process.fs.stat(path)));
  return found === undefined ? [] : [found];
}

function* startFiles(shell: Shell, paths: readonly string[]): Execution<void> {
  for (const path of paths) {
    const text = shell.process.fs.readFile(path);
    if (isErrno(text)) continue;
    shell.sourceDepth += 1;
    yield* shell.ports.runText(shell, text);
    shell.sourceDepth -= 1;
    if (shell.flow?.kind === "return") shell.flow = undefined;
  }
  shell.status = 0;
}

/** What bash looks at to tell a binary. */
const SAMPLE_BYTES = 80;

function* runFileText(shell: Shell, path: string, text: string): Execution {
  const isBinary = shell.dialect === "bash" && /^[^\n]*\0/.test(text.slice(0, SAMPLE_BYTES));
  if (!isBinary) return yield* shell.ports.runText(shell, text);
  yield* shell.say(`${path}: ${path}: cannot execute binary file\n`);
  return 126;
}

function* runFile(shell: Shell, path: string): Execution {
  const stat = shell.process.fs.stat(path);
  if (!("errno" in stat) && stat.kind === "directory") {
    yield* shell.say(
      shell.dialect === "bash" ? `${path}: ${path}: Is a directory\n` : `${shell.process.name}: 0: cannot open ${path}: Is a directory\n`,
    );
    return 126;
  }
  const text = shell.process.fs.readFile(path);
  if (!isErrno(text)) return yield* runFileText(shell, path, text);
  const called = shell.process.argv[0] ?? "";
  if (shell.dialect === "bash") yield* shell.say(`${called}: ${path}: ${explain(text)}\n`);
  else if (shell.dialect === "dash")
    yield* shell.say(`${called}: 0: cannot open ${path}: ${text.errno === "ENOENT" ? "No such file" : explain(text)}\n`);
  else yield* shell.say(`${called}: can't open '${path}': ${explain(text)}\n`);
  return shell.dialect === "bash" ? 127 : 2;
}

function* badInvocation(process: TaskProcess, dialect: Dialect, option: string): Execution {
  const called = process.argv[0] ?? dialect;
  if (dialect === "bash") {
    yield* process.write(
      2,
      option.includes(" ")
        ? `${called}: ${option}\n`
        : `${called}: ${option}: invalid option\nUsage:\t${called} [GNU long option] [option] ...\n\t${called} [GNU long option] [option] script-file ...\n`,
    );
  } else yield* process.write(2, dialect === "dash" ? `${called}: 0: Illegal option ${option}\n` : `${called}: illegal option ${option}\n`);
  return 2;
}

function* showText(process: TaskProcess, dialect: Dialect, what: "help" | "version"): Execution {
  if (dialect !== "bash") return yield* badInvocation(process, dialect, "--");
  const version = process.system.machine.versions["bash"] ?? "GNU bash";
  if (what === "help")
    yield* process.print(
      `${version}\nUsage:\t${process.argv[0]} [GNU long option] [option] ...\n\t${process.argv[0]} [GNU long option] [option] script-file ...\n`,
    );
  else {
    yield* process.print(
      `${version}\nCopyright (C) 2022 Free Software Foundation, Inc.\nLicense GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\nThis is free software; you are free to change and redistribute it.\nThere is NO WARRANTY, to the extent permitted by law.\n`,
    );
  }
  return 0;
}
