import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BatteryCommand, battery as wholeBattery } from "../../battery/battery.ts";
import { encodeCommands } from "../../battery/encode-script.ts";
import { parseTranscript } from "../../battery/parse-transcript.ts";
import type { LocalView } from "../../views/local-view.ts";

/**
 * Asks this host's own shell the battery. It always ends: after its time the script's whole process group is killed, and the answers that
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
      endGroup(child);
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

/** Also after the shell itself ended: what it started may go on. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Nobody is left in it.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
