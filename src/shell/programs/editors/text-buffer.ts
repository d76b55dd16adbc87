import { isErrno } from "../../errno.ts";
import type { Errno } from "../../file-system.ts";
import type { Process } from "../../program.ts";

/** The text in an editor: lines without newlines, at least one. Changes before the last `UNDO_STEPS` are forgotten. */
export class TextBuffer {
  lines: string[] = [""];
  modified = false;
  #undo: Snapshot[] = [];
  #redo: Snapshot[] = [];

  /** The text of a file; an errno when it cannot be read. */
  load(process: Process, path: string): Errno | undefined {
    const stat = process.fs.stat(path);
    if (!isErrno(stat) && stat.kind === "directory") return { errno: "EISDIR" };
    const text = process.fs.readFile(path);
    if (isErrno(text)) return text;
    this.lines = linesOf(text);
    this.modified = false;
    return undefined;
  }

  get text(): string {
    return this.isEmpty ? "" : `${this.lines.join("\n")}\n`;
  }

  get isEmpty(): boolean {
    return this.lines.length === 1 && this.lines[0] === "";
  }

  line(at: number): string {
    return this.lines[at] ?? "";
  }

  /** Remembers the text as it is now, to come back to. */
  checkpoint(row: number): void {
    this.#undo.push({ lines: [...this.lines], row });
    if (this.#undo.length > UNDO_STEPS) this.#undo.shift();
    this.#redo = [];
    this.modified = true;
  }

  /** Goes back to the last checkpoint (or forward again) and gives the row; undefined: there is none. */
  undo(row: number, way: "back" | "forward" = "back"): number | undefined {
    const [from, to] = way === "back" ? [this.#undo, this.#redo] : [this.#redo, this.#undo];
    const step = from.pop();
    if (step === undefined) return undefined;
    to.push({ lines: [...this.lines], row });
    this.lines = [...step.lines];
    this.modified = true;
    return Math.min(step.row, this.lines.length - 1);
  }

  /** Puts text, which may have newlines, at a place; gives the place behind it. */
  insert(row: number, column: number, text: string): { readonly row: number; readonly column: number } {
    const line = this.line(row);
    const parts = (line.slice(0, column) + text).split("\n");
    const last = parts.at(-1) ?? "";
    this.lines.splice(row, 1, ...parts.slice(0, -1), last + line.slice(column));
    return { row: row + parts.length - 1, column: last.length };
  }

  /** Takes out what is between two places, and gives it. */
  remove(from: { readonly row: number; readonly column: number }, to: { readonly row: number; readonly column: number }): string {
    const head = this.line(from.row).slice(0, from.column);
    const tail = this.line(to.row).slice(to.column);
    const gone = this.lines.slice(from.row, to.row + 1);
    this.lines.splice(from.row, to.row - from.row + 1, head + tail);
    if (from.row === to.row) return (gone[0] ?? "").slice(from.column, to.column);
    return [(gone[0] ?? "").slice(from.column), ...gone.slice(1, -1), (gone.at(-1) ?? "").slice(0, to.column)].join("\n");
  }

  removeLines(row: number, count: number): readonly string[] {
    const gone = this.lines.splice(row, count);
    if (this.lines.length === 0) this.lines.push("");
    return gone;
  }
}

interface Snapshot {
  readonly lines: readonly string[];
  readonly row: number;
}

const UNDO_STEPS = 50;

/** Lines of a text; a last newline ends the last line. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}
