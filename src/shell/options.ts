import type { Execution, Process } from "./program.ts";

/**
 * Command line options as getopt_long(3) reads them, with its error messages.
 * Options and operands may be mixed; `--` ends the options; long names may be shortened while they are unambiguous.
 */
export interface OptionSpec {
  /** Letters; `:` after one: it takes a value; `::`: a value that must be attached. */
  readonly short: string;
  /** Long names to keys: a letter of `short`, or a name of its own; such a name ends in `:` when it takes a value, in `?` when it may (after `=`). */
  readonly long?: Readonly<Record<string, string>>;
  /** Exit status of a usage error; 1 unless told. */
  readonly errorStatus?: number;
  /** Options end at the first operand (env, nohup, xargs). */
  readonly stopAtOperand?: boolean;
  /** What --help prints (GNU), or what stands below a usage error (busybox). */
  readonly help?: string;
  /** What --version prints. */
  readonly version?: string;
}

export interface Options {
  /** The keys that were given. */
  readonly letters: ReadonlySet<string>;
  /** All options in order; value undefined for those without. */
  readonly order: readonly (readonly [key: string, value: string | undefined])[];
  readonly operands: readonly string[];
  has(key: string): boolean;
  /** The last value given for `key`. */
  value(key: string): string | undefined;
  values(key: string): readonly string[];
}

/** Reads `process.args`; on a usage error (or --help, --version) prints what getopt and the program would, and gives the exit status. */
export function* parseOptions(process: Process, spec: OptionSpec): Execution<Options | number> {
  const parsed = readOptions(process.args, spec);
  if ("operands" in parsed) return parsed;
  if ("show" in parsed) {
    yield* process.print(parsed.show);
    return 0;
  }
  const status = spec.errorStatus ?? 1;
  if (process.flavour === "busybox" && spec.help !== undefined) {
    yield* process.fail(parsed.wrong);
    yield* process.write(2, spec.help);
    return status;
  }
  return yield* process.failUsage(parsed.wrong, status);
}

/** The same without a process: options, or what is wrong, or what to show. */
export function readOptions(args: readonly string[], spec: OptionSpec): Options | { readonly wrong: string } | { readonly show: string } {
  const order: [string, string | undefined][] = [];
  const operands: string[] = [];
  let at = 0;
  for (; at < args.length && args[at] !== "--"; at += 1) {
    const arg = args[at] ?? "";
    if (isOperand(arg)) {
      if (spec.stopAtOperand === true) break;
      operands.push(arg);
      continue;
    }
    const one = readOne(arg, args[at + 1], spec);
    if (!("found" in one)) return one;
    order.push(...one.found);
    at += Number(one.usedNext);
  }
  return makeOptions(order, [...operands, ...args.slice(args[at] === "--" ? at + 1 : at)]);
}

function isOperand(arg: string): boolean {
  return arg === "-" || !arg.startsWith("-");
}

function readOne(arg: string, next: string | undefined, spec: OptionSpec): Found | { readonly wrong: string } | { readonly show: string } {
  return arg.startsWith("--") ? readLong(arg, next, spec) : readShort(arg, next, spec);
}

interface Found {
  readonly found: readonly (readonly [string, string | undefined])[] & [string, string | undefined][];
  readonly usedNext: boolean;
}

function makeOptions(order: readonly (readonly [string, string | undefined])[], operands: readonly string[]): Options {
  const values = (key: string) => order.filter(([known]) => known === key).map(([, value]) => value ?? "");
  const letters = new Set(order.map(([key]) => key));
  return { order, operands, letters, values, has: (key) => letters.has(key), value: (key) => values(key).at(-1) };
}

function readShort(arg: string, next: string | undefined, spec: OptionSpec): Found | { wrong: string } {
  const found: [string, string | undefined][] = [];
  for (let at = 1; at < arg.length; at += 1) {
    const letter = arg.charAt(at);
    const need = shortNeed(letter, spec.short);
    if (need === undefined) return { wrong: `invalid option -- '${letter}'` };
    if (need === "none") {
      found.push([letter, undefined]);
      continue;
    }
    const rest = arg.slice(at + 1);
    if (rest !== "") return { found: [...found, [letter, rest]], usedNext: false };
    if (need === "attached") return { found: [...found, [letter, undefined]], usedNext: false };
    if (next === undefined) return { wrong: `option requires an argument -- '${letter}'` };
    return { found: [...found, [letter, next]], usedNext: true };
  }
  return { found, usedNext: false };
}

function shortNeed(letter: string, short: string): "none" | "value" | "attached" | undefined {
  const at = letter === ":" ? -1 : short.indexOf(letter);
  if (at < 0) return undefined;
  if (short.charAt(at + 1) !== ":") return "none";
  return short.charAt(at + 2) === ":" ? "attached" : "value";
}

function readLong(arg: string, next: string | undefined, spec: OptionSpec): Found | { wrong: string } | { show: string } {
  const [, name = "", value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
  const known = Object.entries({ help: "help", version: "version", ...spec.long });
  const full = longName(name, known);
  if (typeof full !== "string") return full;
  const { key, need } = longNeed(known.find(([one]) => one === full)?.[1] ?? full, spec.short);
  if (need === "none" && value !== undefined) return { wrong: `option '--${full}' doesn't allow an argument` };
  const show = key === "help" ? spec.help : key === "version" ? spec.version : undefined;
  if (show !== undefined) return { show };
  if (need !== "value" || value !== undefined) return { found: [[key, value]], usedNext: false };
  if (next === undefined) return { wrong: `option '--${full}' requires an argument` };
  return { found: [[key, next]], usedNext: true };
}

function longNeed(target: string, short: string): { key: string; need: "none" | "value" | "attached" } {
  if (target.endsWith(":") && target.length > 1) return { key: target.slice(0, -1), need: "value" };
  if (target.endsWith("?") && target.length > 1) return { key: target.slice(0, -1), need: "attached" };
  const need = target.length === 1 ? shortNeed(target, short) : undefined;
  return { key: target, need: need ?? "none" };
}

/** The one long name that `name` is or begins; several names of one key are no ambiguity. */
function longName(name: string, known: readonly (readonly [string, string])[]): string | { wrong: string } {
  if (known.some(([one]) => one === name)) return name;
  const fitting = known.filter(([one]) => one.startsWith(name));
  const first = fitting[0];
  if (first === undefined) return { wrong: `unrecognized option '--${name}'` };
  if (fitting.every(([, key]) => key === first[1])) return first[0];
  return { wrong: `option '--${name}' is ambiguous; possibilities: ${fitting.map(([one]) => `'--${one}'`).join(" ")}` };
}
