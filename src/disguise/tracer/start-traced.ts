import { type ChildProcess, spawn } from "node:child_process";
import { arch } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Readable, Writable } from "node:stream";
import { parseTracerEvent, type TracerEvent } from "./tracer-event.ts";
import { encodeTracerSpec, type TracerSpec } from "./tracer-spec.ts";

/**
 * Starts a command under the tracer. The child is the command itself: its id, output, exit status and signals are the command's own. The
 * tracer and its guardian live beside it, and end when the last process of the tree has.
 */
export interface TracedCommand {
  readonly spec: TracerSpec;
  readonly command: readonly [program: string, ...args: string[]];
  /** Leaves CPUID to the processor: programs then start as fast as without. */
  readonly withoutCpuid?: boolean;
  /** The command matters more than what is forged: where nobody may trace, it runs as it would without. */
  readonly behind?: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
  /** Standard input, output and error of the command. */
  readonly stdio?: readonly ["ignore" | "inherit" | "pipe", "inherit" | "pipe" | "ignore", "inherit" | "pipe" | "ignore"];
  readonly onEvent?: (event: TracerEvent) => void;
  /** Lines that no tracer writes; they are counted, not shown. */
  readonly onOddLine?: () => void;
  readonly program: string;
}

export interface Traced {
  readonly child: ChildProcess;
  /** When nothing is traced any more; the command may have ended long before its last process. */
  readonly traced: Promise<void>;
  /** Ends the tracing: every process of the tree goes on with the real processor. False: it has not begun, or has ended. */
  endTracing(): boolean;
}

/** The committed program for this processor; undefined: there is none. */
export function tracerProgram(): string | undefined {
  return arch() === "x64" ? join(import.meta.dirname, "..", "..", "..", "kernel", "tracer", "tracer-x64") : undefined;
}

const SPEC_FILE = 3;
const EVENTS_FILE = 4;

export function startTraced(traced: TracedCommand): Traced {
  const { command, environment, folder, stdio = ["inherit", "inherit", "inherit"] } = traced;
  const options = [
    ...(traced.behind === true ? ["--behind"] : []),
    ...(traced.withoutCpuid === true ? ["--no-cpuid"] : []),
    "--events",
    `${EVENTS_FILE}`,
    `fd:${SPEC_FILE}`,
    "--",
    ...command,
  ];
  const child = spawn(traced.program, options, {
    stdio: [...stdio, "pipe", "pipe"],
    env: environment ?? process.env,
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  giveSpec(child, encodeTracerSpec(traced.spec));
  const running = new RunningTracer();
  return { child, traced: readEvents(child, traced, running), endTracing: () => running.end() };
}

/** A tracer that could not be started reads no spec; that is told by the child's own `error` or status. */
function giveSpec(child: ChildProcess, text: string): void {
  const pipe = child.stdio[SPEC_FILE];
  if (!(pipe instanceof Writable)) return;
  pipe.on("error", () => pipe.destroy());
  pipe.end(text);
}

/** Who traces now: the guardian takes the place of a tracer that was killed. */
class RunningTracer {
  #pid: number | undefined;

  hear(event: TracerEvent): void {
    if (event.event === "started" || event.event === "took-over") this.#pid = event.tracer;
    if (event.event === "ended") this.#pid = undefined;
  }

  end(): boolean {
    if (this.#pid === undefined || this.#pid <= 1) return false;
    return signalled(this.#pid);
  }
}

function signalled(pid: number): boolean {
  try {
    return process.kill(pid, "SIGTERM");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    return false;
  }
}

/** Longer than any line of the tracer's. */
const MOST_CHARACTERS = 2048;

async function readEvents(child: ChildProcess, { onEvent, onOddLine }: TracedCommand, running: RunningTracer): Promise<void> {
  const pipe = child.stdio[EVENTS_FILE];
  if (!(pipe instanceof Readable)) return;
  pipe.setEncoding("latin1");
  let rest = "";
  const onText = (text: string) => {
    const lines = `${rest}${text}`.split("\n");
    rest = (lines.pop() ?? "").slice(0, MOST_CHARACTERS);
    for (const line of lines) {
      const event = line.length > MOST_CHARACTERS ? undefined : parseTracerEvent(line);
      if (event === undefined) onOddLine?.();
      else running.hear(event);
      if (event !== undefined) onEvent?.(event);
    }
  };
  pipe.on("data", onText);
  await new Promise<void>((resolve) => pipe.once("close", resolve).once("error", () => resolve()));
}
