import type { Credentials } from "../file-system.ts";
import type { Execution, Wait, Woken } from "../program.ts";
import type { Descriptors } from "./description.ts";
import { type Limits, NO_LIMITS } from "./limits.ts";
import { Waiters } from "./wait-queue.ts";

/** How a task ended. */
export type Ending = { readonly code: number } | { readonly signal: string };

export interface TaskSource {
  readonly pid: number;
  readonly parent: Task | undefined;
  readonly group: number;
  readonly session: number;
  readonly argv: readonly string[];
  readonly environment: Map<string, string>;
  readonly credentials: Credentials;
  readonly directory: string;
  readonly umask: number;
  readonly descriptors: Descriptors;
  readonly terminal: string | undefined;
  readonly startedWallMs: number;
}

/**
 * One process: what fork copies and the scheduler needs. Its code is a stack of executions, of which the top one runs;
 * a task is in the run queue exactly when it is `ready`.
 */
export class Task {
  readonly pid: number;
  parent: Task | undefined;
  group: number;
  session: number;
  argv: readonly string[];
  environment: Map<string, string>;
  credentials: Credentials;
  directory: string;
  umask: number;
  /** What differs from the machine's usual limits; a child has its parent's. */
  limits: Limits;
  descriptors: Descriptors;
  /** Name of the controlling terminal. */
  terminal: string | undefined;
  readonly startedWallMs: number;
  /** At most 15 bytes, as ps shows it. */
  name: string;
  /** Where its program is. */
  path = "";

  state: "ready" | "waiting" | "stopped" | "ended" = "ready";
  /** State to go back to when it is continued. */
  stoppedFrom: "ready" | "waiting" = "ready";
  stopSignal = "";
  readonly frames: Execution[] = [];
  readonly calls: (Wait & { on: "call" })[] = [];
  woken: Woken = "woken";
  /** Thrown by a frame that is gone, on its way to the one below. */
  thrown: Error | undefined;
  /** Takes it out of what it waits for. */
  unwait: (() => void) | undefined;
  readonly reactions = new Map<string, "ignore" | "catch">();
  readonly caught: string[] = [];
  /** A signal was caught while it ran: its next wait ends at once. */
  interrupted = false;
  /** A signal that ends it as soon as it stands still. */
  doom: string | undefined;
  ending: Ending | undefined;
  /** Steps that it was charged. */
  steps = 0;
  /** Bytes that it was charged. */
  heldBytes = 0;
  readonly children = new Set<Task>();
  /** Woken when a child ends, stops or goes on. */
  readonly childChanged = new Waiters();
  /** Children that stopped or went on, for those who wait for it. */
  changed = false;
  /** Run once when it has ended. */
  readonly atEnd: ((ending: Ending) => void)[] = [];

  constructor(from: TaskSource) {
    this.pid = from.pid;
    this.parent = from.parent;
    this.group = from.group;
    this.session = from.session;
    this.argv = from.argv;
    this.environment = from.environment;
    this.credentials = { ...from.credentials, pid: from.pid };
    this.directory = from.directory;
    this.umask = from.umask;
    this.limits = from.parent?.limits ?? NO_LIMITS;
    this.descriptors = from.descriptors;
    this.terminal = from.terminal;
    this.startedWallMs = from.startedWallMs;
    this.name = commandName(from.argv[0] ?? "");
  }
}

/** What /proc/PID/comm says. */
export function commandName(argv0: string): string {
  return argv0
    .slice(argv0.lastIndexOf("/") + 1)
    .replace(/^-/, "")
    .slice(0, 15);
}

/** The status that a shell sees. */
export function statusOf(ending: Ending, numberOf: (signal: string) => number | undefined): number {
  return "code" in ending ? ending.code & 255 : 128 + (numberOf(ending.signal) ?? 0);
}
