import { explain, isErrno } from "../../errno.ts";
import { readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { compileRegex, type Regex } from "../regex/regex.ts";
import { editedAnswer } from "./ask-line.ts";
import { type Help, MAIN_HELP, NanoScreen, PROMPT_HELP, YES_NO_HELP } from "./nano-screen.ts";
import { RawTerminal } from "./raw-terminal.ts";
import { TextBuffer } from "./text-buffer.ts";

/** GNU nano: typing, moving, cutting, searching, writing. */
export const nano: Program = {
  name: "nano",
  *run(process) {
    const options = readOptions(
      process.args.filter((arg) => !/^\+\d/.test(arg)),
      {
        short: "ABC:DEFGHIJ:KLMNOPQ:RST:UVWX:YZabcde:fghijklmno:pqr:s:tuvwxyz",
        long: { version: "V", help: "h", view: "v", nowrap: "w", linenumbers: "l", mouse: "m" },
      },
    );
    if ("wrong" in options || "show" in options) {
      yield* process.fail("wrong" in options ? options.wrong : "");
      yield* process.write(2, "Type 'nano -h' for a list of available options.\n");
      return 1;
    }
    if (options.has("V")) {
      yield* process.print(
        " GNU nano, version 7.2\n (C) 2023 the Free Software Foundation and various contributors\n Compiled options: --disable-libmagic --enable-utf8\n",
      );
      return 0;
    }
    const { terminal } = process;
    if (terminal === undefined || !process.isTerminal(0)) {
      yield* process.write(2, "Standard input is not a terminal\n");
      return 1;
    }
    const session = new Session(process, new RawTerminal(process, { fd: 0, settings: terminal.settings }));
    return yield* session.run(options.operands[0] ?? "", options.has("v"));
  },
};

type Key = (session: Session) => Execution<void>;

class Session {
  readonly #process: Process;
  readonly #terminal: RawTerminal;
  readonly #screen: NanoScreen;
  readonly #buffer = new TextBuffer();
  #name = "";
  #readOnly = false;
  #row = 0;
  #column = 0;
  #message = "";
  #cut: string[] = [];
  /** The key before also cut, so that its lines are kept together. */
  #cutting = false;
  #ended = false;
  #lastSearch = "";

  constructor(process: Process, terminal: RawTerminal) {
    this.#process = process;
    this.#terminal = terminal;
    this.#screen = new NanoScreen(process, terminal);
  }

  *run(name: string, readOnly: boolean): Execution {
    this.#readOnly = readOnly;
    yield* this.#screen.start();
    this.#open(name);
    while (!this.#ended) {
      if (!this.#terminal.busy) yield* this.#paint();
      const key = yield* this.#terminal.key();
      this.#message = "";
      const cutting = key === "\x0b";
      yield* this.#obey(key);
      this.#cutting = cutting;
      yield* this.#process.charge(1);
    }
    yield* this.#screen.end();
    this.#terminal.restore();
    return 0;
  }

  #open(name: string): void {
    this.#name = name;
    if (name === "") return;
    const wrong = this.#buffer.load(this.#process, name);
    const count = this.#buffer.isEmpty ? 0 : this.#buffer.lines.length;
    if (wrong === undefined) this.#message = `Read ${count} line${count === 1 ? "" : "s"}`;
    else if (wrong.errno === "ENOENT") this.#message = "New File";
    else if (wrong.errno === "EISDIR") this.#message = `"${name}" is a directory`;
    else this.#message = `Error reading ${name}: ${explain(wrong)}`;
    if (wrong === undefined && isErrno(this.#process.fs.access(name, 2))) this.#message = `File '${name}' is unwritable`;
  }

  *#paint(prompt?: string, help: Help = MAIN_HELP): Execution<void> {
    const { line } = this;
    this.#column = Math.min(this.#column, line.length);
    yield* this.#screen.paint({
      buffer: this.#buffer,
      name: this.#name,
      row: this.#row,
      column: this.#column,
      message: this.#message,
      prompt,
      help,
    });
  }

  get line(): string {
    return this.#buffer.line(this.#row);
  }

  *#obey(key: string): Execution<void> {
    const command = Object.hasOwn(COMMANDS, key) ? COMMANDS[key] : undefined;
    if (command !== undefined) return yield* command(this);
    if (key === "\r" || key === "\n") return this.type("\n");
    if (key === "\t" || (key >= " " && !/^[a-z]{3,}$/.test(key))) this.type(key);
    else this.#message = "Unbound key";
  }

  type(text: string): void {
    if (this.#readOnly) {
      this.#message = "Key is invalid in view mode";
      return;
    }
    const end = this.#buffer.insert(this.#row, this.#column, text);
    this.#buffer.modified = true;
    this.#row = end.row;
    this.#column = end.column;
  }

  move(rows: number, columns: number): void {
    this.#row = Math.min(Math.max(0, this.#row + rows), this.#buffer.lines.length - 1);
    if (columns < 0 && this.#column === 0 && this.#row > 0) {
      this.#row -= 1;
      this.#column = this.line.length;
    } else if (columns > 0 && this.#column >= this.line.length && this.#row < this.#buffer.lines.length - 1) {
      this.#row += 1;
      this.#column = 0;
    } else this.#column = Math.min(Math.max(0, this.#column + columns), this.line.length);
  }

  page(way: number): void {
    this.move(way * (this.#screen.textRows - 2), 0);
  }

  edge(end: boolean): void {
    this.#column = end ? this.line.length : 0;
  }

  erase(behind: boolean): void {
    if (this.#readOnly) return;
    const from = { row: this.#row, column: this.#column };
    this.move(0, behind ? 1 : -1);
    const to = { row: this.#row, column: this.#column };
    const [start, end] = behind ? [from, to] : [to, from];
    this.#buffer.remove(start, end);
    this.#buffer.modified ||= start.row !== end.row || start.column !== end.column;
    this.#row = start.row;
    this.#column = start.column;
  }

  cutLine(): void {
    if (!this.#cutting) this.#cut = [];
    if (this.#readOnly || (this.#row === this.#buffer.lines.length - 1 && this.line === "")) {
      this.#message = "Nothing was cut";
      return;
    }
    this.#cut.push(...this.#buffer.removeLines(this.#row, 1));
    if (this.#row === this.#buffer.lines.length) this.#buffer.lines.push("");
    this.#buffer.modified = true;
    this.#column = 0;
  }

  paste(): void {
    if (this.#cut.length === 0) this.#message = "Cutbuffer is empty";
    else this.type(`${this.#cut.join("\n")}\n`);
  }

  tellPlace(): void {
    const { lines } = this.#buffer;
    const size = lines.reduce((sum, line) => sum + line.length + 1, -1);
    const before = lines.slice(0, this.#row).reduce((sum, line) => sum + line.length + 1, 0) + this.#column;
    const percent = (part: number, whole: number) => (whole === 0 ? 0 : Math.floor((part * 100) / whole));
    const rows = `line ${this.#row + 1}/${lines.length} (${percent(this.#row + 1, lines.length)}%)`;
    const columns = `col ${this.#column + 1}/${this.line.length + 1} (${percent(this.#column + 1, this.line.length + 1)}%)`;
    this.#message = `${rows}, ${columns}, char ${before}/${size} (${percent(before, size)}%)`;
  }

  /** An answer typed below; undefined when it was cancelled. */
  *#ask(question: string, given = ""): Execution<string | undefined> {
    let answer: string | undefined = given;
    while (answer !== undefined) {
      yield* this.#paint(`${question}: ${answer}`, PROMPT_HELP);
      const key = yield* this.#terminal.key();
      if (key === "\r" || key === "\n") return answer;
      answer = editedAnswer(answer, key);
    }
    return undefined;
  }

  *write(): Execution<boolean> {
    const name = yield* this.#ask("File Name to Write", this.#name);
    if (name === undefined || name === "") {
      this.#message = "Cancelled";
      return false;
    }
    if (name !== this.#name && !isErrno(this.#process.fs.stat(name))) {
      const answer = yield* this.#choose(`File "${name}" exists; OVERWRITE? `);
      if (answer !== "y") return false;
    }
    const done = this.#process.fs.writeFile(name, this.#buffer.text, { way: "editor" });
    if (isErrno(done)) {
      this.#message = `Error writing ${name}: ${explain(done)}`;
      return false;
    }
    const count = this.#buffer.isEmpty ? 0 : this.#buffer.lines.length - (this.#buffer.lines.at(-1) === "" ? 1 : 0);
    this.#message = `Wrote ${count} line${count === 1 ? "" : "s"}`;
    this.#buffer.modified = false;
    this.#name = name;
    return true;
  }

  /** y, n, or undefined for a cancel. */
  *#choose(question: string): Execution<"y" | "n" | undefined> {
    yield* this.#paint(question, YES_NO_HELP);
    while (true) {
      const key = (yield* this.#terminal.key()).toLowerCase();
      if (key === "y" || key === "n") return key;
      if (key === "\x03" || key === "escape" || key === "eof") return undefined;
    }
  }

  *exit(): Execution<void> {
    const answer = this.#buffer.modified ? yield* this.#choose("Save modified buffer? ") : "n";
    if (answer === "n") this.#ended = true;
    else if (answer === undefined) this.#message = "Cancelled";
    else this.#ended = yield* this.write();
  }

  quit(): void {
    this.#ended = true;
  }

  *search(): Execution<void> {
    const question = this.#lastSearch === "" ? "Search" : `Search [${this.#lastSearch}]`;
    const text = yield* this.#ask(question);
    if (text === undefined) {
      this.#message = "Cancelled";
      return;
    }
    this.#lastSearch = text === "" ? this.#lastSearch : text;
    const regex = compileRegex(this.#lastSearch, { syntax: "fixed", ignoreCase: true });
    if ("wrong" in regex || this.#lastSearch === "") return;
    const found = yield* this.#find(regex);
    this.#message = found === undefined ? `"${this.#lastSearch}" not found` : found.wrapped ? "Search Wrapped" : "";
    if (found === undefined) return;
    this.#row = found.row;
    this.#column = found.column;
  }

  *#find(regex: Regex): Execution<{ readonly row: number; readonly column: number; readonly wrapped: boolean } | undefined> {
    const total = this.#buffer.lines.length;
    for (let step = 0; step <= total; step += 1) {
      const row = (this.#row + step) % total;
      const match = yield* regex.find(this.#process, this.#buffer.line(row), { from: step === 0 ? this.#column + 1 : 0 });
      if (match !== undefined) return { row, column: match.start, wrapped: row < this.#row || step === total };
    }
    return undefined;
  }

  *goToLine(): Execution<void> {
    const [row = "", column = ""] = ((yield* this.#ask("Enter line number, column number")) ?? "").split(/[ ,]+/);
    if (!/^\d+$/.test(row)) {
      this.#message = row === "" ? "Cancelled" : "Invalid line or column number";
      return;
    }
    this.#row = Math.min(Math.max(1, Number(row)), this.#buffer.lines.length) - 1;
    this.#column = Math.min(Math.max(1, Number(column || "1")) - 1, this.line.length);
  }
}

function simple(work: (session: Session) => void): Key {
  return function* run(session) {
    work(session);
    yield* [];
  };
}

const COMMANDS: Readonly<Record<string, Key>> = {
  up: simple((session) => session.move(-1, 0)),
  "\x10": simple((session) => session.move(-1, 0)),
  down: simple((session) => session.move(1, 0)),
  "\x0e": simple((session) => session.move(1, 0)),
  left: simple((session) => session.move(0, -1)),
  "\x02": simple((session) => session.move(0, -1)),
  right: simple((session) => session.move(0, 1)),
  "\x06": simple((session) => session.move(0, 1)),
  pageup: simple((session) => session.page(-1)),
  "\x19": simple((session) => session.page(-1)),
  pagedown: simple((session) => session.page(1)),
  "\x16": simple((session) => session.page(1)),
  home: simple((session) => session.edge(false)),
  "\x01": simple((session) => session.edge(false)),
  end: simple((session) => session.edge(true)),
  "\x05": simple((session) => session.edge(true)),
  "\x7f": simple((session) => session.erase(false)),
  "\b": simple((session) => session.erase(false)),
  delete: simple((session) => session.erase(true)),
  "\x04": simple((session) => session.erase(true)),
  "\x0b": simple((session) => session.cutLine()),
  "\x15": simple((session) => session.paste()),
  "\x03": simple((session) => session.tellPlace()),
  eof: simple((session) => session.quit()),
  "\x0f": function* write(session) {
    yield* session.write();
  },
  "\x18": (session) => session.exit(),
  "\x17": (session) => session.search(),
  "\x1f": (session) => session.goToLine(),
};
