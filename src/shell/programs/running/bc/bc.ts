import { isErrno } from "../../../errno.ts";
import { parseOptions } from "../../../options.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { BcMachine, BcStop } from "./machine.ts";
import { BcParser, BcSyntaxProblem } from "./parser.ts";
import { tokensOf } from "./syntax.ts";

/** bc (GNU 1.07): files, then standard input, a line at a time; a line with open braces goes on in the next. */
export const bc: Program = {
  name: "bc",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "cdhilqsvwx",
      long: { help: "h", interactive: "i", mathlib: "l", quiet: "q", standard: "s", version: "v", warn: "w" },
      help: USAGE,
      version: BANNER,
    });
    if (typeof options === "number") return options;
    if (options.has("h") || options.has("v")) {
      yield* process.print(options.has("h") ? USAGE : BANNER);
      return 0;
    }
    if (process.isTerminal(0) && process.isTerminal(1) && !options.has("q"))
      yield* process.print(`${BANNER}For details type \`warranty'. \n`);
    const machine = new BcMachine(process, options.has("l"));
    const ended = yield* runFiles(process, machine, options.operands);
    return ended ?? (yield* runInput(process, machine));
  },
};

/** The exit status, when one of the files ends it all. */
function* runFiles(process: Process, machine: BcMachine, paths: readonly string[]): Execution<number | undefined> {
  for (const path of paths) {
    const text = process.fs.readFile(path);
    if (isErrno(text)) {
      yield* process.write(2, `File ${path} is unavailable.\n`);
      return 1;
    }
    if (yield* runText(process, machine, { name: path, text, line: 1 })) return 0;
  }
  return undefined;
}

const USAGE = `usage: bc [options] [file ...]
  -h  --help         print this usage and exit
  -i  --interactive  force interactive mode
  -l  --mathlib      use the predefined math routines
  -q  --quiet        don't print initial banner
  -s  --standard     non-standard bc constructs are errors
  -w  --warn         warn about non-standard bc constructs
  -v  --version      print version information and exit
`;
const BANNER = `bc 1.07.1
Copyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, 2012-2017 Free Software Foundation, Inc.
This is free software with ABSOLUTELY NO WARRANTY.
`;
const MAX_TEXT_BYTES = 1 << 16;
/** What is read at once; the rest of a longer file is not. */
const MAX_SOURCE_BYTES = 1 << 17;

function* runInput(process: Process, machine: BcMachine): Execution {
  let number = 1;
  let text = "";
  for (let line = yield* process.readLine(0); line !== undefined; line = yield* process.readLine(0)) {
    text += line.endsWith("\n") ? line : `${line}\n`;
    if (isOpen(text) && text.length < MAX_TEXT_BYTES) continue;
    if (yield* runText(process, machine, { name: "(standard_in)", text, line: number })) return 0;
    number += text.split("\n").length - 1;
    text = "";
  }
  if (text !== "") yield* runText(process, machine, { name: "(standard_in)", text, line: number });
  return 0;
}

/** A brace, a comment or a text is still open, or the line goes on. */
function isOpen(text: string): boolean {
  if (text.endsWith("\\\n")) return true;
  const plain = text.replace(/\/\*[\s\S]*?\*\/|"[^"]*"|#[^\n]*/g, "");
  if (/\/\*|"/.test(plain)) return true;
  const depth = (plain.match(/\{/g)?.length ?? 0) - (plain.match(/\}/g)?.length ?? 0);
  return depth > 0 || /^\s*define\b[^{]*$/.test(plain);
}

/** True when it is time to end. */
function* runText(process: Process, machine: BcMachine, source: { name: string; text: string; line: number }): Execution<boolean> {
  const parser = new BcParser(tokensOf(source.text.slice(0, MAX_SOURCE_BYTES)));
  yield* process.charge(source.text.length >> 2);
  while (true) {
    const line = nextLine(parser);
    if (line === undefined) return false;
    if (line instanceof BcSyntaxProblem) {
      yield* process.write(2, `${source.name} ${source.line + line.line}: syntax error\n`);
      parser.skipLine();
      continue;
    }
    const stop = yield* runLine(machine, line);
    if (stop?.what === "halt") return true;
    if (stop !== undefined) yield* process.write(2, `Runtime error (func=(main), adr=3): ${stop.message}\n`);
  }
}

function nextLine(parser: BcParser): ReturnType<BcParser["nextLine"]> | BcSyntaxProblem {
  try {
    return parser.nextLine();
  } catch (problem) {
    if (problem instanceof BcSyntaxProblem) return problem;
    throw problem;
  }
}

function* runLine(machine: BcMachine, line: Parameters<BcMachine["run"]>[0]): Execution<BcStop | undefined> {
  try {
    yield* machine.run(line);
    return undefined;
  } catch (stop) {
    if (!(stop instanceof BcStop)) throw stop;
    machine.reset();
    return stop;
  }
}
