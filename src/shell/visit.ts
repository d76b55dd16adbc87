import { fromBytes } from "./bytes.ts";
import type { Credentials } from "./file-system.ts";
import type { Computer } from "./kernel/computer.ts";
import { type Description, Descriptors } from "./kernel/description.ts";
import { loadProgram } from "./kernel/loader.ts";
import type { Pipe } from "./kernel/pipe.ts";
import { signalNumber } from "./kernel/signals.ts";
import type { Task } from "./kernel/task.ts";
import { TaskProcess } from "./kernel/task-process.ts";
import { loginEnvironment } from "./login-environment.ts";
import { type EarlierLogin, loginMessages } from "./login-messages.ts";
import { OutputSink, SinkDescription } from "./output-sink.ts";
import type { Execution, Login } from "./program.ts";
import type { Output, Running, StartRequest, TerminalRequest } from "./system.ts";
import { Terminal } from "./terminal/terminal.ts";

export interface VisitSource {
  readonly request: StartRequest;
  readonly output: Output;
  readonly ended: () => void;
  /** This source's login before this one; undefined: its first. */
  readonly earlier: EarlierLogin | undefined;
}

/** One started shell or command: its standard streams or terminal, from the first byte to the exit status. */
export class Visit implements Running {
  readonly #computer: Computer;
  readonly #source: VisitSource;
  #task: Task | undefined;
  #input: { pipe: Pipe; writer: Description } | undefined;
  #sinks: OutputSink[] = [];
  #terminal: Terminal | undefined;
  /** Input that the pipe had no room for. */
  #waiting = "";
  #inputEnded = false;
  #over = false;

  constructor(computer: Computer, source: VisitSource) {
    this.#computer = computer;
    this.#source = source;
  }

  begin(): void {
    const { request } = this.#source;
    const { peer, kernel } = this.#computer;
    const user = this.#computer.view.userByName(request.user) ?? NOBODY;
    const groups = peer.persona.groups.filter(({ members }) => members.includes(request.user)).map((group) => group.gid);
    const credentials: Credentials = { uid: user.uid, gid: user.gid, groups };
    const directory = "errno" in this.#computer.fs.stat(user.home, credentials) ? "/" : user.home;
    const base = user.shell.slice(user.shell.lastIndexOf("/") + 1);
    const argv = request.command === undefined ? [`-${base}`] : [base, "-c", request.command];
    if (request.command !== undefined)
      peer.observe({ kind: "command.input", fields: { line: request.command, interactive: false, directory } });
    const descriptors = request.terminal === undefined ? this.#openStreams() : this.#openTerminal(request.terminal);
    const environment = loginEnvironment(request, { name: request.user, home: user.home, shell: user.shell, uid: user.uid }, peer.persona);
    if (this.#terminal !== undefined && request.via === "ssh") environment.set("SSH_TTY", `/dev/${this.#terminal.name}`);
    const source = {
      parent: undefined,
      group: 0,
      session: 0,
      argv,
      environment,
      credentials,
      directory,
      umask: 0o022,
      descriptors,
      terminal: this.#terminal?.name,
    };
    const task = kernel.start(source, (born) => this.#run(born, user.shell, argv));
    if (this.#terminal !== undefined) this.#terminal.foreground = task.group;
    task.atEnd.push((ending) => this.#exited("code" in ending ? { code: ending.code & 255 } : { signal: ending.signal }));
    this.#task = task;
    kernel.poke();
  }

  input(bytes: Uint8Array): boolean {
    if (this.#over) return true;
    if (this.#terminal !== undefined) {
      this.#terminal.type(fromBytes(bytes));
      return this.#terminal.backlog < INPUT_HIGH_BYTES;
    }
    return this.#pipeIn(fromBytes(bytes));
  }

  endInput(): void {
    if (this.#terminal !== undefined) {
      this.#terminal.type("\x04");
      return;
    }
    this.#inputEnded = true;
    this.#flushInput();
    this.#computer.kernel.poke();
  }

  resize(columns: number, rows: number): void {
    this.#terminal?.resize(columns, rows);
  }

  signal(name: string): void {
    if (this.#task === undefined || signalNumber(name) === undefined) return;
    this.#computer.kernel.signalGroup(this.#terminal?.foreground ?? this.#task.group, name);
    this.#computer.kernel.poke();
  }

  drained(): void {
    for (const sink of this.#sinks) sink.drained();
  }

  end(): void {
    if (this.#over) return;
    this.#close();
    this.#terminal?.hangUp();
    if (this.#task === undefined) return;
    const { kernel } = this.#computer;
    for (const task of kernel.tasks()) if (task.session === this.#task.session) kernel.signal(task, "HUP");
    kernel.poke();
  }

  /** As `who` shows it; only terminals count. */
  login(): Login | undefined {
    const { request } = this.#source;
    if (this.#terminal === undefined || this.#task === undefined) return undefined;
    const { name, lastInputMs, foreground } = this.#terminal;
    const front = this.#computer.kernel.tasks().find((task) => task.group === foreground) ?? this.#task;
    const idleMs = Math.max(0, this.#computer.peer.now().wallMs - lastInputMs);
    return {
      user: request.user,
      terminal: name,
      from: request.origin.address,
      sinceWallMs: this.#task.startedWallMs,
      idleMs,
      pid: this.#task.pid,
      command: front.argv.join(" "),
    };
  }

  #openTerminal(size: TerminalRequest): Descriptors {
    const { peer, kernel, terminals } = this.#computer;
    const { output } = this.#source;
    const sink = new OutputSink(peer, kernel, (bytes) => output.out(bytes));
    let line = 0;
    while (terminals.has(`pts/${line}`)) line += 1;
    const terminal = new Terminal(
      `pts/${line}`,
      { columns: size.columns || 80, rows: size.rows || 24 },
      { kernel, sink, nowMs: () => peer.now().wallMs },
    );
    terminals.set(terminal.name, terminal);
    this.#terminal = terminal;
    this.#sinks = [sink];
    const descriptors = new Descriptors();
    const description = terminal.open();
    for (const fd of [0, 1, 2]) descriptors.set(fd, description);
    return descriptors;
  }

  #openStreams(): Descriptors {
    const descriptors = new Descriptors();
    const { output } = this.#source;
    const { peer, kernel } = this.#computer;
    const pipe = this.#computer.pipe();
    this.#input = { pipe, writer: pipe.writer().retain() };
    const out = new OutputSink(peer, kernel, (bytes) => output.out(bytes));
    const err = new OutputSink(peer, kernel, (bytes) => output.err(bytes));
    this.#sinks = [out, err];
    descriptors.set(0, pipe.reader());
    descriptors.set(1, new SinkDescription(out, "pipe:[17001]"));
    descriptors.set(2, new SinkDescription(err, "pipe:[17002]"));
    return descriptors;
  }

  #pipeIn(text: string): boolean {
    this.#waiting += text;
    this.#flushInput();
    this.#computer.kernel.poke();
    return this.#waiting === "";
  }

  /** Moves what waits into the pipe as it has room, and closes it after the last. */
  #flushInput(): void {
    if (this.#input === undefined) return;
    const { pipe, writer } = this.#input;
    while (this.#waiting !== "") {
      const taken = pipe.put(this.#waiting.slice(0, PIPE_PART_BYTES));
      if (typeof taken === "number") this.#waiting = this.#waiting.slice(taken);
      else if ("errno" in taken) this.#waiting = "";
      else {
        taken.until.add(() => this.#roomAgain());
        return;
      }
    }
    if (!this.#inputEnded) return;
    this.#input = undefined;
    writer.release();
  }

  #roomAgain(): void {
    this.#flushInput();
    if (this.#waiting === "" && !this.#inputEnded && !this.#over) this.#source.output.wantsInput?.();
  }

  *#run(task: Task, shell: string, argv: readonly string[]): Execution {
    const process = new TaskProcess(this.#computer, task, "gnu");
    const { request } = this.#source;
    if (request.command === undefined && this.#terminal !== undefined) yield* process.write(1, this.#greeting());
    const loaded = loadProgram(process, shell, argv);
    if ("errno" in loaded) {
      yield* process.write(2, `${shell}: No such file or directory\n`);
      return 127;
    }
    task.path = loaded.path;
    return yield* loaded.program.run(new TaskProcess(this.#computer, task, loaded.flavour));
  }

  #greeting(): string {
    const { peer, fs } = this.#computer;
    const read = (path: string) => fs.readText(path);
    return loginMessages(peer.persona, this.#source.request, { read, nowMs: peer.now().wallMs, earlier: this.#source.earlier });
  }

  #exited(status: { code: number } | { signal: string }): void {
    if (this.#over) return;
    this.#close();
    this.#source.output.exited(status);
  }

  #close(): void {
    this.#over = true;
    for (const sink of this.#sinks) sink.close();
    if (this.#terminal !== undefined) this.#computer.terminals.delete(this.#terminal.name);
    this.#source.ended();
  }
}

const NOBODY = { uid: 0, gid: 0, home: "/", shell: "/bin/sh" };
/** Above this, the visitor's input is held back. */
const INPUT_HIGH_BYTES = 32_768;
const PIPE_PART_BYTES = 16_384;
