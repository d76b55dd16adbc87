import { type Absence, type Files, isAbsence, textOf } from "../../views/files.ts";

/**
 * The processes of a host as /proc shows them. Processes come and go while they are read, and may be hidden from this reader: whatever one
 * file does not say is left out, never guessed, and a process without a readable `stat` is not listed.
 */
export interface Process {
  readonly pid: number;
  readonly ppid: number;
  /** The kernel's name of it, at most 15 characters (kernel threads: more). */
  readonly name: string;
  /** `R`, `S`, `D`, `Z`, `I`, `T`, `t`. */
  readonly state: string;
  /** Command line; empty for kernel threads and for what may not be read. */
  readonly arguments: readonly string[];
  /** Effective user id; undefined: `status` could not be read. */
  readonly uid?: number;
  /** Pid of who traces it; 0: nobody. */
  readonly tracer?: number;
  /** Start after boot in clock ticks (100 a second). */
  readonly startTicks: number;
}

const MAX_PIDS = 65_536;

/** Processes by ascending pid, at most 65,536. */
export function processesOf(files: Files): readonly Process[] | Absence {
  const names = files.list("/proc");
  if (isAbsence(names)) return names;
  const pids = names.filter((name) => /^[1-9][0-9]{0,9}$/.test(name)).map(Number);
  return pids
    .sort((one, other) => one - other)
    .slice(0, MAX_PIDS)
    .map((pid) => processOf(files, pid))
    .filter((one) => one !== undefined);
}

/** One process; undefined: there is none, or its `stat` is not of the known form. */
export function processOf(files: Files, pid: number): Process | undefined {
  const stat = parseStat(textOf(files, `/proc/${pid}/stat`) ?? "");
  if (stat === undefined) return undefined;
  const status = textOf(files, `/proc/${pid}/status`) ?? "";
  const uid = /^Uid:\t\d+\t(\d+)/m.exec(status)?.[1];
  const tracer = /^TracerPid:\t(\d+)/m.exec(status)?.[1];
  return {
    pid,
    ...stat,
    arguments: argumentsOf(textOf(files, `/proc/${pid}/cmdline`) ?? ""),
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(tracer === undefined ? {} : { tracer: Number(tracer) }),
  };
}

/**
 * proc_pid_stat(5): `pid (name) state ppid ...`, the start time in field 22. The name may hold spaces and parentheses: it ends at the last
 * closing one.
 */
function parseStat(text: string): Pick<Process, "name" | "state" | "ppid" | "startTicks"> | undefined {
  const from = text.indexOf("(");
  const to = text.lastIndexOf(")");
  if (from < 0 || to < from) return undefined;
  const fields = text.slice(to + 2).split(" ");
  const [state = "", ppid = ""] = fields;
  const startTicks = Number(fields[19] ?? "x");
  if (!/^[A-Za-z]$/.test(state) || !/^\d{1,10}$/.test(ppid) || !Number.isFinite(startTicks)) return undefined;
  return { name: text.slice(from + 1, to), state, ppid: Number(ppid), startTicks };
}

/** Arguments end with a zero byte each; a process that renamed itself may have left only spaces. */
function argumentsOf(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\0+$/, "").split("\0");
}

/** The file name of the program that a process was started as: `/usr/sbin/cron -f` is `cron`, `sshd: root` is `sshd:`. */
export function programOf({ arguments: [first = ""] }: Process): string {
  const word = first.split(" ", 1)[0] ?? "";
  return word.slice(word.lastIndexOf("/") + 1);
}

/** The files under /proc that make a process be seen so: for views that were only thought of. */
export function processFiles(processes: readonly Partial<Process>[]): Readonly<Record<string, string>> {
  return Object.fromEntries(processes.flatMap(filesOfProcess));
}

function filesOfProcess(one: Partial<Process>): readonly (readonly [string, string])[] {
  const { pid = 1, ppid = 0, name = "init", state = "S", uid = 0, tracer = 0, startTicks = 100 } = one;
  const words = one.arguments ?? [];
  const stat = `${pid} (${name}) ${state} ${ppid} ${pid} ${pid} 0 -1 4194304 ${"0 ".repeat(12)}${startTicks} ${"0 ".repeat(29)}0\n`;
  const status = `Name:\t${name}\nState:\t${state}\nTgid:\t${pid}\nPid:\t${pid}\nPPid:\t${ppid}\nTracerPid:\t${tracer}\n${owners("Uid", uid)}${owners("Gid", uid)}`;
  return [
    [`/proc/${pid}/stat`, stat],
    [`/proc/${pid}/comm`, `${name}\n`],
    [`/proc/${pid}/cmdline`, words.map((word) => `${word}\0`).join("")],
    [`/proc/${pid}/status`, status],
  ];
}

const owners = (name: string, id: number) => `${name}:\t${id}\t${id}\t${id}\t${id}\n`;
