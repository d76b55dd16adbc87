import { explain, isErrno } from "../../errno.ts";
import type { ErrnoName } from "../../file-system.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { humanSize, parseSize } from "../sizes.ts";

export const dd: Program = {
  name: "dd",
  *run(process) {
    const plan = yield* readPlan(process);
    if (typeof plan === "number") return plan;
    const input = plan.from === undefined ? 0 : process.open(plan.from, { read: true });
    if (isErrno(input)) return yield* process.fail(`failed to open ${quoteName(plan.from ?? "")}: ${explain(input)}`);
    const output = openOutput(process, plan);
    if (isErrno(output)) return yield* process.fail(`failed to open ${quoteName(plan.to ?? "")}: ${explain(output)}`);
    return yield* new Copy(process, plan).run(input, output);
  },
};

interface Plan {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly count: number;
  readonly countBytes: boolean;
  readonly skip: number;
  readonly seek: number;
  readonly conversions: ReadonlySet<string>;
  readonly append: boolean;
  readonly status: string;
}

const NAMES = new Set([
  "if",
  "of",
  "bs",
  "ibs",
  "obs",
  "cbs",
  "count",
  "skip",
  "iseek",
  "seek",
  "oseek",
  "conv",
  "status",
  "iflag",
  "oflag",
]);
const CONVERSIONS = new Set([
  "ascii",
  "ebcdic",
  "ibm",
  "block",
  "unblock",
  "lcase",
  "ucase",
  "sparse",
  "swab",
  "sync",
  "excl",
  "nocreat",
  "notrunc",
  "noerror",
  "fdatasync",
  "fsync",
]);
/** No block is larger. */
const MAX_BLOCK = 16 << 20;

function* readPlan(process: Process): Execution<Plan | number> {
  if (process.args.includes("--help") || process.args.includes("--version")) return 0;
  const values = readOperands(process);
  if ("wrong" in values) return yield* process.failUsage(values.wrong);
  const sizes = readSizes(process, values);
  if ("wrong" in sizes) return yield* process.fail(sizes.wrong);
  const conversions = new Set((values.get("conv") ?? "").split(",").filter((word) => word !== ""));
  const wrong = [...conversions].find((word) => !CONVERSIONS.has(word));
  if (wrong !== undefined) return yield* process.failUsage(`invalid conversion: ${quoteValue(process, wrong)}`);
  return { ...blockSizes(sizes), ...filesAndFlags(values), conversions };
}

type Values = ReadonlyMap<string, string>;

function readOperands(process: Process): Values | { readonly wrong: string } {
  const values = new Map<string, string>();
  for (const arg of process.args) {
    const [, name = "", value] = /^([a-z]*)=([\s\S]*)$/.exec(arg) ?? [];
    if (value === undefined || !NAMES.has(name)) return { wrong: operandProblem(process, arg) };
    values.set(name, value);
  }
  return values;
}

function operandProblem(process: Process, arg: string): string {
  if (arg.startsWith("--") && !arg.includes("=")) return `unrecognized option '${arg}'`;
  if (/^-./.test(arg) && !arg.includes("=")) return `invalid option -- '${arg.charAt(1)}'`;
  return `unrecognized operand ${quoteValue(process, arg)}`;
}

function readSizes(process: Process, values: Values): ReadonlyMap<string, number> | { readonly wrong: string } {
  const sizes = new Map<string, number>();
  for (const name of ["bs", "ibs", "obs", "count", "skip", "iseek", "seek", "oseek"]) {
    const text = values.get(name);
    if (text === undefined) continue;
    const size = product(/\dB$/.test(text) ? text.slice(0, -1) : text);
    if (size === undefined || (size === 0 && name.endsWith("bs"))) return { wrong: `invalid number: ${quoteValue(process, text)}` };
    sizes.set(name, size);
  }
  return sizes;
}

function blockSizes(sizes: ReadonlyMap<string, number>): Pick<Plan, "inputBytes" | "outputBytes" | "count" | "skip" | "seek"> {
  const first = (usual: number, ...names: readonly string[]) =>
    names.map((name) => sizes.get(name)).find((size) => size !== undefined) ?? usual;
  return {
    inputBytes: Math.min(first(512, "bs", "ibs"), MAX_BLOCK),
    outputBytes: Math.min(first(512, "bs", "obs"), MAX_BLOCK),
    count: first(Number.POSITIVE_INFINITY, "count"),
    skip: first(0, "skip", "iseek"),
    seek: first(0, "seek", "oseek"),
  };
}

function filesAndFlags(values: Values): Pick<Plan, "from" | "to" | "countBytes" | "append" | "status"> {
  const flags = `${values.get("iflag") ?? ""},${values.get("oflag") ?? ""}`;
  return {
    from: values.get("if"),
    to: values.get("of"),
    countBytes: flags.includes("count_bytes") || /\dB$/.test(values.get("count") ?? ""),
    append: flags.includes("append"),
    status: values.get("status") ?? "",
  };
}

/** 2x512, 4k. */
function product(text: string): number | undefined {
  let result = 1;
  for (const part of text.split("x")) {
    const size = parseSize(part, true);
    if (size === undefined) return undefined;
    result *= size;
  }
  return result;
}

function openOutput(process: Process, plan: Plan) {
  if (plan.to === undefined) return 1;
  const keeps = plan.conversions.has("notrunc") || plan.seek > 0;
  const create = !plan.conversions.has("nocreat");
  return process.open(plan.to, {
    write: true,
    create,
    truncate: !keeps,
    append: plan.append,
    exclusive: plan.conversions.has("excl"),
    way: "dd",
  });
}

class Copy {
  readonly #process: Process;
  readonly #plan: Plan;
  #whole = 0;
  #part = 0;
  #writtenWhole = 0;
  #writtenPart = 0;
  #bytes = 0;

  constructor(process: Process, plan: Plan) {
    this.#process = process;
    this.#plan = plan;
  }

  *run(input: number, output: number): Execution {
    const startedMs = this.#process.system.now().monotonicMs;
    yield* this.#skip(input);
    yield* this.#seek(output);
    const status = yield* this.#blocks(input, output);
    if (output > 2) this.#process.close(output);
    if (this.#plan.status !== "none") yield* this.#report(this.#process.system.now().monotonicMs - startedMs);
    return status;
  }

  *#skip(input: number): Execution<void> {
    for (let left = this.#plan.skip * this.#plan.inputBytes; left > 0; ) {
      const block = yield* this.#process.read(input, Math.min(left, 65_536));
      if (block === "") return;
      left -= block.length;
    }
  }

  /** What lies before the place is kept, or filled with zeros. */
  *#seek(output: number): Execution<void> {
    const { seek, outputBytes, to, conversions } = this.#plan;
    if (seek === 0 || to === undefined) return;
    const size = seek * outputBytes;
    const old = this.#process.fs.stat(to);
    const known = isErrno(old) ? 0 : old.size;
    if (known > size && !conversions.has("notrunc")) this.#process.fs.truncate(to, size);
    if (known < size) this.#process.fs.truncate(to, size);
    const before = this.#process.fs.readFile(to);
    if (typeof before === "string") yield* this.#process.write(output, before.slice(0, size));
  }

  *#blocks(input: number, output: number): Execution {
    const { inputBytes, countBytes, conversions } = this.#plan;
    let left = countBytes ? this.#plan.count : this.#plan.count * inputBytes;
    for (let blocks = 0; left > 0 && (countBytes || blocks < this.#plan.count); blocks += 1) {
      const block = yield* this.#readBlock(input, Math.min(inputBytes, left));
      const error = this.#process.lastError(input);
      if (error !== undefined) return yield* this.#readError(error);
      if (block === "") break;
      this.#count(block.length === inputBytes);
      left -= countBytes ? block.length : inputBytes;
      const done = yield* this.#writeBlock(output, converted(block, conversions, inputBytes));
      if (done !== 0) return done;
    }
    return 0;
  }

  *#readError(errno: ErrnoName): Execution {
    return yield* this.#process.fail(`error reading ${quoteName(this.#plan.from ?? "standard input")}: ${explain({ errno })}`);
  }

  #count(whole: boolean): void {
    if (whole) this.#whole += 1;
    else this.#part += 1;
  }

  /** One read: a pipe may give less than a block. */
  *#readBlock(input: number, size: number): Execution<string> {
    let block = "";
    while (block.length < size) {
      const part = yield* this.#process.read(input, Math.min(size - block.length, 1 << 20));
      if (part === "") break;
      block += part;
      if (this.#process.describe(input)?.startsWith("pipe:")) break;
    }
    return block;
  }

  *#writeBlock(output: number, block: string): Execution {
    const done = yield* this.#process.write(output, block);
    if (isErrno(done)) return yield* this.#process.fail(`error writing ${quoteName(this.#plan.to ?? "standard output")}: ${explain(done)}`);
    this.#bytes += block.length;
    this.#writtenWhole += Math.floor(block.length / this.#plan.outputBytes);
    if (block.length % this.#plan.outputBytes > 0) this.#writtenPart += 1;
    return 0;
  }

  *#report(ms: number): Execution<void> {
    const records = `${this.#whole}+${this.#part} records in\n${this.#writtenWhole}+${this.#writtenPart} records out\n`;
    if (this.#plan.status === "noxfer") return void (yield* this.#process.write(2, records));
    const seconds = Math.max(ms / 1000, 0.000_021 + this.#bytes / 1.1e9);
    const binary = this.#bytes >= 1024 ? `, ${shownSize(this.#bytes, 1024)}iB` : "";
    const decimal = this.#bytes >= 1000 ? ` (${shownSize(this.#bytes, 1000)}B${binary})` : "";
    const rate = shownSize(this.#bytes / seconds, 1000);
    const unit = this.#bytes === 1 ? "byte" : "bytes";
    yield* this.#process.write(2, `${records}${this.#bytes} ${unit}${decimal} copied, ${Number(seconds.toPrecision(6))} s, ${rate}B/s\n`);
  }
}

function shownSize(bytes: number, base: 1000 | 1024): string {
  const text = humanSize(Math.round(bytes), base);
  return text.replace(/^([\d.]+?)(?:\.0)?([A-Za-z]?)$/, "$1 $2");
}

function converted(block: string, conversions: ReadonlySet<string>, size: number): string {
  let text = block;
  if (conversions.has("ucase")) text = text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
  if (conversions.has("lcase")) text = text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  if (conversions.has("swab")) text = text.replaceAll(/([\s\S])([\s\S])/g, "$2$1");
  return conversions.has("sync") ? text.padEnd(size, "\0") : text;
}
