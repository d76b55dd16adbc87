import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { JoinedInput } from "../joined-input.ts";
import { Printer } from "../printer.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { type OdType, odType, parseOdTypes } from "./od-types.ts";
import { parseCount } from "./parse-count.ts";

/** od: bytes as numbers and characters, a block a line; a block equal to the one before is shown as `*`. */
export const od: Program = {
  name: "od",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "A:aBbcDdeFfHhIij:LlN:OoS:st:vw::Xx",
      long: {
        "address-radix": "A",
        format: "t",
        "output-duplicates": "v",
        "read-bytes": "N",
        "skip-bytes": "j",
        strings: "S",
        width: "w",
        traditional: "traditional",
        endian: "endian:",
      },
    });
    if (typeof options === "number") return options;
    const plan = readPlan(process, options);
    if (typeof plan === "string") return yield* process.fail(plan);
    const input = new JoinedInput(process, options.operands);
    if (!(yield* input.skip(plan.skip))) return yield* process.fail("cannot skip past end of combined input");
    const status = yield* dump(process, input, plan);
    return input.failed ? 1 : status;
  },
};

interface Plan {
  readonly types: readonly OdType[];
  readonly address: (offset: number) => string;
  readonly skip: number;
  readonly limit: number;
  readonly blockBytes: number;
  readonly all: boolean;
}

/** The letters of the traditional options. */
const TRADITIONAL: Readonly<Record<string, readonly [letter: string, size: string]>> = {
  a: ["a", ""],
  B: ["o", "2"],
  b: ["o", "1"],
  c: ["c", ""],
  D: ["u", "4"],
  d: ["u", "2"],
  e: ["f", "8"],
  F: ["f", "8"],
  f: ["f", "4"],
  H: ["x", "4"],
  h: ["x", "2"],
  I: ["d", "8"],
  i: ["d", "4"],
  L: ["d", "8"],
  l: ["d", "8"],
  O: ["o", "4"],
  o: ["o", "2"],
  s: ["d", "2"],
  X: ["x", "4"],
  x: ["x", "2"],
};

const ADDRESSES: Readonly<Record<string, (offset: number) => string>> = {
  o: (offset) => offset.toString(8).padStart(7, "0"),
  d: (offset) => String(offset).padStart(7, "0"),
  x: (offset) => offset.toString(16).padStart(6, "0"),
  n: () => "",
};

function readPlan(process: Process, options: Options): Plan | string {
  const radix = (options.value("A") ?? "o").charAt(0);
  const address = ADDRESSES[radix];
  if (address === undefined) return `invalid output address radix '${radix}'; it must be one character from [doxn]`;
  const types = readTypes(process, options);
  if (typeof types === "string") return types;
  const skipBytes = parseCount(options.value("j") ?? "0");
  const limit = options.has("N") ? parseCount(options.value("N") ?? "") : Number.POSITIVE_INFINITY;
  const blockBytes = readWidth(options, Math.max(...types.map((type) => type.size)));
  if (skipBytes === undefined) return invalid(options, "j");
  if (limit === undefined) return invalid(options, "N");
  if (blockBytes === undefined) return invalid(options, "w");
  return { types, address, skip: skipBytes, limit, blockBytes, all: options.has("v") };
}

function invalid(options: Options, key: string): string {
  return `invalid -${key} argument ${quoteName(options.value(key) ?? "")}`;
}

const MAX_WIDTH = 4096;

/** Bytes of a line: a multiple of the widest value. */
function readWidth(options: Options, unit: number): number | undefined {
  const width = options.has("w") ? Number(options.value("w") || "32") : 16;
  if (!Number.isInteger(width) || width <= 0 || width > MAX_WIDTH) return undefined;
  return width % unit === 0 ? width : unit;
}

function readTypes(process: Process, options: Options): readonly OdType[] | string {
  const types: OdType[] = [];
  for (const [key, value] of options.order) {
    const parsed = key === "t" ? parseOdTypes(value ?? "") : traditionalType(key);
    if ("wrong" in parsed) return parsed.wrong.replace("type string", `type string ${quoteValue(process, value ?? "")}`);
    types.push(...parsed);
  }
  return types.length > 0 ? types : traditionalType("o");
}

function traditionalType(key: string): readonly OdType[] {
  const [letter, size] = TRADITIONAL[key] ?? [];
  const type = letter === undefined ? undefined : odType(letter, size ?? "");
  return type === undefined ? [] : [type];
}

function* dump(process: Process, input: JoinedInput, plan: Plan): Execution {
  const out = new Printer(process);
  const lines = new Lines(plan);
  const end = plan.skip + plan.limit;
  while (lines.offset < end) {
    const block = yield* input.readFull(Math.min(plan.blockBytes, end - lines.offset));
    if (block === "") break;
    yield* process.charge(block.length);
    yield* out.add(lines.add(block));
  }
  const address = plan.address(lines.offset);
  if (address !== "" && !(input.failed && input.opened === 0)) yield* out.add(`${address}\n`);
  return yield* out.finish(0);
}

/** Shows block after block; a block like the one before is `*`, once. */
class Lines {
  offset: number;
  readonly #plan: Plan;
  #last = "";
  #starred = false;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.offset = plan.skip;
  }

  add(block: string): string {
    const same = !this.#plan.all && block === this.#last && block.length === this.#plan.blockBytes;
    const star = this.#starred ? "" : "*\n";
    const shown = same ? star : showBlock(block, this.offset, this.#plan);
    this.#starred = same;
    this.#last = block;
    this.offset += block.length;
    return shown;
  }
}

function showBlock(block: string, offset: number, plan: Plan): string {
  const widest = Math.max(...plan.types.map((type) => (plan.blockBytes / type.size) * (type.width + 1)));
  return plan.types
    .map((type, at) => {
      const address = plan.address(offset);
      return `${at === 0 ? address : " ".repeat(address.length)}${showValues(block, type, { blockBytes: plan.blockBytes, widest })}\n`;
    })
    .join("");
}

/** The values of one type, spread so that several types' lines are equally wide. */
function showValues(block: string, type: OdType, line: { blockBytes: number; widest: number }): string {
  const count = line.blockBytes / type.size;
  const shown = Math.ceil(block.length / type.size);
  const pad = line.widest - count * type.width;
  const padded = block.padEnd(shown * type.size, "\0");
  let text = "";
  for (let at = 0; at < shown; at += 1) {
    const left = Math.floor((pad * (count - at)) / count) - Math.floor((pad * (count - at - 1)) / count);
    text += type.show(padded.slice(at * type.size, (at + 1) * type.size)).padStart(type.width + left);
  }
  if (!type.trailer) return text;
  const missing = Math.floor((pad * (count - shown)) / count) + (count - shown) * type.width;
  return `${text}${" ".repeat(missing)}  >${block.replace(/[^\x20-\x7e]/g, ".")}<`;
}
