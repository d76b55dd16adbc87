import { explain, isErrno } from "../errno.ts";
import type { LoadedProgram } from "../kernel/computer.ts";
import { DEFAULT_PATH } from "../kernel/loader.ts";
import type { TaskProcess } from "../kernel/task-process.ts";
import type { Execution } from "../program.ts";
import { DEFAULT_SHOPTS, switchOption } from "./builtins/settings.ts";
import { interactiveLoop } from "./interactive.ts";
import { runScript } from "./interpreter.ts";
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

interface Invocation {
  readonly command: string | undefined;
  readonly options: readonly string[];
  readonly operands: readonly string[];
  readonly login: boolean;
  readonly interactive: boolean;
  readonly fromInput: boolean;
  readonly show: "help" | "version" | undefined;
  readonly wrong: string | undefined;
}

const LONG = new Set(["login", "noprofile", "norc", "posix", "noediting", "verbose", "debugger", "restricted", "rcfile", "init-file"]);

function readInvocation(process: TaskProcess): Invocation {
  let command: string | undefined;
  const options: string[] = [];
  let login = (process.argv[0] ?? "").startsWith("-");
  const found = { interactive: false, fromInput: false, wantsCommand: false };
  let at = 0;
  const { args } = process;
  for (; at < args.length && /^[-+]./.test(args[at] ?? ""); at += 1) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      at += 1;
      break;
    }
    if (arg.startsWith("--")) {
      const name = arg.slice(2);
      if (name === "help" || name === "version") return { ...EMPTY, show: name };
      if (!LONG.has(name)) return { ...EMPTY, wrong: arg };
      if (name === "login") login = true;
      if (name === "rcfile" || name === "init-file") at += 1;
      continue;
    }
    for (const letter of arg.slice(1)) {
      if (letter === "c") found.wantsCommand = true;
      else if (letter === "l") login = true;
      else if (letter === "i") found.interactive = true;
      else if (letter === "s") found.fromInput = true;
      else if (letter === "o") {
        at += 1;
        options.push(args[at] ?? "");
      } else if (!"abefhkmnptuvxBCEHPTD".includes(letter)) return { ...EMPTY, wrong: `-${letter}` };
      else if (arg.startsWith("-")) options.push(letter);
    }
  }
  const operands = args.slice(at);
  if (found.wantsCommand) command = operands[0];
  if (found.wantsCommand && command === undefined) return { ...EMPTY, wrong: "-c: option requires an argument" };
  return { ...EMPTY, ...found, command, options, login, operands: found.wantsCommand ? operands.slice(1) : operands };
}

const EMPTY: Invocation = {
  command: undefined,
  options: [],
  operands: [],
  login: false,
  interactive: false,
  fromInput: false,
  show: undefined,
  wrong: undefined,
};

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

function* runFile(shell: Shell, path: string): Execution {
  const stat = shell.process.fs.stat(path);
  if (!("errno" in stat) && stat.kind === "directory") {
    yield* shell.say(
      shell.dialect === "bash" ? `${path}: ${path}: Is a directory\n` : `${shell.process.name}: 0: cannot open ${path}: Is a directory\n`,
    );
    return 126;
  }
  const text = shell.process.fs.readFile(path);
  if (!isErrno(text)) return yield* shell.ports.runText(shell, text);
  const called = shell.process.argv[0] ?? "";
  if (shell.dialect === "bash") yield* shell.say(`${called}: ${path}: ${explain(text)}\n`);
  else if (shell.dialect === "dash")
    yield* shell.say(`${called}: 0: cannot open ${path}: ${text.errno === "ENOENT" ? "No such file" : explain(text)}\n`);
  else yield* shell.say(`${called}: can't open '${path}': ${explain(text)}\n`);
  return shell.dialect === "bash" ? 127 : 2;
}

/** Variables and options that a shell begins with. */
function prepare(shell: Shell, invocation: Invocation): void {
  const { variables, process } = shell;
  for (const [name, value] of process.environment) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) continue;
    variables.set(name, value);
    variables.declare(name).exported = true;
  }
  if (variables.get("PATH") === undefined) variables.set("PATH", DEFAULT_PATH);
  if (variables.get("PWD") === undefined) variables.set("PWD", process.directory);
  variables.declare("PWD").exported = true;
  variables.set("IFS", " \t\n");
  variables.set("OPTIND", "1");
  variables.set("PPID", String(process.parent));
  variables.set("PS2", "> ");
  variables.set("PS4", "+ ");
  if (shell.dialect === "bash") prepareBash(shell);
  else if (shell.mode === "interactive")
    variables.set("PS1", variables.get("PS1") ?? (shell.dialect === "dash" ? (process.credentials.uid === 0 ? "# " : "$ ") : "\\w \\$ "));
  for (const option of invocation.options) switchOption(shell, option, true);
  if (shell.mode === "interactive") {
    if (process.terminal !== undefined) shell.options.add("m");
    for (const signal of ["TERM", "QUIT", "TTOU", "TTIN", "TSTP"]) process.task.reactions.set(signal, "ignore");
    process.task.reactions.set("INT", "catch");
  }
}

function prepareBash(shell: Shell): void {
  const { variables, process } = shell;
  const { machine } = process.system;
  for (const name of DEFAULT_SHOPTS) shell.shopts.add(name);
  if (shell.mode === "interactive") for (const name of ["expand_aliases"]) shell.shopts.add(name);
  const level = Number(variables.get("SHLVL") ?? 0);
  variables.set("SHLVL", String((Number.isInteger(level) ? level : 0) + 1));
  variables.declare("SHLVL").exported = true;
  for (const [name, value] of [
    ["UID", process.credentials.uid],
    ["EUID", process.credentials.uid],
  ] as const) {
    variables.set(name, String(value));
    Object.assign(variables.declare(name), { readonly: true, integer: true });
  }
  variables.set("HOSTNAME", machine.hostname);
  variables.set("HOSTTYPE", machine.architecture);
  variables.set("OSTYPE", "linux-gnu");
  variables.set("MACHTYPE", `${machine.architecture}-${machine.distribution === "rocky" ? "redhat" : "pc"}-linux-gnu`);
  variables.set("BASH", `/bin/${shell.process.task.name}`);
  variables.set("OPTERR", "1");
  const [, version = "5.2.15(1)-release", major = "5", minor = "2", patch = "15", build = "1", release = "release"] =
    /version ((\d+)\.(\d+)\.(\d+)\((\d+)\)-(\w+))/.exec(machine.versions["bash"] ?? "") ?? [];
  variables.set("BASH_VERSION", version);
  variables.setArray(
    "BASH_VERSINFO",
    [major, minor, patch, build, release, variables.get("MACHTYPE") ?? ""].map((value, index) => [String(index), value] as const),
  );
  variables.setArray(
    "GROUPS",
    [process.credentials.gid, ...process.credentials.groups].map((value, index) => [String(index), String(value)] as const),
  );
  if (shell.mode !== "interactive") return;
  if (variables.get("PS1") === undefined) variables.set("PS1", "\\s-\\v\\$ ");
  const home = variables.get("HOME") ?? "";
  for (const [name, value] of [
    ["HISTFILE", `${home}/.bash_history`],
    ["HISTSIZE", "500"],
    ["HISTFILESIZE", "500"],
    ["COLUMNS", String(process.terminal?.columns ?? 80)],
    ["LINES", String(process.terminal?.rows ?? 24)],
  ] as const) {
    variables.set(name, value);
  }
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
