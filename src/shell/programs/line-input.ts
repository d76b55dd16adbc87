import type { Execution, Process } from "../program.ts";

/** Lines of an open descriptor, read a block at a time: what follows the last line that was taken may be gone from a pipe, as with stdio. */
export class LineInput {
  readonly #process: Process;
  readonly #fd: number;
  readonly #delimiter: string;
  readonly #maxBytes: number;
  #block = "";
  #at = 0;
  #ended = false;
  #longest = 0;

  constructor(process: Process, fd: number, delimiter = "\n") {
    this.#process = process;
    this.#fd = fd;
    this.#delimiter = delimiter;
    this.#maxBytes = MAX_LINE_BYTES;
  }

  /** The next line with its delimiter (the last may have none); undefined at the end. */
  *next(): Execution<string | undefined> {
    yield* this.#process.charge(3);
    const parts: string[] = [];
    for (let size = 0; size < this.#maxBytes; ) {
      const end = this.#block.indexOf(this.#delimiter, this.#at);
      if (end >= 0) {
        parts.push(this.#block.slice(this.#at, end + 1));
        this.#at = end + 1;
        return parts.join("");
      }
      const rest = this.#block.slice(this.#at);
      size += rest.length;
      if (rest !== "") parts.push(rest);
      if (size > this.#longest) yield* this.#process.hold(size - this.#longest);
      this.#longest = Math.max(size, this.#longest);
      this.#at = 0;
      this.#block = this.#ended ? "" : yield* this.#process.read(this.#fd);
      if (this.#block === "") {
        this.#ended = true;
        break;
      }
    }
    return parts.length === 0 ? undefined : parts.join("");
  }

  /** What was read beyond the lines taken. */
  takeRest(): string {
    const rest = this.#block.slice(this.#at);
    this.#block = "";
    this.#at = 0;
    return rest;
  }
}

const MAX_LINE_BYTES = 2 << 20;

/** A line without its delimiter. */
export function chomp(line: string, delimiter = "\n"): string {
  return line.endsWith(delimiter) ? line.slice(0, -1) : line;
}

/** All lines of a text, without newlines; a last line without one counts. */
export function splitLines(text: string, delimiter = "\n"): string[] {
  const lines = text.split(delimiter);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
