import type { Execution, Process, TerminalSettings } from "../../program.ts";

/**
 * The terminal while a full-screen program has it: keys come one by one, without echo. `restore` must be called before the program ends.
 * A key is a character, or a name: up, down, left, right, home, end, pageup, pagedown, insert, delete, escape, eof (the terminal is gone).
 */
export class RawTerminal {
  readonly #process: Process;
  readonly #fd: number;
  readonly #settings: TerminalSettings;
  readonly #flags: ReadonlySet<string>;
  #waiting = "";
  #next: string | undefined;

  constructor(process: Process, terminal: { readonly fd: number; readonly settings: TerminalSettings }, signals = false) {
    this.#process = process;
    this.#fd = terminal.fd;
    this.#settings = terminal.settings;
    this.#flags = new Set(terminal.settings.flags);
    for (const flag of ["icanon", "echo", "iexten", "ixon", "icrnl"]) this.#settings.flags.delete(flag);
    if (!signals) this.#settings.flags.delete("isig");
  }

  get columns(): number {
    return Math.max(10, this.#process.terminal?.columns || 80);
  }

  get rows(): number {
    return Math.max(3, this.#process.terminal?.rows || 24);
  }

  restore(): void {
    this.#settings.flags.clear();
    for (const flag of this.#flags) this.#settings.flags.add(flag);
  }

  *key(): Execution<string> {
    if (this.#next !== undefined) {
      const key = this.#next;
      this.#next = undefined;
      return key;
    }
    if (this.#waiting === "") this.#waiting = yield* this.#process.read(this.#fd);
    if (this.#waiting === "") return "eof";
    if (this.#waiting === "\x1b") this.#waiting += (yield* this.#process.readWithin(this.#fd, ESCAPE_MS)) ?? "";
    return this.#take();
  }

  /** The next key, left where it is. */
  *peek(): Execution<string> {
    this.#next ??= yield* this.key();
    return this.#next;
  }

  /** Does something with the terminal as it was before. */
  *suspended<T>(work: () => Execution<T>): Execution<T> {
    const raw = new Set(this.#settings.flags);
    this.restore();
    const result = yield* work();
    this.#settings.flags.clear();
    for (const flag of raw) this.#settings.flags.add(flag);
    return result;
  }

  /** Whether more keys came already, so that painting can wait. */
  get busy(): boolean {
    return this.#waiting !== "" || this.#next !== undefined;
  }

  #take(): string {
    const sequence = /^\x1b[[O](?:(\d+)(?:;\d+)*)?([A-Za-z~])/.exec(this.#waiting);
    if (sequence !== null) {
      this.#waiting = this.#waiting.slice(sequence[0].length);
      return NAMES[sequence[2] === "~" ? (sequence[1] ?? "") : (sequence[2] ?? "")] ?? "escape";
    }
    const char = /^[\xc2-\xf4][\x80-\xbf]+/.exec(this.#waiting)?.[0] ?? this.#waiting.charAt(0);
    this.#waiting = this.#waiting.slice(char.length);
    return char === "\x1b" ? "escape" : char;
  }
}

/** After this long, an escape is a key and no sequence's beginning. */
const ESCAPE_MS = 50;

const NAMES: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  "1": "home",
  "2": "insert",
  "3": "delete",
  "4": "end",
  "5": "pageup",
  "6": "pagedown",
  "7": "home",
  "8": "end",
};
