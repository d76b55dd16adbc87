import type { Errno, Stat } from "../file-system.ts";
import type { TerminalDevice } from "../kernel/computer.ts";
import { type Blocked, Description } from "../kernel/description.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";
import { Waiters } from "../kernel/wait-queue.ts";
import type { OutputSink } from "../output-sink.ts";
import type { TerminalSettings, TerminalView } from "../program.ts";
import { isNoSpace, wordStart } from "./words.ts";

/**
 * A pseudo-terminal's line discipline (termios(3)): echo, editing of the line, signals from the keyboard, newline translation.
 * What the visitor types is bounded: a full line takes no more, as the kernel's does (4095 bytes), and echoes a bell.
 */
const MAX_LINE_BYTES = 4095;
const MAX_READY_BYTES = 65_536;

export class Terminal implements TerminalDevice {
  readonly name: string;
  columns: number;
  rows: number;
  foreground = 0;
  readonly settings: TerminalSettings = sane();
  readonly readable = new Waiters();
  lastInputMs: number;
  hungUp = false;
  readonly #kernel: Kernel;
  readonly #sink: OutputSink;
  readonly #nowMs: () => number;
  /** Units that can be read: in canonical mode a line each; "" is an end of file. */
  #ready: string[] = [];
  #readyBytes = 0;
  #line = "";
  #literalNext = false;
  /** Output stopped by ^S. */
  #held = false;
  #column = 0;

  constructor(
    name: string,
    size: { readonly columns: number; readonly rows: number },
    ports: { readonly kernel: Kernel; readonly sink: OutputSink; readonly nowMs: () => number },
  ) {
    this.name = name;
    this.columns = size.columns;
    this.rows = size.rows;
    this.#kernel = ports.kernel;
    this.#sink = ports.sink;
    this.#nowMs = ports.nowMs;
    this.lastInputMs = ports.nowMs();
  }

  open(): Description {
    return new TerminalDescription(this);
  }

  get backlog(): number {
    return this.#readyBytes;
  }

  /** What the visitor typed. Who reads gets its turn around each control character, so that it does not matter how the bytes were cut. */
  type(bytes: string): void {
    this.lastInputMs = this.#nowMs();
    for (const char of bytes) {
      const control = isControl(char);
      if (control) this.#kernel.poke();
      this.#key(char);
      if (control) this.#kernel.poke();
    }
    this.#kernel.poke();
  }

  hangUp(): void {
    this.hungUp = true;
    this.readable.wake();
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.#kernel.signalGroup(this.foreground, "WINCH");
    this.#kernel.poke();
  }

  read(maxBytes: number, task: Task): string | Errno | Blocked {
    if (this.hungUp) return { errno: "EIO" };
    if (this.#background(task)) {
      this.#kernel.signalGroup(task.group, "TTIN");
      return { until: this.readable };
    }
    const unit = this.#ready[0];
    if (unit === undefined) return { until: this.readable };
    const bytes = unit.slice(0, maxBytes);
    if (bytes.length === unit.length) this.#ready.shift();
    else this.#ready[0] = unit.slice(bytes.length);
    this.#readyBytes -= bytes.length;
    return bytes;
  }

  readThrough(delimiter: string, maxBytes: number, task: Task): string | Errno | Blocked {
    const end = this.#ready[0]?.indexOf(delimiter) ?? -1;
    return this.read(end < 0 ? maxBytes : Math.min(maxBytes, end + 1), task);
  }

  write(bytes: string): number | Errno | Blocked {
    if (this.hungUp) return { errno: "EIO" };
    const room = this.#held ? 0 : this.#sink.room();
    if (room <= 0) return { until: this.#sink.waiters };
    const part = bytes.slice(0, room);
    this.#sink.send(this.#processed(part));
    return part.length;
  }

  #background(task: Task): boolean {
    return (
      this.foreground !== 0 && task.group !== this.foreground && task.terminal === this.name && task.reactions.get("TTIN") !== "ignore"
    );
  }

  /** Output processing: a newline becomes CR LF; tabs count for the column. */
  #processed(text: string): string {
    const end = text.lastIndexOf("\n");
    this.#column = end < 0 ? this.#column + text.length : text.length - end - 1;
    if (!this.settings.flags.has("opost") || !this.settings.flags.has("onlcr")) return text;
    return text.replaceAll("\n", "\r\n");
  }

  #echo(text: string): void {
    this.#sink.send(this.#processed(text));
  }

  #is(char: string, name: string): boolean {
    return this.settings.characters.get(name) === char.charCodeAt(0);
  }

  #key(typed: string): void {
    const { flags } = this.settings;
    if (this.#literalNext) {
      this.#literalNext = false;
      this.#insert(typed);
      return;
    }
    const char = this.#translated(typed);
    if (char === undefined || (flags.has("isig") && this.#signalKey(char)) || (flags.has("ixon") && this.#flowKey(char))) return;
    if (flags.has("icanon")) this.#canonical(char);
    else this.#deliver(char, false);
  }

  /** Input translation of line ends; undefined: ignored. */
  #translated(char: string): string | undefined {
    const { flags } = this.settings;
    if (char === "\n" && flags.has("inlcr")) return "\r";
    if (char !== "\r") return char;
    if (flags.has("igncr")) return undefined;
    return flags.has("icrnl") ? "\n" : char;
  }

  #signalKey(char: string): boolean {
    const name = this.#is(char, "intr") ? "INT" : this.#is(char, "quit") ? "QUIT" : this.#is(char, "susp") ? "TSTP" : undefined;
    if (name === undefined) return false;
    if (this.settings.flags.has("echo") && this.settings.flags.has("echoctl")) this.#echo(caret(char));
    if (!this.settings.flags.has("noflsh")) {
      this.#line = "";
      this.#ready = [];
      this.#readyBytes = 0;
    }
    this.#held = false;
    this.#kernel.signalGroup(this.foreground, name);
    return true;
  }

  #flowKey(char: string): boolean {
    if (this.#is(char, "stop")) this.#held = true;
    else if (this.#is(char, "start")) {
      this.#held = false;
      this.#sink.waiters.wake();
    } else return false;
    return true;
  }

  #canonical(char: string): void {
    const { flags } = this.settings;
    if (this.#is(char, "erase") || char === "\b") this.#erase(1);
    else if (this.#is(char, "kill")) this.#erase(this.#line.length);
    else if (this.#is(char, "eof")) this.#endLine("");
    else if (char === "\n" || this.#is(char, "eol")) {
      if (flags.has("echo") || flags.has("echonl")) this.#echo(char);
      this.#endLine(char);
    } else if (!flags.has("iexten") || !this.#extended(char)) this.#insert(char);
  }

  /** Keys of IEXTEN: erase a word, print the line again, take the next character as it is. */
  #extended(char: string): boolean {
    if (this.#is(char, "werase")) this.#erase(this.#line.length - wordStart(this.#line, this.#line.length, isNoSpace));
    else if (this.#is(char, "rprnt")) this.#echo(`^R\n${this.#line}`);
    else if (this.#is(char, "lnext")) this.#literalNext = true;
    else return false;
    return true;
  }

  #insert(char: string): void {
    if (!this.settings.flags.has("icanon")) {
      this.#deliver(char, false);
      return;
    }
    if (this.#line.length >= MAX_LINE_BYTES) {
      this.#echo("\x07");
      return;
    }
    this.#line += char;
    if (this.settings.flags.has("echo")) this.#echo(this.#shown(char));
  }

  #shown(char: string): string {
    return this.settings.flags.has("echoctl") && isControl(char) && char !== "\t" && char !== "\n" ? caret(char) : char;
  }

  #erase(count: number): void {
    for (let left = count; left > 0 && this.#line !== ""; left -= 1) {
      let gone = this.#line.slice(-1);
      while (/^[\x80-\xbf]/.test(gone) && gone.length < 4 && gone.length < this.#line.length) {
        gone = this.#line.slice(-gone.length - 1);
        left -= 1;
      }
      this.#line = this.#line.slice(0, this.#line.length - gone.length);
      if (this.settings.flags.has("echo") && this.settings.flags.has("echoe"))
        this.#echo("\b \b".repeat(gone.length === 1 && isControl(gone) ? 2 : 1));
    }
  }

  #endLine(end: string): void {
    const line = this.#line + end;
    this.#line = "";
    this.#deliver(line, true);
  }

  #deliver(bytes: string, unit: boolean): void {
    if (this.#readyBytes + bytes.length > MAX_READY_BYTES) return;
    if (!unit && this.settings.flags.has("echo")) this.#echo(this.#shown(bytes));
    const last = this.#ready.length - 1;
    if (unit || last < 0) this.#ready.push(bytes);
    else this.#ready[last] += bytes;
    this.#readyBytes += bytes.length;
    this.readable.wake();
  }
}

function isControl(char: string): boolean {
  return char < " " || char === "\x7f";
}

function caret(char: string): string {
  return char === "\x7f" ? "^?" : `^${String.fromCharCode(char.charCodeAt(0) ^ 64)}`;
}

class TerminalDescription extends Description {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    super();
    this.#terminal = terminal;
  }

  get label(): string {
    return `/dev/${this.#terminal.name}`;
  }

  override get terminal(): TerminalView {
    return this.#terminal;
  }

  read(maxBytes: number, task: Task): string | Errno | Blocked {
    return this.#terminal.read(maxBytes, task);
  }

  readThrough(delimiter: string, maxBytes: number, task: Task): string | Errno | Blocked {
    return this.#terminal.readThrough(delimiter, maxBytes, task);
  }

  write(bytes: string): number | Errno | Blocked {
    return this.#terminal.write(bytes);
  }

  stat(): Stat {
    const minor = Number(this.#terminal.name.replace(/^.*\//, ""));
    const times = { accessMs: this.#terminal.lastInputMs, modifyMs: this.#terminal.lastInputMs, changeMs: this.#terminal.lastInputMs };
    return { kind: "character", mode: 0o620, uid: 0, gid: 5, size: 0, inode: minor + 3, links: 1, ...times, device: { major: 136, minor } };
  }

  protected closed(): void {
    this.#terminal.readable.wake();
  }
}

/** What a terminal begins with, as `stty sane` and sshd set it. */
function sane(): TerminalSettings {
  const flags = "icrnl ixon iutf8 opost onlcr isig icanon iexten echo echoe echok echoctl echoke cread cs8".split(" ");
  const characters = [
    ["intr", 3],
    ["quit", 28],
    ["erase", 127],
    ["kill", 21],
    ["eof", 4],
    ["eol", -1],
    ["eol2", -1],
    ["swtch", -1],
    ["start", 17],
    ["stop", 19],
    ["susp", 26],
    ["rprnt", 18],
    ["werase", 23],
    ["lnext", 22],
    ["discard", 15],
  ] as const;
  return { flags: new Set(flags), characters: new Map(characters), speed: 38_400 };
}
