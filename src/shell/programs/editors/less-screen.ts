import type { Options } from "../../options.ts";
import type { Execution, Process, TerminalSettings } from "../../program.ts";
import { compileRegex, type Regex } from "../regex/regex.ts";
import { askLine } from "./ask-line.ts";
import { wrapLine } from "./cells.ts";
import { RawTerminal } from "./raw-terminal.ts";

const START = "\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\r";
const END = "\r\x1b[K\x1b[?1l\x1b>\x1b[?1049l\x1b[23;0;0t";
const REVERSE = "\x1b[7m";
const PLAIN = "\x1b[27m";

export interface PagerText {
  readonly name: string;
  readonly lines: readonly string[];
}

/** less on a terminal: rows scroll as they do on paper, backwards through reverse index (terminfo `ri`). */
export class LessScreen {
  readonly #process: Process;
  readonly #terminal: RawTerminal;
  readonly #options: Options;
  readonly #texts: readonly PagerText[];
  #text: PagerText;
  #rows: readonly string[] = [];
  #firstRow: readonly number[] = [];
  /** The row at the top. */
  #top = 0;
  #fresh = true;
  #message = "";
  #pattern: { readonly regex: Regex; readonly forward: boolean } | undefined;

  constructor(
    process: Process,
    terminal: { readonly fd: number; readonly settings: TerminalSettings },
    what: { readonly options: Options; readonly texts: readonly PagerText[] },
  ) {
    this.#process = process;
    this.#terminal = new RawTerminal(process, terminal, true);
    this.#options = what.options;
    this.#texts = what.texts;
    this.#text = what.texts[0] ?? { name: "", lines: [] };
  }

  *run(first: PagerText): Execution {
    yield* this.#layOut(first);
    if (this.#options.has("F") && this.#rows.length < this.#terminal.rows) {
      this.#terminal.restore();
      yield* this.#process.print(this.#rows.map((row) => `${row}\n`).join(""));
      return 0;
    }
    this.#process.onSignal("INT", "catch");
    const init = this.#options.has("X") ? "" : START;
    yield* this.#process.print(init + this.#slice(0, this.#page).join(""));
    for (let going = true; going; ) {
      yield* this.#process.print(this.#prompt());
      going = yield* this.#obey(yield* this.#terminal.key(), "");
    }
    yield* this.#process.print(this.#options.has("X") ? "\r\x1b[K" : END);
    this.#terminal.restore();
    return 0;
  }

  get #page(): number {
    return this.#terminal.rows - 1;
  }

  get #last(): number {
    return Math.max(0, this.#rows.length - this.#page);
  }

  *#layOut(text: PagerText): Execution<void> {
    this.#text = text;
    const rows: string[] = [];
    const firstRow: number[] = [];
    const numbers = this.#options.has("N");
    const columns = this.#terminal.columns - (numbers ? 8 : 0);
    for (const [at, line] of text.lines.entries()) {
      firstRow.push(rows.length);
      const shown = yield* wrapLine(this.#process, line, columns);
      const kept = this.#options.has("S") ? shown.slice(0, 1) : shown;
      rows.push(...(numbers ? kept.map((row, part) => `${part === 0 ? String(at + 1).padStart(7) : " ".repeat(7)} ${row}`) : kept));
    }
    this.#rows = text.lines.length === 1 && text.lines[0] === "" ? [] : rows;
    this.#firstRow = firstRow;
    this.#top = 0;
  }

  #slice(from: number, count: number): string[] {
    return this.#rows.slice(from, from + count).map((row) => `${row}\n`);
  }

  #prompt(): string {
    const atEnd = this.#top >= this.#last;
    const name = this.#fresh && this.#text.name !== "" ? this.#text.name : "";
    this.#fresh = false;
    const message = this.#message;
    this.#message = "";
    if (message !== "") return `\r\x1b[K${REVERSE}${message}  (press RETURN)${PLAIN}`;
    if (name !== "") return `${REVERSE}${name}${atEnd ? " (END)" : ""}${PLAIN}\x1b[K`;
    return atEnd ? `${REVERSE}(END)${PLAIN}\x1b[K` : ":\x1b[K";
  }

  /** False ends the pager. */
  *#obey(key: string, count: string): Execution<boolean> {
    if (/^\d$/.test(key)) {
      yield* this.#process.print(`\r\x1b[K:${count}${key}`);
      return yield* this.#obey(yield* this.#terminal.key(), (count + key).slice(0, 9));
    }
    if (key === "q" || key === "Q" || key === "eof") return false;
    const times = Number(count || "0");
    const steps = this.#steps(key, times);
    if (steps !== undefined) yield* steps > 0 ? this.#forward(steps) : this.#backward(-steps);
    else if (key === ":") return yield* this.#colon();
    else if (key === "/" || key === "?") yield* this.#askPattern(key);
    else yield* this.#other(key, times);
    return true;
  }

  #steps(key: string, times: number): number | undefined {
    const half = Math.ceil(this.#page / 2);
    if (/^([ \x06fz]|pagedown)$/.test(key)) return times || this.#page;
    if (/^([\x02bw]|pageup)$/.test(key)) return -(times || this.#page);
    if (/^([\r\njeJ\x0e\x05]|down)$/.test(key)) return times || 1;
    if (/^([kyK\x10\x19]|up)$/.test(key)) return -(times || 1);
    if (/^[d\x04]$/.test(key)) return times || half;
    return /^[u\x15]$/.test(key) ? -(times || half) : undefined;
  }

  *#other(key: string, times: number): Execution<void> {
    if (/^(G|>|end)$/.test(key)) return yield* this.#jump(times > 0 ? (this.#firstRow[times - 1] ?? this.#last) : this.#last);
    if (/^(g|<|home)$/.test(key)) return yield* this.#jump(this.#firstRow[Math.max(0, times - 1)] ?? 0);
    if (key === "n" || key === "N") return yield* this.#search(key === "n");
    if (/^[\x0cr]$/.test(key)) return yield* this.#repaint();
    if (key === "=" || key === "\x07") this.#message = this.#where();
    else yield* this.#process.print("\r\x1b[K\x07");
  }

  #where(): string {
    const bottom = Math.min(this.#top + this.#page, this.#rows.length);
    const percent = this.#rows.length === 0 ? 100 : Math.floor((bottom * 100) / this.#rows.length);
    return `${this.#text.name} lines ${this.#top + 1}-${bottom}/${this.#text.lines.length} ${percent}%`;
  }

  *#forward(steps: number): Execution<void> {
    const count = Math.min(steps, this.#last - this.#top);
    yield* this.#process.print(count <= 0 ? "\r\x1b[K\x07" : `\r\x1b[K${this.#slice(this.#top + this.#page, count).join("")}`);
    this.#top += Math.max(0, count);
  }

  *#backward(steps: number): Execution<void> {
    const count = Math.min(steps, this.#top);
    if (count <= 0) return void (yield* this.#process.print("\r\x1b[K\x07"));
    if (count > this.#page) return yield* this.#jump(this.#top - count);
    let out = "\r\x1b[K";
    for (let left = count; left > 0; left -= 1) {
      this.#top -= 1;
      out += `\x1b[H\x1bM${this.#rows[this.#top] ?? ""}\n`;
    }
    yield* this.#process.print(`${out}\x1b[${this.#terminal.rows};1H\r\x1b[K`);
  }

  *#jump(row: number): Execution<void> {
    const target = Math.min(Math.max(0, row), this.#last);
    const distance = target - this.#top;
    this.#top = target;
    if (distance === 0) yield* this.#process.print("\r\x1b[K");
    else if (distance > 0 && distance < this.#page) {
      this.#top -= distance;
      yield* this.#forward(distance);
    } else if (distance > 0) yield* this.#process.print(`\r\x1b[K...skipping...\n${this.#slice(target, this.#page).join("")}`);
    else yield* this.#repaint();
  }

  *#repaint(): Execution<void> {
    yield* this.#process.print(`\r\x1b[K\x1b[H\x1b[J${this.#slice(this.#top, this.#page).join("")}`);
  }

  *#askPattern(key: string): Execution<void> {
    yield* this.#process.print(`\r\x1b[K${key}`);
    const text = yield* askLine(this.#process, this.#terminal);
    yield* this.#process.print("\r\x1b[K");
    if (text === undefined) return;
    const ignoreCase = this.#options.has("I") || (this.#options.has("i") && !/[A-Z]/.test(text));
    const regex = text === "" ? this.#pattern?.regex : compileRegex(text, { syntax: "extended", ignoreCase });
    if (regex === undefined) this.#message = "No previous regular expression";
    else if ("wrong" in regex) this.#message = regex.wrong;
    else {
      this.#pattern = { regex, forward: key === "/" };
      yield* this.#search(true);
    }
  }

  *#search(same: boolean): Execution<void> {
    if (this.#pattern === undefined) {
      this.#message = "No previous regular expression";
      return;
    }
    const step = this.#pattern.forward === same ? 1 : -1;
    const line = this.#firstRow.findLastIndex((row) => row <= this.#top);
    for (let at = line + step; at >= 0 && at < this.#text.lines.length; at += step) {
      if ((yield* this.#pattern.regex.find(this.#process, this.#text.lines[at] ?? "")) === undefined) continue;
      return yield* this.#jump(this.#firstRow[at] ?? 0);
    }
    this.#message = "Pattern not found";
  }

  /** :q, :n, :p; false ends the pager. */
  *#colon(): Execution<boolean> {
    yield* this.#process.print("\r\x1b[K :");
    const key = yield* this.#terminal.key();
    if (key === "q" || key === "Q" || key === "eof") return false;
    const step = key === "n" ? 1 : key === "p" ? -1 : 0;
    const next = this.#texts[this.#texts.indexOf(this.#text) + step];
    if (step !== 0 && next === undefined) this.#message = `No ${step > 0 ? "next" : "previous"} file`;
    else if (step !== 0 && next !== undefined) {
      yield* this.#layOut(next);
      this.#fresh = true;
      yield* this.#repaint();
    } else yield* this.#process.print("\r\x1b[K");
    return true;
  }
}
