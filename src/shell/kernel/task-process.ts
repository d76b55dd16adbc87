import type { CaptureMeta } from "../../decoy/capture.ts";
import type { Observation } from "../../events/observation.ts";
import { toBytes } from "../bytes.ts";
import { explain, isErrno } from "../errno.ts";
import type { Credentials, Errno, ErrnoName, Ok, OpenHow } from "../file-system.ts";
import { boundFiles } from "../files/bound-files.ts";
import type { BoundFiles, Execution, Process, SpawnErrno, SpawnRequest, SystemView, TerminalView } from "../program.ts";
import type { Computer } from "./computer.ts";
import { type Blocked, Descriptors } from "./description.ts";
import { findProgram, loadProgram } from "./loader.ts";
import { openDescription } from "./open-description.ts";
import { signalNumber } from "./signals.ts";
import { statusOf, type Task } from "./task.ts";

const OK: Ok = { ok: true };
const EBADF: Errno = { errno: "EBADF" };
const TURN = { on: "turn" } as const;
const CHUNK_BYTES = 65_536;
const MAX_BYTES = 16 << 20;
const MAX_LINE_BYTES = 4 << 20;

/** `Process` on top of a task of the kernel. */
export class TaskProcess implements Process {
  readonly task: Task;
  readonly computer: Computer;
  readonly flavour: "gnu" | "busybox";
  readonly fs: BoundFiles;
  readonly #errors = new Map<number, ErrnoName>();

  constructor(computer: Computer, task: Task, flavour: "gnu" | "busybox") {
    this.computer = computer;
    this.task = task;
    this.flavour = flavour;
    this.fs = boundFiles(computer.fs, this);
  }

  get pid(): number {
    return this.task.pid;
  }

  get parent(): number {
    return this.task.parent?.pid ?? 1;
  }

  get argv(): readonly string[] {
    return this.task.argv;
  }

  get args(): readonly string[] {
    return this.task.argv.slice(1);
  }

  get name(): string {
    const called = this.task.argv[0] ?? "";
    return this.flavour === "gnu" ? called : called.slice(called.lastIndexOf("/") + 1);
  }

  get environment(): Map<string, string> {
    return this.task.environment;
  }

  get credentials(): Credentials {
    return this.task.credentials;
  }

  get directory(): string {
    return this.task.directory;
  }

  set directory(path: string) {
    this.task.directory = path;
  }

  get umask(): number {
    return this.task.umask;
  }

  set umask(mask: number) {
    this.task.umask = mask;
  }

  get terminal(): TerminalView | undefined {
    return this.computer.terminals.get(this.task.terminal ?? "");
  }

  get system(): SystemView {
    return this.computer.view;
  }

  *charge(steps: number): Execution<void> {
    if (this.computer.kernel.spend(steps)) yield TURN;
  }

  *hold(bytes: number): Execution<void> {
    if (!this.computer.kernel.hold(this.task, bytes)) yield TURN;
  }

  *sleep(ms: number): Execution<boolean> {
    const untilMs = this.computer.peer.now().monotonicMs + ms;
    for (let leftMs = ms; leftMs > 0; leftMs = untilMs - this.computer.peer.now().monotonicMs) {
      if ((yield { on: "queues", queues: [], forMs: Math.min(leftMs, MAX_TIMER_MS) }) === "signal") return true;
    }
    return false;
  }

  onSignal(name: string, reaction: "ignore" | "catch" | "default"): void {
    if (reaction === "default") this.task.reactions.delete(name);
    else this.task.reactions.set(name, reaction);
  }

  observe(observation: Observation): void {
    this.computer.peer.observe(observation);
  }

  capture(meta: CaptureMeta, bytes: string): void {
    const capture = this.computer.peer.capture(meta);
    capture.write(toBytes(bytes));
    capture.close();
  }

  *read(fd: number, maxBytes = CHUNK_BYTES): Execution<string> {
    return yield* this.#take(fd, (description) => description.read(maxBytes, this.task));
  }

  *readWithin(fd: number, forMs: number): Execution<string | undefined> {
    const untilMs = this.computer.peer.now().monotonicMs + forMs;
    while (true) {
      const description = this.task.descriptors.get(fd);
      const got = description === undefined ? EBADF : description.read(CHUNK_BYTES, this.task);
      if (typeof got === "string") return got;
      if ("errno" in got) return "";
      const leftMs = untilMs - this.computer.peer.now().monotonicMs;
      if (leftMs <= 0) return undefined;
      if ((yield { on: "queues", queues: [got.until], forMs: leftMs }) === "signal") return undefined;
    }
  }

  *readLine(fd: number, delimiter = "\n"): Execution<string | undefined> {
    let line = "";
    while (line.length < MAX_LINE_BYTES) {
      const part = yield* this.#take(fd, (description) => description.readThrough(delimiter, MAX_LINE_BYTES - line.length, this.task));
      line += part;
      if (part === "" || part.endsWith(delimiter)) break;
    }
    return line === "" ? undefined : line;
  }

  *readAll(fd: number, maxBytes = MAX_BYTES): Execution<string> {
    let text = "";
    while (text.length < maxBytes) {
      const part = yield* this.read(fd, Math.min(CHUNK_BYTES, maxBytes - text.length));
      if (part === "") break;
      text += part;
      yield* this.hold(part.length);
    }
    return text;
  }

  *write(fd: number, bytes: string): Execution<Ok | Errno> {
    const description = this.task.descriptors.get(fd);
    if (description === undefined) return { errno: "EBADF" };
    let rest = bytes;
    const spent = this.computer.kernel.spend(1 + (bytes.length >> 7));
    while (rest !== "") {
      const done = description.write(rest, this.task);
      if (typeof done === "number") rest = done === rest.length ? "" : rest.slice(done);
      else if ("until" in done) yield { on: "queues", queues: [done.until] };
      else return yield* this.#writeError(done);
    }
    if (spent) yield TURN;
    return OK;
  }

  print(bytes: string): Execution<Ok | Errno> {
    return this.write(1, bytes);
  }

  *fail(message: string, status = 1): Execution {
    yield* this.write(2, `${this.name}: ${message}\n`);
    return status;
  }

  *failUsage(message: string, status = 1): Execution {
    yield* this.fail(message);
    if (this.flavour === "gnu") yield* this.write(2, `Try '${this.name} --help' for more information.\n`);
    return status;
  }

  *openInput(path: string): Execution<number | undefined> {
    if (path === "-") return 0;
    const fd = this.open(path, { read: true });
    if (typeof fd === "number") return fd;
    yield* this.fail(`${this.flavour === "busybox" ? `can't open '${path}'` : path}: ${explain(fd)}`);
    return undefined;
  }

  isTerminal(fd: number): boolean {
    return this.task.descriptors.get(fd)?.terminal !== undefined;
  }

  lastError(fd: number): ErrnoName | undefined {
    return this.#errors.get(fd);
  }

  absolute(path: string): string {
    return path === "" || path.startsWith("/") ? path : `${this.directory === "/" ? "" : this.directory}/${path}`;
  }

  open(path: string, how: OpenHow): number | Errno {
    const description = openDescription(this.computer, this.task, { path: this.absolute(path), how });
    return isErrno(description) ? description : this.task.descriptors.add(description);
  }

  close(fd: number): void {
    this.task.descriptors.close(fd);
    this.#errors.delete(fd);
  }

  describe(fd: number): string | undefined {
    return this.task.descriptors.get(fd)?.label;
  }

  spawn(request: SpawnRequest): number | SpawnErrno {
    const path = request.path ?? findProgram(this, request.argv[0] ?? "");
    if (typeof path !== "string") return path;
    const loaded = loadProgram(this, path, request.argv);
    if (isErrno(loaded)) return loaded;
    if (!this.computer.kernel.mayFork()) return { errno: "EAGAIN" };
    const { task } = this;
    const child = this.computer.kernel.start(
      {
        parent: task,
        group: task.group,
        session: task.session,
        argv: loaded.argv,
        environment: new Map(request.environment ?? task.environment),
        credentials: request.credentials ?? task.credentials,
        directory: request.directory ?? task.directory,
        umask: task.umask,
        descriptors: this.#passed(request.descriptors),
        terminal: task.terminal,
      },
      (born) => {
        born.path = loaded.path;
        return loaded.program.run(new TaskProcess(this.computer, born, loaded.flavour));
      },
    );
    return child.pid;
  }

  *wait(pid: number): Execution {
    const child = this.computer.kernel.task(pid);
    if (child === undefined || child.parent !== this.task) return 127;
    while (child.ending === undefined) yield { on: "queues", queues: [this.task.childChanged] };
    this.computer.kernel.reap(child);
    return statusOf(child.ending, signalNumber);
  }

  *waitWithin(pid: number, forMs: number): Execution<number | undefined> {
    const { kernel, peer } = this.computer;
    const untilMs = peer.now().monotonicMs + forMs;
    for (let leftMs = forMs; kernel.task(pid)?.ending === undefined; leftMs = untilMs - peer.now().monotonicMs) {
      if (kernel.task(pid)?.parent !== this.task) break;
      if (leftMs <= 0) return undefined;
      yield { on: "queues", queues: [this.task.childChanged], forMs: Math.min(leftMs, MAX_TIMER_MS) };
    }
    return yield* this.wait(pid);
  }

  *runChild(request: SpawnRequest): Execution<number | SpawnErrno> {
    const pid = this.spawn(request);
    return typeof pid === "number" ? yield* this.wait(pid) : pid;
  }

  *exec(argv: readonly string[], path?: string): Execution<number | SpawnErrno> {
    const found = path ?? findProgram(this, argv[0] ?? "");
    if (typeof found !== "string") return found;
    const loaded = loadProgram(this, found, argv);
    if (isErrno(loaded)) return loaded;
    this.task.argv = loaded.argv;
    this.task.path = loaded.path;
    this.task.name = loaded.name;
    for (const [name, reaction] of this.task.reactions) if (reaction === "catch") this.task.reactions.delete(name);
    return yield* loaded.program.run(new TaskProcess(this.computer, this.task, loaded.flavour));
  }

  pipe(): readonly [number, number] {
    const pipe = this.computer.pipe();
    const read = this.task.descriptors.add(pipe.reader());
    return [read, this.task.descriptors.add(pipe.writer())];
  }

  kill(pid: number, signal: string): Ok | SpawnErrno {
    const { kernel, peer } = this.computer;
    if (pid <= 0) return kernel.signalGroup(pid === 0 ? this.task.group : -pid, signal) > 0 ? OK : { errno: "ESRCH" };
    const task = kernel.task(pid);
    if (task === undefined) return this.#killResident(peer.persona.machine.processes.some((one) => one.pid === pid));
    const refused = kernel.mayKill(this.task, task);
    if (refused !== undefined) return refused;
    kernel.signal(task, signal);
    return OK;
  }

  /** The system's own processes are restarted by their supervisor faster than a visitor can look. */
  #killResident(exists: boolean): Ok | SpawnErrno {
    if (!exists) return { errno: "ESRCH" };
    return this.credentials.uid === 0 ? OK : { errno: "EPERM" };
  }

  #passed(pairs: SpawnRequest["descriptors"]): Descriptors {
    if (pairs === undefined) return this.task.descriptors.copy();
    const passed = new Descriptors();
    for (const [theirs, ours] of pairs) {
      const description = this.task.descriptors.get(ours);
      if (description !== undefined) passed.set(theirs, description);
    }
    return passed;
  }

  *#take(fd: number, read: (description: NonNullable<ReturnType<Descriptors["get"]>>) => string | Errno | Blocked): Execution<string> {
    this.#errors.delete(fd);
    while (true) {
      const description = this.task.descriptors.get(fd);
      const got = description === undefined ? EBADF : read(description);
      if (typeof got === "string") {
        if (this.computer.kernel.spend(1 + (got.length >> 7))) yield TURN;
        return got;
      }
      if ("errno" in got) {
        this.#errors.set(fd, got.errno);
        return "";
      }
      yield { on: "queues", queues: [got.until] };
    }
  }

  *#writeError(error: Errno): Execution<Errno> {
    if (error.errno === "EPIPE") {
      this.computer.kernel.signal(this.task, "PIPE");
      yield TURN;
    }
    return error;
  }
}

/** Timers longer than this are made of several. */
const MAX_TIMER_MS = 1_000_000_000;
