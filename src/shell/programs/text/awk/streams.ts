import { isErrno } from "../../../errno.ts";
import type { Execution, Process } from "../../../program.ts";
import { LineInput } from "../../line-input.ts";
import type { Printer } from "../../printer.ts";

interface Output {
  readonly fd: number;
  readonly child: number | undefined;
}

interface Input {
  readonly lines: LineInput;
  readonly fd: number;
  readonly child: number | undefined;
}

const MAX_STREAMS = 30;

/** Files and commands that an awk program reads and writes, open until it closes them. */
export class Streams {
  readonly #process: Process;
  readonly #out: Printer;
  readonly #outputs = new Map<string, Output>();
  readonly #inputs = new Map<string, Input>();

  constructor(process: Process, out: Printer) {
    this.#process = process;
    this.#out = out;
  }

  /** Undefined: written; a text: why it could not be opened. */
  *write(way: ">" | ">>" | "|", target: string, text: string): Execution<string | undefined> {
    if (way !== "|" && target === "/dev/stdout") {
      yield* this.#out.add(text);
      return undefined;
    }
    const known = this.#outputs.get(target) ?? (yield* this.#openOutput(way, target));
    if (typeof known === "string") return known;
    this.#outputs.set(target, known);
    yield* this.#process.write(known.fd, text);
    return undefined;
  }

  *#openOutput(way: ">" | ">>" | "|", target: string): Execution<Output | string> {
    if (this.#outputs.size >= MAX_STREAMS) return `cannot open "${target}" for output`;
    if (way === "|") {
      yield* this.#out.flush();
      const [read, write] = this.#process.pipe();
      const child = this.#spawn(target, [
        [0, read],
        [1, 1],
        [2, 2],
      ]);
      this.#process.close(read);
      return { fd: write, child };
    }
    if (target === "/dev/stderr") return { fd: 2, child: undefined };
    const append = way === ">>";
    const fd = this.#process.open(target, { write: true, create: true, append, truncate: !append });
    return isErrno(fd) ? `cannot open "${target}" for output` : { fd, child: undefined };
  }

  #spawn(command: string, descriptors: readonly (readonly [number, number])[]): number | undefined {
    const child = this.#process.spawn({ argv: ["sh", "-c", command], path: "/bin/sh", descriptors });
    return typeof child === "number" ? child : undefined;
  }

  /** A record from a file or a command; undefined at the end, "missing" when it cannot be opened. */
  *read(from: "file" | "command", source: string, delimiter: string): Execution<{ line: string } | "end" | "missing"> {
    const key = `${from} ${source}`;
    const known = this.#inputs.get(key) ?? (yield* this.#openInput(from, source, delimiter));
    if (known === undefined) return "missing";
    this.#inputs.set(key, known);
    const line = yield* known.lines.next();
    return line === undefined ? "end" : { line };
  }

  *#openInput(from: "file" | "command", source: string, delimiter: string): Execution<Input | undefined> {
    if (this.#inputs.size >= MAX_STREAMS) return undefined;
    if (from === "command") {
      yield* this.#out.flush();
      const [read, write] = this.#process.pipe();
      const child = this.#spawn(source, [
        [0, 0],
        [1, write],
        [2, 2],
      ]);
      this.#process.close(write);
      return { lines: new LineInput(this.#process, read, delimiter), fd: read, child };
    }
    const fd = source === "-" ? 0 : this.#process.open(source, { read: true });
    return isErrno(fd) ? undefined : { lines: new LineInput(this.#process, fd, delimiter), fd, child: undefined };
  }

  /** Runs a command to its end: its status. */
  *system(command: string): Execution {
    yield* this.#out.flush();
    const child = this.#spawn(command, [
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    return child === undefined ? 127 : yield* this.#process.wait(child);
  }

  /** -1: it was not open. */
  *close(name: string): Execution {
    const output = yield* this.#end(this.#outputs, name);
    const file = yield* this.#end(this.#inputs, `file ${name}`);
    const command = yield* this.#end(this.#inputs, `command ${name}`);
    return Math.max(output, file, command);
  }

  *#end(table: { get(key: string): Output | undefined; delete(key: string): boolean }, key: string): Execution {
    const stream = table.get(key);
    if (stream === undefined) return -1;
    table.delete(key);
    if (stream.fd > 2) this.#process.close(stream.fd);
    return stream.child === undefined ? 0 : yield* this.#process.wait(stream.child);
  }

  *closeAll(): Execution<void> {
    yield* this.#out.flush();
    for (const name of [...this.#outputs.keys()]) yield* this.close(name);
    for (const { fd, child } of this.#inputs.values()) {
      if (fd > 2) this.#process.close(fd);
      if (child !== undefined) yield* this.#process.wait(child);
    }
  }
}
