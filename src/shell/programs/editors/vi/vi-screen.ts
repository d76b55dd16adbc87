import type { Execution } from "../../../program.ts";
import { cellsOf } from "../cells.ts";
import { Screen } from "../screen.ts";
import type { ViState } from "./vi-state.ts";

/** vi's screen: wrapped lines, `~` behind the last, a line for messages. */
export class ViScreen {
  readonly #state: ViState;
  readonly #screen: Screen;
  #top = 0;
  #size = "";

  constructor(state: ViState) {
    this.#state = state;
    this.#screen = new Screen(state.process);
  }

  *start(): Execution<void> {
    const { process, terminal } = this.#state;
    const vim = `\x1b[?1049h\x1b[22;0;0t\x1b[>4;2m\x1b[?1h\x1b=\x1b[?2004h\x1b[1;${terminal.rows}r\x1b[?12h\x1b[?12l\x1b[22;2t\x1b[22;1t\x1b[27m\x1b[23m\x1b[29m\x1b[m\x1b[H\x1b[2J`;
    yield* process.print(process.flavour === "busybox" ? "\x1b[?1049h\x1b[1;1H\x1b[J" : vim);
  }

  *end(): Execution<void> {
    const { process, terminal, message } = this.#state;
    const bottom = `\x1b[${terminal.rows};1H\x1b[K${message}`;
    const vim = `\x1b[?2004l\x1b[>4;m\r\x1b[23;2t\x1b[23;1t\r\r\n\x1b[?2004l\x1b[?1l\x1b>\x1b[?1049l\x1b[23;0;0t\x1b[?25h\x1b[>4;m`;
    yield* process.print(bottom + (process.flavour === "busybox" ? "\x1b[?1049l" : vim));
  }

  get pageRows(): number {
    return this.#state.terminal.rows - 1;
  }

  get top(): number {
    return this.#top;
  }

  scrollTo(row: number): void {
    this.#top = Math.max(0, Math.min(row, this.#state.lastRow));
  }

  forget(): void {
    this.#screen.forget();
  }

  *paint(): Execution<void> {
    const { terminal, buffer } = this.#state;
    const size = `${terminal.columns}x${terminal.rows}`;
    if (size !== this.#size) this.#screen.forget();
    this.#size = size;
    this.#follow();
    const rows: string[] = [];
    let cursor = { row: 0, column: 0 };
    for (let row = this.#top; row <= this.#state.lastRow && rows.length < this.pageRows; row += 1) {
      const shown = this.#rowsOf(row);
      if (row === this.#state.row) cursor = this.#cursor(rows.length);
      rows.push(...shown);
      yield* this.#state.process.charge(1 + (buffer.line(row).length >> 4));
    }
    if (rows.length > this.pageRows) rows.length = this.pageRows;
    while (rows.length < this.pageRows) rows.push(this.#beyond());
    rows.push(this.#bottom());
    yield* this.#screen.paint(rows, cursor);
  }

  #beyond(): string {
    return this.#state.process.flavour === "busybox" ? "~" : "\x1b[1m\x1b[34m~\x1b[m";
  }

  #rowsOf(row: number): readonly string[] {
    const { cells } = cellsOf(this.#state.buffer.line(row));
    const { columns } = this.#state.terminal;
    const rows: string[] = [];
    for (let at = 0; at < cells.length || at === 0; at += columns) rows.push(cells.slice(at, at + columns).join(""));
    return rows;
  }

  #cursor(first: number): { row: number; column: number } {
    const { columns } = this.#state.terminal;
    const { starts } = cellsOf(this.#state.line);
    const cell = starts[this.#state.column] ?? 0;
    const row = Math.min(first + Math.floor(cell / columns), this.pageRows - 1);
    return { row, column: cell % columns };
  }

  /** Scrolls so that the cursor's line is seen. */
  #follow(): void {
    const { row } = this.#state;
    if (row < this.#top || row >= this.#top + this.pageRows * 2)
      this.#top = Math.max(0, row < this.#top && row > this.#top - 10 ? row : row - (this.pageRows >> 1));
    while (this.#top < row && this.#height(this.#top, row) > this.pageRows) this.#top += 1;
  }

  #height(from: number, to: number): number {
    let height = 0;
    for (let row = from; row <= to; row += 1) height += this.#rowsOf(row).length;
    return height;
  }

  #bottom(): string {
    const { process, message, mode, name, row, lastRow, buffer } = this.#state;
    if (message !== "" || process.flavour !== "busybox") return message;
    const letter = { command: "-", insert: "I", replace: "R" }[mode];
    const percent = Math.floor(((row + 1) * 100) / (lastRow + 1));
    return `${letter} ${name === "" ? "No file" : name}${buffer.modified ? " [Modified]" : ""} ${row + 1}/${lastRow + 1} ${percent}%`;
  }
}
