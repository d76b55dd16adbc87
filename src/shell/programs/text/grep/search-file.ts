import type { Execution, Process } from "../../../program.ts";
import { chomp, LineInput } from "../../line-input.ts";
import type { Printer } from "../../printer.ts";
import { isUtf8 } from "../../quoting.ts";
import { WORD } from "../../regex/node.ts";
import type { Match, Regex } from "../../regex/regex.ts";
import type { GrepHow } from "./how.ts";

export interface FileSearch {
  readonly path: string;
  readonly fd: number;
  /** Undefined: no patterns, nothing fits. */
  readonly regex: Regex | undefined;
  readonly how: GrepHow;
  readonly out: Printer;
}

/** Searches one input; true when a line was selected (with -L: when none was). */
export function* searchFile(process: Process, search: FileSearch): Execution<boolean> {
  const run = new FileRun(process, search);
  return yield* run.run();
}

const COLORS = { match: "01;31", name: "35", number: "32", separator: "36" };

class FileRun {
  readonly #process: Process;
  readonly #search: FileSearch;
  readonly #before: { text: string; number: number; offset: number }[] = [];
  #selected = 0;
  #number = 0;
  #offset = 0;
  #lastShown = 0;
  #after = 0;
  #binary = false;

  constructor(process: Process, search: FileSearch) {
    this.#process = process;
    this.#search = search;
  }

  *run(): Execution<boolean> {
    const { how, fd } = this.#search;
    const input = new LineInput(this.#process, fd, how.end);
    for (let line = how.most === 0 ? undefined : yield* input.next(); line !== undefined; line = yield* input.next()) {
      const more = yield* this.#line(chomp(line, how.end));
      this.#offset += line.length;
      if (!more) break;
    }
    return yield* this.#finish();
  }

  /** False: no further line matters. */
  *#line(text: string): Execution<boolean> {
    const { how } = this.#search;
    this.#number += 1;
    if (!this.#binary && this.#looksBinary(text)) {
      if (how.binary === "without-match") return false;
      this.#binary = how.binary === "binary";
    }
    const match = yield* this.#match(text, 0);
    if ((match !== undefined) === how.invert) return yield* this.#context(text);
    this.#selected += 1;
    if (how.quiet || how.list !== undefined) return false;
    if (!how.count) {
      if (this.#binary) return false;
      yield* this.#show(text, match);
    }
    if (this.#selected < how.most) return true;
    return this.#after > 0 && !how.count;
  }

  #looksBinary(text: string): boolean {
    if (text.includes("\0") && this.#search.how.end === "\n") return true;
    if (!/[\x80-\xff]/.test(text)) return false;
    return !isUtf8(this.#process) || /[\xc0\xc1\xf5-\xff]|[\x80-\xbf]{4}|(^|[\x00-\x7f])[\x80-\xbf]|[\xc2-\xf4]([\x00-\x7f]|$)/.test(text);
  }

  /** A line that was not selected: shown as context, or remembered for what may follow. */
  *#context(text: string): Execution<boolean> {
    const { how } = this.#search;
    if (this.#after > 0) {
      this.#after -= 1;
      yield* this.#print({ text, number: this.#number, offset: this.#offset }, "-");
      return this.#after > 0 || this.#selected < how.most;
    }
    if (this.#selected >= how.most) return false;
    if (how.before > 0) this.#before.push({ text, number: this.#number, offset: this.#offset });
    if (this.#before.length > how.before) this.#before.shift();
    return true;
  }

  *#show(text: string, match: Match | undefined): Execution<void> {
    const { how } = this.#search;
    const gap = this.#lastShown > 0 && (this.#before[0]?.number ?? this.#number) > this.#lastShown + 1;
    if (gap && (how.before > 0 || how.after > 0) && !how.only) yield* this.#search.out.add(`${this.#paint("--", COLORS.separator)}\n`);
    if (!how.only) for (const line of this.#before) yield* this.#print(line, "-");
    this.#before.length = 0;
    this.#after = how.after;
    if (how.only) yield* this.#parts(text, match);
    else
      yield* this.#print({ text: how.color ? yield* this.#painted(text, match) : text, number: this.#number, offset: this.#offset }, ":");
    this.#lastShown = this.#number;
  }

  /** -o: each part that fits, on a line of its own. */
  *#parts(text: string, first: Match | undefined): Execution<void> {
    if (this.#search.how.invert) return;
    for (let match = first; match !== undefined; ) {
      if (match.end > match.start) {
        const part = this.#paint(text.slice(match.start, match.end), COLORS.match);
        yield* this.#print({ text: part, number: this.#number, offset: this.#offset + match.start }, ":");
      }
      const next = Math.max(match.end, match.start + 1);
      match = next > text.length ? undefined : yield* this.#match(text, next);
    }
  }

  *#painted(text: string, first: Match | undefined): Execution<string> {
    let shown = "";
    let at = 0;
    for (let match = first; match !== undefined && !this.#search.how.invert; ) {
      if (match.end > match.start) {
        shown += text.slice(at, match.start) + this.#paint(text.slice(match.start, match.end), COLORS.match);
        at = match.end;
      }
      const next = Math.max(match.end, match.start + 1);
      match = next > text.length ? undefined : yield* this.#match(text, next);
    }
    return shown + text.slice(at);
  }

  *#print(line: { text: string; number: number; offset: number }, mark: string): Execution<void> {
    const { how, out, path } = this.#search;
    const sign = this.#paint(mark, COLORS.separator);
    let prefix = "";
    if (how.names) prefix += this.#paint(path === "-" ? how.label : path, COLORS.name) + (how.nameEnd === "" ? sign : how.nameEnd);
    if (how.numbers) prefix += this.#paint(how.tab ? String(line.number).padStart(4) : String(line.number), COLORS.number) + sign;
    if (how.offsets) prefix += this.#paint(String(line.offset), COLORS.number) + sign;
    if (mark === "-") this.#lastShown = line.number;
    yield* out.add(`${prefix}${how.tab && prefix !== "" ? "\t" : ""}${line.text}${how.end}`);
  }

  #paint(text: string, color: string): string {
    return this.#search.how.color ? `\x1b[${color}m\x1b[K${text}\x1b[m\x1b[K` : text;
  }

  *#finish(): Execution<boolean> {
    const { how, out, path } = this.#search;
    const name = path === "-" ? how.label : path;
    const shownName = this.#paint(name, COLORS.name);
    if (how.quiet) return this.#selected > 0;
    if (how.count) yield* out.add(`${how.names ? shownName + (how.nameEnd || this.#paint(":", COLORS.separator)) : ""}${this.#selected}\n`);
    if (how.list !== undefined) {
      const listed = this.#selected > 0 === (how.list === "with");
      if (listed) yield* out.add(shownName + (how.nameEnd || "\n"));
      return listed;
    }
    if (this.#binary && this.#selected > 0 && !how.count) {
      yield* out.flush();
      yield* this.#process.write(2, `grep: ${name}: binary file matches\n`);
    }
    return this.#selected > 0;
  }

  *#match(text: string, from: number): Execution<Match | undefined> {
    const { regex, how } = this.#search;
    if (regex === undefined) return undefined;
    for (let start = from; start <= text.length; ) {
      const match = yield* regex.find(this.#process, text, { from: start });
      if (match === undefined || fitsAround(text, match, how)) return match;
      if (how.line) return undefined;
      start = match.start + 1;
    }
    return undefined;
  }
}

/** -x: the whole line; -w: a whole word. */
function fitsAround(text: string, match: Match, how: GrepHow): boolean {
  if (how.line) return match.start === 0 && match.end === text.length;
  return !how.word || isWord(text, match);
}

function isWord(text: string, { start, end }: Match): boolean {
  const before = start > 0 && WORD[text.charCodeAt(start - 1)] === 1;
  const after = end < text.length && WORD[text.charCodeAt(end)] === 1;
  return !before && !after;
}
