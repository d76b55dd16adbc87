import type { Execution } from "../../program.ts";
import { setVariable } from "../assignment.ts";
import type { Shell } from "../shell.ts";
import { badOption, readFlags, wrong } from "./builtin.ts";

/** `read`, `mapfile` and `getopts`: builtins that take input or arguments apart. */

export function* read(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, shell.dialect === "dash" ? "p:r" : "a:d:ei:n:N:p:rst:u:");
  if (flags.unknown !== undefined) return yield* badOption(shell, "read", flags.unknown);
  if (flags.missing !== undefined) return yield* wrong(shell, `read: ${flags.missing}: option requires an argument`, 2);
  if (shell.dialect === "dash" && flags.operands.length === 0) return yield* wrong(shell, "read: arg count", 2);
  const bad = flags.operands.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*(\[.*\])?$/.test(name));
  if (bad !== undefined)
    return yield* wrong(
      shell,
      shell.dialect === "bash" ? `read: \`${bad}': not a valid identifier` : `read: ${bad}: bad variable name`,
      shell.dialect === "dash" ? 2 : 1,
    );
  const fd = Number(flags.values.get("u") ?? 0);
  const prompt = flags.values.get("p");
  if (prompt !== undefined && shell.process.isTerminal(fd)) yield* shell.say(prompt);
  const how: ReadHow = {
    fd,
    raw: flags.letters.has("r"),
    delimiter: flags.letters.has("d") ? (flags.values.get("d") ?? "").slice(0, 1) || "\0" : "\n",
    count: flags.letters.has("N") ? Number(flags.values.get("N")) : flags.letters.has("n") ? Number(flags.values.get("n")) : undefined,
    exact: flags.letters.has("N"),
    forMs: flags.letters.has("t") ? Number(flags.values.get("t")) * 1000 : undefined,
  };
  const quiet = flags.letters.has("s") ? silenced(shell) : undefined;
  const got = yield* readInput(shell, how);
  quiet?.();
  yield* spread(shell, got, { names: flags.operands, array: flags.values.get("a"), whole: how.exact });
  if (got.timedOut) return 142;
  return got.ended ? 1 : 0;
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
    if (more.done) break;
  }
  return { text, quoted, ended: false, timedOut: false };
}

/** Adds what was read; a backslash at the end of a line joins the next to it. */
function append(part: string, how: ReadHow, so: { text: string; quoted: Set<number> }): { text: string; done: boolean } {
  const whole = part.endsWith(how.delimiter) && !how.exact;
  const body = whole ? part.slice(0, -1) : part;
  if (how.raw) return { text: so.text + body, done: whole };
  let { text } = so;
  for (let at = 0; at < body.length; at += 1) {
    const char = body.charAt(at);
    if (char !== "\\") text += char;
    else if (at + 1 < body.length) {
      at += 1;
      so.quoted.add(text.length);
      text += body.charAt(at);
    } else if (whole) return { text, done: false };
  }
  return { text, done: whole };
}

function* readPart(shell: Shell, how: ReadHow, limit: { left: number; untilMs: number | undefined }): Execution<string | "timeout"> {
  const { task } = shell.process;
  while (true) {
    const description = task.descriptors.get(how.fd);
    if (description === undefined) {
      yield* shell.complain(`read: ${how.fd}: invalid file descriptor: Bad file descriptor`);
      return "";
    }
    const got = how.exact ? description.read(limit.left, task) : description.readThrough(how.delimiter, limit.left, task);
    yield* shell.process.charge(1);
    if (typeof got === "string") return got;
    if ("errno" in got) return "";
    const leftMs = limit.untilMs === undefined ? undefined : limit.untilMs - shell.process.system.now().monotonicMs;
    if (leftMs !== undefined && leftMs <= 0) return "timeout";
    const woken = yield { on: "queues", queues: [got.until], ...(leftMs === undefined ? {} : { forMs: leftMs }) };
    if (woken === "signal" && shell.process.task.caught.length > 0) return "";
  }
}

function* spread(shell: Shell, got: Got, to: { names: readonly string[]; array: string | undefined; whole: boolean }): Execution<void> {
  const text = got.text.replaceAll("\0", "");
  const ifs = shell.ifs();
  if (to.array !== undefined) {
    const words = splitInput(text, { quoted: got.quoted, ifs, max: Number.POSITIVE_INFINITY });
    shell.variables.unset(to.array);
    shell.variables.setArray(
      to.array,
      words.map((word, index) => [String(index), word] as const),
    );
    return;
  }
  yield* shell.process.charge(1);
  if (to.names.length === 0) {
    setVariable(shell, { name: "REPLY" }, text);
    return;
  }
  const words = to.whole ? [text] : splitInput(text, { quoted: got.quoted, ifs, max: to.names.length });
  for (const [index, name] of to.names.entries()) {
    const [, array, key] = /^(\w+)\[(.*)\]$/.exec(name) ?? [];
    setVariable(shell, array === undefined || key === undefined ? { name } : { name: array, key }, words[index] ?? "");
  }
}

/** Splits a line at IFS into at most `max` words; the last keeps the rest. */
function splitInput(text: string, how: { quoted: ReadonlySet<number>; ifs: string; max: number }): readonly string[] {
  const { quoted, ifs, max } = how;
  const isSeparator = (at: number) => ifs.includes(text.charAt(at)) && !quoted.has(at);
  const isWhite = (at: number) => isSeparator(at) && " \t\n".includes(text.charAt(at));
  const words: string[] = [];
  let at = 0;
  let end = text.length;
  while (at < end && isWhite(at)) at += 1;
  while (end > at && isWhite(end - 1)) end -= 1;
  while (at < end && words.length < max - 1) {
    let stop = at;
    while (stop < end && !isSeparator(stop)) stop += 1;
    words.push(text.slice(at, stop));
    at = stop;
    while (at < end && isWhite(at)) at += 1;
    if (at < end && isSeparator(at) && !isWhite(at) && (stop === at || isWhite(stop) || isSeparator(stop))) at += 1;
    while (at < end && isWhite(at)) at += 1;
  }
  if (at < end) words.push(lastWord(text.slice(at, end), ifs));
  return words;
}

/** A single separator at the end of the last word does not belong to it. */
function lastWord(text: string, ifs: string): string {
  const last = text.slice(-1);
  const separators = [...text].filter((char) => ifs.includes(char) && !" \t\n".includes(char)).length;
  return separators === 1 && ifs.includes(last) && !" \t\n".includes(last) ? text.slice(0, -1) : text;
}

export function* mapfile(shell: Shell, args: readonly string[]): Execution {
  const flags = readFlags(args, "d:n:O:s:tu:C:c:");
  if (flags.unknown !== undefined) return yield* badOption(shell, "mapfile", flags.unknown);
  const name = flags.operands[0] ?? "MAPFILE";
  const max = Number(flags.values.get("n") ?? 0);
  const skip = Number(flags.values.get("s") ?? 0);
  const delimiter = (flags.values.get("d") ?? "\n").slice(0, 1) || "\0";
  const entries: [string, string][] = flags.values.has("O") ? shell.variables.elements(name).map(([key, value]) => [key, value]) : [];
  let index = Number(flags.values.get("O") ?? 0);
  for (let count = 0; max === 0 || count < max + skip; count += 1) {
    const line = yield* shell.process.readLine(Number(flags.values.get("u") ?? 0), delimiter);
    if (line === undefined) break;
    if (count < skip) continue;
    entries.push([String(index), flags.letters.has("t") && line.endsWith(delimiter) ? line.slice(0, -1) : line]);
    index += 1;
  }
  shell.variables.setArray(name, entries);
  return 0;
}

export function* getopts(shell: Shell, args: readonly string[]): Execution {
  const [spec, name, ...given] = args;
  if (spec === undefined || name === undefined) {
    yield* shell.say(
      shell.dialect === "bash"
        ? "getopts: usage: getopts optstring name [arg ...]\n"
        : `${shell.prefix()}getopts: Usage: getopts optstring var [arg]\n`,
    );
    return 2;
  }
  const words = given.length > 0 ? given : shell.positional;
  const state = shell.getopts;
  const word = words[state.index - 1];
  if (state.at === 0 && (word === undefined || !/^-./.test(word) || word === "--")) {
    if (word === "--") state.index += 1;
    return finished(shell, name);
  }
  const found = nextOption(shell, { spec, words });
  shell.variables.set("OPTIND", String(state.index));
  if (found.value === undefined) shell.variables.unset("OPTARG");
  else shell.variables.set("OPTARG", found.value);
  shell.variables.set(name, found.letter);
  if (found.complaint !== undefined) {
    if (shell.dialect === "bash") yield* shell.say(`${shell.name}: ${found.complaint}\n`);
    else yield* shell.say(`${found.terse}\n`);
  }
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
  const value = ended ? from.words[state.index - 1] : word.slice(at + 1);
  state.at = 0;
  if (value !== undefined) {
    state.index += 1;
    return { letter, value };
  }
  return silent
    ? { letter: ":", value: letter }
    : { letter: "?", complaint: `option requires an argument -- ${letter}`, terse: `No arg for -${letter} option` };
}
