import { explain, isErrno } from "../../errno.ts";
import type { Execution, Process, ProcessInfo, Program } from "../../program.ts";
import { compileRegex, type Regex } from "../regex/regex.ts";
import { usageBlock } from "../usage.ts";
import { signalName } from "./kill.ts";

/** pgrep and pkill of procps: by a regular expression on the name, or with -f on the command line. */
export const pgrep: Program = { name: "pgrep", run: (process) => byPattern(process, false) };
export const pkill: Program = { name: "pkill", run: (process) => byPattern(process, true) };

interface Call {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly pattern: string | undefined;
  readonly signal: string;
}

interface Bag {
  readonly flags: Set<string>;
  readonly values: Map<string, string>;
}

const FLAGS = "acdfilnovwxqHeLAhV";
const LONG_FLAGS: Readonly<Record<string, string>> = {
  full: "f",
  exact: "x",
  "list-name": "l",
  "list-full": "a",
  count: "c",
  inverse: "v",
  newest: "n",
  oldest: "o",
  "ignore-case": "i",
};
const LONG_VALUES: Readonly<Record<string, string>> = { euid: "u", uid: "U", parent: "P", terminal: "t", delimiter: "d" };

function readCall(args: readonly string[], kills: boolean): Call {
  const bag: Bag = { flags: new Set(), values: new Map() };
  const patterns: string[] = [];
  const signals = ["TERM"];
  for (let at = 0; at < args.length; at += 1) at += readWord(args[at] ?? "", args[at + 1], { bag, patterns, signals, kills });
  return { ...bag, pattern: patterns.at(-1), signal: signalName(bag.values.get("signal") ?? "none") ?? signals.at(-1) ?? "TERM" };
}

function readWord(
  arg: string,
  next: string | undefined,
  into: { bag: Bag; patterns: string[]; signals: string[]; kills: boolean },
): number {
  const given = into.kills && arg.startsWith("-") ? signalName(arg.slice(1)) : undefined;
  if (given !== undefined) into.signals.push(given);
  else if (!arg.startsWith("-")) into.patterns.push(arg);
  else return arg.startsWith("--") ? longOption(arg, into.bag) : shortOptions(arg, next, into.bag);
  return 0;
}

function longOption(arg: string, bag: Bag): number {
  const [name = "", value = ""] = arg.slice(2).split("=");
  const flag = LONG_FLAGS[name];
  if (flag !== undefined) bag.flags.add(flag);
  else bag.values.set(LONG_VALUES[name] ?? name, value);
  return 0;
}

/** How many of the following words were used. */
function shortOptions(arg: string, next: string | undefined, bag: Bag): number {
  for (let at = 1; at < arg.length; at += 1) {
    const letter = arg.charAt(at);
    if (!"uUPgGstdFr".includes(letter)) {
      bag.flags.add(letter);
      continue;
    }
    const rest = arg.slice(at + 1);
    bag.values.set(letter, rest === "" ? (next ?? "") : rest);
    return rest === "" ? 1 : 0;
  }
  return 0;
}

function* byPattern(process: Process, kills: boolean): Execution {
  const call = readCall(process.args, kills);
  const unknown = [...call.flags].find((letter) => !FLAGS.includes(letter));
  if (unknown !== undefined) {
    yield* process.fail(`invalid option -- '${unknown}'${usageBlock(process.name).replace("[options]", "[options] <pattern>")}`.trimEnd());
    return 2;
  }
  if (call.pattern === undefined && call.values.size === 0) {
    yield* process.write(2, `${process.name}: no matching criteria specified\nTry \`${process.name} --help' for more information.\n`);
    return 2;
  }
  const found = yield* matching(process, call);
  if (found === undefined) return 2;
  if (!kills) yield* process.print(listText(found, call));
  for (const info of kills ? found : []) yield* killOne(process, info, call);
  return found.length === 0 ? 1 : 0;
}

function* matching(process: Process, call: Call): Execution<readonly ProcessInfo[] | undefined> {
  const { flags, pattern = "" } = call;
  const text = flags.has("x") ? `^(${pattern})$` : pattern;
  const regex = compileRegex(text, { syntax: "extended", ignoreCase: flags.has("i") });
  if ("wrong" in regex) {
    yield* process.fail(regex.wrong);
    return undefined;
  }
  const found: ProcessInfo[] = [];
  for (const info of process.system.processes()) {
    if (
      info.pid !== process.pid &&
      isChosen(info, call) &&
      (yield* fits(process, { info, regex, full: flags.has("f") })) !== flags.has("v")
    )
      found.push(info);
  }
  if (flags.has("n")) return found.slice(-1);
  return flags.has("o") ? found.slice(0, 1) : found;
}

function* fits(process: Process, one: { info: ProcessInfo; regex: Regex; full: boolean }): Execution<boolean> {
  return (yield* one.regex.find(process, one.full ? one.info.command : one.info.name)) !== undefined;
}

function isChosen(info: ProcessInfo, { values }: Call): boolean {
  const listed = (key: string, ...facts: readonly string[]) => {
    const words = values.get(key)?.split(",");
    return words === undefined || facts.some((fact) => words.includes(fact));
  };
  const user = listed("u", info.user, String(info.uid)) && listed("U", info.user, String(info.uid));
  return (
    user &&
    listed("P", String(info.parent)) &&
    listed("t", info.terminal ?? "-") &&
    listed("s", String(info.session)) &&
    listed("g", String(info.group))
  );
}

function* killOne(process: Process, info: ProcessInfo, call: Call): Execution<void> {
  const done = process.kill(info.pid, call.signal);
  if (isErrno(done)) yield* process.write(2, `${process.name}: killing pid ${info.pid} failed: ${explain(done)}\n`);
  else if (call.flags.has("e")) yield* process.print(`${info.name} killed (pid ${info.pid})\n`);
}

function listText(found: readonly ProcessInfo[], { flags, values }: Call): string {
  if (flags.has("c")) return `${found.length}\n`;
  const delimiter = (values.get("d") ?? "\n").replaceAll("\\n", "\n");
  const line = (info: ProcessInfo) =>
    flags.has("a") ? `${info.pid} ${info.command}` : flags.has("l") ? `${info.pid} ${info.name}` : String(info.pid);
  return found.length === 0 ? "" : `${found.map(line).join(delimiter)}\n`;
}
