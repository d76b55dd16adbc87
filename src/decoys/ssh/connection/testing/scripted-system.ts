import { Buffer } from "node:buffer";
import type { FileSystem } from "../../../../shell/file-system.ts";
import type { Output, Running, StartRequest, System } from "../../../../shell/system.ts";

/**
 * A System whose commands do one thing each, to try channels with: `cat` echoes, `print N` prints N bytes, `both` writes on both streams,
 * `exit N` ends, `kill SIG` dies of a signal, `deaf` reads nothing until `drained`, anything else prints its name.
 */
export class ScriptedSystem implements System {
  readonly fs: FileSystem;
  readonly started: StartRequest[] = [];
  readonly calls: string[] = [];
  closed = 0;

  constructor(fs: FileSystem) {
    this.fs = fs;
  }

  start(request: StartRequest, output: Output): Running {
    this.started.push(request);
    return new ScriptedProgram(request.command ?? "shell", output, this.calls);
  }

  close(): void {
    this.closed += 1;
  }
}

class ScriptedProgram implements Running {
  readonly #name: string;
  readonly #argument: string;
  readonly #output: Output;
  readonly #calls: string[];
  #left = 0;

  constructor(command: string, output: Output, calls: string[]) {
    const [name = "", argument = ""] = command.split(" ");
    this.#name = name;
    this.#argument = argument;
    this.#output = output;
    this.#calls = calls;
    this.#begin();
  }

  input(bytes: Uint8Array): boolean {
    this.#calls.push(`input ${Buffer.from(bytes).toString("latin1")}`);
    if (this.#name === "deaf") return false;
    this.#output.out(bytes);
    return true;
  }

  endInput(): void {
    this.#calls.push("endInput");
    if (this.#name === "cat") this.#output.exited({ code: 0 });
    if (this.#name === "deaf") this.#output.exited({ code: 3 });
  }

  resize(columns: number, rows: number): void {
    this.#calls.push(`resize ${columns} ${rows}`);
  }

  signal(name: string): void {
    this.#calls.push(`signal ${name}`);
    if (name === "USR1") this.#output.wantsInput?.();
    else this.#output.exited({ signal: name });
  }

  drained(): void {
    this.#calls.push("drained");
    this.#print();
  }

  end(): void {
    this.#calls.push("end");
  }

  #begin(): void {
    switch (this.#name) {
      case "shell":
        this.#output.out(Buffer.from("$ "));
        return;
      case "print":
        this.#left = Number(this.#argument);
        return this.#print();
      case "both":
        this.#output.out(Buffer.from("out\n"));
        this.#output.err(Buffer.from("err\n"));
        return this.#output.exited({ code: 0 });
      case "exit":
        return this.#output.exited({ code: Number(this.#argument) });
      case "kill":
        return this.#output.exited({ signal: this.#argument });
      case "cat":
      case "deaf":
        return;
      default:
        this.#output.out(Buffer.from(this.#name));
        return this.#output.exited({ code: 0 });
    }
  }

  /** As a good program: in pieces, and not while it is held back. */
  #print(): void {
    if (this.#name !== "print") return;
    while (this.#left > 0) {
      const bytes = Math.min(1000, this.#left);
      this.#left -= bytes;
      if (!this.#output.out(Buffer.alloc(bytes, 120)) && this.#left > 0) return;
    }
    this.#output.exited({ code: 0 });
  }
}
