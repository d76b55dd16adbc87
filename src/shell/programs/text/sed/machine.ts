import { isErrno } from "../../../errno.ts";
import type { Execution, Process } from "../../../program.ts";
import { escapeByte } from "../../quoting.ts";
import type { Match, Regex, SearchHow } from "../../regex/regex.ts";
import type { Address, Command, Script, Substitution } from "./command.ts";
import type { SedInput } from "./input.ts";
import { replaceWith } from "./replacement.ts";

export interface SedHow {
  readonly quiet: boolean;
  readonly delimiter: string;
  readonly lineWidth: number;
  readonly write: (text: string) => Execution<void>;
}

type Step = "next" | "restart" | "end" | "quit" | "quiet" | number;

/** Runs a script over its input: pattern space, hold space, ranges that are open. */
export class SedMachine {
  readonly #process: Process;
  readonly #script: Script;
  readonly #how: SedHow;
  readonly #open = new Map<Command, { readonly until: number }>();
  readonly #files = new Map<string, number>();
  readonly #appended: ({ readonly text: string } | { readonly file: string })[] = [];
  #input: SedInput;
  #pattern = "";
  #hold = "";
  #newline = true;
  #replaced = false;
  #regex: Regex | undefined;
  #status = 0;
  #paidBytes = 0;

  constructor(process: Process, script: Script, { how, input }: { how: SedHow; input: SedInput }) {
    this.#process = process;
    this.#script = script;
    this.#how = how;
    this.#input = input;
  }

  /** To the end of the input; the exit status when it quit, undefined otherwise. */
  *run(): Execution<number | undefined> {
    for (const { name, text, substitution } of this.#script.commands) this.#createFile(name === "w" ? text : substitution?.file);
    let keeps = false;
    while (keeps || (yield* this.#load())) {
      const ending = yield* this.#cycle();
      keeps = ending === "restart";
      if (ending !== "restart" && ending !== "quiet" && ending !== "end" && !this.#how.quiet) yield* this.#print(this.#pattern);
      yield* this.#flush();
      if (ending === "quit" || ending === "quiet") return this.#status;
    }
    return undefined;
  }

  *#load(): Execution<boolean> {
    const line = yield* this.#input.next();
    if (line === undefined) return false;
    this.#newline = line.endsWith(this.#how.delimiter);
    this.#pattern = this.#newline ? line.slice(0, -1) : line;
    this.#replaced = false;
    return true;
  }

  /** One pass through the script: "next" prints and goes on, "end" goes on without printing. */
  *#cycle(): Execution<Step> {
    const { commands } = this.#script;
    for (let at = 0; at < commands.length; ) {
      const command = commands[at];
      if (command === undefined) break;
      yield* this.#process.charge(3);
      const step = yield* this.#try(command);
      if (typeof step !== "number") return step;
      at = step < 0 ? at + 1 : step;
    }
    return "next";
  }

  /** Executes a command if the line is selected: where to go on (-1: the next command), or how the cycle ends. */
  *#try(command: Command): Execution<Step> {
    const selected = (yield* this.#selects(command)) !== command.negated;
    if (command.name === "{") return selected ? -1 : command.end;
    return selected ? yield* this.#execute(command) : -1;
  }

  *#selects(command: Command): Execution<boolean> {
    const { from, to } = command;
    if (from === undefined) return true;
    if (to === undefined) return yield* this.#fits(from);
    const open = this.#open.get(command);
    if (open !== undefined) return yield* this.#continues(command, to, open.until);
    if (from.kind === "zero" && this.#input.number === 1) return yield* this.#continues(command, to, 0);
    if (!(yield* this.#fits(from))) return false;
    const until = this.#lastLine(to);
    if (until === undefined || until > this.#input.number) this.#open.set(command, { until: until ?? 0 });
    return true;
  }

  *#continues(command: Command, to: Address, until: number): Execution<boolean> {
    const { number } = this.#input;
    this.#open.set(command, { until });
    if (until > 0) {
      if (number >= until) this.#open.delete(command);
      return number <= until;
    }
    if (yield* this.#fits(to)) this.#open.delete(command);
    return true;
  }

  /** The number of a range's last line, where it is known when it begins. */
  #lastLine(to: Address): number | undefined {
    const { number } = this.#input;
    if (to.kind === "line") return Math.max(to.line, number);
    if (to.kind === "more") return number + to.count;
    if (to.kind === "multiple") return to.count === 0 ? number : Math.ceil(number / to.count) * to.count;
    return undefined;
  }

  *#fits(address: Address): Execution<boolean> {
    const { number } = this.#input;
    switch (address.kind) {
      case "line":
        return number === address.line;
      case "step":
        return address.step === 0 ? number === address.first : number >= address.first && (number - address.first) % address.step === 0;
      case "last":
        return yield* this.#input.isLast();
      case "regex":
        return (yield* this.#find(address.regex, this.#pattern, {})) !== undefined;
      default:
        return false;
    }
  }

  *#find(regex: Regex | undefined, text: string, where: SearchHow): Execution<Match | undefined> {
    this.#regex = regex ?? this.#regex;
    return this.#regex === undefined ? undefined : yield* this.#regex.find(this.#process, text, where);
  }

  *#execute(command: Command): Execution<Step> {
    switch (command.name) {
      case "s":
        yield* this.#substitute(command.substitution);
        return -1;
      case "y":
        this.#pattern = Array.from(this.#pattern, (byte) => command.map?.get(byte) ?? byte).join("");
        return -1;
      case "p":
        yield* this.#print(this.#pattern);
        return -1;
      case "d":
        return "end";
      case "D":
        return this.#deleteFirst();
      case "q":
        this.#status = Number(command.text);
        return "quit";
      case "Q":
        this.#status = Number(command.text);
        return "quiet";
      case "n":
      case "N":
        return yield* this.#nextLine(command.name);
      default:
        return yield* this.#executeOther(command);
    }
  }

  *#executeOther(command: Command): Execution<Step> {
    const { name, text } = command;
    if ("btT".includes(name)) return this.#jump(name, text);
    if ("hHgGx".includes(name)) yield* this.#exchange(name);
    else if (name === "a") this.#appended.push({ text });
    else if (name === "r") this.#appended.push({ file: text });
    else if (name === "c") return yield* this.#change(command);
    else yield* this.#output(name, text);
    return -1;
  }

  *#output(name: string, text: string): Execution<void> {
    switch (name) {
      case "i":
        return yield* this.#how.write(text);
      case "=":
        return yield* this.#how.write(`${this.#input.number}\n`);
      case "P":
        return yield* this.#how.write(`${this.#pattern.split("\n")[0] ?? ""}\n`);
      case "l":
        return yield* this.#how.write(unambiguous(this.#pattern, text === "" ? this.#how.lineWidth : Number(text)));
      case "w":
        return yield* this.#writeFile(text, `${this.#pattern}\n`);
      case "F":
        return yield* this.#how.write(`${this.#input.current}\n`);
      default:
        if (name === "z") this.#pattern = "";
    }
  }

  #jump(name: string, label: string): Step {
    const taken = name === "b" || (name === "t") === this.#replaced;
    if (name !== "b") this.#replaced = false;
    if (!taken) return -1;
    return label === "" ? "next" : (this.#script.labels.get(label) ?? -1);
  }

  *#exchange(name: string): Execution<void> {
    const held = this.#hold;
    if (name === "h" || name === "x") this.#hold = this.#pattern;
    if (name === "H") this.#hold = `${held}\n${this.#pattern}`;
    if (name === "g" || name === "x") this.#pattern = held;
    if (name === "G") this.#pattern = `${this.#pattern}\n${held}`;
    if (this.#hold.length > MAX_SPACE) this.#hold = this.#hold.slice(0, MAX_SPACE);
    if (this.#pattern.length > MAX_SPACE) this.#pattern = this.#pattern.slice(0, MAX_SPACE);
    yield* this.#pay();
  }

  /** Charges for what the spaces have grown to. */
  *#pay(): Execution<void> {
    const size = this.#pattern.length + this.#hold.length;
    yield* this.#process.charge(size >> 8);
    if (size > this.#paidBytes) yield* this.#process.hold(size - this.#paidBytes);
    this.#paidBytes = Math.max(size, this.#paidBytes);
  }

  #deleteFirst(): Step {
    const end = this.#pattern.indexOf("\n");
    if (end < 0) return "end";
    this.#pattern = this.#pattern.slice(end + 1);
    return "restart";
  }

  *#change(command: Command): Execution<Step> {
    const inRange = command.to !== undefined && !command.negated && this.#open.has(command);
    if (!inRange) yield* this.#how.write(command.text);
    return "end";
  }

  *#nextLine(name: "n" | "N" | string): Execution<Step> {
    if (yield* this.#input.isLast()) return name === "N" || !this.#how.quiet ? "next" : "end";
    if (name === "n" && !this.#how.quiet) yield* this.#print(this.#pattern);
    yield* this.#flush();
    const before = this.#pattern;
    const replaced = this.#replaced;
    yield* this.#load();
    this.#replaced = replaced;
    if (name === "N") this.#pattern = `${before}\n${this.#pattern}`.slice(0, MAX_SPACE);
    yield* this.#pay();
    return -1;
  }

  *#substitute(how: Substitution | undefined): Execution<void> {
    if (how === undefined) return;
    const result = yield* this.#replace(how, this.#pattern);
    if (result === undefined) return;
    this.#pattern = result.slice(0, MAX_SPACE);
    this.#replaced = true;
    yield* this.#pay();
    if (how.print) yield* this.#print(this.#pattern);
    if (how.file !== undefined) yield* this.#writeFile(how.file, `${this.#pattern}\n`);
  }

  /** The text with its matches replaced; undefined when there is none. An empty match right behind another does not count. */
  *#replace(how: Substitution, text: string): Execution<string | undefined> {
    const done: string[] = [];
    let at = 0;
    let count = 0;
    let lastEnd = -1;
    for (let from = 0; from <= text.length; ) {
      const match = yield* this.#find(how.regex, text, { from, lines: how.lines });
      if (match === undefined) break;
      const { start, end } = match;
      const counts = end > start || start !== lastEnd;
      lastEnd = end;
      from = Math.max(end, start + 1);
      count += Number(counts);
      if (!counts || count < how.nth) continue;
      done.push(
        text.slice(at, start),
        replaceWith(how.parts, (index) => groupText(text, match, index)),
      );
      at = end;
      if (!how.global) break;
    }
    return done.length === 0 ? undefined : done.join("") + text.slice(at);
  }

  *#print(text: string): Execution<void> {
    const last = !this.#newline && (yield* this.#input.isLast());
    yield* this.#how.write(last ? text : text + this.#how.delimiter);
  }

  *#flush(): Execution<void> {
    for (const item of this.#appended.splice(0)) {
      if ("text" in item) yield* this.#how.write(item.text);
      else {
        const text = this.#process.fs.readFile(item.file);
        if (typeof text === "string" && text !== "") yield* this.#how.write(text);
      }
    }
  }

  /** Files that are written to are made at the beginning, even when nothing comes. */
  #createFile(path: string | undefined): void {
    if (path === undefined || path.startsWith("/dev/std") || this.#files.has(path)) return;
    const fd = this.#process.open(path, { write: true, create: true, truncate: true });
    if (!isErrno(fd)) this.#files.set(path, fd);
  }

  *#writeFile(path: string, text: string): Execution<void> {
    if (path === "/dev/stdout") return yield* this.#how.write(text);
    if (path === "/dev/stderr") {
      yield* this.#process.write(2, text);
      return;
    }
    const known = this.#files.get(path) ?? this.#process.open(path, { write: true, create: true, truncate: true });
    if (isErrno(known)) return;
    this.#files.set(path, known);
    yield* this.#process.write(known, text);
  }
}

/** The spaces never grow beyond this. */
const MAX_SPACE = 2 << 20;

export function groupText(text: string, { slots }: Match, index: number): string {
  const start = slots[2 * index] ?? -1;
  const end = slots[2 * index + 1] ?? -1;
  return start < 0 || end < 0 ? "" : text.slice(start, end);
}

/** l: C escapes, `\` at line breaks, `$` at the end. */
function unambiguous(text: string, width: number): string {
  const pieces = Array.from(text, (byte) => (/[\x00-\x1f\x7f-\xff\\]/.test(byte) ? escapeByte(byte) : byte));
  let lines = "";
  let used = 0;
  for (const piece of pieces) {
    if (width > 1 && used + piece.length > width - 1) {
      lines += "\\\n";
      used = 0;
    }
    lines += piece;
    used += piece.length;
  }
  return `${lines}$\n`;
}
