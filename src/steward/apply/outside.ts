import { spawnSync } from "node:child_process";
import process from "node:process";
import type { LocalView } from "../../detectors/views/local-view.ts";
import { liveView } from "../../disguise/live-view.ts";

/** Programs that are told something, and the view of this host: what a verb needs beside its ledger. */
export interface Outside {
  view(): Promise<LocalView>;
  /** Runs a program to its end; it may change what runs. Bounded in time and output. */
  run(program: string, words: readonly string[], input?: RunInput): Ran;
  signal(pid: number, name: NodeJS.Signals): void;
}

export interface RunInput {
  /** Milliseconds after which it is ended. */
  readonly limitMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ran {
  /** Undefined: it is not there, was killed, or took too long. */
  readonly status: number | undefined;
  readonly out: string;
  readonly err: string;
  /** Whether there is such a program. */
  readonly isThere: boolean;
}

const LIMIT_MS = 90_000;
const MOST_OUTPUT = 4 * 2 ** 20;
const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function realOutside(): Outside {
  return {
    view: () => liveView({ measures: false }),
    run,
    signal: (pid, name) => {
      process.kill(pid, name);
    },
  };
}

/** Without a shell, and with an environment of its own. */
export function run(program: string, words: readonly string[], { limitMs = LIMIT_MS, environment = {} }: RunInput = {}): Ran {
  const path = [process.env["PATH"], USUAL_PATH].filter((part) => part !== undefined && part !== "").join(":");
  const env = { PATH: path, LC_ALL: "C.UTF-8", HOME: "/root", ...environment };
  const { status, stdout, stderr, error } = spawnSync(program, [...words], {
    encoding: "latin1",
    timeout: limitMs,
    killSignal: "SIGKILL",
    maxBuffer: MOST_OUTPUT,
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  const isThere = !(error !== undefined && "code" in error && error.code === "ENOENT");
  return { status: status ?? undefined, out: stdout ?? "", err: stderr ?? "", isThere };
}
