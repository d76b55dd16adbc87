import { explain, isErrno } from "../../errno.ts";
import { signalName, signalNumber } from "../../kernel/signals.ts";
import type { Task } from "../../kernel/task.ts";
import type { Execution } from "../../program.ts";
import { type Job, jobState } from "../jobs.ts";
import { endStatus, jobLine, jobText, tellSignal, waitForeground } from "../pipeline.ts";
import type { Shell } from "../shell.ts";
import { badOption, readFlags, wrong } from "./builtin.ts";
import { signalTable } from "./control.ts";

/** Builtins for jobs and signals. */

export function* jobs(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "lnprs");
  if (flags.unknown !== undefined) return yield* badOption(shell, "jobs", flags.unknown);
  const unknown = flags.operands.find((spec) => shell.jobs.find(spec) === undefined);
  if (unknown !== undefined) return yield* wrong(shell, `jobs: ${unknown}: no such job`);
  const wanted = flags.operands.length > 0 ? flags.operands.flatMap((spec) => shell.jobs.find(spec) ?? []) : shell.jobs.all();
  for (const job of wanted.filter((one) => isWanted(one, flags.letters))) {
    const short = flags.letters.has("p");
    yield* shell.process.print(
      short ? `${job.tasks[0]?.pid ?? 0}\n` : jobLine(shell, job, { state: jobText(job), withPid: flags.letters.has("l") }),
    );
    if (jobState(job) === "done") forget(shell, job);
  }
  return 0;
}

/** -r: running ones only; -s: stopped ones only. */
function isWanted(job: Job, letters: ReadonlySet<string>): boolean {
  const state = jobState(job);
  if (letters.has("r")) return state === "running";
  return !letters.has("s") || state === "stopped";
}

/** Takes an ended job out of the table; its statuses can still be waited for. */
export function forget(shell: Shell, job: Job): void {
  shell.jobs.remove(job);
  for (const task of job.tasks) shell.jobs.remember(task.pid, endStatus(task));
  shell.process.computer.kernel.reapChildren(shell.process.task);
}

export function* fg(shell: Shell, args: readonly string[]): Execution {
  if (!shell.options.has("m")) return yield* wrong(shell, "fg: no job control");
  const job = shell.jobs.find(args[0] ?? "");
  if (job === undefined) return yield* wrong(shell, `fg: ${args[0] ?? "current"}: no such job`);
  yield* shell.process.print(`${job.source}\n`);
  shell.jobs.remove(job);
  const { kernel, terminals } = shell.process.computer;
  const terminal = terminals.get(shell.process.task.terminal ?? "");
  if (terminal !== undefined) terminal.foreground = job.group;
  for (const task of job.tasks) kernel.signal(task, "CONT");
  return yield* waitForeground(shell, job.tasks, job.source);
}

export function* bg(shell: Shell, args: readonly string[]): Execution {
  if (!shell.options.has("m")) return yield* wrong(shell, "bg: no job control");
  const job = shell.jobs.find(args[0] ?? "");
  if (job === undefined) return yield* wrong(shell, `bg: ${args[0] ?? "current"}: no such job`);
  if (jobState(job) === "running") return yield* wrong(shell, `bg: job ${job.number} already in background`, 0);
  for (const task of job.tasks) shell.process.computer.kernel.signal(task, "CONT");
  job.reported = "Running";
  yield* shell.process.print(`[${job.number}]${shell.jobs.mark(job)} ${job.source} &\n`);
  return 0;
}

export function* wait(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "fnp:");
  if (flags.unknown !== undefined) return yield* badOption(shell, "wait", flags.unknown);
  if (flags.letters.has("n")) return yield* waitAny(shell);
  if (flags.operands.length === 0) return yield* waitAll(shell);
  let status = 0;
  for (const spec of flags.operands) status = yield* waitOne(shell, spec);
  return status;
}

function* waitAll(shell: Shell): Execution {
  while (shell.jobs.all().some((job) => jobState(job) === "running")) if (yield* paused(shell)) return 130;
  for (const job of shell.jobs.all().filter((one) => jobState(one) === "done")) {
    if (shell.interactive) yield* shell.say(jobLine(shell, job, { state: jobText(job) }));
    forget(shell, job);
  }
  if (shell.dialect === "bash") shell.jobs.forgetStatuses();
  return 0;
}

/** Waits for any change of a child; true: a signal came instead. */
function* paused(shell: Shell): Execution<boolean> {
  const woken = yield { on: "queues", queues: [shell.process.task.childChanged] };
  return woken === "signal" && shell.process.task.caught.length > 0;
}

function* waitAny(shell: Shell): Execution {
  while (true) {
    const done = shell.jobs.all().find((job) => jobState(job) === "done");
    if (done !== undefined) {
      const status = lastStatus(done);
      forget(shell, done);
      return status;
    }
    if (shell.jobs.all().length === 0) return 127;
    if (yield* paused(shell)) return 130;
  }
}

function lastStatus(job: Job): number {
  const last = job.tasks.at(-1);
  return last === undefined ? 0 : endStatus(last);
}

function* waitOne(shell: Shell, spec: string): Execution {
  const job = shell.jobs.find(spec);
  if (job === undefined) return yield* noSuchJob(shell, spec);
  const task = job.tasks.find((one) => String(one.pid) === spec) ?? job.tasks.at(-1);
  while (task !== undefined && task.ending === undefined) if (yield* paused(shell)) return 130;
  if (task !== undefined) yield* tellTaken(shell, task);
  const status = task === undefined ? 0 : endStatus(task);
  if (jobState(job) === "done") forget(shell, job);
  return status;
}

/** dash and ash tell of a signal where they take the status: here, unless it was taken before. */
function* tellTaken(shell: Shell, task: Task): Execution<void> {
  const { ending } = task;
  const taken = shell.process.computer.kernel.task(task.pid) !== task;
  if (shell.dialect === "bash" || taken || ending === undefined || !("signal" in ending)) return;
  yield* tellSignal(shell, ending.signal, task);
}

function* noSuchJob(shell: Shell, spec: string): Execution {
  if (spec.startsWith("%")) return yield* wrong(shell, `wait: ${spec}: no such job`, 127);
  const known = shell.jobs.remembered(Number(spec));
  if (known !== undefined) return known;
  if (/^\d+$/.test(spec))
    return shell.dialect === "bash" ? yield* wrong(shell, `wait: pid ${spec} is not a child of this shell`, 127) : 127;
  const bash = `wait: \`${spec}': not a pid or valid job spec`;
  return yield* wrong(shell, shell.pick({ bash, dash: `wait: No such job: ${spec}` }), shell.pick({ bash: 1, dash: 2 }));
}

const KILL_USAGE = "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";
const SHORT_KILL_USAGE = "kill: Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]\n";

export function* kill(shell: Shell, args: readonly string[]): Execution {
  const [first = ""] = args;
  if (first === "-l" || first === "-L") return yield* listSignals(shell, args.slice(1));
  const { signal, given, targets } = killSignal(args);
  if (signal === undefined) {
    const bash = `kill: ${given}: invalid signal specification`;
    return yield* wrong(
      shell,
      shell.pick({ bash, dash: `kill: invalid signal number or name: ${given}` }),
      shell.pick({ bash: 1, dash: 2, ash: 1 }),
    );
  }
  if (targets.length === 0) {
    yield* shell.say(shell.pick({ bash: KILL_USAGE, dash: `${shell.prefix()}${SHORT_KILL_USAGE}` }));
    return 2;
  }
  let status = 0;
  for (const target of targets) status = (yield* killOne(shell, target, signal)) || status;
  yield { on: "turn" };
  return status;
}

function killSignal(args: readonly string[]): { signal: string | undefined; given: string; targets: readonly string[] } {
  const [first = "", second = ""] = args;
  const named = first === "-s" || first === "-n";
  const attached = !named && /^-[A-Za-z0-9]/.test(first);
  const given = named ? second : attached ? first.slice(1) : "TERM";
  const targets = args.slice(named ? 2 : attached ? 1 : 0);
  return { signal: knownSignal(given), given, targets: targets[0] === "--" ? targets.slice(1) : targets };
}

/** A signal's name from a name or number; "0" only tests. */
function knownSignal(given: string): string | undefined {
  if (given === "0") return "0";
  if (/^\d+$/.test(given)) return signalName(Number(given));
  const name = given.toUpperCase().replace(/^SIG/, "");
  return signalNumber(name) === undefined ? undefined : name;
}

function* killOne(shell: Shell, target: string, signal: string): Execution {
  if (target.startsWith("%")) return yield* killJob(shell, target, signal);
  if (!/^-?\d+$/.test(target)) {
    const bash = `kill: ${target}: arguments must be process or job IDs`;
    const message = shell.pick({ bash, dash: `kill: Illegal number: ${target}`, ash: `kill: invalid number '${target}'` });
    return yield* wrong(shell, message, shell.pick({ bash: 1, dash: 2, ash: 1 }));
  }
  const done = shell.process.kill(Number(target), signal);
  if (!isErrno(done)) return 0;
  const reason = explain(done);
  return yield* wrong(
    shell,
    shell.pick({ bash: `kill: (${target}) - ${reason}`, dash: `kill: ${reason}`, ash: `kill: can't kill pid ${target}: ${reason}` }),
  );
}

function* killJob(shell: Shell, target: string, signal: string): Execution {
  const job = shell.jobs.find(target);
  if (job === undefined) return yield* wrong(shell, `kill: ${target}: no such job`);
  const { kernel } = shell.process.computer;
  for (const task of job.tasks) kernel.signal(task, signal);
  if (signal === "TERM" || signal === "HUP") for (const task of job.tasks) kernel.signal(task, "CONT");
  return 0;
}

function* listSignals(shell: Shell, specs: readonly string[]): Execution {
  if (specs.length === 0) yield* shell.process.print(signalTable());
  for (const spec of specs) {
    const listed = listedSignal(spec);
    if (listed === undefined) return yield* wrong(shell, `kill: ${spec}: invalid signal specification`);
    yield* shell.process.print(`${listed}\n`);
  }
  return 0;
}

/** `kill -l 9` and `kill -l 137` give KILL, `kill -l KILL` gives 9. */
function listedSignal(spec: string): string | number | undefined {
  if (!/^\d+$/.test(spec)) return signalNumber(spec.toUpperCase().replace(/^SIG/, ""));
  return signalName(Number(spec) > 128 ? Number(spec) - 128 : Number(spec));
}

export function* disown(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "ahr");
  if (flags.unknown !== undefined) return yield* badOption(shell, "disown", flags.unknown);
  const specs = flags.letters.has("a")
    ? shell.jobs.all().map((job) => `%${job.number}`)
    : flags.operands.length > 0
      ? flags.operands
      : [""];
  for (const spec of specs) {
    const job = shell.jobs.find(spec);
    if (job === undefined) return yield* wrong(shell, `disown: ${spec || "current"}: no such job`);
    if (flags.letters.has("h")) job.kept = true;
    else shell.jobs.remove(job);
  }
  return 0;
}

export function* suspend(shell: Shell): Execution {
  if (shell.login) return yield* wrong(shell, "suspend: cannot suspend a login shell");
  shell.process.computer.kernel.signal(shell.process.task, "STOP");
  yield { on: "turn" };
  return 0;
}
