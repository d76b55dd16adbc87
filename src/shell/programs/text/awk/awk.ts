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
  const given = { source: undefined, files, assignments };
  let separator: string | undefined;
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      at += 1;
      break;
    }
    if (!/^-./.test(arg)) break;
    const letter = arg.charAt(1);
    if (letter === "W" || arg === "--version") {
      if (/^(-Wv|--version)/.test(arg) || /^v/.test(args[at + 1] ?? "")) return { ...given, separator, operands: [], version: true };
      continue;
    }
    if (!"Ffv".includes(letter)) return { ...given, separator, operands: [], wrong: `not an option: ${arg}` };
    const attached = arg.slice(2);
    const value = attached === "" ? args[at + 1] : attached;
    if (attached === "") at += 1;
    if (value === undefined) return { ...given, separator, operands: [], wrong: `option requires an argument -- ${letter}` };
    if (letter === "F") separator = value;
    else (letter === "f" ? given.files : given.assignments).push(value);
  }
  const operands = args.slice(at);
  return {
    ...given,
    separator,
    source: given.files.length > 0 ? undefined : operands[0],
    operands: given.files.length > 0 ? operands : operands.slice(1),
  };
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
