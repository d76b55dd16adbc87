import type { Place, ViState } from "./vi-state.ts";

/** Where a motion leads, and what an operator takes with it: whole lines, up to it, or including it. */
export interface Motion extends Place {
  readonly kind: "lines" | "exclusive" | "inclusive";
}

export interface MotionKey {
  readonly key: string;
  /** 0: none was typed. */
  readonly count: number;
  /** What follows f, t, F, T. */
  readonly target?: string;
}

type Finder = (state: ViState, count: number) => Motion;

const exclusive = (row: number, column: number): Motion => ({ row, column, kind: "exclusive" });
const lines = (row: number, column: number): Motion => ({ row, column, kind: "lines" });
const indent = (line: string) => /^\s*/.exec(line)?.[0].length ?? 0;

const left: Finder = (state, count) => exclusive(state.row, state.column - count);
const right: Finder = (state, count) => exclusive(state.row, Math.min(state.column + count, state.line.length));
const down: Finder = (state, count) => lines(state.row + count, state.column);
const up: Finder = (state, count) => lines(state.row - count, state.column);
const nextLine: Finder = (state, count) => lines(state.row + count, indent(state.buffer.line(state.row + count)));
const start: Finder = (state) => exclusive(state.row, 0);
const end: Finder = (state, count) => ({
  row: state.row + count - 1,
  column: Math.max(0, state.buffer.line(state.row + count - 1).length - 1),
  kind: "inclusive",
});

const FINDERS: Readonly<Record<string, Finder>> = {
  h: left,
  left,
  "\b": left,
  "\x7f": left,
  l: right,
  right,
  " ": right,
  j: down,
  down,
  "\x0e": down,
  k: up,
  up,
  "\x10": up,
  "\r": nextLine,
  "\n": nextLine,
  "+": nextLine,
  "-": (state, count) => lines(state.row - count, indent(state.buffer.line(state.row - count))),
  "0": start,
  home: start,
  "^": (state) => exclusive(state.row, indent(state.line)),
  $: end,
  end,
  w: (state, count) => words(state, count, nextWord(/\w/)),
  W: (state, count) => words(state, count, nextWord(/\S/)),
  b: (state, count) => words(state, count, wordBefore(/\w/)),
  B: (state, count) => words(state, count, wordBefore(/\S/)),
  e: (state, count) => ({ ...words(state, count, wordEnd(/\w/)), kind: "inclusive" }),
  E: (state, count) => ({ ...words(state, count, wordEnd(/\S/)), kind: "inclusive" }),
};

/** Undefined: the key is no motion, or leads nowhere. */
export function findMotion(state: ViState, { key, count, target }: MotionKey): Motion | undefined {
  if (key === "G" || key === "gg") return lines(count > 0 ? count - 1 : key === "G" ? state.lastRow : 0, 0);
  if (/^[fFtT]$/.test(key)) return findInLine(state, { key, count, target: target ?? "" });
  const finder = Object.hasOwn(FINDERS, key) ? FINDERS[key] : undefined;
  return inside(state, finder?.(state, Math.max(1, count)));
}

function inside(state: ViState, motion: Motion | undefined): Motion | undefined {
  return motion?.kind === "lines" && (motion.row < 0 || motion.row > state.lastRow) ? undefined : motion;
}

function findInLine(state: ViState, { key, count, target }: Required<MotionKey>): Motion | undefined {
  const forward = key === "f" || key === "t";
  const { line } = state;
  const next = forward ? (at: number) => line.indexOf(target, at + 1) : (at: number) => line.slice(0, at).lastIndexOf(target);
  let at = state.column;
  for (let left = Math.max(1, count); left > 0 && at >= 0; left -= 1) at = next(at);
  const column = key === "t" ? at - 1 : key === "T" ? at + 1 : at;
  return at < 0 ? undefined : { row: state.row, column, kind: forward ? "inclusive" : "exclusive" };
}

type Step = (state: ViState, from: Place) => Place;

function words(state: ViState, count: number, step: Step): Motion {
  let place: Place = { row: state.row, column: state.column };
  for (let left = Math.min(count, MAX_WORDS); left > 0; left -= 1) place = step(state, place);
  return { ...place, kind: "exclusive" };
}

const MAX_WORDS = 1000;

/** Runs of word characters, and runs of other marks. */
function runs(line: string, word: RegExp): readonly { readonly from: number; readonly to: number }[] {
  const pattern = word.source === "\\S" ? /\S+/g : /\w+|[^\w\s]+/g;
  return [...line.matchAll(pattern)].map(({ index, 0: run }) => ({ from: index, to: index + run.length }));
}

function nextWord(word: RegExp): Step {
  return (state, from) => {
    const here = runs(state.buffer.line(from.row), word).find((run) => run.from > from.column);
    if (here !== undefined) return { row: from.row, column: here.from };
    for (let row = from.row + 1; row <= state.lastRow; row += 1) {
      const [first] = runs(state.buffer.line(row), word);
      if (first !== undefined || state.buffer.line(row) === "") return { row, column: first?.from ?? 0 };
    }
    return { row: from.row, column: state.buffer.line(from.row).length };
  };
}

function wordBefore(word: RegExp): Step {
  return (state, from) => {
    const here = runs(state.buffer.line(from.row), word).findLast((run) => run.from < from.column);
    if (here !== undefined) return { row: from.row, column: here.from };
    for (let row = from.row - 1; row >= 0; row -= 1) {
      const last = runs(state.buffer.line(row), word).at(-1);
      if (last !== undefined || state.buffer.line(row) === "") return { row, column: last?.from ?? 0 };
    }
    return { row: 0, column: 0 };
  };
}

function wordEnd(word: RegExp): Step {
  return (state, from) => {
    const here = runs(state.buffer.line(from.row), word).find((run) => run.to - 1 > from.column);
    if (here !== undefined) return { row: from.row, column: here.to - 1 };
    for (let row = from.row + 1; row <= state.lastRow; row += 1) {
      const [first] = runs(state.buffer.line(row), word);
      if (first !== undefined) return { row, column: first.to - 1 };
    }
    return { row: from.row, column: Math.max(0, state.buffer.line(from.row).length - 1) };
  };
}
