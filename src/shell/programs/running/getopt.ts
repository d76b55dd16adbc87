import { type OptionSpec, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";

/** getopt (util-linux): a script's parameters in order, its options first, quoted for the shell. */
export const getopt: Program = {
  name: "getopt",
  *run(process) {
    const [first] = process.args;
    if (first === undefined) return yield* misuse(process, "missing optstring argument");
    if (!first.startsWith("-"))
      return yield* reorder(process, {
        spec: first,
        longs: [],
        args: withoutMark(process.args.slice(1)),
        name: "getopt",
        has: (key) => key === "u",
      });
    const own = readOptions(process.args, { short: "+al:n:o:qQs:TuhV", long: OWN, stopAtOperand: true });
    if ("show" in own) {
      yield* process.print(own.show);
      return 0;
    }
    if ("wrong" in own) return yield* misuse(process, own.wrong);
    if (own.has("T")) return TEST_STATUS;
    const given = own.value("o");
    const spec = given ?? own.operands[0];
    if (spec === undefined) return yield* misuse(process, "missing optstring argument");
    const args = given === undefined ? own.operands.slice(1) : own.operands;
    const longs = own.values("l").flatMap((list) => list.split(/[\s,]+/).filter((name) => name !== ""));
    return yield* reorder(process, {
      spec,
      longs,
      args: given === undefined ? withoutMark(args) : args,
      name: own.value("n") ?? "getopt",
      has: (key) => own.has(key),
    });
  },
};

const OWN = {
  alternative: "a",
  longoptions: "l",
  name: "n",
  options: "o",
  quiet: "q",
  "quiet-output": "Q",
  shell: "s",
  test: "T",
  unquoted: "u",
};
/** What -T answers: this is the enhanced one. */
const TEST_STATUS = 4;
const MISUSE = 2;

function* misuse(process: Process, message: string): Execution {
  return yield* process.failUsage(message, MISUSE);
}

function withoutMark(args: readonly string[]): readonly string[] {
  return args[0] === "--" ? args.slice(1) : args;
}

interface Request {
  readonly spec: string;
  /** Each with `:` or `::` behind it, as it takes a value. */
  readonly longs: readonly string[];
  readonly args: readonly string[];
  readonly name: string;
  readonly has: (key: string) => boolean;
}

function* reorder(process: Process, request: Request): Execution {
  const { has } = request;
  const sorted = yield* sortArgs(process, request);
  if (!has("q")) for (const wrong of sorted.wrong) yield* process.write(2, `${request.name}: ${wrong}\n`);
  const rest = [...sorted.words, "--", ...sorted.operands.map((operand) => (has("u") ? operand : quoted(operand)))];
  if (!has("Q")) yield* process.print(` ${rest.join(" ")}\n`);
  return sorted.wrong.length > 0 ? 1 : 0;
}

function* sortArgs(process: Process, request: Request): Execution<Sorted> {
  const { args } = request;
  const sorted: Sorted = { words: [], operands: [], wrong: [] };
  for (let at = 0; at < args.length; at += 1) {
    yield* process.charge(4);
    const arg = args[at] ?? "";
    const last = arg === "--" || (!isOption(arg) && request.spec.startsWith("+"));
    if (last) return { ...sorted, operands: [...sorted.operands, ...args.slice(at + (arg === "--" ? 1 : 0))] };
    if (!isOption(arg)) sorted.operands.push(arg);
    else at += readOne(request, [arg, args[at + 1]], sorted);
  }
  return sorted;
}

interface Sorted {
  readonly words: string[];
  readonly operands: string[];
  readonly wrong: string[];
}

/** One word of options; gives how many words behind it were its value. */
function readOne(request: Request, [arg, next]: readonly [string, string | undefined], sorted: Sorted): number {
  const spec = scriptOptions(request);
  const alone = readOptions([arg], spec);
  const needs = "wrong" in alone && alone.wrong.includes("requires an argument") && next !== undefined;
  const read = needs ? readOptions([arg, next], spec) : alone;
  if ("wrong" in read) sorted.wrong.push(read.wrong);
  if (!("order" in read)) return 0;
  const how = { longs: request.longs, spec: request.spec, plain: request.has("u") };
  for (const [key, value] of read.order) sorted.words.push(...optionWords(key, value, how));
  return needs ? 1 : 0;
}

function isOption(arg: string): boolean {
  return arg.startsWith("-") && arg !== "-";
}

function scriptOptions({ spec, longs }: Request): OptionSpec {
  const long = Object.fromEntries(
    longs.map((name) => {
      const plain = name.replace(/:+$/, "");
      return [plain, `--${plain}${name.endsWith("::") ? "?" : name.endsWith(":") ? ":" : ""}`];
    }),
  );
  return { short: spec.replace(/^[-+]/, ""), long };
}

function optionWords(
  key: string,
  value: string | undefined,
  how: { longs: readonly string[]; spec: string; plain: boolean },
): readonly string[] {
  const shown = key.startsWith("--") ? key : `-${key}`;
  if (value !== undefined) return [shown, how.plain ? value : quoted(value)];
  const optional = key.startsWith("--") ? how.longs.includes(`${key.slice(2)}::`) : how.spec.includes(`${key}::`);
  return optional ? [shown, how.plain ? "" : "''"] : [shown];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
