import { explain } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { quoteValue } from "../quoting.ts";
import { parseSet, type TrSet } from "./tr-sets.ts";

export const tr: Program = {
  name: "tr",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "cCdst",
      long: { complement: "c", delete: "d", "squeeze-repeats": "s", "truncate-set1": "t" },
      stopAtOperand: true,
    });
    if (typeof options === "number") return options;
    const wrong = yield* wrongOperands(process, options);
    if (wrong !== undefined) return wrong;
    const [first = "", second] = options.operands;
    const one = parseSet(first);
    const two = second === undefined ? undefined : parseSet(second);
    if ("wrong" in one) return yield* process.fail(one.wrong);
    if (two !== undefined && "wrong" in two) return yield* process.fail(two.wrong);
    const plan = makePlan({ one, two }, options);
    if (typeof plan === "string") return yield* process.fail(plan);
    return yield* translate(process, plan);
  },
};

function* wrongOperands(process: Process, options: Options): Execution<number | undefined> {
  const { operands } = options;
  const needsTwo = options.has("d") === options.has("s");
  const most = options.has("d") && !options.has("s") ? 1 : 2;
  if (operands.length === 0) return yield* process.failUsage("missing operand");
  if (operands.length === 1 && needsTwo) {
    yield* process.fail(`missing operand after ${quoteValue(process, operands[0] ?? "")}`);
    const why = options.has("d")
      ? "Two strings must be given when both deleting and squeezing repeats."
      : "Two strings must be given when translating.";
    yield* process.write(2, `${why}\nTry '${process.name} --help' for more information.\n`);
    return 1;
  }
  if (operands.length <= most) return undefined;
  yield* process.fail(`extra operand ${quoteValue(process, operands[most] ?? "")}`);
  const hint = most === 1 && operands.length === 2 ? "Only one string may be given when deleting without squeezing repeats.\n" : "";
  yield* process.write(2, `${hint}Try '${process.name} --help' for more information.\n`);
  return 1;
}

interface Plan {
  /** What each byte becomes; -1: it goes. */
  readonly map: Int16Array;
  readonly squeeze: Uint8Array;
}

function makePlan(sets: { one: TrSet; two: TrSet | undefined }, options: Options): Plan | string {
  const complement = options.has("c") || options.has("C");
  const from = complement ? complementOf(sets.one.bytes) : sets.one.bytes;
  const map = Int16Array.from({ length: 256 }, (_, byte) => byte);
  const { one, two } = sets;
  if (options.has("d")) for (const byte of from) map[byte] = -1;
  const translates = two !== undefined && !options.has("d");
  const wrong = translates ? addTranslation(map, { from, one, two, complement }, options.has("t")) : undefined;
  return wrong ?? { map, squeeze: options.has("s") ? flagsOf(two === undefined ? from : expanded(two, from.length)) : flagsOf([]) };
}

function flagsOf(bytes: readonly number[]): Uint8Array {
  const flags = new Uint8Array(256);
  for (const byte of bytes) flags[byte] = 1;
  return flags;
}

function complementOf(bytes: readonly number[]): readonly number[] {
  const there = new Set(bytes);
  return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !there.has(byte));
}

interface Translation {
  readonly from: readonly number[];
  readonly one: TrSet;
  readonly two: TrSet;
  readonly complement: boolean;
}

function addTranslation(map: Int16Array, sets: Translation, truncate: boolean): string | undefined {
  const { from, one, two, complement } = sets;
  if (two.bytes.length === 0 && two.filler === undefined && !truncate) return "when not truncating set1, string2 must be non-empty";
  const wrong = classProblem(one, two, complement);
  if (wrong !== undefined) return wrong;
  const to = expanded(two, from.length);
  for (const [at, byte] of from.entries()) map[byte] = to[at] ?? (truncate ? byte : (to.at(-1) ?? byte));
  return undefined;
}

const CASES: readonly (string | undefined)[] = ["upper", "lower"];

function classProblem(one: TrSet, two: TrSet, complement: boolean): string | undefined {
  for (const [at, name] of two.classes) {
    if (!CASES.includes(name)) return "when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'";
    if (!complement && !CASES.includes(one.classes.get(at))) return "misaligned [:upper:] and/or [:lower:] construct";
  }
  return undefined;
}

/** The second set as long as the first, where it says so itself. */
function expanded(two: TrSet, size: number): readonly number[] {
  if (two.filler === undefined) return two.bytes;
  const { at, byte } = two.filler;
  const missing = Math.max(0, size - two.bytes.length);
  return [...two.bytes.slice(0, at), ...new Array<number>(missing).fill(byte), ...two.bytes.slice(at)];
}

function* translate(process: Process, { map, squeeze }: Plan): Execution {
  let before = -1;
  for (let block = yield* process.read(0); block !== ""; block = yield* process.read(0)) {
    let text = "";
    for (let at = 0; at < block.length; at += 1) {
      const byte = map[block.charCodeAt(at)] ?? -1;
      if (byte < 0 || (byte === before && squeeze[byte] === 1)) continue;
      text += String.fromCharCode(byte);
      before = byte;
    }
    yield* process.charge(block.length >> 5);
    yield* process.print(text);
  }
  const error = process.lastError(0);
  return error === undefined ? 0 : yield* process.fail(`read error: ${explain({ errno: error })}`);
}
