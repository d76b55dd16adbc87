import { explain, isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";

/** GNU cat; its options decide how each line is shown. */
export const cat: Program = {
  name: "cat",
  *run(process) {
    const options = yield* parseOptions(process, { short: "AbeEnstTuv", long: LONG });
    if (typeof options === "number") return options;
    const show = new Display(options.letters);
    let status = 0;
    for (const path of options.operands.length === 0 ? ["-"] : options.operands) {
      const fd = yield* process.openInput(path);
      if (fd === undefined) status = 1;
      else if (!(yield* copy(process, { fd, path, show }))) status = 1;
    }
    return status;
  },
};

const LONG = {
  "show-all": "A",
  "number-nonblank": "b",
  "show-ends": "E",
  number: "n",
  "squeeze-blank": "s",
  "show-tabs": "T",
  "show-nonprinting": "v",
};

function* copy(process: Process, from: { fd: number; path: string; show: Display }): Execution<boolean> {
  const { fd, path, show } = from;
  while (true) {
    const bytes = show.plain ? yield* process.read(fd) : yield* process.readLine(fd);
    if (bytes === undefined || bytes === "") break;
    const written = yield* process.print(show.line(bytes));
    if (isErrno(written)) {
      yield* process.fail(`write error: ${explain(written)}`);
      return false;
    }
  }
  const error = process.lastError(fd);
  if (fd !== 0) process.close(fd);
  if (error === undefined) return true;
  yield* process.fail(`${path}: ${explain({ errno: error })}`);
  return false;
}

class Display {
  readonly plain: boolean;
  readonly #letters: ReadonlySet<string>;
  #number = 0;
  #blank = false;

  constructor(given: ReadonlySet<string>) {
    const letters = new Set(given);
    if (letters.has("A")) for (const letter of "vET") letters.add(letter);
    if (letters.has("e")) for (const letter of "vE") letters.add(letter);
    if (letters.has("t")) for (const letter of "vT") letters.add(letter);
    letters.delete("u");
    this.#letters = letters;
    this.plain = letters.size === 0;
  }

  line(line: string): string {
    if (this.plain) return line;
    const empty = line === "\n";
    if (this.#letters.has("s") && empty && this.#blank) return "";
    this.#blank = empty;
    const ended = line.endsWith("\n");
    const text = this.#escape(ended ? line.slice(0, -1) : line);
    return this.#prefix(empty) + text + (this.#letters.has("E") && ended ? "$" : "") + (ended ? "\n" : "");
  }

  #prefix(empty: boolean): string {
    const numbered = this.#letters.has("b") ? !empty : this.#letters.has("n");
    if (!numbered) return "";
    this.#number += 1;
    return `${String(this.#number).padStart(6)}\t`;
  }

  #escape(text: string): string {
    const tabs = this.#letters.has("T") ? text.replaceAll("\t", "^I") : text;
    if (!this.#letters.has("v")) return tabs;
    return Array.from(tabs, (byte) => (byte === "\t" ? byte : caret(byte.charCodeAt(0)))).join("");
  }
}

/** ^X and M-x notation of one byte. */
function caret(code: number): string {
  if (code >= 128) return `M-${caret(code - 128)}`;
  if (code === 127) return "^?";
  return code < 32 ? `^${String.fromCharCode(code + 64)}` : String.fromCharCode(code);
}
