import { spawnSync } from "node:child_process";

const LIMIT_MS = 10_000;
const NOTHING_FORGED = "utsusemi-tracer 1\n";

/**
 * Whether the tracer can trace here: it is tried, on a program that does nothing. Yama, a filter of system calls, a container or another
 * tracer may be in the way, and none of them tells beforehand.
 */
export function mayTrace(program: string): boolean {
  const { status } = spawnSync(program, ["--no-cpuid", "fd:0", "--", "true"], { input: NOTHING_FORGED, timeout: LIMIT_MS });
  return status === 0;
}
