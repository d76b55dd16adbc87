import type { Process, Program } from "../../program.ts";
import { CLEAR } from "./terminal-tools.ts";

/** Capabilities that every terminal of today understands. */
const CAPABILITIES: Readonly<Record<string, string>> = {
  clear: CLEAR,
  bold: "\x1b[1m",
  sgr0: "\x1b(B\x1b[m",
  smul: "\x1b[4m",
  rmul: "\x1b[24m",
  rev: "\x1b[7m",
  civis: "\x1b[?25l",
  cnorm: "\x1b[?12l\x1b[?25h",
  el: "\x1b[K",
  ed: "\x1b[J",
  home: "\x1b[H",
  smcup: "\x1b[?1049h",
  rmcup: "\x1b[?1049l",
  bel: "\x07",
  reset: "\x1bc",
};

export const tput: Program = {
  name: "tput",
  *run(process) {
    const [name, first = "0", second = "0"] = process.args.filter((arg) => !arg.startsWith("-"));
    if (name === undefined) {
      yield* process.write(2, "usage: tput [-V] [-S] [-x] [-T term] capname\n");
      return 2;
    }
    const text = capability(process, name, [first, second]);
    if (text === undefined) {
      yield* process.write(2, `tput: unknown terminfo capability '${name}'\n`);
      return 4;
    }
    yield* process.print(text);
    return 0;
  },
};

const COUNTED: Readonly<Record<string, (process: Process) => number>> = {
  cols: ({ terminal }) => terminal?.columns ?? 80,
  lines: ({ terminal }) => terminal?.rows ?? 24,
  colors: ({ environment }) => (/256/.test(environment.get("TERM") ?? "") ? 256 : 8),
};

function capability(process: Process, name: string, [first, second]: readonly [string, string]): string | undefined {
  const count = COUNTED[name];
  if (count !== undefined) return `${count(process)}\n`;
  if (name === "setaf" || name === "setab") return `\x1b[${name === "setaf" ? 3 : 4}${Number(first) % 10}m`;
  if (name === "cup") return `\x1b[${Number(first) + 1};${Number(second) + 1}H`;
  return Object.hasOwn(CAPABILITIES, name) ? CAPABILITIES[name] : undefined;
}
