import type { Execution, Process } from "../program.ts";
import { closeInput, type InputMessage, openOr, plainMessage } from "./inputs.ts";

/**
 * The operands of a filter, read as one stream, `-` or no operand at all being standard input.
 * A file that cannot be opened or read is complained about and skipped; `failed` remembers that.
 */
export class JoinedInput {
  failed = false;
  /** Files that could be opened. */
  opened = 0;
  readonly #process: Process;
  readonly #paths: readonly string[];
  readonly #message: InputMessage;
  #next = 0;
  #fd: number | undefined;

  constructor(process: Process, paths: readonly string[], message: InputMessage = plainMessage) {
    this.#process = process;
    this.#paths = paths.length === 0 ? ["-"] : paths;
    this.#message = message;
  }

  /** The next bytes, at most `maxBytes`; "" at the end of the last file. */
  *read(maxBytes = 65_536): Execution<string> {
    while (this.#fd !== undefined || this.#next < this.#paths.length) {
      this.#fd ??= yield* this.#open();
      if (this.#fd === undefined) continue;
      const bytes = yield* this.#process.read(this.#fd, maxBytes);
      if (bytes !== "") return bytes;
      yield* this.#close(this.#fd);
    }
    return "";
  }

  /** Exactly `size` bytes, fewer only at the end. */
  *readFull(size: number): Execution<string> {
    let bytes = "";
    while (bytes.length < size) {
      const part = yield* this.read(size - bytes.length);
      if (part === "") break;
      bytes += part;
    }
    return bytes;
  }

  /** Passes over `bytes`; false when the input ended before. */
  *skip(bytes: number): Execution<boolean> {
    for (let left = bytes; left > 0; ) {
      const part = yield* this.read(Math.min(left, 65_536));
      if (part === "") return false;
      left -= part.length;
    }
    return true;
  }

  *#open(): Execution<number | undefined> {
    const path = this.#paths[this.#next] ?? "-";
    this.#next += 1;
    const fd = yield* openOr(this.#process, path, this.#message);
    if (fd === undefined) this.failed = true;
    else this.opened += 1;
    return fd;
  }

  *#close(fd: number): Execution<void> {
    this.#fd = undefined;
    const path = this.#paths[this.#next - 1] ?? "-";
    if (!(yield* closeInput(this.#process, fd, { path, message: this.#message }))) this.failed = true;
  }
}

/** Lines of a `JoinedInput`, across its files: a last line without newline goes on in the next file. */
export class JoinedLines {
  readonly input: JoinedInput;
  readonly #process: Process;
  readonly #delimiter: string;
  #block = "";
  #at = 0;

  constructor(process: Process, paths: readonly string[], delimiter = "\n") {
    this.#process = process;
    this.input = new JoinedInput(process, paths);
    this.#delimiter = delimiter;
  }

  /** The next line with its delimiter (the last may have none); undefined at the end. */
  *next(): Execution<string | undefined> {
    yield* this.#process.charge(1);
    let line = "";
    while (line.length < MAX_LINE_BYTES) {
      const end = this.#block.indexOf(this.#delimiter, this.#at);
      if (end >= 0) {
        line += this.#block.slice(this.#at, end + 1);
        this.#at = end + 1;
        return line;
      }
      line += this.#block.slice(this.#at);
      this.#at = 0;
      this.#block = yield* this.input.read();
      if (this.#block === "") break;
    }
    return line === "" ? undefined : line;
  }
}

const MAX_LINE_BYTES = 1 << 20;
