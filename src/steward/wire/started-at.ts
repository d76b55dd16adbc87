import { readFileSync } from "node:fs";

/**
 * When a process began, in the kernel's own count: with its number it is one process and no later one. Undefined: it is not there.
 * proc_pid_stat(5): field 22; the name in field 2 may hold anything, but no closing parenthesis stands behind it.
 */
export function startedAt(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[STARTED];
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Counted from field 3 on. */
const STARTED = 19;
