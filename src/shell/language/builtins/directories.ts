import { explain, isErrno } from "../../errno.ts";
import type { Errno } from "../../file-system.ts";
import type { Execution } from "../../program.ts";
import type { Shell } from "../shell.ts";
import { badOption, readFlags, wrong } from "./builtin.ts";

/** Builtins for the working directory and bash's directory stack. */

export function* cd(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "LPe@");
  if (flags.unknown !== undefined && args[0] !== "-") return yield* badOption(shell, "cd", flags.unknown);
  const { operands } = flags;
  if (operands.length > 1 && shell.dialect === "bash") return yield* wrong(shell, "cd: too many arguments");
  const given = operands[0] ?? shell.variables.get("HOME");
  if (given === undefined) return yield* wrong(shell, "cd: HOME not set");
  if (given === "-") return yield* cdBack(shell);
  const viaPath = yield* cdPath(shell, given, flags.letters.has("P"));
  if (viaPath !== undefined) return viaPath;
  return yield* change(shell, given, { label: "cd", physical: flags.letters.has("P") });
}

function* cdBack(shell: Shell): Execution {
  const old = shell.variables.get("OLDPWD");
  if (old === undefined) return yield* wrong(shell, shell.dialect === "bash" ? "cd: OLDPWD not set" : "cd: OLDPWD not set");
  const status = yield* change(shell, old, { label: "cd", physical: false });
  if (status === 0) yield* shell.process.print(`${shell.process.directory}\n`);
  return status;
}

function* cdPath(shell: Shell, given: string, physical: boolean): Execution<number | undefined> {
  const search = shell.variables.get("CDPATH");
  if (search === undefined || search === "" || /^\.{0,2}\//.test(given) || given === "" || given === "." || given === "..")
    return undefined;
  for (const directory of search.split(":")) {
    const path = `${directory === "" ? "." : directory}/${given}`;
    const stat = shell.process.fs.stat(path);
    if ("errno" in stat || stat.kind !== "directory") continue;
    const status = yield* change(shell, path, { label: "cd", physical });
    if (status === 0 && directory !== "") yield* shell.process.print(`${shell.process.directory}\n`);
    return status;
  }
  return undefined;
}

/** Changes the directory; PWD keeps the links that the visitor went through. */
export function* change(shell: Shell, given: string, how: { label: string; physical: boolean }): Execution {
  const { process } = shell;
  yield* process.charge(2);
  const logical = given === "" ? process.directory : normalise(process.absolute(given));
  const real = process.fs.realPath(how.physical ? given : logical);
  const problem = isErrno(real) ? real : enterProblem(shell, real);
  if (problem !== undefined || isErrno(real))
    return yield* cannotEnter(shell, given, { label: how.label, problem: problem ?? { errno: "ENOENT" } });
  shell.variables.set("OLDPWD", shell.variables.get("PWD") ?? process.directory);
  process.directory = how.physical ? real : logical;
  shell.variables.set("PWD", process.directory);
  return 0;
}

function* cannotEnter(shell: Shell, given: string, why: { label: string; problem: Errno }): Execution {
  const reason = explain(why.problem);
  const message = shell.pick({
    bash: `${why.label}: ${given}: ${reason}`,
    dash: `cd: can't cd to ${given}`,
    ash: `cd: can't cd to ${given}: ${reason}`,
  });
  return yield* wrong(shell, message, shell.pick({ bash: 1, dash: 2, ash: 1 }));
}

function enterProblem(shell: Shell, path: string) {
  const stat = shell.process.fs.stat(path);
  if ("errno" in stat) return stat;
  if (stat.kind !== "directory") return { errno: "ENOTDIR" } as const;
  const may = shell.process.fs.access(path, 1);
  return "errno" in may ? may : undefined;
}

/** Without `.`, `..` and doubled slashes; links are not looked at. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export function* pwd(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "LP");
  if (flags.unknown !== undefined) return yield* badOption(shell, "pwd", flags.unknown);
  const real = flags.letters.has("P") ? shell.process.fs.realPath(shell.process.directory) : shell.process.directory;
  yield* shell.process.print(`${isErrno(real) ? shell.process.directory : real}\n`);
  return 0;
}

export function* dirs(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(
    args.filter((arg) => !/^[-+]\d+$/.test(arg)),
    "clpv",
  );
  if (flags.unknown !== undefined) return yield* wrong(shell, `dirs: ${flags.unknown}: invalid option`, 2);
  if (flags.letters.has("c")) shell.directories = [];
  else yield* printStack(shell, flags.letters);
  return 0;
}

function* printStack(shell: Shell, letters: ReadonlySet<string> = new Set()): Execution<void> {
  const stack = [shell.process.directory, ...shell.directories].map((path) => (letters.has("l") ? path : withTilde(shell, path)));
  if (letters.has("v")) yield* shell.process.print(stack.map((path, index) => `${String(index).padStart(2)}  ${path}\n`).join(""));
  else yield* shell.process.print(`${stack.join(letters.has("p") ? "\n" : " ")}\n`);
}

export function withTilde(shell: Shell, path: string): string {
  const home = shell.variables.get("HOME") ?? "";
  if (home !== "" && home !== "/" && (path === home || path.startsWith(`${home}/`))) return `~${path.slice(home.length)}`;
  return path;
}

export function* pushd(shell: Shell, args: readonly string[]): Execution {
  const [target] = args.filter((arg) => arg !== "--" && arg !== "-n");
  const before = shell.process.directory;
  if (target === undefined || /^[-+]\d+$/.test(target)) return yield* rotate(shell, target);
  const status = yield* change(shell, target, { label: "pushd", physical: false });
  if (status !== 0) return status;
  shell.directories.unshift(before);
  yield* printStack(shell);
  return 0;
}

function* rotate(shell: Shell, spec: string | undefined): Execution {
  const stack = [shell.process.directory, ...shell.directories];
  if (stack.length < 2)
    return yield* wrong(shell, spec === undefined ? "pushd: no other directory" : `pushd: ${spec}: directory stack index out of range`);
  const count = spec === undefined ? 1 : Number(spec.slice(1));
  if (count >= stack.length) return yield* wrong(shell, `pushd: ${spec}: directory stack index out of range`);
  const at = spec?.startsWith("-") === true ? stack.length - 1 - count : count;
  const order = spec === undefined ? [stack[1] ?? "/", stack[0] ?? "/", ...stack.slice(2)] : [...stack.slice(at), ...stack.slice(0, at)];
  const status = yield* change(shell, order[0] ?? "/", { label: "pushd", physical: false });
  if (status !== 0) return status;
  shell.directories = order.slice(1);
  yield* printStack(shell);
  return 0;
}

export function* popd(shell: Shell, args: readonly string[]): Execution {
  const [spec] = args.filter((arg) => arg !== "-n");
  if (shell.directories.length === 0) return yield* wrong(shell, "popd: directory stack empty");
  const index = spec === undefined ? 0 : Number(spec.slice(1));
  const at = spec?.startsWith("-") === true ? shell.directories.length - index : index;
  if (at > shell.directories.length || Number.isNaN(at)) return yield* wrong(shell, `popd: ${spec}: directory stack index out of range`);
  if (at > 0) shell.directories.splice(at - 1, 1);
  else {
    const status = yield* change(shell, shell.directories[0] ?? "/", { label: "popd", physical: false });
    if (status !== 0) return status;
    shell.directories.shift();
  }
  yield* printStack(shell);
  return 0;
}
