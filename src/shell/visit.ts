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
import { OutputSink, SinkDescription } from "./output-sink.ts";
import type { Execution, Login } from "./program.ts";
import type { Output, Running, StartRequest } from "./system.ts";

export interface VisitSource {
  readonly request: StartRequest;
  readonly output: Output;
  readonly ended: () => void;
}

/** One started shell or command: its standard streams or terminal, from the first byte to the exit status. */
export class Visit implements Running {
  readonly #computer: Computer;
  readonly #source: VisitSource;
  #task: Task | undefined;
  #input: { pipe: Pipe; writer: Description } | undefined;
  #sinks: OutputSink[] = [];
  #over = false;

  constructor(computer: Computer, source: VisitSource) {
    this.#computer = computer;
    this.#source = source;
  }

  begin(): void {
    const { request } = this.#source;
    const { peer, kernel } = this.#computer;
    const user = this.#computer.view.userByName(request.user);
    const descriptors = this.#openStreams();
    const { uid = 0, gid = 0, home = "/", shell = "/bin/sh" } = user ?? {};
    const groups = peer.persona.groups.filter(({ members }) => members.includes(request.user)).map((group) => group.gid);
    const credentials: Credentials = { uid, gid, groups };
    const directory = "errno" in this.#computer.fs.stat(home, credentials) ? "/" : home;
    const base = shell.slice(shell.lastIndexOf("/") + 1);
    const argv = request.command === undefined ? [`-${base}`] : [base, "-c", request.command];
    if (request.command !== undefined)
      peer.observe({ kind: "command.input", fields: { line: request.command, interactive: false, directory } });
    const environment = loginEnvironment(request, { name: request.user, home, shell, uid }, peer.persona);
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
      terminal: undefined,
    };
    const task = kernel.start(source, (born) => this.#run(born, shell, argv));
    task.atEnd.push((ending) => this.#exited("code" in ending ? { code: ending.code & 255 } : { signal: ending.signal }));
    this.#task = task;
    kernel.poke();
  }

  input(bytes: Uint8Array): boolean {
    if (this.#over || this.#input === undefined) return true;
    const { pipe } = this.#input;
    let text = fromBytes(bytes);
    while (text !== "") {
      const taken = pipe.put(text);
      if (typeof taken !== "number") break;
      text = text.slice(taken);
    }
    this.#computer.kernel.poke();
    if (pipe.size < INPUT_HIGH_BYTES) return true;
    this.#askForMore(pipe);
    return false;
  }

  endInput(): void {
    this.#input?.writer.release();
    this.#input = undefined;
    this.#computer.kernel.poke();
  }

  resize(_columns: number, _rows: number): void {
    this.#computer.kernel.poke();
  }

  signal(name: string): void {
    if (this.#task === undefined || signalNumber(name) === undefined) return;
    this.#computer.kernel.signalGroup(this.#task.group, name);
    this.#computer.kernel.poke();
  }

  drained(): void {
    for (const sink of this.#sinks) sink.drained();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const sink of this.#sinks) sink.close();
    if (this.#task !== undefined) this.#computer.kernel.signalGroup(this.#task.group, "HUP");
    this.#source.ended();
  }

  login(): Login | undefined {
    return undefined;
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

  /** Once the program has read enough; not in the middle of its read. */
  #askForMore(pipe: Pipe): void {
    pipe.writable.add(() => {
      if (pipe.size >= INPUT_HIGH_BYTES) this.#askForMore(pipe);
      else this.#computer.peer.after(0, () => this.#source.output.wantsInput?.());
    });
  }

  *#run(task: Task, shell: string, argv: readonly string[]): Execution {
    const process = new TaskProcess(this.#computer, task, "gnu");
    const loaded = loadProgram(process, shell, argv);
    if ("errno" in loaded) {
      yield* process.write(2, `${shell}: No such file or directory\n`);
      return 127;
    }
    task.path = loaded.path;
    return yield* loaded.program.run(new TaskProcess(this.#computer, task, loaded.flavour));
  }

  #exited(status: { code: number } | { signal: string }): void {
    if (this.#over) return;
    this.#over = true;
    this.#source.ended();
    this.#source.output.exited(status);
  }
}

/** Above this, the visitor's input is held back. */
const INPUT_HIGH_BYTES = 32_768;
