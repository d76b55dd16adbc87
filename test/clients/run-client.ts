import { spawn } from "node:child_process";

export interface ClientRun {
  /** Exit status; -1 after a signal. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ClientOptions {
  /** What it reads on standard input; nothing unless told. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Kept open for as long after the input, for clients that leave when their input ends. */
  readonly inputOpenMs?: number;
  readonly withinMs?: number;
}

/** Runs somebody else's program to its end; kills it, and says so on standard error, when it takes longer than `withinMs`. */
export function runClient(program: string, args: readonly string[], options: ClientOptions = {}): Promise<ClientRun> {
  const { input = "", environment = {}, inputOpenMs = 0, withinMs = 30_000 } = options;
  // A group of its own, so that what it starts ends with it.
  const child = spawn(program, args, { env: { PATH: process.env["PATH"] ?? "", ...environment }, detached: true });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
  child.stdin.on("error", (error) => err.push(Buffer.from(`(standard input: ${error.message})`)));
  child.stdin.write(input);
  const closing = setTimeout(() => child.stdin.end(), inputOpenMs);
  const late = setTimeout(() => {
    err.push(Buffer.from(`\n(killed after ${withinMs} ms)`));
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, withinMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(closing);
      clearTimeout(late);
      resolve({ code: code ?? -1, out: Buffer.concat(out).toString("latin1"), err: Buffer.concat(err).toString("latin1") });
    });
  });
}
