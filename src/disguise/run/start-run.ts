import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Effect } from "../effect.ts";
import { hostTree } from "../overlay/host-tree.ts";
import { encodePlan } from "../overlay/plan-record.ts";
import { whoAnswers } from "../preload/who-answers.ts";
import { planRun, type RunPlan, type Surroundings } from "./plan-run.ts";

/**
 * Starts a command under the disguise. The guard (kernel/guard) does all of it and takes this process's place: terminal, signals and exit
 * status are so the command's own. The only thing on the host is the plan's file, which the guard removes first of all.
 */
export interface PreparedRun {
  /** The guard, and what it is called with; starting it runs the command. */
  readonly program: string;
  readonly words: readonly string[];
  readonly leftOut: readonly string[];
  readonly limits: readonly string[];
}

const GUARD = join(import.meta.dirname, "..", "..", "..", "kernel", "guard");
const PLAN = /^utsusemi-run-(\d+)-[0-9a-f]{16}$/;
/** capabilities(7). */
const CAP_SYS_ADMIN = 21n;

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
}

/** What running a command under these effects would do, without doing it. */
export function foreseeRun(effects: readonly Effect[], command: readonly string[], options: RunOptions = {}): RunPlan {
  const { environment = process.env, folder = process.cwd() } = options;
  return planRun({ effects, command, environment, folder, umask: process.umask() }, surroundings(effects));
}

export function prepareRun(effects: readonly Effect[], command: readonly string[], options: RunOptions = {}): PreparedRun {
  const plan = foreseeRun(effects, command, options);
  const folder = tmpdir();
  sweep(folder);
  const file = join(folder, `utsusemi-run-${process.pid}-${randomBytes(8).toString("hex")}`);
  writeFileSync(file, encodePlan(plan.records), { mode: 0o600, flag: "wx" });
  return { program: join(GUARD, "guard-x64"), words: ["utsusemi", file], leftOut: plan.leftOut, limits: plan.limits };
}

/** This process becomes the guard, and does not come back. */
export function becomeRun({ program, words }: PreparedRun): never {
  process.execve?.(program, [...words], {});
  throw new Error("the guard did not start");
}

function surroundings(effects: readonly Effect[]): Surroundings {
  const guard = join(GUARD, "guard-x64");
  if (arch() !== "x64" || !existsSync(guard))
    throw new OperatorError("disguise-unsupported", `Process trees are disguised on x64 only; this is ${arch()}.`);
  const isForged = effects.some(({ cpuid, vmwarePort }) => cpuid !== undefined || vmwarePort !== undefined);
  const isAdmin = hasAdminRights();
  if (!isAdmin) refuseWithoutUserNamespaces();
  return {
    host: hostTree(!isAdmin),
    isAdmin,
    programs: { guard: readFileSync(guard), sleeper: readFileSync(join(GUARD, "sleeper-x64")) },
    ...(isForged ? whoAnswers() : {}),
  };
}

/** proc_pid_status(5): `CapEff` in hexadecimal. */
function hasAdminRights(): boolean {
  const rights = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0";
  return process.geteuid?.() === 0 && ((BigInt(`0x${rights}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
}

/** user_namespaces(7); Debian's own switch beside it. */
function refuseWithoutUserNamespaces(): void {
  const closed = ["/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone"].find(
    (file) => existsSync(file) && readFileSync(file, "latin1").trim() === "0",
  );
  if (closed === undefined) return;
  throw new OperatorError("rights-missing", `A mount namespace needs root here: ${closed} is 0, so ordinary users get none.`);
}

/** Plans whose process was killed before the guard could take them. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = PLAN.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(folder, name), { force: true });
  }
}
