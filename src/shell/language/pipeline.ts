import { isErrno } from "../errno.ts";
import { openDescription } from "../kernel/open-description.ts";
import { describeSignal, signalNumber } from "../kernel/signals.ts";
import { statusOf, type Task } from "../kernel/task.ts";
import { TaskProcess } from "../kernel/task-process.ts";
import type { Execution } from "../program.ts";
import { type Job, jobState } from "./jobs.ts";
import type { Runner } from "./runner.ts";
import { type Shell, ShellProblem } from "./shell.ts";
import type { Node, Pipeline } from "./syntax.ts";
import { runExitTrap } from "./traps.ts";

export interface Fork {
  /** Process group: 0 for a new one; undefined: the shell's. */
  readonly group?: number;
  /** Descriptors to be replaced in the child. */
  readonly input?: ReturnType<NonNullable<Shell["process"]["task"]["descriptors"]["get"]>>;
  readonly output?: ReturnType<NonNullable<Shell["process"]["task"]["descriptors"]["get"]>>;
  readonly background?: boolean;
}

/** Starts a subshell that runs `body`. Without room for a process it tries again, as bash does, and gives up in its words. */
export function* forkShell(shell: Shell, body: (child: Shell) => Execution, fork: Fork = {}): Execution<Task> {
  yield* awaitRoom(shell);
  const { task, computer } = shell.process;
  const descriptors = task.descriptors.copy();
  if (fork.input !== undefined) descriptors.set(0, fork.input);
  if (fork.output !== undefined) descriptors.set(1, fork.output);
  const { argv, credentials, directory, umask, terminal, session } = task;
  const source = {
    parent: task,
    group: fork.group ?? task.group,
    session,
    argv,
    environment: new Map<string, string>(),
    credentials,
    directory,
    umask,
    terminal,
    descriptors,
  };
  const child = computer.kernel.start(source, (born) => {
    born.path = task.path;
    born.name = task.name;
    return childLife(shell.fork(new TaskProcess(computer, born, shell.process.flavour)), body);
  });
  plainSignals(shell, child);
  if (fork.background === true && !shell.options.has("m")) for (const signal of ["INT", "QUIT"]) child.reactions.set(signal, "ignore");
  return child;
}

/** What an interactive shell ignores for itself is not ignored by what it starts. */
export function plainSignals(shell: Shell, child: Task): void {
  if (shell.mode !== "interactive") return;
  for (const signal of ["TERM", "QUIT", "TTOU", "TTIN", "TSTP"]) if (!shell.traps.has(signal)) child.reactions.delete(signal);
}

function* childLife(child: Shell, body: (child: Shell) => Execution): Execution {
  child.status = yield* body(child);
  if (child.flow?.kind === "exit" || child.flow === undefined) yield* runExitTrap(child, child.ports);
  return child.status;
}

const RETRIES = 4;

/** bash: `fork: retry: ...` after 1, 2, 4 and 8 seconds, then `fork: ...`. */
export function* awaitRoom(shell: Shell): Execution<void> {
  for (let tries = 0; !shell.process.computer.kernel.mayFork(); tries += 1) {
    if (shell.dialect !== "bash")
      throw new ShellProblem(shell.dialect === "dash" ? "Cannot fork" : "can't fork: Resource temporarily unavailable", {
        status: 2,
        fatal: true,
      });
    if (tries >= RETRIES) throw new ShellProblem("fork: Resource temporarily unavailable", { status: 254, fatal: true });
    yield* shell.complain("fork: retry: Resource temporarily unavailable");
    yield* shell.process.sleep(1000 * 2 ** tries);
  }
}

export function* runPipeline(shell: Shell, node: Pipeline, context: { runner: Runner; source: string }): Execution {
  const { runner, source } = context;
  const started = shell.process.system.now().wallMs;
  let status: number;
  if (node.negated) shell.conditionDepth += 1;
  if (node.commands.length === 0) status = 0;
  else if (node.commands.length === 1) status = yield* runner.runNode(shell, node.commands[0] ?? EMPTY, source);
  else status = yield* runPiped(shell, node, context);
  if (node.negated) shell.conditionDepth -= 1;
  if (node.timed !== "no") yield* reportTime(shell, started, node.timed);
  if (!node.negated) return status;
  return status === 0 ? 1 : 0;
}

const EMPTY: Node = { type: "simple", assignments: [], words: [], redirects: [], line: 1 };

function* runPiped(shell: Shell, node: Pipeline, { runner, source }: { runner: Runner; source: string }): Execution {
  const tasks = yield* startPiped(shell, node, { runner, background: false });
  const status = yield* waitForeground(shell, tasks, source);
  shell.pipeStatus = tasks.map((task) => endStatus(task));
  if (!shell.options.has("pipefail")) return status;
  return [...shell.pipeStatus].reverse().find((one) => one !== 0) ?? 0;
}

/** Starts all commands of a pipeline, in one process group when there is job control. */
function* startPiped(shell: Shell, node: Pipeline, how: { runner: Runner; background: boolean }): Execution<readonly Task[]> {
  const { runner, background } = how;
  const tasks: Task[] = [];
  let group = shell.options.has("m") ? 0 : shell.process.task.group;
  let input: Fork["input"];
  for (const [index, command] of node.commands.entries()) {
    const pipe = index + 1 < node.commands.length ? shell.process.computer.pipe() : undefined;
    const output = pipe?.writer().retain();
    const next = pipe?.reader().retain();
    const task = yield* forkShell(shell, (child) => inChild(child, command, runner), {
      group,
      background,
      ...(input === undefined ? {} : { input }),
      ...(output === undefined ? {} : { output }),
    });
    output?.release();
    input?.release();
    input = next;
    if (group === 0) group = task.group;
    tasks.push(task);
  }
  return tasks;
}

/** A pipeline's command, in its own process: loops and returns of the shell do not reach into it. */
function* inChild(child: Shell, command: Node, runner: Runner): Execution {
  child.loopDepth = 0;
  child.lastCommand = command.type === "simple";
  return yield* runner.runNode(child, command);
}

export function* startBackground(shell: Shell, what: { node: Node; source: string }, runner: Runner): Execution {
  const { node, source } = what;
  const tasks =
    node.type === "pipeline" && node.commands.length > 1 && !node.negated
      ? yield* startPiped(shell, node, { runner, background: true })
      : [yield* startSingle(shell, node, runner)];
  // dash gives the place of a job that was waited for to the next one.
  if (shell.dialect !== "bash") shell.jobs.forgetStatuses();
  const job = shell.jobs.add(tasks, source);
  const last = tasks.at(-1);
  // bash takes a child's status as soon as it ends (SIGCHLD); the others when they wait for something next.
  if (shell.dialect === "bash") for (const task of tasks) task.atEnd.push(() => shell.process.computer.kernel.reap(task));
  shell.lastBackground = last?.pid;
  if (shell.interactive) yield* shell.say(shell.dialect === "bash" ? `[${job.number}] ${last?.pid ?? 0}\n` : "");
  return 0;
}

function* startSingle(shell: Shell, node: Node, runner: Runner): Execution<Task> {
  const { process } = shell;
  const jobControl = shell.options.has("m");
  const empty = jobControl ? undefined : openDescription(process.computer, process.task, { path: "/dev/null", how: { read: true } });
  const input = empty === undefined || isErrno(empty) ? undefined : empty.retain();
  const group = jobControl ? 0 : process.task.group;
  const task = yield* forkShell(shell, (child) => inChild(child, node, runner), {
    group,
    background: true,
    ...(input === undefined ? {} : { input }),
  });
  input?.release();
  return task;
}

/** Waits for children in the foreground: the terminal is theirs meanwhile. Stopped ones become a job. */
export function* waitForeground(shell: Shell, tasks: readonly Task[], source: string): Execution {
  const { process } = shell;
  const terminal = shell.options.has("m") ? process.computer.terminals.get(process.task.terminal ?? "") : undefined;
  const group = tasks[0]?.group ?? process.task.group;
  if (terminal !== undefined && group !== process.task.group) terminal.foreground = group;
  while (tasks.some((task) => task.ending === undefined && task.state !== "stopped")) {
    yield { on: "queues", queues: [process.task.childChanged] };
    if (shell.flow?.kind === "interrupt") break;
  }
  if (terminal !== undefined) terminal.foreground = process.task.group;
  if (tasks.some((task) => task.ending === undefined)) return yield* stopped(shell, tasks, source);
  return yield* ended(shell, tasks);
}

function* stopped(shell: Shell, tasks: readonly Task[], source: string): Execution {
  const job = shell.jobs.all().find((known) => known.tasks === tasks) ?? shell.jobs.add(tasks, source);
  shell.jobs.touch(job);
  job.reported = "Stopped";
  for (const task of tasks) task.changed = false;
  yield* shell.say(`\n${jobLine(shell, job, { state: "Stopped" })}`);
  return 128 + (signalNumber(tasks.find((task) => task.state === "stopped")?.stopSignal ?? "TSTP") ?? 20);
}

function* ended(shell: Shell, tasks: readonly Task[]): Execution {
  shell.process.computer.kernel.reapChildren(shell.process.task);
  const last = tasks.at(-1);
  const ending = last?.ending;
  if (ending === undefined || last === undefined) return 0;
  if ("signal" in ending) yield* tellSignal(shell, ending.signal, last);
  return endStatus(last);
}

/** What a shell says of a child that a signal ended: nothing for PIPE; for INT a new line at a prompt. */
export function* tellSignal(shell: Shell, signal: string, task: Task): Execution<void> {
  if (signal === "PIPE" || shell.subshellDepth > 0) return;
  if (signal === "INT") {
    if (shell.interactive) yield* shell.say("\n");
    return;
  }
  const text = describeSignal(signal);
  if (shell.interactive || shell.dialect !== "bash") yield* shell.say(`${text}\n`);
  else yield* shell.say(`${shell.prefix()}${String(task.pid).padStart(5)} ${text.padEnd(23)} ${task.argv.join(" ")}\n`);
}

export function endStatus(task: Task): number {
  return task.ending === undefined ? 0 : statusOf(task.ending, signalNumber);
}

/** A line of `jobs`: number, mark, state, command. */
export function jobLine(shell: Shell, job: Job, how: { readonly state: string; readonly withPid?: boolean }): string {
  const { state, withPid = false } = how;
  const mark = shell.jobs.mark(job);
  const pid = withPid ? `${job.tasks[0]?.pid ?? 0} ` : "";
  const running = state === "Running" ? " &" : "";
  return `[${job.number}]${mark}  ${pid}${state.padEnd(24)}${job.source}${running}\n`;
}

/** How a job stands, in the words of `jobs`. */
export function jobText(job: Job): string {
  const state = jobState(job);
  if (state === "running") return "Running";
  if (state === "stopped") return "Stopped";
  const last = job.tasks.at(-1);
  const ending = last?.ending;
  if (ending === undefined) return "Done";
  if ("signal" in ending) return describeSignal(ending.signal);
  return ending.code === 0 ? "Done" : `Exit ${ending.code}`;
}

function* reportTime(shell: Shell, startedMs: number, format: "yes" | "posix"): Execution<void> {
  const seconds = (shell.process.system.now().wallMs - startedMs) / 1000;
  const user = Math.min(seconds, 0.001 + seconds / 50);
  const show = (value: number) => `${Math.floor(value / 60)}m${(value % 60).toFixed(3)}s`;
  if (format === "posix") yield* shell.say(`real ${seconds.toFixed(2)}\nuser ${user.toFixed(2)}\nsys 0.00\n`);
  else yield* shell.say(`\nreal\t${show(seconds)}\nuser\t${show(user)}\nsys\t${show(user / 2)}\n`);
}
