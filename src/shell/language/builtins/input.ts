import type { Execution, Wait, WaitQueue } from "../../program.ts";
import { setVariable } from "../assignment.ts";
import { type Shell, ShellProblem } from "../shell.ts";
import { badOption, type Flags, readFlags, wrong } from "./builtin.ts";

/** `read`, `mapfile` and `getopts`: builtins that take input or arguments apart. */

export function* read(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, shell.dialect === "dash" ? "p:r" : "a:d:ei:n:N:p:rst:u:");
  const refused = yield* badRead(shell, flags);
  if (refused !== undefined) return refused;
  const how = readHow(flags);
  const prompt = flags.values.get("p");
  if (prompt !== undefined && shell.process.isTerminal(how.fd)) yield* shell.say(prompt);
  const loud = flags.letters.has("s") ? silenced(shell) : undefined;
  const got = yield* readInput(shell, how);
  loud?.();
  yield* spread(shell, got, { names: flags.operands, array: flags.values.get("a"), whole: how.exact });
  if (got.timedOut) return 142;
  return got.ended ? 1 : 0;
}

function* badRead(shell: Shell, flags: Flags): Execution<number | undefined> {
  if (flags.unknown !== undefined) return yield* badOption(shell, "read", flags.unknown);
  if (flags.missing !== undefined) return yield* wrong(shell, `read: ${flags.missing}: option requires an argument`, 2);
  if (shell.dialect === "dash" && flags.operands.length === 0) return yield* wrong(shell, "read: arg count", 2);
  const bad = flags.operands.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*(\[.*\])?$/.test(name));
  if (bad === undefined) return undefined;
  const message = shell.pick({ bash: `read: \`${bad}': not a valid identifier`, dash: `read: ${bad}: bad variable name` });
  return yield* wrong(shell, message, shell.pick({ bash: 1, dash: 2, ash: 1 }));
}

function readHow({ letters, values }: Flags): ReadHow {
  const number = (letter: string) => (values.has(letter) ? Number(values.get(letter)) : undefined);
  const seconds = number("t");
  return {
    fd: number("u") ?? 0,
    raw: letters.has("r"),
    delimiter: values.has("d") ? (values.get("d") ?? "").slice(0, 1) || "\0" : "\n",
    count: number("N") ?? number("n"),
    exact: letters.has("N"),
    forMs: seconds === undefined ? undefined : seconds * 1000,
  };
}

function silenced(shell: Shell): (() => void) | undefined {
  const settings = shell.process.terminal?.settings;
  if (settings === undefined || !settings.flags.has("echo")) return undefined;
  settings.flags.delete("echo");
  return () => settings.flags.add("echo");
}

interface ReadHow {
  readonly fd: number;
  readonly raw: boolean;
  readonly delimiter: string;
  readonly count: number | undefined;
  readonly exact: boolean;
  readonly forMs: number | undefined;
}

interface Got {
  /** Characters, each with whether a backslash quoted it. */
  readonly text: string;
  readonly quoted: ReadonlySet<number>;
  readonly ended: boolean;
  readonly timedOut: boolean;
}

function* readInput(shell: Shell, how: ReadHow): Execution<Got> {
  let text = "";
  const quoted = new Set<number>();
  const untilMs = how.forMs === undefined ? undefined : shell.process.system.now().monotonicMs + how.forMs;
  while (how.count === undefined || text.length < how.count) {
    const part = yield* readPart(shell, how, { left: how.count === undefined ? 65_536 : how.count - text.length, untilMs });
    if (part === "timeout") return { text, quoted, ended: false, timedOut: true };
    if (part === "") return { text, quoted, ended: true, timedOut: false };
    const more = append(part, how, { text, quoted });
    text = more.text;
    if (more.done || text.length > MAX_LINE_BYTES) break;
  }
  return { text, quoted, ended: false, timedOut: false };
}

/** A line that has no end is cut here. */
const MAX_LINE_BYTES = 1 << 20;

/** Adds what was read; a backslash at the end of a line joins the next to it. */
function append(part: string, how: ReadHow, so: { text: string; quoted: Set<number> }): { text: string; done: boolean } {
  const whole = part.endsWith(how.delimiter) && !how.exact;
  const body = whole ? part.slice(0, -1) : part;
  if (how.raw || !body.includes("\\")) return { text: so.text + body, done: whole };
  let { text } = so;
  for (let at = 0; at < body.length; at += 1) {
    const escapes = body.charAt(at) === "\\";
    if (escapes && at + 1 === body.length) return { text, done: false };
    if (escapes) {
      at += 1;
      so.quoted.add(text.length);
    }
    text += body.charAt(at);
  }
  return { text, done: whole };
}

function* readPart(shell: Shell, how: ReadHow, limit: { left: number; untilMs: number | undefined }): Execution<string | "timeout"> {
  const { task } = shell.process;
  const description = task.descriptors.get(how.fd);
  if (description === undefined) yield* shell.complain(`read: ${how.fd}: invalid file descriptor: Bad file descriptor`);
  while (description !== undefined) {
    const got = how.exact ? description.read(limit.left, task) : description.readThrough(how.delimiter, limit.left, task);
    yield* shell.process.charge(1);
    if (typeof got === "string") return got;
    if ("errno" in got) break;
    const ended = yield* pause(shell, got.until, limit.untilMs);
    if (ended !== undefined) return ended;
  }
  return "";
}

/** Waits for input; what ends the reading instead: the time is over, or a trapped signal came. */
function* pause(shell: Shell, queue: WaitQueue, untilMs: number | undefined): Execution<"" | "timeout" | undefined> {
  const wait = waitFor(queue, untilMs === undefined ? undefined : untilMs - shell.process.system.now().monotonicMs);
  if (wait === undefined) return "timeout";
  const woken = yield wait;
  return woken === "signal" && shell.process.task.caught.length > 0 ? "" : undefined;
}

/** Undefined: no time is left. */
function waitFor(queue: WaitQueue, leftMs: number | undefined): Wait | undefined {
  if (leftMs === undefined) return { on: "queues", queues: [queue] };
  return leftMs <= 0 ? undefined : { on: "queues", queues: [queue], forMs: leftMs };
}

function* spread(shell: Shell, got: Got, to: { names: readonly string[]; array: string | undefined; whole: boolean }): Execution<void> {
  const text = got.text.replaceAll("\0", "");
  const split = (max: number) => splitInput(text, { quoted: got.quoted, ifs: shell.ifs(), max });
  yield* shell.process.charge(1);
  if (to.array !== undefined) {
    shell.variables.unset(to.array);
    shell.variables.setArray(
      to.array,
      split(Number.POSITIVE_INFINITY).map((word, index) => [String(index), word] as const),
    );
    return;
  }
  if (to.names.length === 0) {
    setVariable(shell, { name: "REPLY" }, text);
    return;
  }
  const words = to.whole ? [text] : split(to.names.length);
  for (const [index, name] of to.names.entries()) {
    const [, array, key] = /^(\w+)\[(.*)\]$/.exec(name) ?? [];
    setVariable(shell, array === undefined || key === undefined ? { name } : { name: array, key }, words[index] ?? "");
  }
}

/** Splits a line at IFS into at most `max` words; the last keeps the rest. */
function splitInput(text: string, how: { quoted: ReadonlySet<number>; ifs: string; max: number }): readonly string[] {
  const splitter = new InputSplitter(text, how);
  const words: string[] = [];
  while (!splitter.done && words.length < how.max - 1) words.push(splitter.word());
  if (!splitter.done) words.push(lastWord(splitter.rest(), how.ifs));
  return words;
}

class InputSplitter {
  readonly #text: string;
  readonly #quoted: ReadonlySet<number>;
  readonly #ifs: string;
  #at = 0;
  #end: number;

  constructor(text: string, how: { quoted: ReadonlySet<number>; ifs: string }) {
    this.#text = text;
    this.#quoted = how.quoted;
    this.#ifs = how.ifs;
    this.#end = text.length;
    this.#skipWhite();
    while (this.#end > this.#at && this.#isWhite(this.#end - 1)) this.#end -= 1;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The next word; the separators behind it are skipped. */
  word(): string {
    const start = this.#at;
    while (!this.done && !this.#isSeparator(this.#at)) this.#at += 1;
    const word = this.#text.slice(start, this.#at);
    this.#skipWhite();
    if (!this.done && this.#isSeparator(this.#at)) this.#at += 1;
    this.#skipWhite();
    return word;
  }

  rest(): string {
    return this.#text.slice(this.#at, this.#end);
  }

  #skipWhite(): void {
    while (!this.done && this.#isWhite(this.#at)) this.#at += 1;
  }

  #isSeparator(at: number): boolean {
    return this.#ifs.includes(this.#text.charAt(at)) && !this.#quoted.has(at);
  }

  #isWhite(at: number): boolean {
    return this.#isSeparator(at) && " \t\n".includes(this.#text.charAt(at));
  }
}

/** A single separator at the end of the last word does not belong to it. */
function lastWord(text: string, ifs: string): string {
  const last = text.slice(-1);
  const separators = [...text].filter((char) => ifs.includes(char) && !" \t\n".includes(char)).length;
  return separators === 1 && ifs.includes(last) && !" \t\n".includes(last) ? text.slice(0, -1) : text;
}

/** What an element of an array costs beside its text. */
const ENTRY_BYTES = 64;
const MAX_HELD_BYTES = 4 << 20;

export function* mapfile(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "d:n:O:s:tu:C:c:");
  if (flags.unknown !== undefined) return yield* badOption(shell, "mapfile", flags.unknown);
  const name = flags.operands[0] ?? "MAPFILE";
  const number = (letter: string) => Number(flags.values.get(letter) ?? 0);
  const delimiter = (flags.values.get("d") ?? "\n").slice(0, 1) || "\0";
  const lines = yield* readLines(shell, { fd: number("u"), delimiter, max: number("n"), skip: number("s") });
  const kept = flags.letters.has("t") ? lines.map((line) => (line.endsWith(delimiter) ? line.slice(0, -1) : line)) : lines;
  const before = flags.values.has("O") ? shell.variables.elements(name) : [];
  shell.variables.setArray(name, [...before, ...kept.map((line, index) => [String(number("O") + index), line] as const)]);
  return 0;
}

function* readLines(shell: Shell, how: { fd: number; delimiter: string; max: number; skip: number }): Execution<readonly string[]> {
  const lines: string[] = [];
  let held = 0;
  for (let count = 0; how.max === 0 || count < how.max + how.skip; count += 1) {
    const line = yield* shell.process.readLine(how.fd, how.delimiter);
    if (line === undefined) break;
    if (count < how.skip) continue;
    held += line.length + ENTRY_BYTES;
    if (held > MAX_HELD_BYTES) throw new ShellProblem("xrealloc: cannot allocate 4194304 bytes", { status: 2, fatal: true });
    lines.push(line);
  }
  return lines;
}

export function* getopts(shell: Shell, args: readonly string[]): Execution {
  const [spec, name, ...given] = args;
  if (spec === undefined || name === undefined) {
    const short = `${shell.prefix()}getopts: Usage: getopts optstring var [arg]\n`;
    yield* shell.say(shell.pick({ bash: "getopts: usage: getopts optstring name [arg ...]\n", dash: short }));
    return 2;
  }
  const words = given.length > 0 ? given : shell.positional;
  const word = words[shell.getopts.index - 1];
  if (shell.getopts.at === 0 && (word === undefined || !/^-./.test(word) || word === "--")) {
    if (word === "--") shell.getopts.index += 1;
    return finished(shell, name);
  }
  const found = nextOption(shell, { spec, words });
  shell.variables.set("OPTIND", String(shell.getopts.index));
  if (found.value === undefined) shell.variables.unset("OPTARG");
  else shell.variables.set("OPTARG", found.value);
  shell.variables.set(name, found.letter);
  if (found.complaint !== undefined)
    yield* shell.say(shell.pick({ bash: `${shell.name}: ${found.complaint}\n`, dash: `${found.terse}\n` }));
  return 0;
}

function finished(shell: Shell, name: string): number {
  shell.variables.set(name, "?");
  shell.variables.set("OPTIND", String(shell.getopts.index));
  shell.getopts.at = 0;
  return 1;
}

interface FoundOption {
  readonly letter: string;
  readonly value?: string | undefined;
  readonly complaint?: string;
  readonly terse?: string;
}

function nextOption(shell: Shell, from: { spec: string; words: readonly string[] }): FoundOption {
  const state = shell.getopts;
  const word = from.words[state.index - 1] ?? "";
  const at = Math.max(1, state.at);
  const letter = word.charAt(at);
  const silent = from.spec.startsWith(":");
  const known = letter === ":" ? -1 : from.spec.indexOf(letter, silent ? 1 : 0);
  const ended = at + 1 >= word.length;
  state.at = ended ? 0 : at + 1;
  if (ended) state.index += 1;
  if (known < 0)
    return silent
      ? { letter: "?", value: letter }
      : { letter: "?", complaint: `illegal option -- ${letter}`, terse: `Illegal option -${letter}` };
  if (from.spec.charAt(known + 1) !== ":") return { letter };
  state.at = 0;
  return optionValue(shell, ended ? from.words[state.index - 1] : word.slice(at + 1), { letter, silent });
}

function optionValue(shell: Shell, value: string | undefined, of: { letter: string; silent: boolean }): FoundOption {
  const { letter, silent } = of;
  if (value !== undefined) {
    shell.getopts.index += 1;
    return { letter, value };
  }
  if (silent) return { letter: ":", value: letter };
  return { letter: "?", complaint: `option requires an argument -- ${letter}`, terse: `No arg for -${letter} option` };
}
