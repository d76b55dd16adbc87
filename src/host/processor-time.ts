import { readFileSync } from "node:fs";

/** How a process has run so far; from /proc/PID/stat (proc_pid_stat(5): 3 state, 14 user time, 15 system time, in hundredths of a second). */
export interface ProcessorTime {
  readonly usedMs: number;
  readonly isRunnable: boolean;
}

/** Undefined when the process is gone. */
export function processorTime(pid: number): ProcessorTime | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  // The name, field 2, may hold spaces and brackets: count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { usedMs: ticks * MS_PER_TICK, isRunnable: fields[0] === "R" };
}

/** Whether a process that wants to run got less than a fifth of the processor in the last `elapsedMs`: then its silence is the system's fault. */
export function isStarved(pid: number, usedMsBefore: number, elapsedMs: number): boolean {
  const now = processorTime(pid);
  return now?.isRunnable === true && now.usedMs - usedMsBefore < elapsedMs / 5;
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

const MS_PER_TICK = 10;
