import type { Cancel, Peer } from "../../decoy/peer.ts";
import type { Execution, SpawnErrno, Wait, Woken } from "../program.ts";
import { signalAction } from "./signals.ts";
import { type Ending, Task, type TaskSource } from "./task.ts";

/**
 * The scheduler and process table of one visit. All that runs shares one budget: a turn ends after `TURN_STEPS` or `TURN_MS`, and the next
 * begins only after other visits had theirs. A visit that has computed long is slowed down, never killed.
 * What must stay true: a task runs only inside `#turn`, one at a time, and a turn is bounded whatever the visitor's programs do.
 */
export class Kernel {
  readonly #peer: Peer;
  readonly #tasks = new Map<number, Task>();
  #queue: Task[] = [];
  #running: Task | undefined;
  #slice = 0;
  #turnSteps = 0;
  /** Steps of the turns since others last had theirs. */
  #pokedSteps = 0;
  #totalSteps = 0;
  #heldBytes = 0;
  #next: Cancel | undefined;
  #inTurn = false;
  /** The last turn spent its budget: the next one must not begin before its time. */
  #resting = false;
  #nextPid: number;
  #closed = false;
  readonly #told = new Set<string>();

  constructor(peer: Peer, firstPid: number) {
    this.#peer = peer;
    this.#nextPid = firstPid;
  }

  tasks(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  task(pid: number): Task | undefined {
    return this.#tasks.get(pid);
  }

  /** Steps charged since the visit began. */
  get totalSteps(): number {
    return this.#totalSteps;
  }

  /** Charges the running task; true: its slice is spent, it should yield a turn. */
  spend(steps: number): boolean {
    this.#slice -= steps;
    if (this.#running !== undefined) this.#running.steps += steps;
    return this.#slice <= 0;
  }

  /** Charges memory to a task until it ends. False: there is no more, and the task ends as soon as it stands still, as after a kernel's OOM killer. */
  hold(task: Task, bytes: number): boolean {
    task.heldBytes += bytes;
    this.#heldBytes += bytes;
    if (this.#heldBytes <= MAX_HELD_BYTES) return true;
    this.tellLimit("memory", MAX_HELD_BYTES);
    this.#doom(task, "KILL");
    return false;
  }

  /** False: too many processes. */
  mayFork(): boolean {
    if (this.#tasks.size < MAX_TASKS) return true;
    this.tellLimit("processes", MAX_TASKS);
    return false;
  }

  /** The new task begins when the scheduler comes to it. */
  start(source: Omit<TaskSource, "pid" | "startedWallMs">, run: (task: Task) => Execution): Task {
    const pid = this.#newPid();
    const group = source.group === 0 ? pid : source.group;
    const task = new Task({
      ...source,
      pid,
      group,
      session: source.session === 0 ? pid : source.session,
      startedWallMs: this.#peer.now().wallMs,
    });
    task.frames.push(run(task));
    this.#tasks.set(pid, task);
    source.parent?.children.add(task);
    for (const [name, reaction] of source.parent?.reactions ?? []) if (reaction === "ignore") task.reactions.set(name, "ignore");
    this.#queue.push(task);
    this.#schedule();
    return task;
  }

  /** Delivers a signal, as kill(2) does. */
  signal(task: Task, name: string): void {
    if (task.ending !== undefined || name === "0") return;
    if (name === "CONT" || name === "KILL") this.#continue(task);
    const reaction = name === "KILL" || name === "STOP" ? undefined : task.reactions.get(name);
    if (reaction === "ignore") return;
    if (reaction === "catch") {
      if (!task.caught.includes(name)) task.caught.push(name);
      task.interrupted = task.state === "ready";
      this.#wake(task, "signal");
      return;
    }
    const action = signalAction(name);
    if (action === "stop") this.#stop(task, name);
    if (action === "end") this.#doom(task, name);
  }

  signalGroup(group: number, name: string): number {
    const members = this.tasks().filter((task) => task.group === group);
    for (const task of members) this.signal(task, name);
    return members.length;
  }

  /** Runs what is ready now, unless the last turn spent its budget. */
  poke(): void {
    if (this.#resting || this.#inTurn || this.#closed) return;
    this.#next?.();
    this.#next = undefined;
    if (this.#pokedSteps >= POKED_STEPS) return this.#later();
    this.#turn();
    this.#pokedSteps += this.#turnSteps;
  }

  /** Ends everything at once; nothing runs afterwards. */
  close(): void {
    this.#closed = true;
    this.#next?.();
    for (const task of this.tasks()) this.#end(task, { signal: "KILL" });
    this.#queue = [];
  }

  /** Reports that an allowance was used up, once each. */
  tellLimit(limit: string, amount: number): void {
    if (this.#told.has(limit)) return;
    this.#told.add(limit);
    this.#peer.observe({ kind: "limit.reached", fields: { limit, amount } });
  }

  /** Forgets an ended child whose parent has asked for its status. */
  reap(task: Task): void {
    task.parent?.children.delete(task);
    if (this.#tasks.get(task.pid) === task) this.#tasks.delete(task.pid);
  }

  /** Reaps all ended children, as wait(2) in a loop does. */
  reapChildren(parent: Task): void {
    for (const child of [...parent.children]) if (child.ending !== undefined) this.reap(child);
  }

  /** Errors of kill(2). */
  mayKill(by: Task, task: Task): SpawnErrno | undefined {
    const may = by.credentials.uid === 0 || by.credentials.uid === task.credentials.uid;
    return may ? undefined : { errno: "EPERM" };
  }

  #newPid(): number {
    do this.#nextPid = this.#nextPid >= MAX_PID ? 300 : this.#nextPid + 1;
    while (this.#tasks.has(this.#nextPid) || this.#peer.persona.machine.processes.some(({ pid }) => pid === this.#nextPid));
    return this.#nextPid;
  }

  #schedule(): void {
    if (this.#inTurn || this.#next !== undefined || this.#closed) return;
    this.#next = this.#peer.after(0, () => {
      this.#next = undefined;
      this.#pokedSteps = 0;
      this.#turn();
    });
  }

  #turn(): void {
    if (this.#closed) return;
    this.#inTurn = true;
    this.#turnSteps = 0;
    const startMs = this.#peer.now().monotonicMs;
    while (this.#turnSteps < TURN_STEPS && this.#peer.now().monotonicMs - startMs < TURN_MS) {
      const task = this.#queue.shift();
      if (task === undefined) break;
      if (task.state === "ready") this.#run(task);
    }
    this.#inTurn = false;
    if (this.#queue.length > 0 && !this.#closed) this.#later();
  }

  #later(): void {
    const slow = this.#totalSteps > FREE_STEPS;
    this.#resting = true;
    if (slow) this.tellLimit("steps", FREE_STEPS);
    this.#next = this.#peer.after(slow ? SLOW_MS : 0, () => {
      this.#next = undefined;
      this.#resting = false;
      this.#pokedSteps = 0;
      this.#turn();
    });
  }

  /** One slice of one task. */
  #run(task: Task): void {
    this.#running = task;
    this.#slice = SLICE_STEPS;
    for (let going = true; going && task.state === "ready" && task.doom === undefined; ) going = this.#step(task);
    if (task.state === "ready" && task.doom === undefined) this.#queue.push(task);
    this.#account();
    this.#running = undefined;
    if (task.doom !== undefined && task.ending === undefined) this.#end(task, { signal: task.doom });
  }

  /** Up to the next wait; false: others go first. */
  #step(task: Task): boolean {
    const frame = task.frames.at(-1);
    if (frame === undefined) return false;
    const woken = task.woken;
    task.woken = "woken";
    this.#slice -= 1;
    const step = this.#resume(task, frame, woken);
    if (step === undefined) return true;
    if (step.done === true) this.#returned(task, step.value);
    else if (step.value.on === "turn") return false;
    else this.#await(task, step.value);
    return this.#slice > -SLICE_STEPS;
  }

  /** Resumes the top frame; what it throws goes on in the frame below. */
  #resume(task: Task, frame: Execution, woken: Woken): IteratorResult<Wait, number> | undefined {
    const { thrown } = task;
    task.thrown = undefined;
    try {
      return thrown === undefined ? frame.next(woken) : frame.throw(thrown);
    } catch (error) {
      // What a visitor nested so deep, or made so long, that the engine has no room for it would have broken the real program as well.
      if (error instanceof RangeError && NO_ROOM.test(error.message)) {
        task.doom = "SEGV";
        return undefined;
      }
      if (task.frames.length === 1 || !(error instanceof Error)) throw error;
      task.frames.pop();
      task.calls.pop();
      task.thrown = error;
      return undefined;
    }
  }

  #account(): void {
    const used = SLICE_STEPS - this.#slice + 1;
    this.#turnSteps += used;
    this.#totalSteps += used;
  }

  #returned(task: Task, value: number): void {
    task.frames.pop();
    const call = task.calls.pop();
    if (call === undefined) this.#end(task, { code: value });
    else call.result = value;
  }

  #await(task: Task, wait: Exclude<Wait, { on: "turn" }>): void {
    if (wait.on === "call") {
      task.calls.push(wait);
      task.frames.push(wait.call());
      return;
    }
    if (task.interrupted) {
      task.interrupted = false;
      task.woken = "signal";
      return;
    }
    task.state = "waiting";
    const wake = () => this.#wake(task, "woken");
    const timer = wait.forMs === undefined ? undefined : this.#peer.after(wait.forMs, () => this.#timeout(task));
    for (const queue of wait.queues) queue.add(wake);
    task.unwait = () => {
      timer?.();
      for (const queue of wait.queues) queue.remove(wake);
    };
  }

  #timeout(task: Task): void {
    this.#wake(task, "timeout");
    this.poke();
  }

  #wake(task: Task, why: "woken" | "timeout" | "signal"): void {
    const waiting = task.state === "waiting" || (task.state === "stopped" && task.stoppedFrom === "waiting");
    if (!waiting) return;
    task.unwait?.();
    task.unwait = undefined;
    task.woken = why;
    if (task.state === "stopped") {
      task.stoppedFrom = "ready";
      return;
    }
    task.state = "ready";
    this.#queue.push(task);
    this.#schedule();
  }

  #stop(task: Task, name: string): void {
    if (task.state === "stopped" || task.state === "ended") return;
    task.stoppedFrom = task.state;
    task.state = "stopped";
    task.stopSignal = name;
    this.#tellParent(task);
  }

  #continue(task: Task): void {
    if (task.state !== "stopped") return;
    task.state = task.stoppedFrom;
    task.stopSignal = "";
    if (task.state === "ready") {
      this.#queue.push(task);
      this.#schedule();
    }
    this.#tellParent(task);
  }

  #tellParent(task: Task): void {
    task.changed = true;
    task.parent?.childChanged.wake();
  }

  /** Ends it now, or as soon as it stands still when it is the one that runs. */
  #doom(task: Task, name: string): void {
    task.doom = name;
    if (task !== this.#running) this.#end(task, { signal: name });
  }

  #end(task: Task, ending: Ending): void {
    if (task.ending !== undefined) return;
    task.ending = ending;
    task.state = "ended";
    this.#heldBytes -= task.heldBytes;
    task.unwait?.();
    for (const frame of task.frames.reverse()) frame.return(0);
    task.frames.length = 0;
    task.descriptors.closeAll();
    for (const child of task.children) {
      child.parent = undefined;
      if (child.ending !== undefined) this.#tasks.delete(child.pid);
    }
    if (task.parent === undefined || this.#closed) this.#tasks.delete(task.pid);
    else this.#tellParent(task);
    for (const then of task.atEnd) then(ending);
  }
}

/** pid_max of a 64-bit system under systemd; where it is smaller, the persona's own pids are small too. */
const MAX_PID = 4_194_303;
/** As many processes as a small router would stand (its limit is some 470); then fork fails. */
const MAX_TASKS = 300;
/** What the programs of one visit may hold together. */
const MAX_HELD_BYTES = 64 << 20;
/** What the engine says when a stack, a text or a list has grown too large. */
const NO_ROOM = /call stack|string length|array length|allocation failed/;
/** A step is about a microsecond. */
const SLICE_STEPS = 200;
const TURN_STEPS = 3000;
const TURN_MS = 3;
/** What one piece of input may cause at once, many keys together; the rest follows in turns. */
const POKED_STEPS = 20_000;
/** Processor time that a visit has at full speed; then it gets a turn every `SLOW_MS`. */
const FREE_STEPS = 20_000_000;
const SLOW_MS = 20;
