import type { TaskProcess } from "../kernel/task-process.ts";
import type { Execution } from "../program.ts";
import { columnsOf } from "./columns.ts";
import type { Completions } from "./completion.ts";
import { Display } from "./display.ts";
import { type Command, type Key, readKeys } from "./keys.ts";
import { isNoSpace, isWordCharacter, runStart, wordStart } from "./words.ts";

/**
 * The editor of an interactive shell's line (readline, busybox lineedit): keys in, the line out. It owns the terminal in raw mode
 * while a line is edited and gives it back as it was; ^C reaches the shell as a signal.
 */
export type Edited =
  | { readonly kind: "line"; readonly line: string }
  /** ^D on an empty line, or the terminal is gone. */
  | { readonly kind: "end" }
  /** ^C. */
  | { readonly kind: "interrupt" };

export interface EditSettings {
  readonly prompt: string;
  readonly history: readonly string[];
  /** bash 5 asks the terminal to mark pasted text. */
  readonly bracketedPaste: boolean;
  readonly complete: (line: string, cursor: number) => Completions;
}

/** A line longer than this takes no more. */
const MAX_LINE_BYTES = 65_536;
const COMPLETION_STEPS = 1000;

export class LineEditor {
  readonly #process: TaskProcess;
  /** Typed ahead: kept for the next line. */
  #ahead = "";
  #killed = "";

  constructor(process: TaskProcess) {
    this.#process = process;
  }

  *edit(settings: EditSettings): Execution<Edited> {
    const terminal = this.#process.terminal;
    const { flags } = terminal?.settings ?? { flags: new Set<string>() };
    const before = [...flags];
    for (const flag of ["icanon", "echo", "icrnl", "ixon"]) flags.delete(flag);
    const line = new Editing(settings, { columns: terminal?.columns ?? 80, killed: this.#killed });
    yield* this.#process.write(2, (settings.bracketedPaste ? "\x1b[?2004h" : "") + settings.prompt);
    const edited = yield* this.#loop(line);
    this.#killed = line.killed;
    flags.clear();
    for (const flag of before) flags.add(flag);
    if (settings.bracketedPaste) yield* this.#process.write(2, "\x1b[?2004l\r");
    return edited;
  }

  *#loop(line: Editing): Execution<Edited> {
    while (true) {
      const edited = yield* this.#press(line);
      yield* this.#process.write(2, line.takeOutput());
      if (edited !== undefined) return edited;
      const typed = yield* this.#typed();
      if (typed === "signal") return yield* this.#abandon();
      if (typed === "") return { kind: "end" };
      this.#ahead += typed;
    }
  }

  /** Presses the keys that were typed, up to the one that ends the line. */
  *#press(line: Editing): Execution<Edited | undefined> {
    const { keys, rest } = readKeys(this.#ahead);
    for (const [key, end] of keys) {
      yield* this.#process.charge(line.costOf(key));
      if (this.#interrupted()) return yield* this.#abandon();
      const edited = line.press(key);
      if (edited === undefined) continue;
      this.#ahead = this.#ahead.slice(end);
      return edited;
    }
    this.#ahead = rest;
    return undefined;
  }

  *#abandon(): Execution<Edited> {
    this.#ahead = "";
    yield* this.#process.write(2, "^C\n");
    return { kind: "interrupt" };
  }

  /** ^C came meanwhile. */
  #interrupted(): boolean {
    const { caught } = this.#process.task;
    const at = caught.indexOf("INT");
    if (at >= 0) caught.splice(at, 1);
    return at >= 0;
  }

  *#typed(): Execution<string> {
    const { task } = this.#process;
    while (true) {
      const description = task.descriptors.get(0);
      const got = description?.read(4096, task) ?? "";
      if (typeof got === "string") return got;
      if ("errno" in got) return "";
      const woken = yield { on: "queues", queues: [got.until] };
      if (woken === "signal" && this.#interrupted()) return "signal";
    }
  }
}

/** One line while it is edited. */
class Editing {
  killed: string;
  readonly #settings: EditSettings;
  readonly #display: Display;
  readonly #columns: number;
  #line = "";
  #cursor = 0;
  /** Where in the history; its length: the line itself. */
  #place: number;
  #own = "";
  #pasting = false;
  #lastCommand: Command | undefined;
  #search: { text: string; found: number } | undefined;
  #asking: readonly string[] | undefined;

  constructor(settings: EditSettings, how: { readonly columns: number; readonly killed: string }) {
    this.#settings = settings;
    this.#columns = how.columns;
    this.killed = how.killed;
    this.#place = settings.history.length;
    this.#display = new Display(settings.prompt, how.columns);
  }

  takeOutput(): string {
    return this.#display.take();
  }

  /** What a key costs: completion looks through directories, all else at the line. */
  costOf(key: Key): number {
    return (key.kind === "command" && key.name === "complete" ? COMPLETION_STEPS : 1) + (this.#line.length >> 4);
  }

  press(key: Key): Edited | undefined {
    if (this.#asking !== undefined) {
      this.#answer(key, this.#asking);
      return undefined;
    }
    if (this.#search !== undefined) {
      const done = this.#searching(key, this.#search);
      if (done) return undefined;
    }
    if (key.kind === "text") {
      this.#insert(key.text);
      this.#lastCommand = undefined;
      return undefined;
    }
    const edited = this.#pasting && key.name !== "paste-end" ? this.#pasted(key.name) : this.#command(key.name);
    this.#lastCommand = key.name;
    return edited;
  }

  #pasted(name: Command): undefined {
    if (name === "accept") this.#insert("\n");
    else if (name === "complete") this.#insert("\t");
    return undefined;
  }

  #insert(text: string): void {
    if (this.#line.length + text.length > MAX_LINE_BYTES) {
      this.#display.bell();
      return;
    }
    this.#change(this.#line.slice(0, this.#cursor) + text + this.#line.slice(this.#cursor), this.#cursor + text.length);
  }

  #change(line: string, cursor: number): void {
    this.#line = line;
    this.#cursor = cursor;
    this.#display.show(line, cursor);
  }

  #command(name: Command): Edited | undefined {
    switch (name) {
      case "accept":
        this.#display.finish(this.#line);
        return { kind: "line", line: this.#line };
      case "delete-or-end":
        if (this.#line === "") return { kind: "end" };
        this.#remove(this.#cursor, this.#after(this.#cursor));
        return undefined;
      case "complete":
        this.#complete();
        return undefined;
      case "search":
        this.#search = { text: "", found: this.#settings.history.length };
        this.#showSearch("");
        return undefined;
      case "clear":
        this.#display.clear(this.#line, this.#cursor);
        return undefined;
      case "paste-start":
      case "paste-end":
        this.#pasting = name === "paste-start";
        return undefined;
      default:
        this.#edit(name);
        return undefined;
    }
  }

  #edit(name: Command): void {
    const { length } = this.#line;
    const moves: Partial<Record<Command, () => number>> = {
      left: () => this.#before(this.#cursor),
      right: () => this.#after(this.#cursor),
      home: () => 0,
      end: () => length,
      "word-left": () => this.#wordLeft(),
      "word-right": () => this.#wordRight(),
    };
    const move = moves[name];
    if (move !== undefined) {
      this.#change(this.#line, move());
      return;
    }
    const kills: Partial<Record<Command, () => readonly [number, number]>> = {
      backspace: () => [this.#before(this.#cursor), this.#cursor],
      delete: () => [this.#cursor, this.#after(this.#cursor)],
      "kill-line": () => [this.#cursor, length],
      "kill-start": () => [0, this.#cursor],
      "kill-word-back": () => [wordStart(this.#line, this.#cursor, isNoSpace), this.#cursor],
      "kill-word": () => [this.#cursor, this.#wordRight()],
    };
    const kill = kills[name];
    if (kill !== undefined) this.#kill(name, kill());
    else if (name === "yank") this.#insert(this.killed);
    else if (name === "transpose") this.#transpose();
    else if (name === "last-argument") this.#insert(lastArgument(this.#settings.history.at(-1) ?? ""));
    else this.#recall(name);
  }

  #kill(name: Command, [from, to]: readonly [number, number]): void {
    if (from === to) {
      this.#display.bell();
      return;
    }
    if (name.startsWith("kill")) this.killed = this.#line.slice(from, to);
    this.#remove(from, to);
  }

  #remove(from: number, to: number): void {
    if (from === to) this.#display.bell();
    else this.#change(this.#line.slice(0, from) + this.#line.slice(to), from);
  }

  #transpose(): void {
    const at = Math.min(this.#cursor, this.#line.length - 1);
    if (at < 1) return;
    this.#change(this.#line.slice(0, at - 1) + this.#line.charAt(at) + this.#line.charAt(at - 1) + this.#line.slice(at + 1), at + 1);
  }

  #recall(name: Command): void {
    const { length } = this.#settings.history;
    const targets: Partial<Record<Command, number>> = { up: this.#place - 1, down: this.#place + 1, first: 0, last: length };
    const target = targets[name];
    if (target === undefined || target < 0 || target > length) {
      if (name !== "none") this.#display.bell();
      return;
    }
    if (this.#place === length) this.#own = this.#line;
    this.#place = target;
    const line = target === length ? this.#own : (this.#settings.history[target] ?? "");
    this.#change(line, line.length);
  }

  /** Character boundaries: bytes 0x80 to 0xbf go on. */
  #before(at: number): number {
    let to = Math.max(0, at - 1);
    while (to > 0 && /[\x80-\xbf]/.test(this.#line.charAt(to))) to -= 1;
    return to;
  }

  #after(at: number): number {
    let to = Math.min(this.#line.length, at + 1);
    while (to < this.#line.length && /[\x80-\xbf]/.test(this.#line.charAt(to))) to += 1;
    return to;
  }

  #wordLeft(): number {
    return wordStart(this.#line, this.#cursor, isWordCharacter);
  }

  #wordRight(): number {
    return this.#cursor + (/^\W*\w*/.exec(this.#line.slice(this.#cursor))?.[0].length ?? 0);
  }

  #showSearch(found: string): void {
    this.#display.replacePrompt(`(reverse-i-search)\`${this.#search?.text ?? ""}': `);
    this.#change(found, found.length);
  }

  /** ^R: true while the search goes on. */
  #searching(key: Key, search: { text: string; found: number }): boolean {
    const { history } = this.#settings;
    const command = key.kind === "command" ? key.name : undefined;
    if (command === "search") this.#find(search, search.found - 1);
    else if (command === "backspace") this.#find({ ...search, text: search.text.slice(0, -1) }, history.length - 1);
    else if (key.kind === "text") this.#find({ ...search, text: search.text + key.text }, history.length - 1);
    else return this.#endSearch();
    return true;
  }

  /** The line that was found stays, to be edited. */
  #endSearch(): false {
    this.#search = undefined;
    this.#display.replacePrompt(this.#settings.prompt);
    this.#change(this.#line, this.#line.length);
    return false;
  }

  #find(search: { text: string; found: number }, from: number): void {
    this.#search = search;
    for (let at = from; at >= 0; at -= 1) {
      const line = this.#settings.history[at] ?? "";
      if (!line.includes(search.text)) continue;
      search.found = at;
      this.#showSearch(line);
      return;
    }
    this.#display.bell();
    this.#showSearch(this.#line);
  }

  #complete(): void {
    const { start, words, suffix } = this.#settings.complete(this.#line, this.#cursor);
    const [only] = words;
    const typed = this.#line.slice(start, this.#cursor);
    const shared = commonStart(words);
    if (only !== undefined && words.length === 1) this.#replaceWord(start, only + suffix);
    else if (shared.length > typed.length) {
      this.#replaceWord(start, shared);
      this.#display.bell();
    } else if (words.length === 0 || this.#lastCommand !== "complete") this.#display.bell();
    else this.#list(words.map((word) => word.replace(/^.*\/(?=.)/, "")));
  }

  #replaceWord(start: number, text: string): void {
    this.#change(this.#line.slice(0, start) + text + this.#line.slice(this.#cursor), start + text.length);
  }

  #list(names: readonly string[]): void {
    if (names.length > 100) {
      this.#display.say(`\nDisplay all ${names.length} possibilities? (y or n)`);
      this.#asking = names;
      return;
    }
    this.#display.say(`\n${columnsOf(names, this.#columns)}`);
    this.#display.restart(this.#line, this.#cursor);
  }

  #answer(key: Key, names: readonly string[]): void {
    this.#asking = undefined;
    const yes = key.kind === "text" && /^[yY ]$/.test(key.text);
    this.#display.say(yes ? `\n${columnsOf(names, this.#columns)}` : "\n");
    this.#display.restart(this.#line, this.#cursor);
  }
}

function lastArgument(line: string): string {
  return line.slice(runStart(line, line.length, isNoSpace));
}

function commonStart(words: readonly string[]): string {
  let shared = words[0] ?? "";
  for (const word of words) while (!word.startsWith(shared)) shared = shared.slice(0, -1);
  return shared;
}
