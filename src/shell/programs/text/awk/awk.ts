import { explain, isErrno } from "../../../errno.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { Interpreter } from "./interpreter.ts";
import { unescapeString } from "./lexer.ts";
import { parseAwk } from "./parser.ts";
import { AWK_USAGE } from "./usage.ts";
import { Field } from "./values.ts";

/** mawk, which is Debian's awk. */
export const awk: Program = { name: "awk", run: runAwk };
export const mawk: Program = { name: "mawk", run: runAwk };
export const nawk: Program = { name: "nawk", run: runAwk };

interface Arguments {
  readonly source: string | undefined;
  readonly files: readonly string[];
  readonly separator: string | undefined;
  readonly assignments: readonly string[];
  readonly operands: readonly string[];
  readonly wrong?: string;
  readonly version?: boolean;
}

function* runAwk(process: Process): Execution {
  const given = readArguments(process.args);
  if (given.version === true) {
    yield* process.print(`${process.system.machine.versions["mawk"] ?? process.system.machine.versions["awk"] ?? "mawk 1.3.4 20200120"}\n`);
    return 0;
  }
  if (given.wrong !== undefined) return yield* process.fail(given.wrong, 2);
  const source = yield* sourceOf(process, given);
  if (typeof source === "number") return source;
  const program = parseAwk(source);
  if ("wrong" in program) return yield* process.fail(`line ${program.line}: ${program.wrong}`, 2);
  const interpreter = new Interpreter(process, program);
  setUp(interpreter, given);
  return yield* interpreter.run();
}

function readArguments(args: readonly string[]): Arguments {
  const files: string[] = [];
  const assignments: string[] = [];
  const lists: Readonly<Record<string, string[]>> = { f: files, v: assignments };
  const given = { files, assignments, separator: undefined, source: undefined, operands: [] };
  let separator: string | undefined;
  let at = 0;
  for (; /^-./.test(args[at] ?? "") && args[at] !== "--"; at += 1) {
    const option = readOption(args, at);
    if ("wrong" in option || "version" in option) return { ...given, ...option };
    const { letter, value } = option;
    if (letter === "F") separator = value;
    else lists[letter]?.push(value);
    at += option.separate ? 1 : 0;
  }
  const operands = args.slice(args[at] === "--" ? at + 1 : at);
  if (files.length > 0) return { ...given, separator, operands };
  return { ...given, separator, source: operands[0], operands: operands.slice(1) };
}

type AwkOption =
  | { readonly letter: string; readonly value: string; readonly separate: boolean }
  | { readonly wrong: string }
  | { readonly version: true };

/** -F, -f, -v and -W, with their value behind them or in the next argument. */
function readOption(args: readonly string[], at: number): AwkOption {
  const arg = args[at] ?? "";
  const letter = arg.charAt(1);
  if (!"FfvW".includes(letter)) return { wrong: `not an option: ${arg}` };
  const separate = arg.length === 2;
  const value = separate ? args[at + 1] : arg.slice(2);
  if (value === undefined) return { wrong: `option requires an argument -- ${letter}` };
  return letter === "W" && /^v/.test(value) ? { version: true } : { letter, value, separate };
}

function* sourceOf(process: Process, { source, files }: Arguments): Execution<string | number> {
  if (files.length === 0) {
    if (source !== undefined) return source;
    yield* process.write(2, AWK_USAGE);
    return 0;
  }
  const parts: string[] = [];
  for (const path of files) {
    const fd = path === "-" ? 0 : process.open(path, { read: true });
    if (isErrno(fd)) return yield* process.fail(`cannot open ${path} (${explain(fd)})`, 2);
    const text = yield* process.readAll(fd);
    parts.push(text);
  }
  return parts.join("\n");
}

function setUp(interpreter: Interpreter, given: Arguments): void {
  const { variables, input, process } = interpreter;
  if (given.separator !== undefined) variables.cell("FS").value = given.separator === "t" ? "t" : unescapeString(given.separator);
  for (const assignment of given.assignments) input.assign(assignment);
  const argv = variables.cell("ARGV").array;
  argv.set("0", "awk");
  for (const [at, operand] of given.operands.entries()) argv.set(String(at + 1), new Field(operand));
  variables.cell("ARGC").value = given.operands.length + 1;
  const environ = variables.cell("ENVIRON").array;
  for (const [name, value] of process.environment) environ.set(name, new Field(value));
}
