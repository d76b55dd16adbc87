import { Buffer } from "node:buffer";
import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { Open, Start } from "./orders.ts";
import { parseReport } from "./parse-report.ts";
import type { Privileges } from "./privileges.ts";
import { isStarved, processorTime } from "./processor-time.ts";
import { RateBudget } from "./rate-budget.ts";
import type { Report } from "./report.ts";
import { SocketChannel } from "./socket-channel.ts";

/** What a worker process is started with. */
export interface Launch {
  /** The module that it runs. */
  readonly entry: string;
  readonly arguments: readonly string[];
  /** The only files and folders that it can read. */
  readonly readable: readonly string[];
  readonly privileges: Privileges;
  /** Processes that were started before they were needed: they are taken first. */
  readonly early?: ChildProcess[];
}

/** Starts `count` processes that load their code while the rest of the sensor is put together. Whoever takes none of them must kill them. */
export function launchEarly(launch: Launch, count: number): Launch & { readonly early: ChildProcess[] } {
  return { ...launch, early: Array.from({ length: count }, () => launchWorker(launch)) };
}

/** Told to whoever started the worker. */
export interface WorkerEvents {
  ready(worker: WorkerProcess): void;
  /** Says what is wrong with the report, if its own code would not have sent it. */
  report(worker: WorkerProcess, report: Report): string | undefined;
  hostile(worker: WorkerProcess, why: string): void;
  /** The process is gone; reports that it wrote before may still come. */
  ended(worker: WorkerProcess, reason: string): void;
  /** Nothing more will come. */
  closed(worker: WorkerProcess): void;
}

/**
 * One worker as its parent sees it: a process that is probably ours and possibly an attacker's. Its reports are parsed as hostile bytes,
 * its channel takes nothing back, and when it breaks a rule, or is silent for `SILENT_MS` though it had the processor, it is killed.
 */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #events: WorkerEvents;
  readonly #privileges: Privileges;
  readonly #channel: SocketChannel;
  readonly #reports: Readable;
  readonly #idle = new RateBudget(MAX_SIGNS_PER_SECOND, performance.now());
  #state: "starting" | "ready" | "killed" | "ended" = "starting";
  #isHostile = false;
  #reason: string | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #wasReady = false;
  #heardMs = performance.now();
  #processorMs = 0;
  #complaint = "";

  constructor(launch: Launch, start: Start, events: WorkerEvents) {
    this.#events = events;
    this.#privileges = launch.privileges;
    this.#child = launch.early?.shift() ?? launchWorker(launch);
    this.#channel = new SocketChannel(this.#child, (why) => this.accuse(why));
    this.#reports = reportPipe(this.#child);
    this.#listen();
    this.#channel.tell(start);
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  get wasReady(): boolean {
    return this.#wasReady;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What the process wrote on standard error, cut: why it could not start. */
  get complaint(): string {
    return this.#complaint;
  }

  open(order: Open, socket: Socket): void {
    this.#channel.hand(order, socket);
  }

  /** Asks it to hang up and end. */
  stop(): void {
    this.#channel.tell({ order: "stop" });
  }

  kill(reason: string): void {
    if (this.#state === "killed" || this.#state === "ended") return;
    this.#state = "killed";
    this.#reason = reason;
    this.#privileges.raised(() => this.#child.kill("SIGKILL"));
  }

  /** It did what its own code never does: nothing that it says from now on counts. */
  accuse(why: string): void {
    if (this.#isHostile) return;
    this.#isHostile = true;
    this.#events.hostile(this, why);
    this.kill("hostile");
  }

  /** Stops (or goes on) reading its reports, while the store is behind. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#reports.isPaused()) return;
    if (isHeld) this.#reports.pause();
    else this.#reports.resume();
    this.#heardMs = performance.now();
  }

  /** Kills it if it has said nothing for too long. */
  check(nowMs: number): void {
    const silentMs = nowMs - this.#heardMs;
    const allowedMs = this.#state === "starting" ? START_MS : SILENT_MS;
    if (silentMs < allowedMs || this.#reports.isPaused()) return;
    if (silentMs < STARVED_MS && isStarved(this.pid, this.#processorMs, silentMs)) return;
    this.kill("no answer");
  }

  #listen(): void {
    this.#child.on("error", (error) => this.kill(error.message));
    this.#child.on("exit", (code, signal) => this.#exited(signal ?? `exit status ${code}`));
    this.#child.on("close", () => this.#events.closed(this));
    this.#reports.on("data", (bytes: Buffer) => this.#heard(bytes));
    this.#reports.on("error", (error) => this.kill(error.message));
    this.#child.stderr?.on("data", (bytes: Buffer) => {
      this.#complaint = `${this.#complaint}${bytes.toString("latin1")}`.slice(0, MAX_COMPLAINT);
    });
  }

  #exited(how: string): void {
    this.#state = "ended";
    this.#channel.abandon();
    this.#reports.resume();
    this.#events.ended(this, this.#reason ?? how);
  }

  #heard(bytes: Buffer): void {
    if (this.#isHostile) return;
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (let parsed = parseReport(rest); parsed.status !== "partial"; parsed = parseReport(rest)) {
      if (parsed.status === "malformed") return this.accuse(parsed.why);
      rest = rest.subarray(parsed.size);
      const why = this.#take(parsed.value);
      if (why !== undefined) return this.accuse(why);
    }
    this.#rest = rest;
  }

  #take(report: Report): string | undefined {
    if (report.type !== "alive" && report.type !== "ready") return this.#events.report(this, report);
    this.#heardMs = performance.now();
    this.#processorMs = processorTime(this.pid)?.usedMs ?? 0;
    if (!this.#idle.take(this.#heardMs)) return `more than ${MAX_SIGNS_PER_SECOND} signs of life a second`;
    if (report.type === "ready") return this.#becomeReady();
    return undefined;
  }

  #becomeReady(): string | undefined {
    if (this.#wasReady) return "ready twice";
    this.#wasReady = true;
    if (this.#state === "starting") this.#state = "ready";
    this.#events.ready(this);
    return undefined;
  }
}

/** Starts a process that holds nothing. */
export function launchWorker(launch: Launch): ChildProcess {
  const { privileges } = launch;
  return privileges.raised(() =>
    fork(launch.entry, [...launch.arguments], {
      execPath: process.execPath,
      execArgv: [...WORKER_FLAGS, ...launch.readable.map((path) => `--allow-fs-read=${path}`)],
      env: {},
      cwd: "/",
      // 0 nothing, 1 nothing, 2 what Node says when it dies, 3 sockets, 4 reports.
      stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
      serialization: "json",
      ...(privileges.worker === undefined ? {} : privileges.worker),
    }),
  );
}

/**
 * What makes a worker hold nothing; `isolation/attempts.ts` tries to get past each. The permission model does not cover node:sqlite, node:ffi
 * and V8's own flags (some make V8 write files): those are taken away or frozen.
 */
const WORKER_FLAGS: readonly string[] = [
  "--permission",
  "--no-addons",
  "--no-experimental-sqlite",
  "--no-experimental-ffi",
  "--no-experimental-webstorage",
  "--freeze-flags-after-init",
  "--disable-sigusr1",
  "--disable-proto=delete",
  "--disallow-code-generation-from-strings",
  "--report-exclude-env",
  "--max-old-space-size=1024",
  "--max-semi-space-size=8",
  "--disable-warning=ExperimentalWarning",
];

function reportPipe(child: ChildProcess): Readable {
  const pipe = child.stdio[4];
  if (pipe instanceof Readable) return pipe;
  throw new Error("the worker has no pipe for its reports");
}

const SILENT_MS = 600;
/** A process that the system does not let run is not blamed for its silence, for so long. */
const STARVED_MS = 4_000;
const START_MS = 10_000;
const MAX_SIGNS_PER_SECOND = 50;
const MAX_COMPLAINT = 4_096;
