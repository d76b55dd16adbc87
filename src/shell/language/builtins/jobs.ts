import { explain, isErrno } from "../../errno.ts";
import { signalName, signalNumber } from "../../kernel/signals.ts";
import type { Execution } from "../../program.ts";
import { type Job, jobState } from "../jobs.ts";
import { endStatus, jobLine, jobText, waitForeground } from "../pipeline.ts";
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
  for (const job of wanted) {
    const state = jobState(job);
    if ((flags.letters.has("r") && state !== "running") || (flags.letters.has("s") && state !== "stopped")) continue;
    if (flags.letters.has("p")) yield* shell.process.print(`${job.tasks[0]?.pid ?? 0}\n`);
    else yield* shell.process.print(jobLine(shell, job, jobText(job), flags.letters.has("l")));
    if (state === "done") forget(shell, job);
  }
  return 0;
}

/** Takes an ended job out of the table. */
export function forget(shell: Shell, job: Job): void {
  shell.jobs.remove(job);
  for (const task of job.tasks) if (task.ending !== undefined) shell.process.computer.kernel.reap(task);
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
  if (flags.operands.length === 0) {
    while (shell.jobs.all().some((job) => jobState(job) === "running")) if (yield* paused(shell)) return 130;
    for (const job of shell.jobs.all()) {
      if (jobState(job) !== "done") continue;
      if (shell.interactive) yield* shell.say(jobLine(shell, job, jobText(job)));
      forget(shell, job);
    }
    return 0;
  }
  let status = 0;
  for (const spec of flags.operands) status = yield* waitOne(shell, spec);
  return status;
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
  if (job === undefined && !/^\d+$/.test(spec)) {
    const text = spec.startsWith("%")
      ? `wait: ${spec}: no such job`
      : shell.dialect === "bash"
        ? `wait: \`${spec}': not a pid or valid job spec`
        : `wait: No such job: ${spec}`;
    return yield* wrong(shell, text, spec.startsWith("%") ? 127 : shell.dialect === "bash" ? 1 : 2);
  }
  if (job === undefined) return shell.dialect === "bash" ? yield* wrong(shell, `wait: pid ${spec} is not a child of this shell`, 127) : 127;
  const task = job.tasks.find((one) => String(one.pid) === spec) ?? job.tasks.at(-1);
  while (task !== undefined && task.ending === undefined) if (yield* paused(shell)) return 130;
  const status = task === undefined ? 0 : endStatus(task);
  if (jobState(job) === "done") shell.jobs.remove(job);
  return status;
}

export function* kill(shell: Shell, args: readonly string[]): Execution {
  const [first = ""] = args;
  if (first === "-l" || first === "-L") return yield* listSignals(shell, args.slice(1));
  const parsed = killSignal(args);
  if (parsed.signal === undefined)
    return yield* wrong(
      shell,
      shell.dialect === "bash"
        ? `kill: ${parsed.given}: invalid signal specification`
        : `kill: invalid signal number or name: ${parsed.given}`,
      shell.dialect === "dash" ? 2 : 1,
    );
  if (parsed.targets.length === 0) {
    yield* shell.say(
      shell.dialect === "bash"
        ? "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n"
        : `${shell.prefix()}kill: Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]\n`,
    );
    return 2;
  }
  let status = 0;
  for (const target of parsed.targets) status = (yield* killOne(shell, target, parsed.signal)) || status;
  yield { on: "turn" };
  return status;
}

function killSignal(args: readonly string[]): { signal: string | undefined; given: string; targets: readonly string[] } {
  const [first = "", second = ""] = args;
  const named = first === "-s" || first === "-n";
  const given = named ? second : /^-[A-Za-z0-9]/.test(first) ? first.slice(1) : "TERM";
  const targets = named ? args.slice(2) : /^-[A-Za-z0-9]/.test(first) ? args.slice(1) : args;
  const name = /^\d+$/.test(given) ? (given === "0" ? "0" : signalName(Number(given))) : given.toUpperCase().replace(/^SIG/, "");
  const signal = name === "0" || signalNumber(name ?? "") !== undefined ? name : undefined;
  return { signal, given, targets: targets[0] === "--" ? targets.slice(1) : targets };
}

function* killOne(shell: Shell, target: string, signal: string): Execution {
  if (target.startsWith("%")) {
    const job = shell.jobs.find(target);
    if (job === undefined) return yield* wrong(shell, `kill: ${target}: no such job`);
    for (const task of job.tasks) shell.process.computer.kernel.signal(task, signal);
    if (signal === "TERM" || signal === "HUP") for (const task of job.tasks) shell.process.computer.kernel.signal(task, "CONT");
    return 0;
  }
  if (!/^-?\d+$/.test(target)) {
    return yield* wrong(
      shell,
      shell.dialect === "bash"
        ? `kill: ${target}: arguments must be process or job IDs`
        : shell.dialect === "dash"
          ? `kill: Illegal number: ${target}`
          : `kill: invalid number '${target}'`,
      shell.dialect === "dash" ? 2 : 1,
    );
  }
  const done = shell.process.kill(Number(target), signal);
  if (!isErrno(done)) return 0;
  const reason = explain(done);
  if (shell.dialect === "bash") return yield* wrong(shell, `kill: (${target}) - ${reason}`);
  return yield* wrong(shell, shell.dialect === "dash" ? `kill: ${reason}` : `kill: can't kill pid ${target}: ${reason}`);
}

function* listSignals(shell: Shell, specs: readonly string[]): Execution {
  if (specs.length === 0) yield* shell.process.print(signalTable());
  for (const spec of specs) {
    const name = /^\d+$/.test(spec)
      ? signalName(Number(spec) > 128 ? Number(spec) - 128 : Number(spec))
      : signalNumber(spec.toUpperCase().replace(/^SIG/, ""));
    if (name === undefined) return yield* wrong(shell, `kill: ${spec}: invalid signal specification`);
    yield* shell.process.print(`${name}\n`);
  }
  return 0;
}

export function* disown(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "ahr");
  if (flags.unknown !== undefined) return yield* badOption(shell, "disown", flags.unknown);
  const wanted = flags.letters.has("a")
    ? [...shell.jobs.all()]
    : flags.operands.length > 0
      ? flags.operands.map((spec) => shell.jobs.find(spec))
      : [shell.jobs.current()];
  for (const [index, job] of wanted.entries()) {
    if (job === undefined) return yield* wrong(shell, `disown: ${flags.operands[index] ?? "current"}: no such job`);
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
