import type { Process } from "../../../program.ts";
import type { ListHow } from "./how.ts";
import { blocksKib, longLines } from "./long-format.ts";
import { type Listed, type Shown, shownNames } from "./names.ts";

/** The lines (with their ends) of some entries. */
export function arrange(process: Process, entries: readonly Listed[], how: ListHow): readonly string[] {
  if (entries.length === 0) return [];
  if (how.format === "long") return longLines(process, entries, how);
  const cells = cellsOf(process, entries, how);
  if (how.format === "single") return cells.map(({ text }) => text + how.terminator);
  if (how.format === "commas") return commaLines(cells, how.columns);
  return columnLines(cells, how);
}

function cellsOf(process: Process, entries: readonly Listed[], how: ListHow): readonly Shown[] {
  const names = shownNames(process, entries, how);
  const inodes = entries.map(({ stat }) => (stat === undefined ? "?" : String(stat.inode)));
  const sizes = entries.map(({ stat }) => (stat === undefined ? "?" : how.size(blocksKib(stat) * 1024, 1024)));
  const inodeWidth = how.inode ? Math.max(...inodes.map((text) => text.length)) : 0;
  const sizeWidth = how.blocks ? Math.max(...sizes.map((text) => text.length)) : 0;
  return names.map((name, at) => {
    const inode = how.inode ? `${(inodes[at] ?? "").padStart(inodeWidth)} ` : "";
    const size = how.blocks ? `${(sizes[at] ?? "").padStart(sizeWidth)} ` : "";
    return { text: inode + size + name.text, width: inode.length + size.length + name.width };
  });
}

const GAP = 2;
const MIN_WIDTH = 3;

function commaLines(cells: readonly Shown[], columns: number): readonly string[] {
  let text = "";
  let used = 0;
  for (const [at, cell] of cells.entries()) {
    const need = cell.width + (at < cells.length - 1 ? 2 : 0);
    if (at > 0) {
      const breaks = used + need >= columns;
      text += breaks ? ",\n" : ", ";
      used = breaks ? 0 : used + 2;
    }
    text += cell.text;
    used += cell.width;
  }
  return [`${text}\n`];
}

/** As many columns as fit; filled downwards, or across for -x. */
function columnLines(cells: readonly Shown[], how: ListHow): readonly string[] {
  const across = how.format === "across";
  const widths = bestWidths(cells, how.columns, across);
  const rows = Math.ceil(cells.length / widths.length);
  return Array.from({ length: rows }, (_, row) => {
    let line = "";
    let used = 0;
    let column = 0;
    for (const [at, width] of widths.entries()) {
      const cell = cells[across ? row * widths.length + at : at * rows + row];
      if (cell === undefined) continue;
      line += padding(used, column) + cell.text;
      used = column + cell.width;
      column += width;
    }
    return `${line}\n`;
  });
}

const TAB = 8;

/** From one column to another with tabs where they reach a stop, as ls does. */
function padding(from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; ) {
    const jumps = Math.floor(to / TAB) > Math.floor((at + 1) / TAB);
    text += jumps ? "\t" : " ";
    at += jumps ? TAB - (at % TAB) : 1;
  }
  return text;
}

function bestWidths(cells: readonly Shown[], columns: number, across: boolean): readonly number[] {
  const most = Math.max(1, Math.min(cells.length, Math.floor(columns / MIN_WIDTH) || cells.length));
  for (let count = most; count > 1; count -= 1) {
    const widths = widthsFor(cells, count, across);
    if (columns === 0 || widths.reduce((sum, width) => sum + width, 0) < columns) return widths;
  }
  return [Math.max(...cells.map(({ width }) => width))];
}

function widthsFor(cells: readonly Shown[], count: number, across: boolean): readonly number[] {
  const rows = Math.ceil(cells.length / count);
  const widths: number[] = [];
  for (const [at, { width }] of cells.entries()) {
    const column = across ? at % count : Math.floor(at / rows);
    const gap = column === count - 1 ? 0 : GAP;
    widths[column] = Math.max(widths[column] ?? 0, width + gap);
  }
  return widths;
}
