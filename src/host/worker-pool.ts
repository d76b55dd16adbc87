import type { Socket } from "node:net";
import type { OpenVisit } from "./open-visit.ts";
import type { Open, Start } from "./orders.ts";
import type { Report } from "./report.ts";
import { type Launch, type WorkerEvents, WorkerProcess } from "./worker-process.ts";

export interface PoolPorts {
  /** What is wrong with a report about one of `visits`, if anything. */
  take(visits: Map<number, OpenVisit>, report: Exclude<Report, { type: "ready" | "alive" }>): string | undefined;
  /** A visit ended with its worker. */
  lost(visit: OpenVisit): void;
  replaced(end: { readonly reason: string; readonly sessions: number; readonly gapMs: number }): void;
  hostile(why: string): void;
}

/**
 * Keeps a fixed number of workers alive: one that ends, hangs or lies is replaced at once, and its visits alone end with it.
 * A visitor goes to the ready worker with the fewest visits.
 */
export class WorkerPool {
  readonly #launch: Launch;
  readonly #start: Start;
  readonly #ports: PoolPorts;
  readonly #workers = new Map<WorkerProcess, Held>();
  readonly #waiting: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #checkedMs = performance.now();
  #quickDeaths = 0;
  #complaint = "they said nothing";
  #isStopping = false;

  constructor(size: number, parts: { readonly launch: Launch; readonly start: Start; readonly ports: PoolPorts }) {
    this.#launch = parts.launch;
    this.#start = parts.start;
    this.#ports = parts.ports;
    for (let i = 0; i < size; i += 1) this.#add(undefined);
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
  }

  /** Resolves when all workers are ready; fails with what the first one said when it can't start. */
  async ready(): Promise<void> {
    while ([...this.#workers.keys()].some((worker) => !worker.isReady)) {
      if (this.#quickDeaths >= MAX_QUICK_DEATHS) throw new Error(`workers end before they are ready: ${this.#complaint}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Hands a visitor over; false: no worker is ready. */
  open(visit: OpenVisit, order: Open, socket: Socket): boolean {
    let best: [WorkerProcess, Held] | undefined;
    for (const one of this.#workers) {
      if (one[0].isReady && one[1].visits.size < (best?.[1].visits.size ?? Number.POSITIVE_INFINITY)) best = one;
    }
    if (best === undefined) return false;
    best[1].visits.set(visit.number, visit);
    best[0].open(order, socket);
    return true;
  }

  /** Stops (or goes on) listening to the workers, while the store is behind. */
  hold(isHeld: boolean): void {
    for (const worker of this.#workers.keys()) worker.hold(isHeld);
  }

  /** The process ids of those that run. */
  pids(): readonly number[] {
    return [...this.#workers.keys()].map((worker) => worker.pid);
  }

  /** Ends all visits and workers; those that do not end by themselves are killed. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    for (const worker of this.#workers.keys()) worker.stop();
    const late = setTimeout(() => {
      for (const worker of this.#workers.keys()) worker.kill("stopped");
    }, graceMs);
    while (this.#workers.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    clearTimeout(late);
  }

  #add(gap: Gap | undefined): void {
    const held: Held = { visits: new Map(), gap, startedMs: performance.now() };
    this.#workers.set(new WorkerProcess(this.#launch, this.#start, this.#events(held)), held);
  }

  #events(held: Held): WorkerEvents {
    return {
      ready: () => this.#isReady(held),
      report: (_worker, report) => (report.type === "ready" || report.type === "alive" ? undefined : this.#ports.take(held.visits, report)),
      hostile: (_worker, why) => this.#ports.hostile(why),
      ended: (worker, reason) => this.#ended(worker, reason),
      closed: (worker) => this.#closed(worker),
    };
  }

  #isReady(held: Held): void {
    this.#quickDeaths = 0;
    const { gap } = held;
    if (gap !== undefined) {
      const gapMs = Math.round(performance.now() - gap.fromMs);
      this.#ports.replaced({ reason: gap.reason, sessions: gap.sessions, gapMs });
    }
    this.#wake();
  }

  // A new one starts as soon as the process is gone, before its last reports are read.
  #ended(worker: WorkerProcess, reason: string): void {
    const held = this.#workers.get(worker);
    if (held === undefined || this.#isStopping) return;
    const fromMs = performance.now();
    const gap = { reason, sessions: held.visits.size, fromMs };
    this.#quickDeaths = worker.wasReady ? 0 : this.#quickDeaths + 1;
    if (this.#quickDeaths < MAX_QUICK_DEATHS) this.#add(gap);
    else setTimeout(() => this.#add(gap), RETRY_MS);
    this.#wake();
  }

  #closed(worker: WorkerProcess): void {
    const held = this.#workers.get(worker);
    this.#workers.delete(worker);
    if (!worker.wasReady && worker.complaint !== "") this.#complaint = worker.complaint;
    for (const visit of held?.visits.values() ?? []) this.#ports.lost(visit);
    this.#wake();
  }

  #check(): void {
    const nowMs = performance.now();
    // If we were late ourselves, reports of the workers wait unread: they are not to blame.
    const wasLate = nowMs - this.#checkedMs > CHECK_MS * 3;
    this.#checkedMs = nowMs;
    if (wasLate) return;
    for (const worker of this.#workers.keys()) worker.check(nowMs);
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

interface Held {
  readonly visits: Map<number, OpenVisit>;
  /** What this worker replaces. */
  readonly gap: Gap | undefined;
  readonly startedMs: number;
}

interface Gap {
  readonly reason: string;
  readonly sessions: number;
  readonly fromMs: number;
}

const CHECK_MS = 100;
const MAX_QUICK_DEATHS = 5;
const RETRY_MS = 1_000;
