import { explain, isErrno } from "../errno.ts";
import type { Execution, Process } from "../program.ts";

const BLOCK_BYTES = 4096;

/** Standard output with a buffer, as stdio gives programs one: a block at a time, but line by line on a terminal. `finish` flushes and reports what failed. */
export class Printer {
  readonly #process: Process;
  readonly #limit: number;
  #waiting = "";
  #failed: string | undefined;

  constructor(process: Process) {
    this.#process = process;
    this.#limit = process.isTerminal(1) ? 1 : BLOCK_BYTES;
  }

  *add(text: string): Execution<void> {
    this.#waiting += text;
    if (this.#waiting.length >= this.#limit) yield* this.flush();
    else yield* this.#process.charge(1);
  }

  *flush(): Execution<void> {
    const text = this.#waiting;
    this.#waiting = "";
    if (text === "") return;
    const done = yield* this.#process.print(text);
    if (isErrno(done)) this.#failed ??= explain(done);
  }

  /** The exit status: `status`, or 1 when output was lost. */
  *finish(status: number): Execution {
    yield* this.flush();
    if (this.#failed === undefined) return status;
    return yield* this.#process.fail(`write error: ${this.#failed}`);
  }
}
