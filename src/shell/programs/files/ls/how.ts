import { matches, type Pattern, parsePattern } from "../../../language/pattern.ts";
import type { Options } from "../../../options.ts";
import type { Process } from "../../../program.ts";
import { quoteValue } from "../../quoting.ts";
import { humanSize, parseSize } from "../../sizes.ts";

export const SHORT = "abcdfghiklmnopqrstuvw:xABCDFGHI:LNQRST:UXZ1";

export const LONG = {
  all: "a",
  "almost-all": "A",
  "ignore-backups": "B",
  directory: "d",
  "human-readable": "h",
  inode: "i",
  kibibytes: "k",
  "numeric-uid-gid": "n",
  "no-group": "G",
  "hide-control-chars": "q",
  reverse: "r",
  size: "s",
  width: "w",
  classify: "classify?",
  "file-type": "file-type",
  dereference: "L",
  "dereference-command-line": "H",
  literal: "N",
  "quote-name": "Q",
  recursive: "R",
  "group-directories-first": "group-directories-first",
  "full-time": "full-time",
  "time-style": "time-style:",
  time: "time:",
  sort: "sort:",
  color: "color?",
  si: "si",
  ignore: "I",
  hide: "hide:",
  format: "format:",
  "block-size": "block-size:",
  "indicator-style": "indicator-style:",
  escape: "b",
  author: "author",
  context: "Z",
  zero: "zero",
};

export interface ListHow {
  readonly all: boolean;
  readonly almostAll: boolean;
  readonly directoryItself: boolean;
  readonly recursive: boolean;
  readonly long: boolean;
  readonly format: "long" | "single" | "columns" | "across" | "commas";
  readonly columns: number;
  readonly inode: boolean;
  readonly blocks: boolean;
  readonly owner: boolean;
  readonly group: boolean;
  readonly numeric: boolean;
  readonly indicator: "none" | "slash" | "type" | "classify";
  readonly color: boolean;
  readonly follow: boolean;
  readonly followNamed: boolean;
  readonly sort: "name" | "size" | "time" | "none" | "version" | "extension";
  readonly reverse: boolean;
  readonly directoriesFirst: boolean;
  readonly time: "modify" | "access" | "change";
  readonly timeStyle: string;
  /** Names are shown as a shell would read them. */
  readonly quoted: boolean;
  readonly quoteAll: boolean;
  readonly question: boolean;
  readonly escape: boolean;
  readonly terminator: string;
  readonly ignored: (name: string) => boolean;
  /** A size in bytes, or (with `unit`) in blocks of that many. */
  readonly size: (bytes: number, unit?: number) => string;
}

/** What the options ask for; a text: what is wrong with them. */
export function listHow(process: Process, options: Options, name: "ls" | "dir" | "vdir"): ListHow | string {
  const wrong = wrongValue(process, options);
  if (wrong !== undefined) return wrong;
  const has = (letter: string) => options.has(letter);
  const format = formatOf(process, options, name);
  const zero = has("zero");
  return {
    all: last(options, "aA") === "a" || has("f"),
    almostAll: last(options, "aA") === "A",
    directoryItself: has("d"),
    recursive: has("R") && !has("d"),
    long: format === "long",
    format: zero && format !== "long" ? "single" : format,
    columns: widthOf(process, options),
    ...marks(process, options, format),
    ...namesHow(process, options, name),
    inode: has("i"),
    blocks: has("s"),
    owner: !has("g"),
    group: !has("o") && !has("G"),
    numeric: has("n"),
    ...order(options, format),
    timeStyle: options.value("time-style") ?? (has("full-time") ? "full-iso" : "locale"),
    terminator: zero ? "\0" : "\n",
    ignored: ignoredBy(options),
    size: sizer(options),
  };
}

function marks(process: Process, options: Options, format: ListHow["format"]) {
  const itself = format === "long" || ["d", "F", "classify"].some((key) => options.has(key));
  return {
    indicator: indicatorOf(process, options),
    color: colored(options, process.isTerminal(1)) && knowsColors(process),
    follow: options.has("L"),
    followNamed: options.has("H") || !itself,
  };
}

/** ls quotes names on a terminal; dir and vdir always write C escapes. */
function namesHow(process: Process, options: Options, name: string) {
  const terminal = process.isTerminal(1);
  const literal = options.has("N");
  return {
    quoted: name === "ls" && terminal && !literal && !options.has("zero"),
    quoteAll: options.has("Q"),
    question: options.has("q") || (terminal && literal),
    escape: options.has("b") || (name !== "ls" && !literal),
  };
}

const TIME_WORDS = ["atime", "access", "use", "ctime", "status", "birth", "creation", "mtime", "modification"];
/** What ls tells as valid, a group of equal words a line. */
const VALID: Readonly<Record<string, readonly (readonly string[])[]>> = {
  sort: [["none"], ["time"], ["size"], ["extension"], ["version"], ["width"]],
  time: [
    ["atime", "access", "use"],
    ["ctime", "status"],
    ["birth", "creation"],
  ],
};

const SORT_WORDS = ["none", "size", "time", "version", "extension", "name", "width"];

function wrongValue(process: Process, options: Options): string | undefined {
  const width = options.value("w");
  if (width !== undefined && !/^\d+$/.test(width)) return `invalid line width: ${quoteValue(process, width)}`;
  return (
    wrongWord(process, options, { option: "sort", words: SORT_WORDS }) ?? wrongWord(process, options, { option: "time", words: TIME_WORDS })
  );
}

function wrongWord(process: Process, options: Options, allowed: { option: string; words: readonly string[] }): string | undefined {
  const value = options.value(allowed.option);
  if (value === undefined || allowed.words.some((word) => word.startsWith(value))) return undefined;
  const groups = (VALID[allowed.option] ?? []).map((group) => `\n  - ${group.map((word) => quoteValue(process, word)).join(", ")}`);
  const hint = `Valid arguments are:${groups.join("")}\nTry '${process.name} --help' for more information.`;
  return `invalid argument ${quoteValue(process, value)} for ${quoteValue(process, `--${allowed.option}`)}\n${hint}`;
}

/** The last of some letters that was given. */
function last(options: Options, letters: string): string | undefined {
  return options.order.findLast(([key]) => key.length === 1 && letters.includes(key))?.[0];
}

const FORMAT_WORDS: Readonly<Record<string, ListHow["format"]>> = {
  long: "long",
  verbose: "long",
  "single-column": "single",
  commas: "commas",
  across: "across",
  horizontal: "across",
  vertical: "columns",
};

const FORMAT_LETTERS: Readonly<Record<string, ListHow["format"]>> = { C: "columns", x: "across", m: "commas", "1": "single" };

function formatOf(process: Process, options: Options, name: string): ListHow["format"] {
  if (options.has("full-time")) return "long";
  const given = last(options, "lgnoC1xm");
  if (given === undefined) return FORMAT_WORDS[options.value("format") ?? ""] ?? usualFormat(process, name);
  const wasLong = ["l", "g", "n", "o"].some((letter) => options.has(letter));
  return given === "1" && wasLong ? "long" : (FORMAT_LETTERS[given] ?? "long");
}

function usualFormat(process: Process, name: string): ListHow["format"] {
  if (name === "vdir") return "long";
  return name === "dir" || process.isTerminal(1) ? "columns" : "single";
}

function widthOf(process: Process, options: Options): number {
  const given = options.value("w");
  if (given !== undefined) return Number(given);
  const environment = process.environment.get("COLUMNS") ?? "";
  if (/^[1-9]\d*$/.test(environment)) return Number(environment);
  return process.isTerminal(1) ? (process.terminal?.columns ?? 80) || 80 : 80;
}

function indicatorOf(process: Process, options: Options): ListHow["indicator"] {
  const style: Readonly<Record<string, ListHow["indicator"]>> = { slash: "slash", "file-type": "type", classify: "classify", none: "none" };
  const given = options.order.findLast(([key]) => ["p", "F", "classify", "file-type", "indicator-style"].includes(key));
  if (given === undefined) return "none";
  if (given[0] === "p") return "slash";
  if (given[0] === "file-type") return "type";
  if (given[0] === "indicator-style") return style[given[1] ?? ""] ?? "none";
  return whenWord(given[1] ?? "always", process.isTerminal(1)) ? "classify" : "none";
}

function colored(options: Options, terminal: boolean): boolean {
  const given = options.order.findLast(([key]) => key === "color");
  return given !== undefined && whenWord(given[1] ?? "always", terminal);
}

/** Without LS_COLORS and COLORTERM, ls colours for terminals of which it knows that they can. */
function knowsColors({ environment }: Process): boolean {
  if (environment.get("LS_COLORS") || environment.get("COLORTERM")) return true;
  return /^(?:Eterm|ansi|.*color.*|con\d+x\d+|cons25|console|cygwin|dtterm|gnome|hurd|jfbterm|konsole|kterm|linux.*|mlterm|putty.*|rxvt.*|screen.*|st|terminator|tmux.*|vt100|xterm.*)$/.test(
    environment.get("TERM") ?? "",
  );
}

function whenWord(word: string, terminal: boolean): boolean {
  return ["always", "yes", "force"].includes(word) || (["auto", "tty", "if-tty"].includes(word) && terminal);
}

const SORT_LETTERS: Readonly<Record<string, ListHow["sort"]>> = {
  t: "time",
  S: "size",
  U: "none",
  f: "none",
  X: "extension",
  v: "version",
};
const SORTS: readonly ListHow["sort"][] = ["none", "size", "time", "version", "extension", "name"];

function order(options: Options, format: ListHow["format"]): Pick<ListHow, "sort" | "reverse" | "directoriesFirst" | "time"> {
  const time = timeKind(options);
  const letter = last(options, "tSUfXv") ?? "";
  const implied = time !== "modify" && format !== "long" ? "time" : "name";
  return {
    time,
    sort: SORT_LETTERS[letter] ?? SORTS.find((sort) => sort === options.value("sort")) ?? implied,
    reverse: options.has("r"),
    directoriesFirst: options.has("group-directories-first"),
  };
}

function timeKind(options: Options): ListHow["time"] {
  const word = options.value("time") ?? "";
  const given = last(options, "uc");
  if (given === "u" || /^[au]/.test(word)) return "access";
  return given === "c" || /^[cs]/.test(word) ? "change" : "modify";
}

function ignoredBy(options: Options): (name: string) => boolean {
  const patterns: Pattern[] = options.values("I").map((text) => parsePattern(text));
  if (!options.has("a") && !options.has("A")) patterns.push(...options.values("hide").map((text) => parsePattern(text)));
  const backups = options.has("B");
  return (name) => (backups && name.endsWith("~")) || patterns.some((pattern) => matches(pattern, name));
}

function sizer(options: Options): ListHow["size"] {
  if (options.has("h")) return (bytes) => humanSize(bytes);
  if (options.has("si")) return (bytes) => humanSize(bytes, 1000);
  const given = options.value("block-size");
  const block = given === undefined ? undefined : (parseSize(given) ?? parseSize(`1${given}`));
  return (bytes, unit) => String(Math.ceil(bytes / (block ?? unit ?? 1)));
}
