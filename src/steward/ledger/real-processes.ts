import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { extname, join } from "node:path";
import process from "node:process";
import type { ProcessChange } from "./change.ts";
import { codeOf } from "./safe-path.ts";

/**
 * Background processes. Each is found again by a variable of its environment that every service of systemd has, with a number that nobody else
 * has: so nothing there names us. It belongs to process 1 from the start, and outlives whoever started it.
 */
const TOKEN = "INVOCATION_ID";
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const START = join(import.meta.dirname, `start-process${extname(import.meta.filename)}`);
/** A start of Node's on a busy machine; then the process is what it shall be. */
const MOST_WAIT_MS = 20_000;

/** What start-process.ts is told. */
export interface StartAsked {
  readonly program: string;
  /** Bound over the program; empty: nothing is. */
  readonly body: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** `pid started`; undefined: none has the token. */
export function running(token: string): string | undefined {
  const pid = processOf(token);
  return pid === undefined ? undefined : `${pid} ${startOf(pid)}`;
}

/** Returns when the process shows the program, the name and the arguments that it shall have. */
export function startProcess(change: ProcessChange): void {
  const { token, name = "" } = change;
  const environment = { PATH, LANG: "C.UTF-8", [TOKEN]: token };
  // `--fork`: its parent ends at once, so that it is process 1's.
  const { error, status } = spawnSync("setsid", ["--fork", ...startingWords(change, environment)], {
    input: name.slice(0, 15),
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
    env: environment,
  });
  if (error !== undefined || status !== 0) throw new Error(`${change.command[0]} could not be started`, { cause: error });
  awaitProcess(change);
}

/** Where its first argument is the program's path, it needs nothing between. */
function startingWords(
  { command, program = command[0] ?? "", body = "" }: ProcessChange,
  environment: StartAsked["environment"],
): string[] {
  if (body === "" && program === command[0]) return [...command];
  const asked: StartAsked = { program, body, command, environment };
  const own = body === "" ? [] : ["unshare", "--mount", "--propagation", "private", "--"];
  return [...own, process.execPath, START, JSON.stringify(asked)];
}

function awaitProcess(change: ProcessChange): void {
  const { token } = change;
  for (const from = performance.now(); performance.now() - from < MOST_WAIT_MS; sleep(3)) {
    const pid = processOf(token);
    if (pid !== undefined && isThere(pid, change)) return;
  }
  stopProcess(token);
  throw new Error(`${change.command[0]} was started, and did not become what it shall be`);
}

function isThere(pid: string, { name, command }: ProcessChange): boolean {
  const words = readOf(pid, "cmdline").split("\0").slice(0, -1);
  const isNamed = name === undefined || readOf(pid, "comm") === `${name.slice(0, 15)}\n`;
  return isNamed && words.length === command.length && words.every((word, at) => word === command[at]);
}

/** Returns when it is gone. */
export function stopProcess(token: string): void {
  for (const from = performance.now(); performance.now() - from < MOST_WAIT_MS; sleep(2)) {
    const pid = processOf(token);
    if (pid === undefined) return;
    killProcess(Number(pid));
  }
  throw new Error(`process ${processOf(token)} does not end`);
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

export function processNumbers(): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

function processOf(token: string): string | undefined {
  const wanted = `${TOKEN}=${token}`;
  return processNumbers().find((pid) => readOf(pid, "environ").split("\0").includes(wanted));
}

export function tokenOf(pid: string): string | undefined {
  const line = readOf(pid, "environ")
    .split("\0")
    .find((one) => one.startsWith(`${TOKEN}=`));
  return line?.slice(TOKEN.length + 1);
}

/** proc_pid_stat(5), field 22; the name before it may have spaces and brackets. */
function startOf(pid: string): string {
  const stat = readOf(pid, "stat");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

/** Empty for a process that has ended meanwhile, or that nobody may look into. */
function readOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch (error) {
    if (codeOf(error) !== undefined) return "";
    throw error;
  }
}

/** The program that a process shows; undefined: it has none, or has ended. */
export function programOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch (error) {
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}
