import type { Execution, Process, Program } from "../../program.ts";

const GROUPS: readonly (readonly string[])[] = [
  ["parenb", "parodd", "cmspar", "cs8", "hupcl", "cstopb", "cread", "clocal", "crtscts"],
  [
    "ignbrk",
    "brkint",
    "ignpar",
    "parmrk",
    "inpck",
    "istrip",
    "inlcr",
    "igncr",
    "icrnl",
    "ixon",
    "ixoff",
    "iuclc",
    "ixany",
    "imaxbel",
    "iutf8",
  ],
  ["opost", "olcuc", "ocrnl", "onlcr", "onocr", "onlret", "ofill", "ofdel", "nl0", "cr0", "tab0", "bs0", "vt0", "ff0"],
  [
    "isig",
    "icanon",
    "iexten",
    "echo",
    "echoe",
    "echok",
    "echonl",
    "noflsh",
    "xcase",
    "tostop",
    "echoprt",
    "echoctl",
    "echoke",
    "flusho",
    "extproc",
  ],
];
const ALWAYS = new Set(["cs8", "cread", "nl0", "cr0", "tab0", "bs0", "vt0", "ff0"]);
const CHARACTERS: readonly (readonly [name: string, label: string])[] = [
  ["intr", "intr"],
  ["quit", "quit"],
  ["erase", "erase"],
  ["kill", "kill"],
  ["eof", "eof"],
  ["eol", "eol"],
  ["eol2", "eol2"],
  ["swtch", "swtch"],
  ["start", "start"],
  ["stop", "stop"],
  ["susp", "susp"],
  ["rprnt", "rprnt"],
  ["werase", "werase"],
  ["lnext", "lnext"],
  ["discard", "discard"],
];

/** stty: termios as the terminal has it; changes take effect. */
export const stty: Program = {
  name: "stty",
  *run(process) {
    const options = process.args.filter((arg) => /^(-a|--all|-g|--save)$/.test(arg));
    const words = process.args.filter((arg) => !options.includes(arg));
    const { terminal } = process;
    if (!process.isTerminal(0) || terminal === undefined)
      return yield* process.fail(
        process.flavour === "busybox" ? "standard input: Not a tty" : "'standard input': Inappropriate ioctl for device",
      );
    if (words.length > 0) return yield* apply(process, words);
    const all = options.length > 0;
    yield* process.print(
      all
        ? allSettings(process)
        : `speed ${terminal.settings.speed} baud; line = 0;\n${terminal.settings.flags.has("echo") ? "" : "-echo\n"}`,
    );
    return 0;
  },
};

const SANE = [
  "icrnl",
  "ixon",
  "opost",
  "onlcr",
  "isig",
  "icanon",
  "iexten",
  "echo",
  "echoe",
  "echok",
  "echoctl",
  "echoke",
  "brkint",
  "imaxbel",
];
const RAW_OFF = ["icanon", "isig", "opost", "icrnl", "ixon", "brkint", "iexten", "imaxbel"];

function* apply(process: Process, words: readonly string[]): Execution {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "size") yield* process.print(`${process.terminal?.rows} ${process.terminal?.columns}\n`);
    else if (takesValue(word)) at += resize(process, word, words[at + 1]);
    else if (!setMode(process, word) && !/^\d+$/.test(word)) return yield* process.failUsage(`invalid argument '${word}'`);
  }
  return 0;
}

function takesValue(word: string): boolean {
  return /^(rows|cols|columns|line|speed|ispeed|ospeed|min|time)$/.test(word) || CHARACTERS.some(([character]) => character === word);
}

/** A flag, or a name for several; false: neither. */
function setMode(process: Process, word: string): boolean {
  const flags = process.terminal?.settings.flags;
  const name = word.replace(/^-/, "");
  if (flags === undefined) return false;
  if (word === "sane" || word === "-raw" || word === "cooked") for (const flag of SANE) flags.add(flag);
  else if (word === "raw" || word === "-cooked") for (const flag of RAW_OFF) flags.delete(flag);
  else if (name === "cbreak") setFlag(flags, "icanon", !word.startsWith("-"));
  else if (GROUPS.some((group) => group.includes(name))) setFlag(flags, name, word.startsWith("-"));
  else return false;
  return true;
}

function setFlag(flags: Set<string>, name: string, off: boolean): void {
  if (off) flags.delete(name);
  else flags.add(name);
}

function resize({ terminal }: Process, what: string, value: string | undefined): number {
  const number = Number(value);
  if (terminal !== undefined && Number.isInteger(number) && number > 0 && number < 10_000) {
    if (what === "rows") terminal.rows = number;
    if (what === "cols" || what === "columns") terminal.columns = number;
  }
  return 1;
}

function allSettings(process: Process): string {
  const { terminal } = process;
  if (terminal === undefined) return "";
  const { flags, characters, speed } = terminal.settings;
  const show = (code: number | undefined) =>
    code === undefined || code < 0
      ? "<undef>"
      : code === 127
        ? "^?"
        : code < 32
          ? `^${String.fromCharCode(code + 64)}`
          : String.fromCharCode(code);
  const lines = [`speed ${speed} baud; rows ${terminal.rows}; columns ${terminal.columns}; line = 0;`];
  lines.push(...wrapped([...CHARACTERS.map(([name, label]) => `${label} = ${show(characters.get(name))};`), "min = 1;", "time = 0;"]));
  for (const group of GROUPS) lines.push(...wrapped(group.map((name) => (flags.has(name) || ALWAYS.has(name) ? name : `-${name}`))));
  return `${lines.join("\n")}\n`;
}

function wrapped(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length > 79) {
      lines.push(line);
      line = "";
    }
    line += (line === "" ? "" : " ") + word;
  }
  return [...lines, line];
}
