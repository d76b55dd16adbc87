import type { Motion } from "./motions.ts";
import type { Place, ViState } from "./vi-state.ts";

/** What vi's commands do to the text; each leaves a checkpoint for `u`. */

/** Deletes, changes or yanks from the cursor to where a motion leads. */
export function operate(state: ViState, operator: string, motion: Motion): void {
  if (motion.kind === "lines") return operateLines(state, operator, motion.row);
  const cursor = { row: state.row, column: state.column };
  const [from, to] = before(motion, cursor) ? [motion, cursor] : [cursor, motion];
  const end = { row: to.row, column: Math.min(to.column + (motion.kind === "inclusive" ? 1 : 0), state.buffer.line(to.row).length) };
  const stop = end.row > from.row && end.column === 0 && motion.kind === "exclusive" ? lineEnd(state, end.row - 1) : end;
  if (operator !== "y") state.buffer.checkpoint(state.row);
  const text = state.buffer.remove(from, stop);
  state.register = { text, whole: false };
  if (operator === "y") state.buffer.insert(from.row, from.column, text);
  if (operator === "c") state.mode = "insert";
  state.moveTo(from);
}

function before(one: Place, other: Place): boolean {
  return one.row < other.row || (one.row === other.row && one.column < other.column);
}

function lineEnd(state: ViState, row: number): Place {
  return { row, column: state.buffer.line(row).length };
}

function operateLines(state: ViState, operator: string, other: number): void {
  const first = Math.max(0, Math.min(state.row, other));
  const count = Math.min(Math.abs(state.row - other) + 1, state.buffer.lines.length - first);
  state.register = { text: state.buffer.lines.slice(first, first + count).join("\n"), whole: true };
  if (operator === "y") return yanked(state, count);
  if (operator === ">" || operator === "<") return shift(state, { first, count, operator });
  state.buffer.checkpoint(state.row);
  state.buffer.removeLines(first, count);
  if (operator === "d") deleted(state, count);
  else changeLine(state, first);
  state.moveTo({ row: first, column: 0 });
}

/** An empty line where lines were, to type into. */
function changeLine(state: ViState, row: number): void {
  if (!state.buffer.isEmpty) state.buffer.lines.splice(row, 0, "");
  state.mode = "insert";
}

function deleted(state: ViState, count: number): void {
  if (state.buffer.isEmpty) state.say("--No lines in buffer--");
  else if (count > 2) state.say(`${count} fewer lines`);
}

function yanked(state: ViState, count: number): void {
  if (count > 2) state.say(`${count} lines yanked`);
}

function shift(state: ViState, how: { first: number; count: number; operator: string }): void {
  state.buffer.checkpoint(state.row);
  for (let row = how.first; row < how.first + how.count; row += 1) {
    const line = state.buffer.line(row);
    state.buffer.lines[row] = how.operator === ">" ? `\t${line}` : line.replace(/^(\t| {1,8})/, "");
  }
  state.moveTo({ row: how.first, column: 0 });
}

/** p and P. */
export function put(state: ViState, where: { readonly behind: boolean; readonly count: number }): void {
  const { text, whole } = state.register;
  if (text === "" && !whole) return;
  state.buffer.checkpoint(state.row);
  const times = Math.min(Math.max(1, where.count), MAX_TIMES);
  if (whole) {
    const at = state.row + (where.behind ? 1 : 0);
    const lines = Array.from({ length: times }, () => text.split("\n")).flat();
    state.buffer.lines.splice(at, 0, ...lines);
    if (lines.length > 2) state.say(`${lines.length} more lines`);
    return state.moveTo({ row: at, column: 0 });
  }
  const column = where.behind && state.line !== "" ? state.column + 1 : state.column;
  const end = state.buffer.insert(state.row, column, text.repeat(times));
  state.moveTo({ row: end.row, column: end.column - 1 });
}

const MAX_TIMES = 1000;

export function join(state: ViState, count: number): void {
  if (state.row >= state.lastRow) return;
  state.buffer.checkpoint(state.row);
  for (let left = Math.max(1, count - 1); left > 0 && state.row < state.lastRow; left -= 1) {
    const next = state.buffer.line(state.row + 1).trimStart();
    const column = state.line.length;
    const gap = next === "" || state.line.endsWith(" ") || next.startsWith(")") ? "" : " ";
    state.buffer.lines.splice(state.row, 2, state.line + gap + next);
    state.moveTo({ row: state.row, column });
  }
}

/** ~ */
export function toggleCase(state: ViState, count: number): void {
  state.buffer.checkpoint(state.row);
  const part = state.line.slice(state.column, state.column + Math.max(1, count));
  const turned = Array.from(part, (char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase())).join("");
  state.buffer.lines[state.row] = state.line.slice(0, state.column) + turned + state.line.slice(state.column + part.length);
  state.moveTo({ row: state.row, column: state.column + part.length });
}

/** r: `count` characters become `char`. */
export function replaceCharacters(state: ViState, count: number, char: string): void {
  const size = Math.max(1, count);
  if (state.column + size > state.line.length) return;
  state.buffer.checkpoint(state.row);
  const { line, column } = state;
  if (char === "\r" || char === "\n") {
    state.buffer.lines.splice(state.row, 1, line.slice(0, column), line.slice(column + size));
    return state.moveTo({ row: state.row + 1, column: 0 });
  }
  state.buffer.lines[state.row] = line.slice(0, column) + char.repeat(size) + line.slice(column + size);
  state.moveTo({ row: state.row, column: column + size - 1 });
}

/** What a key does while text is typed; escape goes back to commands. */
export function typeKey(state: ViState, key: string): void {
  const { row, column, line } = state;
  const step = typedStep(state, key);
  if (step !== undefined) state.moveTo(step);
  else if (key === "escape" || key === "\x03") {
    state.mode = "command";
    state.moveTo({ row, column: column - 1 });
  } else if (key === "\r" || key === "\n") typed(state, "\n");
  else if (key === "\x7f" || key === "\b") backspace(state);
  else if (key === "\x17") eraseWord(state);
  else if (key === "delete") state.buffer.remove({ row, column }, { row, column: Math.min(column + 1, line.length) });
  else if (key === "\t" || (key >= " " && !/^[a-z]{3,}$/.test(key))) typed(state, key);
}

/** Where the arrow keys lead. */
function typedStep(state: ViState, key: string): Place | undefined {
  const { row, column, line } = state;
  const steps: Readonly<Record<string, Place>> = {
    up: { row: row - 1, column },
    down: { row: row + 1, column },
    left: { row, column: column - 1 },
    right: { row, column: column + 1 },
    home: { row, column: 0 },
    end: { row, column: line.length },
  };
  return Object.hasOwn(steps, key) ? steps[key] : undefined;
}

function typed(state: ViState, text: string): void {
  const { row, column } = state;
  if (state.mode === "replace" && text !== "\n" && column < state.line.length)
    state.buffer.remove({ row, column }, { row, column: column + 1 });
  state.moveTo(state.buffer.insert(row, column, text));
}

function backspace(state: ViState): void {
  const { row, column } = state;
  if (column > 0) {
    const from = column - (/[\xc2-\xf4][\x80-\xbf]+$/.exec(state.line.slice(0, column))?.[0].length ?? 1);
    state.buffer.remove({ row, column: from }, { row, column });
    return state.moveTo({ row, column: from });
  }
  if (row === 0) return;
  const end = { row: row - 1, column: state.buffer.line(row - 1).length };
  state.buffer.remove(end, { row, column: 0 });
  state.moveTo(end);
}

function eraseWord(state: ViState): void {
  const { row, column } = state;
  const from = state.line.slice(0, column).replace(/(\w+|[^\w\s]+)?\s*$/, "").length;
  state.buffer.remove({ row, column: from }, { row, column });
  state.moveTo({ row, column: from });
}
