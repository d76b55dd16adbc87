/**
 * What a line editor writes so that the terminal shows the line: the shortest change for typing at the end, and otherwise the part from
 * the first difference on. Knows where the cursor is, also on lines longer than the terminal is wide.
 */
export class Display {
  #output = "";
  #prompt: string;
  #promptColumns: number;
  readonly #columns: number;
  #shown = "";
  #shownColumns = 0;
  #cursor = 0;

  constructor(prompt: string, columns: number) {
    this.#prompt = prompt;
    this.#promptColumns = visibleColumns(prompt);
    this.#columns = Math.max(8, columns);
  }

  take(): string {
    const output = this.#output;
    this.#output = "";
    return output;
  }

  say(text: string): void {
    this.#output += text;
  }

  bell(): void {
    this.#output += "\x07";
  }

  /** Makes the terminal show `line` with the cursor at `cursor`. */
  show(line: string, cursor: number): void {
    if (line !== this.#shown) {
      const same = this.#same(line);
      this.#move(this.#shown, this.#cursor, same);
      const added = line.slice(same);
      this.#output += printable(added);
      const before = this.#shownColumns;
      const columns = same === this.#shown.length ? before + columnsIn(added) : columnsIn(line);
      if (columns < before) this.#output += "\x1b[K";
      if (this.#rowOf(columns) < this.#rowOf(before)) this.#output += "\x1b[J";
      if (this.#atEdge(columns)) this.#output += " \r";
      this.#cursor = line.length;
      this.#shownColumns = columns;
    }
    this.#move(line, this.#cursor, cursor);
    this.#shown = line;
    this.#cursor = cursor;
  }

  /** How many bytes may stay as they are. Typing at the end, as pastes do, does not look at the line byte by byte. */
  #same(line: string): number {
    const isPart = (at: number) => /[\x80-\xbf]/.test(line.charAt(at) || this.#shown.charAt(at));
    let same = line.startsWith(this.#shown) ? this.#shown.length : 0;
    if (same === 0) while (same < line.length && line.charAt(same) === this.#shown.charAt(same)) same += 1;
    while (same > 0 && isPart(same)) same -= 1;
    return same;
  }

  /** The line is done: the cursor goes below it. */
  finish(line: string): void {
    this.#move(line, this.#cursor, line.length);
    this.#output += "\n";
  }

  clear(line: string, cursor: number): void {
    this.#output += "\x1b[H\x1b[2J";
    this.restart(line, cursor);
  }

  /** Prints prompt and line anew, below what was printed. */
  restart(line: string, cursor: number): void {
    this.#output += this.#prompt;
    this.#shown = "";
    this.#shownColumns = 0;
    this.#cursor = 0;
    this.show(line, cursor);
  }

  replacePrompt(prompt: string): void {
    this.#move(this.#shown, this.#cursor, 0);
    const row = this.#rowOf(0);
    this.#output += `${row > 0 ? `\x1b[${row}A` : ""}\r\x1b[K`;
    this.#prompt = prompt;
    this.#promptColumns = visibleColumns(prompt);
    this.#output += prompt;
    this.#shown = "";
    this.#shownColumns = 0;
    this.#cursor = 0;
  }

  #rowOf(columns: number): number {
    return Math.floor((this.#promptColumns + columns) / this.#columns);
  }

  #atEdge(columns: number): boolean {
    const column = this.#promptColumns + columns;
    return column > 0 && column % this.#columns === 0;
  }

  #move(line: string, from: number, to: number): void {
    if (from === to) return;
    const [here, there] = [columnsIn(line.slice(0, from)), columnsIn(line.slice(0, to))];
    const rows = this.#rowOf(there) - this.#rowOf(here);
    if (rows === 0) {
      this.#output += there < here ? "\b".repeat(here - there) : `\x1b[${there - here}C`;
      return;
    }
    const column = (this.#promptColumns + there) % this.#columns;
    this.#output += `${rows < 0 ? `\x1b[${-rows}A` : `\x1b[${rows}B`}\r${column > 0 ? `\x1b[${column}C` : ""}`;
  }
}

/** Control characters are shown as ^X. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, (char) => `^${String.fromCharCode(char.charCodeAt(0) ^ 64)}`);
}

/** Columns that bytes take: UTF-8 continuation bytes take none. */
function columnsIn(text: string): number {
  return printable(text).replace(/[\x80-\xbf]/g, "").length;
}

/** Columns of a prompt's last line, without escape sequences and what stands between \x01 and \x02. */
function visibleColumns(prompt: string): number {
  const last = prompt.slice(prompt.lastIndexOf("\n") + 1);
  return columnsIn(
    last
      .replace(/\x01[\s\S]*?\x02/g, "")
      .replace(/\x1b\[[\d;?]*[A-Za-z]|\x1b\][^\x07]*\x07/g, "")
      .replace(/[\x00-\x1f]/g, ""),
  );
}
