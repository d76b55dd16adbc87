import { changeLimit, type Limit, limitOf, type Resource } from "../../kernel/limits.ts";
import type { Execution } from "../../program.ts";
import type { Shell } from "../shell.ts";
import type { Dialect } from "../syntax.ts";
import { badOption, wrong } from "./builtin.ts";

/** `ulimit`: what the shells call a limit, and in which unit they count it. */
interface Row {
  readonly letter: string;
  readonly text: string;
  /** Undefined: a constant of the system that nobody can set. */
  readonly resource: Resource | undefined;
  readonly unit: number;
}

/** letter, resource ("" for none), unit, text of bash with its unit. */
const BASH: readonly (readonly [string, Resource | "", number, string, string])[] = [
  ["R", "rttime", 1, "real-time non-blocking time", "(microseconds, -R) "],
  ["c", "core", 1024, "core file size", "(blocks, -c) "],
  ["d", "data", 1024, "data seg size", "(kbytes, -d) "],
  ["e", "nice", 1, "scheduling priority", "(-e) "],
  ["f", "fsize", 1024, "file size", "(blocks, -f) "],
  ["i", "sigpending", 1, "pending signals", "(-i) "],
  ["l", "memlock", 1024, "max locked memory", "(kbytes, -l) "],
  ["m", "rss", 1024, "max memory size", "(kbytes, -m) "],
  ["n", "nofile", 1, "open files", "(-n) "],
  ["p", "", 1, "pipe size", "(512 bytes, -p) "],
  ["q", "msgqueue", 1, "POSIX message queues", "(bytes, -q) "],
  ["r", "rtprio", 1, "real-time priority", "(-r) "],
  ["s", "stack", 1024, "stack size", "(kbytes, -s) "],
  ["t", "cpu", 1, "cpu time", "(seconds, -t) "],
  ["u", "nproc", 1, "max user processes", "(-u) "],
  ["v", "as", 1024, "virtual memory", "(kbytes, -v) "],
  ["x", "locks", 1, "file locks", "(-x) "],
];

const DASH: readonly (readonly [string, Resource, number, string])[] = [
  ["t", "cpu", 1, "time(seconds)"],
  ["f", "fsize", 512, "file(blocks)"],
  ["d", "data", 1024, "data(kbytes)"],
  ["s", "stack", 1024, "stack(kbytes)"],
  ["c", "core", 512, "coredump(blocks)"],
  ["m", "rss", 1024, "memory(kbytes)"],
  ["l", "memlock", 1024, "locked memory(kbytes)"],
  ["p", "nproc", 1, "process"],
  ["n", "nofile", 1, "nofiles"],
  ["v", "as", 1024, "vmemory(kbytes)"],
  ["w", "locks", 1, "locks"],
  ["r", "rtprio", 1, "rtprio"],
];

const ASH: readonly (readonly [string, Resource, number, string])[] = [
  ["c", "core", 512, "core file size (blocks)"],
  ["d", "data", 1024, "data seg size (kb)"],
  ["e", "nice", 1, "scheduling priority"],
  ["f", "fsize", 512, "file size (blocks)"],
  ["i", "sigpending", 1, "pending signals"],
  ["l", "memlock", 1024, "max locked memory (kb)"],
  ["m", "rss", 1024, "max memory size (kb)"],
  ["n", "nofile", 1, "open files"],
  ["q", "msgqueue", 1, "POSIX message queues (bytes)"],
  ["r", "rtprio", 1, "real-time priority"],
  ["s", "stack", 1024, "stack size (kb)"],
  ["t", "cpu", 1, "cpu time (seconds)"],
  ["u", "nproc", 1, "max user processes"],
  ["v", "as", 1024, "virtual memory (kb)"],
  ["x", "locks", 1, "file locks"],
];

const ROWS: Readonly<Record<Dialect, readonly Row[]>> = {
  bash: BASH.map(([letter, resource, unit, text, inBrackets]) => ({
    letter,
    unit,
    resource: resource === "" ? undefined : resource,
    text: `${text.padEnd(20)} ${inBrackets.padStart(20)}`,
  })),
  dash: DASH.map(([letter, resource, unit, text]) => ({ letter, resource, unit, text: `${text.padEnd(20)} ` })),
  ash: ASH.map(([letter, resource, unit, text]) => ({ letter, resource, unit, text: `${text.padEnd(32)}(-${letter}) ` })),
};

/** Which of the two limits is meant; both when neither letter was given. */
interface Which {
  readonly soft: boolean;
  readonly hard: boolean;
}

export function* ulimit(shell: Shell, args: readonly string[]): Execution {
  const { wanted, which } = readRequest(args);
  const unknown = wanted.find(({ letter }) => letter !== "a" && rowOf(shell, letter) === undefined);
  if (unknown !== undefined) return yield* badOption(shell, "ulimit", `-${unknown.letter}`);
  if (wanted.some(({ letter }) => letter === "a")) return yield* showAll(shell, which);
  // dash takes the last letter only.
  for (const one of shell.dialect === "dash" ? wanted.slice(-1) : wanted) {
    const status = yield* showOrChange(shell, one, { which, labelled: wanted.length > 1 && shell.dialect !== "dash" });
    if (status !== 0) return status;
  }
  return 0;
}

function* showOrChange(shell: Shell, one: Wanted, how: { readonly which: Which; readonly labelled: boolean }): Execution {
  const row = rowOf(shell, one.letter);
  if (row === undefined) return 1;
  if (one.value !== undefined) return yield* change(shell, row, { value: one.value, which: how.which });
  yield* shell.process.print(`${how.labelled ? row.text : ""}${shown(shell, row, how.which)}\n`);
  return 0;
}

interface Wanted {
  readonly letter: string;
  value: string | undefined;
}

/** Letters, each with the value that follows it; without one, the size of files is meant. */
function readRequest(args: readonly string[]): { readonly wanted: readonly Wanted[]; readonly which: Which } {
  const letters = args.filter((arg) => arg.startsWith("-")).join("");
  const which = { soft: letters.includes("S"), hard: letters.includes("H") };
  const wanted: Wanted[] = [];
  for (const arg of args) {
    const last = wanted.at(-1);
    if (arg.startsWith("-"))
      wanted.push(
        ...arg
          .replace(/[-SH]/g, "")
          .split("")
          .map((letter) => ({ letter, value: undefined })),
      );
    else if (last === undefined) wanted.push({ letter: "f", value: arg });
    else last.value ??= arg;
  }
  return { wanted: wanted.length === 0 ? [{ letter: "f", value: undefined }] : wanted, which };
}

function rowOf(shell: Shell, letter: string): Row | undefined {
  return ROWS[shell.dialect].find((row) => row.letter === letter);
}

function* showAll(shell: Shell, which: Which): Execution {
  for (const row of ROWS[shell.dialect]) yield* shell.process.print(`${row.text}${shown(shell, row, which)}\n`);
  return 0;
}

function current(shell: Shell, resource: Resource): Limit {
  return limitOf(shell.process.task.limits, shell.process.system.machine, resource);
}

function shown(shell: Shell, row: Row, which: Which): string {
  if (row.resource === undefined) return PIPE_SIZE;
  const { soft, hard } = current(shell, row.resource);
  const value = which.hard && !which.soft ? hard : soft;
  return value === Number.POSITIVE_INFINITY ? "unlimited" : String(Math.floor(value / row.unit));
}

/** In blocks of 512 bytes. */
const PIPE_SIZE = "8";

function* change(shell: Shell, row: Row, to: { readonly value: string; readonly which: Which }): Execution {
  const { task } = shell.process;
  if (row.resource === undefined) return yield* refused(shell, row, "EINVAL");
  const now = current(shell, row.resource);
  const value = parseValue(shell, to.value, { now, unit: row.unit });
  if (value === undefined) return yield* notANumber(shell, to.value);
  const neither = !to.which.soft && !to.which.hard;
  const limit = { soft: neither || to.which.soft ? value : now.soft, hard: neither || to.which.hard ? value : now.hard };
  const changed = changeLimit(task.limits, { resource: row.resource, now, limit, root: task.credentials.uid === 0 });
  if (typeof changed === "string") return yield* refused(shell, row, changed);
  task.limits = changed;
  return 0;
}

function parseValue(shell: Shell, text: string, at: { readonly now: Limit; readonly unit: number }): number | undefined {
  if (text === "unlimited") return Number.POSITIVE_INFINITY;
  if (shell.dialect === "bash" && text === "hard") return at.now.hard;
  if (shell.dialect === "bash" && text === "soft") return at.now.soft;
  return /^\d{1,15}$/.test(text) ? Number(text) * at.unit : undefined;
}

function* notANumber(shell: Shell, text: string): Execution {
  const message = shell.pick({ bash: `ulimit: ${text}: invalid number`, dash: "ulimit: bad number", ash: `invalid number '${text}'` });
  return yield* wrong(shell, message, shell.pick({ bash: 1, dash: 2, ash: 1 }));
}

function* refused(shell: Shell, row: Row, why: "EPERM" | "EINVAL"): Execution {
  const reason = why === "EPERM" ? "Operation not permitted" : "Invalid argument";
  const name = BASH.find(([letter]) => letter === row.letter)?.[3] ?? row.text;
  const message = shell.pick({
    bash: `ulimit: ${name}: cannot modify limit: ${reason}`,
    dash: `ulimit: error setting limit (${reason})`,
    ash: `error setting limit: ${reason}`,
  });
  return yield* wrong(shell, message, shell.pick({ bash: 1, dash: 2, ash: 1 }));
}
