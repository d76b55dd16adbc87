import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BatteryCommand, battery as wholeBattery } from "../../battery/battery.ts";
import { encodeCommands } from "../../battery/encode-script.ts";
import { parseTranscript } from "../../battery/parse-transcript.ts";
import { isAbsence, textOf } from "../../views/files.ts";
import type { LocalView } from "../../views/local-view.ts";
import { liveFiles } from "./live-files.ts";

/**
 * Asks this host's own shell the battery. It always ends: after its time the script's whole session is killed, and the answers that
 * were given until then count. What it prints is bounded; the folder it works in is gone at the end even when the shell was killed.
 */
export interface BatteryOptions {
  readonly battery?: readonly BatteryCommand[];
  /** `/bin/sh` unless told. */
  readonly shell?: readonly [program: string, ...first: string[]];
  /** Passed to the shell; our own unless told. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Milliseconds for all of it. */
  readonly withinMs?: number;
}

const WITHIN_MS = 15_000;
const MOST_BYTES = 6 * 1024 * 1024;

export async function runBattery(options: BatteryOptions = {}): Promise<LocalView["commands"]> {
  const { battery = wholeBattery, environment = process.env, withinMs = WITHIN_MS } = options;
  const [program, ...first] = options.shell ?? ["/bin/sh"];
  const nonce = randomBytes(12).toString("hex");
  const account = options.uid === undefined ? {} : { uid: options.uid, gid: options.gid ?? options.uid };
  const child = spawn(program, [...first, "-s"], {
    env: { ...environment, TMPDIR: tmpdir() },
    cwd: "/",
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
    ...account,
  });
  try {
    child.stdin.on("error", () => child.stdin.destroy());
    child.stdin.end(encodeCommands(battery, nonce));
    const parsed = parseTranscript(await allOf(child, withinMs), nonce);
    return parsed.status === "done" ? parsed.value.commands : {};
  } finally {
    await rm(join(tmpdir(), `.u${nonce}`), { recursive: true, force: true });
  }
}

/** What it prints until it ends, or its time or its bytes are used up; then its group is gone. */
function allOf(child: ChildProcess, withinMs: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(late);
      endSession(child);
      child.stdout?.destroy();
      resolve(Buffer.concat(chunks).toString("latin1"));
    };
    const late = setTimeout(finish, withinMs);
    child.stdout?.on("data", (bytes: Buffer) => {
      size += bytes.length;
      if (size <= MOST_BYTES) chunks.push(bytes);
      else finish();
    });
    child.once("error", finish);
    child.once("close", finish);
  });
}

/**
 * Also after the shell itself ended: what it started may go on. `timeout` makes groups of its own, but all are of the shell's session; and as
 * long as one of a session lives, its number is given to nobody else.
 */
function endSession({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    kill(-pid);
    const left = processesIn(pid);
    if (left.length === 0) return;
    left.forEach(kill);
  }
}

/** A process that is just being made is seen in the next round. */
const MOST_ROUNDS = 10;

/** proc_pid_stat(5): the session is the fourth field after the name; zombies have ended. */
function processesIn(session: number): readonly number[] {
  const names = liveFiles().list("/proc");
  if (isAbsence(names)) return [];
  const files = liveFiles();
  return names
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const stat = textOf(files, `/proc/${pid}/stat`) ?? "";
      const [state, , , sessionOf] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return sessionOf === String(session) && state !== "Z" && state !== "X";
    })
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended by itself.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
