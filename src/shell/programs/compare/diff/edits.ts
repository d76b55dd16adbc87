import type { Execution, Process } from "../../../program.ts";

/** A run of lines that differ: lines `[fromA, toA)` of the first become `[fromB, toB)` of the second. */
export interface Hunk {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

/** Beyond this product the middle is told as one change. */
const MAX_CELLS = 4_000_000;

/** The shortest edits by the longest common subsequence of lines, common beginnings and ends taken off first. */
export function* compareLines(process: Process, left: readonly string[], right: readonly string[]): Execution<readonly Hunk[]> {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let endA = left.length;
  let endB = right.length;
  while (endA > start && endB > start && left[endA - 1] === right[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  if (start === endA && start === endB) return [];
  const rows = endA - start;
  const columns = endB - start;
  if (rows * columns > MAX_CELLS) return [{ fromA: start, toA: endA, fromB: start, toB: endB }];
  const table = yield* lengths(process, left.slice(start, endA), right.slice(start, endB));
  return hunksOf(table, { rows, columns, start });
}

/** table[i][j]: the longest common subsequence of what follows i and j; equal lines marked in `same`. */
function* lengths(
  process: Process,
  left: readonly string[],
  right: readonly string[],
): Execution<{ table: Uint32Array; same: (row: number, column: number) => boolean }> {
  const width = right.length + 1;
  const table = new Uint32Array((left.length + 1) * width);
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      const here = row * width + column;
      table[here] =
        left[row] === right[column] ? (table[here + width + 1] ?? 0) + 1 : Math.max(table[here + width] ?? 0, table[here + 1] ?? 0);
    }
    yield* process.charge(right.length >> 4);
  }
  return { table, same: (row, column) => row < left.length && column < right.length && left[row] === right[column] };
}

interface Found {
  readonly table: Uint32Array;
  readonly same: (row: number, column: number) => boolean;
}

interface Size {
  readonly rows: number;
  readonly columns: number;
  readonly start: number;
}

function hunksOf(found: Found, size: Size): readonly Hunk[] {
  const { rows, columns, start } = size;
  const hunks: Hunk[] = [];
  let row = 0;
  let column = 0;
  while (row < rows || column < columns) {
    const end = found.same(row, column) ? { row, column } : endOfChange(found, size, { row, column });
    if (end.row > row || end.column > column)
      hunks.push({ fromA: row + start, toA: end.row + start, fromB: column + start, toB: end.column + start });
    row = end.row + 1;
    column = end.column + 1;
  }
  return hunks;
}

/** Goes on until lines are equal again, on the side whose rest has more in common. */
function endOfChange(found: Found, { rows, columns }: Size, from: { row: number; column: number }): { row: number; column: number } {
  const width = columns + 1;
  let { row, column } = from;
  while ((row < rows || column < columns) && !found.same(row, column)) {
    const down = row < rows ? (found.table[(row + 1) * width + column] ?? 0) : -1;
    const across = column < columns ? (found.table[row * width + column + 1] ?? 0) : -1;
    if (down >= across) row += 1;
    else column += 1;
  }
  return { row, column };
}
