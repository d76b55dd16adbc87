import { explain, isErrno } from "../../../errno.ts";
import type { Execution, Process } from "../../../program.ts";
import { LineInput } from "../../line-input.ts";

/** sed's input: the lines of its files one after the other, one line looked ahead, so that `$` is known. */
export class SedInput {
  number = 0;
  /** What the reading of files adds to the exit status. */
  /** What the reading adds to the exit status. */
  status = 0;
  /** The file that the current line is from. */
  current = "-";
  readonly #process: Process;
  readonly #paths: string[];
  readonly #delimiter: string;
  #lines: LineInput | undefined;
  #fd = 0;
  #opened = "-";
  #ahead: { text: string; path: string } | undefined;

  constructor(process: Process, paths: readonly string[], delimiter: string) {
    this.#process = process;
    this.#paths = paths.length === 0 ? ["-"] : [...paths];
    this.#delimiter = delimiter;
  }

  /** With its delimiter, if it had one. */
  *next(): Execution<string | undefined> {
    const line = this.#ahead ?? (yield* this.#read());
    this.#ahead = undefined;
    if (line === undefined) return undefined;
    this.number += 1;
    this.current = line.path;
    return line.text;
  }

  *isLast(): Execution<boolean> {
    this.#ahead ??= yield* this.#read();
    return this.#ahead === undefined;
  }

  *#read(): Execution<{ text: string; path: string } | undefined> {
    while (true) {
      const text = this.#lines === undefined ? undefined : yield* this.#lines.next();
      if (text !== undefined) return { text, path: this.#opened };
      if (this.#lines !== undefined) yield* this.#finish();
      if (!(yield* this.#open())) return undefined;
    }
  }

  *#finish(): Execution<void> {
    const error = this.#process.lastError(this.#fd);
    if (this.#fd !== 0) this.#process.close(this.#fd);
    this.#lines = undefined;
    if (error === undefined) return;
    yield* this.#process.fail(`read error on ${this.#opened}: ${explain({ errno: error })}`);
    this.status = 4;
  }

  /** Opens the next file that can be; false: there is none. */
  *#open(): Execution<boolean> {
    for (let path = this.#paths.shift(); path !== undefined; path = this.#paths.shift()) {
      const fd = path === "-" ? 0 : this.#process.open(path, { read: true });
      if (isErrno(fd)) {
        yield* this.#process.fail(`can't read ${path}: ${explain(fd)}`);
        this.status = Math.max(this.status, 2);
        continue;
      }
      this.#fd = fd;
      this.#opened = path;
      this.#lines = new LineInput(this.#process, fd, this.#delimiter);
      return true;
    }
    return false;
  }
}
