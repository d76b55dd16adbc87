import { readdirSync, readFileSync } from "node:fs";

/**
 * What processes cost, from /proc. Processor time and not the clock, since a benchmark shares its machine: what others use does not count.
 */

/** A process and all below it. */
export function familyOf(pid: number): readonly number[] {
  const below = tasksOf(pid).flatMap((task) => numbersIn(read(`/proc/${pid}/task/${task}/children`)));
  return [pid, ...below.flatMap(familyOf)];
}

/**
 * Milliseconds of processor that a process used so far, all its threads and the children that it outlived (proc_pid_stat(5): 14 user time,
 * 15 system time, 16 and 17 the same of children; in hundredths of a second). Threads' own counts, in nanoseconds, replace the first two
 * where the kernel keeps them (proc_pid_schedstat(5)).
 */
export function processorMs(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The name, field 2, may hold spaces and brackets: count from its end.
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  const own = tasksOf(pid).map((task) => numbersIn(read(`/proc/${pid}/task/${task}/schedstat`))[0] ?? 0);
  const ownMs = own.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
  return (ownMs > 0 ? ownMs : (user + system) * MS_PER_TICK) + (childUser + childSystem) * MS_PER_TICK;
}

/**
 * MiB that processes of one program take together: what `Pss` (proc_pid_smaps(5)) sums up to when nobody else runs that program. While others
 * do, as a benchmark itself does, Pss gives them a part of the shared pages; so pages of files are counted once here, for the process with most.
 */
export function proportionalMib(pids: readonly number[]): number {
  const parts = pids.map((pid) => {
    const rollup = read(`/proc/${pid}/smaps_rollup`);
    const kib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(rollup)?.[1] ?? 0);
    return { own: kib("Anonymous"), files: kib("Rss") - kib("Anonymous") };
  });
  return (parts.reduce((sum, { own }) => sum + own, 0) + Math.max(0, ...parts.map(({ files }) => files))) / 1024;
}

const MS_PER_TICK = 10;

function tasksOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Empty when the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}

function numbersIn(text: string): readonly number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}
