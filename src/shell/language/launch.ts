import { explain, isErrno } from "../errno.ts";
import { elfMachine } from "../files/elf.ts";
import { findProgram, type Loaded, loadProgram } from "../kernel/loader.ts";
import type { Task } from "../kernel/task.ts";
import { TaskProcess } from "../kernel/task-process.ts";
import type { Execution, SpawnErrno } from "../program.ts";
import { awaitRoom, plainSignals, waitForeground } from "./pipeline.ts";
import type { Shell } from "./shell.ts";

export interface Launch {
  readonly words: readonly string[];
  readonly environment: Map<string, string>;
  /** As written, for `jobs`. */
  readonly source: string;
}

/** Runs a program of the file system and waits for it; what cannot be run is told in the shell's words. */
export function* launch(shell: Shell, what: Launch): Execution {
  const loaded = yield* load(shell, what);
  if (typeof loaded === "number") return loaded;
  if (shell.lastCommand && !shell.traps.has("EXIT")) return yield* become(shell, loaded, what.environment);
  const task = yield* start(shell, loaded, what);
  return yield* waitForeground(shell, [task], what.source === "" ? what.words.join(" ") : what.source);
}

/** `exec`: the shell's process goes on as the program. */
export function* replaceShell(shell: Shell, what: Launch): Execution {
  const loaded = yield* load(shell, what, "exec: ");
  if (typeof loaded === "number") return loaded;
  const status = yield* become(shell, loaded, what.environment);
  shell.traps.delete("EXIT");
  shell.flow = { kind: "exit" };
  return status;
}

function* load(shell: Shell, what: Launch, label = ""): Execution<Loaded | number> {
  const name = what.words[0] ?? "";
  const path = locate(shell, name);
  if (isErrno(path)) return yield* notFound(shell, name, label);
  const loaded = loadProgram(shell.process, path, what.words);
  if (!isErrno(loaded)) return loaded;
  if (loaded.errno === "ENOEXEC") return yield* withoutInterpreter(shell, { path, words: what.words });
  if (loaded.errno === "ENOENT" && !name.includes("/")) return yield* notFound(shell, name, label);
  return yield* cannotRun(shell, { name: name.includes("/") ? name : path, error: loaded, label });
}

/** Where a command is, remembered as `hash` shows it. */
export function locate(shell: Shell, name: string): string | SpawnErrno {
  if (name.includes("/")) return name;
  const known = shell.hashed.get(name);
  if (known !== undefined && !("errno" in shell.process.fs.stat(known.path))) {
    known.hits += 1;
    return known.path;
  }
  const path = findProgram(shell.process, name, shell.variables.get("PATH") ?? "");
  if (typeof path === "string" && !name.includes("/")) shell.hashed.set(name, { path, hits: 1 });
  return path;
}

function* notFound(shell: Shell, name: string, label: string): Execution {
  shell.process.observe({ kind: "command.unknown", fields: { program: name } });
  const bash = label === "" ? `${name}: command not found` : `${label}${name}: not found`;
  return yield* shell.complain(shell.dialect === "bash" ? bash : `${label}${name}: not found`, 127);
}

function* cannotRun(shell: Shell, why: { name: string; error: SpawnErrno; label: string }): Execution {
  const { name, error, label } = why;
  const stat = shell.process.fs.stat(name);
  const directory = !("errno" in stat) && stat.kind === "directory";
  const status = error.errno === "ENOENT" ? 127 : 126;
  if (shell.dialect !== "bash")
    return yield* shell.complain(`${label}${name}: ${error.errno === "ENOENT" ? "not found" : "Permission denied"}`, status);
  const missingInterpreter = error.errno === "ENOENT" && !("errno" in stat);
  if (missingInterpreter) return yield* shell.complain(`${label}${name}: cannot execute: required file not found`, 127);
  return yield* shell.complain(`${label}${name}: ${directory ? "Is a directory" : explain(error)}`, status);
}

/** A file that is executable and no program: a script of the shell itself, unless it is binary. */
function* withoutInterpreter(shell: Shell, file: { path: string; words: readonly string[] }): Execution<Loaded | number> {
  if (isBinary(shell, file.path)) {
    const bash = "cannot execute binary file: Exec format error";
    return yield* shell.complain(`${file.path}: ${shell.pick({ bash, dash: "Exec format error" })}`, 126);
  }
  const name = shell.pick({ bash: "bash", dash: "sh" });
  const program = shell.process.computer.programs.get(name);
  if (program === undefined) return 126;
  return { program, argv: [file.words[0] ?? "", file.path, ...file.words.slice(1)], path: file.path, name, flavour: shell.process.flavour };
}

/** An ELF file, or one whose first line has a zero byte. */
function isBinary(shell: Shell, path: string): boolean {
  const file = shell.process.fs.openFile(path, { read: true });
  if ("errno" in file) return false;
  const head = file.read(0, 256);
  file.close();
  return typeof head === "string" && (elfMachine(head) !== undefined || (head.split("\n")[0] ?? "").includes("\0"));
}

function* start(shell: Shell, loaded: Loaded, what: Launch): Execution<Task> {
  yield* awaitRoom(shell);
  const { task, computer } = shell.process;
  const group = shell.options.has("m") ? 0 : task.group;
  const { credentials, directory, umask, terminal, session } = task;
  const source = {
    parent: task,
    group,
    session,
    argv: loaded.argv,
    environment: what.environment,
    credentials,
    directory,
    umask,
    terminal,
    descriptors: task.descriptors.copy(),
  };
  const child = computer.kernel.start(source, (born) => {
    born.path = loaded.path;
    born.name = loaded.name;
    return loaded.program.run(new TaskProcess(computer, born, loaded.flavour));
  });
  plainSignals(shell, child);
  return child;
}

function* become(shell: Shell, loaded: Loaded, environment: Map<string, string>): Execution {
  const { task, computer } = shell.process;
  task.argv = loaded.argv;
  task.path = loaded.path;
  task.name = loaded.name;
  task.environment = environment;
  for (const [name, reaction] of task.reactions) if (reaction === "catch") task.reactions.delete(name);
  return yield* loaded.program.run(new TaskProcess(computer, task, loaded.flavour));
}
