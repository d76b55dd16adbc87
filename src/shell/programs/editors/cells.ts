import type { Execution, Process } from "../../program.ts";

/** A line as it is seen (its first 64 KiB): one entry for each column. A tab becomes blanks, a control character ^X, a UTF-8 character one column. */
export interface Cells {
  readonly cells: readonly string[];
  /** The column at which each byte begins, and one more: the column behind the last. */
  readonly starts: readonly number[];
}

const TAB_COLUMNS = 8;
const MAX_BYTES = 65_536;

export function cellsOf(whole: string): Cells {
  const line = whole.slice(0, MAX_BYTES);
  const cells: string[] = [];
  const starts: number[] = [];
  for (const char of line.match(/[\xc2-\xf4][\x80-\xbf]+|[\s\S]/g) ?? []) {
    for (let byte = 0; byte < char.length; byte += 1) starts.push(cells.length);
    cells.push(...shown(char, cells.length));
  }
  starts.push(cells.length);
  return { cells, starts };
}

function shown(char: string, column: number): readonly string[] {
  if (char === "\t") return Array<string>(TAB_COLUMNS - (column % TAB_COLUMNS)).fill(" ");
  const code = char.charCodeAt(0);
  if (char.length > 1 || (code >= 32 && code < 127)) return [char];
  if (code < 32 || code === 127) return ["^", String.fromCharCode(code ^ 64)];
  return ["<", ...code.toString(16), ">"];
}

/** The rows that a line takes on a screen so wide; an empty line takes one. */
export function* wrapLine(process: Process, line: string, columns: number): Execution<readonly string[]> {
  const rows: string[] = [];
  for (let from = 0; from < line.length || from === 0; from += MAX_BYTES) {
    const { cells } = cellsOf(line.slice(from, from + MAX_BYTES));
    for (let at = 0; at < cells.length || at === 0; at += columns) rows.push(cells.slice(at, at + columns).join(""));
    yield* process.charge(2 + (cells.length >> 3));
  }
  return rows;
}
