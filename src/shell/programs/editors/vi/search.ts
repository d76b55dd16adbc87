import type { Execution } from "../../../program.ts";
import { compileRegex, type Regex } from "../../regex/regex.ts";
import type { Place, ViState } from "./vi-state.ts";

/** Goes to the next match of a pattern, around the end if need be. */
export function* search(state: ViState, pattern: string, forward: boolean): Execution<void> {
  const regex = compileRegex(pattern, { syntax: "basic" });
  const found = "wrong" in regex ? undefined : yield* nextMatch(state, regex, forward);
  if (found === undefined) return state.complain(`E486: Pattern not found: ${pattern}`);
  const turn = forward ? "BOTTOM, continuing at TOP" : "TOP, continuing at BOTTOM";
  state.say(found.turned ? `\x1b[31msearch hit ${turn}\x1b[m` : `${forward ? "/" : "?"}${pattern}`);
  state.moveTo(found);
}

function* nextMatch(state: ViState, regex: Regex, forward: boolean): Execution<(Place & { readonly turned: boolean }) | undefined> {
  const total = state.buffer.lines.length;
  for (let step = 0; step <= total; step += 1) {
    const row = (((state.row + (forward ? step : -step)) % total) + total) % total;
    const columns = yield* matchesIn(state, regex, row);
    const column = pick(columns, { state, step, forward, wrapped: step === total });
    const turned = step === total || (forward ? row < state.row : row > state.row);
    if (column !== undefined) return { row, column, turned };
  }
  return undefined;
}

const MAX_MATCHES = 1000;

function* matchesIn(state: ViState, regex: Regex, row: number): Execution<readonly number[]> {
  const line = state.buffer.line(row);
  const columns: number[] = [];
  for (let from = 0; from <= line.length && columns.length < MAX_MATCHES; ) {
    const match = yield* regex.find(state.process, line, { from });
    const start = match?.start;
    if (start === undefined) break;
    columns.push(start);
    from = start + 1;
  }
  return columns;
}

function pick(columns: readonly number[], at: { state: ViState; step: number; forward: boolean; wrapped: boolean }): number | undefined {
  const { state, step, forward, wrapped } = at;
  if (step > 0 || wrapped) return forward ? columns[0] : columns.at(-1);
  return forward ? columns.find((column) => column > state.column) : columns.findLast((column) => column < state.column);
}
