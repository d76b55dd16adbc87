import type { Task } from "../kernel/task.ts";

/** A pipeline in the background, or stopped. */
export interface Job {
  readonly number: number;
  readonly tasks: readonly Task[];
  readonly group: number;
  readonly source: string;
  /** What was reported last, so that a change is told once. */
  reported: string;
  /** Not sent HUP when the shell ends. */
  kept: boolean;
  /** Last in time to be stopped or put in the background: decides + and -. */
  stamp: number;
}

const MOST_STATUSES = 64;

/** A shell's table of jobs. */
export class Jobs {
  #jobs: Job[] = [];
  #stamp = 0;
  /** Statuses of processes that ended, for a later `wait`. */
  readonly #statuses = new Map<number, number>();

  all(): readonly Job[] {
    return this.#jobs;
  }

  add(tasks: readonly Task[], source: string): Job {
    const number = Math.max(0, ...this.#jobs.map((job) => job.number)) + 1;
    const job: Job = { number, tasks, group: tasks[0]?.group ?? 0, source, reported: "Running", kept: false, stamp: this.#next() };
    this.#jobs.push(job);
    return job;
  }

  remember(pid: number, status: number): void {
    this.#statuses.set(pid, status);
    const [oldest] = this.#statuses.keys();
    if (oldest !== undefined && this.#statuses.size > MOST_STATUSES) this.#statuses.delete(oldest);
  }

  remembered(pid: number): number | undefined {
    return this.#statuses.get(pid);
  }

  forgetStatuses(): void {
    this.#statuses.clear();
  }

  touch(job: Job): void {
    job.stamp = this.#next();
  }

  remove(job: Job): void {
    this.#jobs = this.#jobs.filter((one) => one !== job);
  }

  /** `+` for the current job, `-` for the one before. */
  mark(job: Job): string {
    const order = this.#order();
    return order[0] === job ? "+" : order[1] === job ? "-" : " ";
  }

  current(): Job | undefined {
    return this.#order()[0];
  }

  /** `%1`, `%+`, `%%`, `%-`, `%name`, `%?text`, or a process id. */
  find(spec: string): Job | undefined {
    if (spec === "%" || spec === "%%" || spec === "%+" || spec === "") return this.current();
    if (spec === "%-") return this.#order()[1] ?? this.current();
    const number = /^%(\d+)$/.exec(spec)?.[1];
    if (number !== undefined) return this.#jobs.find((job) => job.number === Number(number));
    if (spec.startsWith("%?")) return this.#jobs.find((job) => job.source.includes(spec.slice(2)));
    if (spec.startsWith("%")) return this.#jobs.find((job) => job.source.startsWith(spec.slice(1)));
    return this.#jobs.find((job) => job.tasks.some((task) => String(task.pid) === spec));
  }

  #order(): readonly Job[] {
    const stopped = (job: Job) => (jobState(job) === "stopped" ? 1 : 0);
    return [...this.#jobs].sort((one, other) => stopped(other) - stopped(one) || other.stamp - one.stamp);
  }

  #next(): number {
    this.#stamp += 1;
    return this.#stamp;
  }
}

export function jobState(job: Job): "running" | "stopped" | "done" {
  if (job.tasks.every((task) => task.ending !== undefined)) return "done";
  return job.tasks.some((task) => task.state === "stopped") ? "stopped" : "running";
}
