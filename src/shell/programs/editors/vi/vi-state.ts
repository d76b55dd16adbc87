import type { Process } from "../../../program.ts";
import type { RawTerminal } from "../raw-terminal.ts";
import { TextBuffer } from "../text-buffer.ts";

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Everything that vi's parts share about one session. */
export class ViState {
  readonly process: Process;
  readonly terminal: RawTerminal;
  readonly buffer = new TextBuffer();
  /** The file; empty when there is none. */
  name = "";
  /** No file of that name was there. */
  fresh = false;
  readOnly = false;
  row = 0;
  column = 0;
  /** The bottom line, until the next key. */
  message = "";
  mode: "command" | "insert" | "replace" = "command";
  /** What was deleted or yanked last. */
  register: { readonly text: string; readonly whole: boolean } = { text: "", whole: false };
  lastSearch: { readonly pattern: string; readonly forward: boolean } | undefined;
  status = 0;
  ended = false;
  /** Something else was on the screen. */
  repaint = false;

  constructor(process: Process, terminal: RawTerminal) {
    this.process = process;
    this.terminal = terminal;
  }

  get line(): string {
    return this.buffer.line(this.row);
  }

  get lastRow(): number {
    return this.buffer.lines.length - 1;
  }

  /** Puts the cursor where it may be: on a character, or behind the last one while text is typed. */
  moveTo(place: Place): void {
    this.row = Math.min(Math.max(0, place.row), this.lastRow);
    const most = this.mode === "command" ? Math.max(0, this.line.length - 1) : this.line.length;
    this.column = Math.min(Math.max(0, place.column), most);
  }

  say(message: string): void {
    this.message = message;
  }

  /** An error, as vim colours it. */
  complain(message: string): void {
    this.message = this.process.flavour === "busybox" ? `\x1b[7m${message}\x1b[m` : `\x1b[1m\x1b[37m\x1b[41m${message}\x1b[m`;
  }
}
