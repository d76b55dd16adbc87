import type { Process, ProcessInfo } from "../../../program.ts";
import { type Column, columnOf, standardColumns } from "./columns.ts";

/**
 * The command line of procps' ps: BSD letters without a dash (`aux`), UNIX options (`-ef`), long ones (`--sort`), mixed.
 * Decides which processes are shown, in which columns and order.
 */
export interface PsRequest {
  readonly columns: readonly Column[];
  readonly chosen: (info: ProcessInfo) => boolean;
  readonly sort: readonly { readonly column: Column; readonly down: boolean }[];
  readonly forest: boolean;
  readonly headers: boolean;
  /** Characters in a line; undefined: as wide as the output. */
  readonly wide: number;
  /** The lists that named processes: an empty answer is a failure. */
  readonly version: boolean;
}

const BSD_DEFAULT = "pid tname stat bsdtime args";
const FORMATS: Readonly<Record<string, string>> = {
  plain: "pid tname time ucmd",
  "-f": "UID pid ppid c stime tname time CMD",
  "-F": "UID pid ppid c sz rss psr stime tname time CMD",
  "-l": "f s uid pid ppid c priority ni addr sz wchan tname time ucmd",
  "-ly": "s uid pid ppid c priority ni rss sz wchan tname time ucmd",
  "-j": "pid pgid sid tname time ucmd",
  u: "user pid %cpu %mem vsz rss tname stat start bsdtime args",
  j: "ppid pid pgid sid tname tpgid stat uid bsdtime args",
  l: "f uid pid ppid priority ni vsz rss wchan stat tname bsdtime args",
  v: "pid tname stat bsdtime vsz rss %mem args",
};

type Test = (info: ProcessInfo) => boolean;

/** What is wrong is told as procps tells it. */
export type PsMistake = { readonly wrong: string };

class Reading {
  readonly lists: Test[] = [];
  readonly chosen: Column[] = [];
  readonly sort: { column: Column; down: boolean }[] = [];
  readonly flags = new Set<string>();
  format: string | undefined;
  wide = 0;
  bsd = false;
}

export function readRequest(process: Process): PsRequest | PsMistake {
  const reading = new Reading();
  const args = [...process.args];
  while (args.length > 0) {
    const arg = args.shift() ?? "";
    const wrong = arg.startsWith("--")
      ? long(reading, { arg, args })
      : isDash(arg)
        ? unix(reading, { arg, args, process })
        : bsd(reading, { arg, args, process });
    if (wrong !== undefined) return { wrong };
  }
  return finish(reading, process);
}

/** `-aux` is taken for `aux`, as nobody is called x. */
function isDash(arg: string): boolean {
  return arg.startsWith("-") && !/^-a?u?x[a-z]*$|^-aux/.test(arg);
}

interface Rest {
  readonly arg: string;
  readonly args: string[];
}

function long(reading: Reading, { arg, args }: Rest): string | undefined {
  const [, name = "", given] = /^--([^=]*)=?([\s\S]*)$/.exec(arg) ?? [];
  const value = () => (arg.includes("=") ? (given ?? "") : (args.shift() ?? ""));
  switch (name) {
    case "sort":
      return addSort(reading, value());
    case "forest":
      reading.flags.add("forest");
      return undefined;
    case "no-headers":
    case "no-heading":
    case "noheaders":
      reading.flags.add("bare");
      return undefined;
    case "headers":
      return undefined;
    case "format":
      return addColumns(reading, value());
    case "pid":
      return addNumbers(reading, value(), (info) => info.pid);
    case "ppid":
      return addNumbers(reading, value(), (info) => info.parent);
    case "deselect":
      reading.flags.add("negate");
      return undefined;
    case "width":
    case "cols":
    case "columns":
      reading.wide = Number(value());
      return undefined;
    case "version":
      reading.flags.add("version");
      return undefined;
    default:
      return "unknown gnu long option";
  }
}

interface Words extends Rest {
  readonly process: Process;
}

/** Letters that take a value: what is behind them, or the next word. */
function unix(reading: Reading, words: Words): string | undefined {
  for (let at = 1; at < words.arg.length; at += 1) {
    const letter = words.arg.charAt(at);
    if (!"opqCuUgGtsO".includes(letter)) {
      if (!"eAadNfFljLmTwHMVyZcP".includes(letter)) return "unsupported SysV option";
      unixFlag(reading, letter);
      continue;
    }
    const rest = words.arg.slice(at + 1);
    const value = rest === "" ? words.args.shift() : rest;
    if (value === undefined) return "list of process IDs must follow -p".replace("-p", `-${letter}`);
    return withValue(reading, letter, { value, process: words.process });
  }
  return undefined;
}

const UNIX_FLAGS: Readonly<Record<string, string>> = { N: "negate", H: "forest", V: "version" };
const UNIX_TESTS: Readonly<Record<string, Test>> = {
  e: () => true,
  A: () => true,
  a: (info) => info.terminal !== undefined && info.session !== info.pid,
  d: (info) => info.session !== info.pid,
};

function unixFlag(reading: Reading, letter: string): void {
  const [flag, test] = [UNIX_FLAGS[letter], UNIX_TESTS[letter]];
  if (test !== undefined) reading.lists.push(test);
  else if (flag !== undefined) reading.flags.add(flag);
  else if (letter === "w") reading.wide = reading.wide === 0 ? 132 : Number.POSITIVE_INFINITY;
  else if (letter === "y") reading.format = "-ly";
  else if ("fFlj".includes(letter) && reading.format !== "-ly") reading.format = `-${letter}`;
}

function withValue(reading: Reading, letter: string, given: { value: string; process: Process }): string | undefined {
  const { value, process } = given;
  switch (letter) {
    case "o":
    case "O":
      return addColumns(reading, value);
    case "p":
    case "q":
      return addNumbers(reading, value, (info) => info.pid);
    case "g":
    case "s":
      return addNumbers(reading, value, (info) => info.session);
    case "C":
      reading.lists.push((info) => value.split(",").includes(info.name));
      return undefined;
    case "t":
      reading.lists.push((info) => value.split(",").some((tty) => info.terminal === tty.replace(/^\/dev\//, "")));
      return undefined;
    default:
      return addUsers(reading, value, process);
  }
}

function bsd(reading: Reading, words: Words): string | undefined {
  const letters = words.arg.replace(/^-/, "");
  if (/^\d[\d,]*$/.test(letters)) return addNumbers(reading, letters, (info) => info.pid);
  reading.bsd = true;
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters.charAt(at);
    if ("oOpUtkq".includes(letter)) return bsdValue(reading, letter, { ...words, rest: letters.slice(at + 1) });
    if (!"axgrTujlvfwhecnsXSmLN".includes(letter)) return "unsupported option (BSD syntax)";
    bsdFlag(reading, letter);
  }
  return undefined;
}

function bsdValue(reading: Reading, letter: string, words: Words & { rest: string }): string | undefined {
  const value = words.rest === "" ? (words.args.shift() ?? "") : words.rest;
  if (letter === "k") return addSort(reading, value);
  return withValue(reading, letter === "U" ? "u" : letter, { value, process: words.process });
}

function bsdFlag(reading: Reading, letter: string): void {
  if ("ujlv".includes(letter)) reading.format = letter;
  else if (letter === "f") reading.flags.add("forest");
  else if (letter === "h") reading.flags.add("bare");
  else if (letter === "w") reading.wide = reading.wide === 0 ? 132 : Number.POSITIVE_INFINITY;
  else reading.flags.add(letter);
}

function addNumbers(reading: Reading, text: string, of: (info: ProcessInfo) => number): string | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 0 || words.some((word) => !/^\d+$/.test(word))) return "process ID list syntax error";
  const wanted = new Set(words.map(Number));
  reading.lists.push((info) => wanted.has(of(info)));
  return undefined;
}

function addUsers(reading: Reading, text: string, process: Process): string | undefined {
  for (const word of text.split(/[\s,]+/)) {
    const uid = /^\d+$/.test(word) ? Number(word) : process.system.userByName(word)?.uid;
    if (uid === undefined) return "user name does not exist";
    reading.lists.push((info) => info.uid === uid);
  }
  return undefined;
}

/** `pid,user=NAME,args=`: a header of one's own ends the list. */
function addColumns(reading: Reading, text: string): string | undefined {
  const [, list = "", header] = /^([^=]*)(?:=([\s\S]*))?$/.exec(text) ?? [];
  if (header?.includes("=") === true) return header.split(/[\s,]+/).length > 1 ? addEach(reading, text) : "improper list";
  const names = list.split(/[\s,]+/).filter((word) => word !== "");
  for (const [at, name] of names.entries()) {
    const column = columnOf(name);
    if (column === undefined) return `error: unknown user-defined format specifier "${name}"`;
    const last = at === names.length - 1;
    reading.chosen.push(last && header !== undefined ? { ...column, header } : column);
  }
  return undefined;
}

function addEach(reading: Reading, text: string): string | undefined {
  for (const part of text.split(/[\s,]+/)) {
    const wrong = addColumns(reading, part);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function addSort(reading: Reading, text: string): string | undefined {
  for (const word of text.split(",")) {
    const name = word.replace(/^[-+]/, "");
    const column = columnOf(name);
    if (column === undefined) return "unknown sort specifier";
    reading.sort.push({ column, down: word.startsWith("-") });
  }
  return undefined;
}

function finish(reading: Reading, process: Process): PsRequest {
  const { flags, lists } = reading;
  const own = process.system.processes().find(({ pid }) => pid === process.pid);
  const mine = (info: ProcessInfo) => info.uid === process.credentials.uid && (own === undefined || info.terminal === own.terminal);
  const usual = reading.bsd ? bsdChoice(reading, process) : lists.length > 0 ? undefined : mine;
  const tests = usual === undefined ? lists : [...lists, usual];
  const negate = flags.has("negate");
  const format = FORMATS[reading.format ?? ""] ?? (reading.bsd ? BSD_DEFAULT : (FORMATS["plain"] ?? ""));
  return {
    columns: reading.chosen.length > 0 ? reading.chosen : standardColumns(format),
    chosen: (info) => tests.some((test) => test(info)) !== negate,
    sort: reading.sort,
    forest: flags.has("forest"),
    headers: !flags.has("bare"),
    wide: reading.wide,
    version: flags.has("version"),
  };
}

/** a: everybody's with a terminal; x: one's own without; both: all. Without either, one's own with a terminal. */
function bsdChoice({ flags, lists }: Reading, process: Process): Test | undefined {
  const [all, without] = [flags.has("a"), flags.has("x") || flags.has("g")];
  if (lists.length > 0 && !all && !without) return undefined;
  const running = flags.has("r");
  return (info) =>
    (all || info.uid === process.credentials.uid) && (without || info.terminal !== undefined) && (!running || info.state.startsWith("R"));
}
