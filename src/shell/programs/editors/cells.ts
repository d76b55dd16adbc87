/** A line as it is seen: one entry for each column. A tab becomes blanks, a control character ^X, a UTF-8 character one column. */
export interface Cells {
  readonly cells: readonly string[];
  /** The column at which each byte begins, and one more: the column behind the last. */
  readonly starts: readonly number[];
}

const TAB_COLUMNS = 8;

export function cellsOf(line: string): Cells {
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
export function wrapLine(line: string, columns: number): readonly string[] {
  const { cells } = cellsOf(line);
  const rows: string[] = [];
  for (let at = 0; at < cells.length || at === 0; at += columns) rows.push(cells.slice(at, at + columns).join(""));
  return rows;
}
