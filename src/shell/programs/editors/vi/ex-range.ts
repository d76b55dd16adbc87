import type { Execution } from "../../../program.ts";
import { compileRegex } from "../../regex/regex.ts";
import type { ViState } from "./vi-state.ts";

/** Rows from and to, both included, counted from 0. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export type Ranged = { readonly range: Range | undefined; readonly rest: string } | { readonly wrong: string };

/** `%`, `5`, `1,$`, `.,+3`, `/pattern/` in front of a command. */
export function* parseRange(state: ViState, line: string): Execution<Ranged> {
  if (line.startsWith("%")) return { range: { from: 0, to: state.lastRow }, rest: line.slice(1).trim() };
  const first = yield* parseAddress(state, line);
  if (first === undefined) return { range: undefined, rest: line };
  if (!first.rest.startsWith(",")) return checked(state, { from: first.row, to: first.row }, first.rest);
  const second = yield* parseAddress(state, first.rest.slice(1));
  return checked(state, { from: first.row, to: second?.row ?? state.row }, second?.rest ?? first.rest.slice(1));
}

function checked(state: ViState, range: Range, rest: string): Ranged {
  if (rest.trim() === "") return { range: { from: range.from, to: Math.min(Math.max(0, range.to), state.lastRow) }, rest: "" };
  if (range.from > state.lastRow || range.to > state.lastRow || range.from < 0) return { wrong: "E16: Invalid range" };
  return { range: range.from > range.to ? { from: range.to, to: range.from } : range, rest: rest.trim() };
}

function* parseAddress(state: ViState, text: string): Execution<{ row: number; rest: string } | undefined> {
  const [whole, number, mark, pattern, offsets = ""] = /^(?:(\d+)|([.$])|\/([^/]*)\/|(?=[-+]))((?:[-+]\d*)*)/.exec(text) ?? [];
  if (whole === undefined || text === "") return undefined;
  const base = yield* baseRow(state, { number, mark, pattern });
  const shift = (offsets.match(/[-+]\d*/g) ?? []).reduce((sum, one) => sum + (/\d/.test(one) ? Number(one) : one === "+" ? 1 : -1), 0);
  return { row: base + shift, rest: text.slice(whole.length) };
}

function* baseRow(
  state: ViState,
  at: { number: string | undefined; mark: string | undefined; pattern: string | undefined },
): Execution<number> {
  if (at.number !== undefined) return Math.max(0, Number(at.number) - 1);
  if (at.mark === "$") return state.lastRow;
  if (at.pattern === undefined) return state.row;
  const regex = compileRegex(at.pattern, { syntax: "basic" });
  if ("wrong" in regex) return state.row;
  for (let step = 1; step <= state.buffer.lines.length; step += 1) {
    const row = (state.row + step) % state.buffer.lines.length;
    if ((yield* regex.find(state.process, state.buffer.line(row))) !== undefined) return row;
  }
  return state.row;
}
