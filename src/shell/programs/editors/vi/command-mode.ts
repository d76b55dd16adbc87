import type { Execution } from "../../../program.ts";
import { askLine } from "../ask-line.ts";
import { join, operate, put, replaceCharacters, toggleCase } from "./edits.ts";
import { exit, runEx, undo } from "./ex.ts";
import { findMotion, type Motion } from "./motions.ts";
import { search } from "./search.ts";
import type { ViScreen } from "./vi-screen.ts";
import type { ViState } from "./vi-state.ts";

/** Where keys come from: the terminal, or those of a change that `.` repeats. */
export type Keys = () => Execution<string>;

/** Reads and does one command. `changed` is called when it was one that `.` repeats. */
export class CommandMode {
  readonly #state: ViState;
  readonly #screen: ViScreen;

  constructor(state: ViState, screen: ViScreen) {
    this.#state = state;
    this.#screen = screen;
  }

  /** True when it changed the text, or began to. */
  *obey(keys: Keys): Execution<boolean> {
    let count = "";
    let key = yield* keys();
    for (; /^[1-9]$/.test(key) || (key === "0" && count !== ""); key = yield* keys()) count = (count + key).slice(0, 7);
    const amount = Number(count || "0");
    if (key === '"') {
      yield* keys();
      key = yield* keys();
    }
    if (/^[dcy<>]$/.test(key)) return yield* this.#operator(key, amount, keys);
    if (yield* this.#move(key, amount, keys)) return false;
    return yield* this.#change(key, amount, keys);
  }

  *#operator(operator: string, count: number, keys: Keys): Execution<boolean> {
    const state = this.#state;
    let digits = "";
    let key = yield* keys();
    for (; /^[1-9]$/.test(key) || (key === "0" && digits !== ""); key = yield* keys()) digits = (digits + key).slice(0, 7);
    const amount = Math.max(1, count) * Math.max(1, Number(digits || "0"));
    const given = count > 0 || digits !== "" ? amount : 0;
    const motion = key === operator ? wholeLines(state, amount) : yield* this.#motion(adjusted(operator, key, state), given, keys);
    if (motion !== undefined) operate(state, operator, motion);
    return operator !== "y" && motion !== undefined;
  }

  *#motion(key: string, count: number, keys: Keys): Execution<Motion | undefined> {
    const target = /^[fFtT]$/.test(key) ? { target: yield* keys() } : {};
    const full = key === "g" ? `g${yield* keys()}` : key;
    return findMotion(this.#state, { key: full, count, ...target });
  }

  *#move(key: string, count: number, keys: Keys): Execution<boolean> {
    const state = this.#state;
    if (this.#scroll(key)) return true;
    if (key === "/" || key === "?") return yield* this.#askPattern(key);
    if (key === "n" || key === "N") return yield* this.#searchAgain(key === "n");
    if (key === ":") return yield* this.#colon();
    const motion = yield* this.#motion(key, count, keys);
    if (motion === undefined) return false;
    state.moveTo(motion);
    return true;
  }

  #scroll(key: string): boolean {
    const state = this.#state;
    const page = this.#screen.pageRows;
    const steps: Readonly<Record<string, number>> = {
      "\x06": page - 2,
      pagedown: page - 2,
      "\x02": 2 - page,
      pageup: 2 - page,
      "\x04": page >> 1,
      "\x15": -(page >> 1),
      "\x05": 1,
      "\x19": -1,
    };
    const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
    if (step !== undefined) {
      this.#screen.scrollTo(this.#screen.top + step);
      state.moveTo({ row: state.row + step, column: state.column });
    } else if (key === "\x0c") this.#screen.forget();
    else return false;
    return true;
  }

  /** The bottom line as a line of input. */
  *#ask(mark: string): Execution<string | undefined> {
    const { process, terminal } = this.#state;
    yield* process.print(`\x1b[${terminal.rows};1H\x1b[K${mark}`);
    const text = yield* askLine(process, terminal);
    this.#screen.forget();
    return text;
  }

  *#colon(): Execution<boolean> {
    const text = yield* this.#ask(":");
    if (text !== undefined) yield* runEx(this.#state, text);
    return true;
  }

  *#askPattern(mark: string): Execution<boolean> {
    const text = yield* this.#ask(mark);
    if (text === undefined) return true;
    const pattern = text === "" ? this.#state.lastSearch?.pattern : text;
    if (pattern === undefined) this.#state.complain("E35: No previous regular expression");
    else {
      this.#state.lastSearch = { pattern, forward: mark === "/" };
      yield* search(this.#state, pattern, mark === "/");
    }
    return true;
  }

  *#searchAgain(same: boolean): Execution<boolean> {
    const last = this.#state.lastSearch;
    if (last === undefined) this.#state.complain("E35: No previous regular expression");
    else yield* search(this.#state, last.pattern, last.forward === same);
    return true;
  }

  *#change(key: string, count: number, keys: Keys): Execution<boolean> {
    const state = this.#state;
    if (key === "Z") {
      const next = yield* keys();
      if (next === "Z") yield* exit(state, { range: undefined, bang: false, rest: "" });
      else if (next === "Q") state.ended = true;
      return false;
    }
    if (key === "u" || key === "U") {
      yield* undo(state);
      return false;
    }
    if (key === "\x12") {
      state.moveTo({ row: state.buffer.undo(state.row, "forward") ?? state.row, column: 0 });
      return false;
    }
    if (key === "\x07") yield* runEx(state, "file");
    if (key === "r") {
      replaceCharacters(state, count, yield* keys());
      return true;
    }
    return this.#edit(key, count);
  }

  #edit(key: string, count: number): boolean {
    const edit = Object.hasOwn(EDITS, key) ? EDITS[key] : undefined;
    edit?.(this.#state, count);
    return edit !== undefined && key !== "Y";
  }
}

/** cw on a word ends with it. */
function adjusted(operator: string, key: string, state: ViState): string {
  const onWord = /\S/.test(state.line.charAt(state.column));
  if (operator === "c" && onWord && (key === "w" || key === "W")) return key === "w" ? "e" : "E";
  return key;
}

function wholeLines(state: ViState, count: number): Motion {
  return { row: Math.min(state.row + count - 1, state.lastRow), column: 0, kind: "lines" };
}

type Edit = (state: ViState, count: number) => void;

const EDITS: Readonly<Record<string, Edit>> = {
  x: (state, count) => onCharacters(state, Math.max(1, count)),
  delete: (state, count) => onCharacters(state, Math.max(1, count)),
  X: (state, count) => {
    if (state.column > 0)
      operate(state, "d", { row: state.row, column: Math.max(0, state.column - Math.max(1, count)), kind: "exclusive" });
  },
  D: (state) => operate(state, "d", { row: state.row, column: state.line.length, kind: "exclusive" }),
  C: (state) => operate(state, "c", { row: state.row, column: state.line.length, kind: "exclusive" }),
  s: (state, count) => operate(state, "c", { row: state.row, column: state.column + Math.max(1, count), kind: "exclusive" }),
  S: (state, count) => operate(state, "c", wholeLines(state, Math.max(1, count))),
  Y: (state, count) => operate(state, "y", wholeLines(state, Math.max(1, count))),
  p: (state, count) => put(state, { behind: true, count }),
  P: (state, count) => put(state, { behind: false, count }),
  J: join,
  "~": toggleCase,
  i: (state) => begin(state, state.column),
  insert: (state) => begin(state, state.column),
  I: (state) => begin(state, /^\s*/.exec(state.line)?.[0].length ?? 0),
  a: (state) => begin(state, state.line === "" ? 0 : state.column + 1),
  A: (state) => begin(state, state.line.length),
  o: (state) => open(state, state.row + 1),
  O: (state) => open(state, state.row),
  R: (state) => {
    begin(state, state.column);
    state.mode = "replace";
  },
};

function onCharacters(state: ViState, count: number): void {
  if (state.line !== "")
    operate(state, "d", { row: state.row, column: Math.min(state.line.length, state.column + count), kind: "exclusive" });
}

function begin(state: ViState, column: number): void {
  state.buffer.checkpoint(state.row);
  state.mode = "insert";
  state.moveTo({ row: state.row, column });
}

function open(state: ViState, row: number): void {
  state.buffer.checkpoint(state.row);
  state.buffer.lines.splice(row, 0, "");
  state.mode = "insert";
  state.moveTo({ row, column: 0 });
}
