import { type Options, parseOptions } from "../../options.ts";
import type { Process, Program } from "../../program.ts";
import { readWhole } from "../inputs.ts";
import { splitLines } from "../line-input.ts";

export const column: Program = {
  name: "column",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "c:eN:no:R:s:txJ",
      long: {
        table: "t",
        separator: "s",
        "output-separator": "o",
        "output-width": "c",
        columns: "c",
        fillrows: "x",
        "keep-empty-lines": "e",
        "table-columns": "N",
        "table-right": "R",
      },
    });
    if (typeof options === "number") return options;
    let text = "";
    let status = 0;
    for (const path of options.operands.length === 0 ? ["-"] : options.operands) {
      const part = yield* readWhole(process, path, (name, reason) => `${name}: ${reason}`);
      if (part === undefined) status = 1;
      else text += part;
    }
    const lines = splitLines(text).filter((line) => line.trim() !== "" || options.has("e"));
    yield* process.charge(lines.length);
    yield* process.print(options.has("t") ? table(lines, options) : columns(process, lines, options));
    return status;
  },
};

function table(lines: readonly string[], options: Options): string {
  const separator = options.value("s");
  const named = options.value("N")?.split(",");
  const cells = lines.map((line) =>
    separator === undefined ? line.split(/[ \t]+/).filter((cell) => cell !== "") : line.split(new RegExp(`[${RegExp.escape(separator)}]`)),
  );
  if (named !== undefined) cells.unshift(named);
  const right = new Set(
    (options.value("R") ?? "")
      .split(",")
      .filter((text) => text !== "")
      .map((text) => Number(text) - 1),
  );
  const count = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(0, ...cells.map((row) => (row[at] ?? "").length)));
  const gap = options.value("o") ?? "  ";
  return cells
    .map((row) => {
      const shown = widths.map((width, at) => {
        const cell = row[at] ?? "";
        if (right.has(at)) return cell.padStart(width);
        return at === count - 1 ? cell : cell.padEnd(width);
      });
      return `${shown.join(gap)}\n`;
    })
    .join("");
}

const TAB = 8;

/** Columns as wide as the longest line, to the next tab stop. */
function columns(process: Process, lines: readonly string[], options: Options): string {
  if (lines.length === 0) return "";
  const total = Number(options.value("c") ?? process.environment.get("COLUMNS") ?? process.terminal?.columns ?? 80) || 80;
  const longest = Math.max(...lines.map((line) => line.length));
  const width = (Math.floor(longest / TAB) + 1) * TAB;
  const count = Math.max(1, Math.floor(total / width));
  const rows = Math.ceil(lines.length / count);
  const across = options.has("x");
  return Array.from({ length: rows }, (_, row) => {
    const cells = Array.from({ length: count }, (__, at) => lines[across ? row * count + at : at * rows + row]).filter(
      (cell) => cell !== undefined,
    );
    return `${cells.map((cell, at) => (at === cells.length - 1 ? cell : cell + "\t".repeat(Math.ceil((width - cell.length) / TAB)))).join("")}\n`;
  }).join("");
}
