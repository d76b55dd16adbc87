import type { Execution, Process } from "../../program.ts";
import { cellsOf } from "./cells.ts";
import type { RawTerminal } from "./raw-terminal.ts";
import { Screen } from "./screen.ts";
import type { TextBuffer } from "./text-buffer.ts";

const START = "\x1b[?2004h\x1b[?1049h\x1b[22;0;0t";
const SETUP =
  "\x1b(B\x1b[m\x1b[4l\x1b[?7h\x1b[39;49m\x1b[?1h\x1b=\x1b[?1h\x1b=\x1b[?25l\x1b[39;49m\x1b(B\x1b[m\x1b[H\x1b[2J\x1b[?12l\x1b[?25h";
const REVERSE = "\x1b(B\x1b[0;7m";
const PLAIN = "\x1b(B\x1b[m";
/** Columns of one entry of the help lines. */
const HELP_COLUMNS = 13;

export type Help = readonly (readonly [key: string, text: string])[];

/** The two lines at the bottom, a column each. */
export const MAIN_HELP: Help = [
  ["^G", "Help"],
  ["^X", "Exit"],
  ["^O", "Write Out"],
  ["^R", "Read File"],
  ["^W", "Where Is"],
  ["^\\", "Replace"],
  ["^K", "Cut"],
  ["^U", "Paste"],
  ["^T", "Execute"],
  ["^J", "Justify"],
  ["^C", "Location"],
  ["^/", "Go To Line"],
];
export const YES_NO_HELP: Help = [
  [" Y", "Yes"],
  [" N", "No"],
  ["", ""],
  ["^C", "Cancel"],
];
export const PROMPT_HELP: Help = [
  ["^G", "Help"],
  ["^C", "Cancel"],
];

export interface NanoView {
  readonly buffer: TextBuffer;
  readonly name: string;
  readonly row: number;
  readonly column: number;
  /** What the line above the help says, in brackets. */
  readonly message: string;
  /** A question instead of the message, with the answer so far. */
  readonly prompt?: string | undefined;
  readonly help: Help;
}

/** nano's screen: a title, the text, a line for messages and questions, two lines of help. */
export class NanoScreen {
  readonly #process: Process;
  readonly #terminal: RawTerminal;
  readonly #screen: Screen;
  #top = 0;
  #size = "";

  constructor(process: Process, terminal: RawTerminal) {
    this.#process = process;
    this.#terminal = terminal;
    this.#screen = new Screen(process);
  }

  get textRows(): number {
    return Math.max(1, this.#terminal.rows - 4);
  }

  *start(): Execution<void> {
    yield* this.#process.print(`${START}\x1b[1;${this.#terminal.rows}r${SETUP}`);
  }

  *end(): Execution<void> {
    const { rows } = this.#terminal;
    yield* this.#process.print(`\x1b[${rows - 1};1H\x1b[J\x1b[${rows};1H\x1b[?1049l\x1b[23;0;0t\r\x1b[?1l\x1b>\x1b[?2004l`);
  }

  *paint(view: NanoView): Execution<void> {
    const { columns, rows } = this.#terminal;
    if (`${columns}x${rows}` !== this.#size) this.#screen.forget();
    this.#size = `${columns}x${rows}`;
    this.#follow(view.row);
    const { text, cursor } = this.#text(view);
    yield* this.#process.charge(text.length * 4);
    const status =
      view.prompt === undefined ? centred(view.message, columns) : `${REVERSE}${view.prompt.padEnd(columns).slice(0, columns)}${PLAIN}`;
    const place = view.prompt === undefined ? cursor : { row: rows - 3, column: Math.min(columns - 1, view.prompt.length) };
    yield* this.#screen.paint([this.#title(view), ...text, status, ...helpLines(view.help, columns)], place);
  }

  #follow(row: number): void {
    if (row < this.#top) this.#top = Math.max(0, row - (this.textRows >> 1));
    if (row >= this.#top + this.textRows) this.#top = row - (this.textRows >> 1);
  }

  #text(view: NanoView): { text: string[]; cursor: { row: number; column: number } } {
    const { columns } = this.#terminal;
    const text: string[] = [];
    for (let at = 0; at < this.textRows; at += 1) {
      const row = this.#top + at;
      text.push(row < view.buffer.lines.length ? this.#line(view, row) : "");
    }
    const cell = cellsOf(view.buffer.line(view.row)).starts[view.column] ?? 0;
    return { text, cursor: { row: view.row - this.#top + 1, column: cell - shiftOf(cell, columns) } };
  }

  /** A line that is too wide is cut, with `>` where it goes on. */
  #line(view: NanoView, row: number): string {
    const { columns } = this.#terminal;
    const { cells, starts } = cellsOf(view.buffer.line(row));
    const shift = row === view.row ? shiftOf(starts[view.column] ?? 0, columns) : 0;
    const part = cells.slice(shift, shift + columns);
    if (cells.length > shift + columns) part[columns - 1] = `${REVERSE}>${PLAIN}`;
    if (shift > 0) part[0] = `${REVERSE}<${PLAIN}`;
    return part.join("");
  }

  #title({ name, buffer }: NanoView): string {
    const { columns } = this.#terminal;
    const left = "  GNU nano 7.2";
    const shown = `${name === "" ? "New Buffer" : name}${buffer.modified ? " *" : ""}`;
    const at = Math.max(left.length + 1, Math.floor((columns - shown.length) / 2) + (columns > 40 ? 4 : 0));
    return `${REVERSE}${left.padEnd(at)}${shown}`.padEnd(columns + REVERSE.length).slice(0, columns + REVERSE.length) + PLAIN;
  }
}

function shiftOf(cell: number, columns: number): number {
  if (cell < columns - 1) return 0;
  const step = columns - 8;
  return Math.floor((cell - 7) / step) * step;
}

function centred(message: string, columns: number): string {
  if (message === "") return "";
  const text = `[ ${message} ]`;
  return `${" ".repeat(Math.max(0, Math.floor((columns - text.length) / 2)))}${REVERSE}${text}${PLAIN}`;
}

function helpLines(help: Help, columns: number): readonly [string, string] {
  const lines: [string, string] = ["", ""];
  for (const [at, [key, text]] of help.entries()) {
    if (Math.floor(at / 2) * HELP_COLUMNS + HELP_COLUMNS > columns) break;
    const entry = key === "" ? "".padEnd(HELP_COLUMNS) : `${REVERSE}${key}${PLAIN} ${text.padEnd(HELP_COLUMNS - key.length - 1)}`;
    if (at % 2 === 0) lines[0] += entry;
    else lines[1] += entry;
  }
  return lines;
}
