import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { JoinedInput } from "../joined-input.ts";
import { Printer } from "../printer.ts";
import { formatBytes, isFinal, parseHexdumpFormat, showBlock, type Unit } from "./hexdump-format.ts";
import { parseCount } from "./parse-count.ts";

/** hexdump (util-linux, busybox), and hd, which is hexdump -C. */
export const hexdump = dumper("hexdump");
export const hd = dumper("hd");

const CANONICAL = [`"%08.8_Ax\\n"`, `"%08.8_ax  " 8/1 "%02x " "  " 8/1 "%02x " `, `"  |" 16/1 "%_p" "|\\n"`];
const ADDRESS = `"%07.7_Ax\\n"`;
/** The formats of the options. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  b: [ADDRESS, `"%07.7_ax " 16/1 "%03o " "\\n"`],
  c: [ADDRESS, `"%07.7_ax " 16/1 "%3_c " "\\n"`],
  C: CANONICAL,
  d: [ADDRESS, `"%07.7_ax " 8/2 "  %05u " "\\n"`],
  o: [ADDRESS, `"%07.7_ax " 8/2 " %06o " "\\n"`],
  x: [ADDRESS, `"%07.7_ax " 8/2 "   %04x " "\\n"`],
};
const USUAL = [ADDRESS, `"%07.7_ax " 8/2 "%04x " "\\n"`];

function dumper(name: string): Program {
  return {
    name,
    *run(process) {
      const options = yield* parseOptions(process, {
        short: "bcCde:f:L::n:os:vx",
        long: {
          "one-byte-octal": "b",
          "one-byte-char": "c",
          canonical: "C",
          "two-bytes-decimal": "d",
          "two-bytes-octal": "o",
          "two-bytes-hex": "x",
          format: "e",
          "format-file": "f",
          length: "n",
          skip: "s",
          "no-squeezing": "v",
          color: "L",
        },
      });
      if (typeof options === "number") return options;
      const plan = readPlan(options, process.name.endsWith("hd") ? CANONICAL : USUAL);
      return "wrong" in plan ? yield* process.fail(plan.wrong) : yield* dump(process, options, plan);
    },
  };
}

interface Plan {
  readonly formats: readonly (readonly Unit[])[];
  readonly skip: number;
  readonly limit: number;
}

function readPlan(options: Options, usual: readonly string[]): Plan | { readonly wrong: string } {
  const formats = readFormats(options, usual);
  if ("wrong" in formats) return formats;
  const skip = parseCount(options.value("s") ?? "0");
  const limit = options.has("n") ? parseCount(options.value("n") ?? "") : Number.POSITIVE_INFINITY;
  if (skip === undefined) return { wrong: `failed to parse offset: '${options.value("s")}'` };
  return limit === undefined ? { wrong: `failed to parse length: '${options.value("n")}'` } : { formats, skip, limit };
}

function readFormats(options: Options, usual: readonly string[]): readonly (readonly Unit[])[] | { readonly wrong: string } {
  const texts = options.order.flatMap(([key, value]) => (key === "e" ? [value ?? ""] : (FORMATS[key] ?? [])));
  const formats: (readonly Unit[])[] = [];
  for (const text of texts.length === 0 ? usual : texts) {
    const format = parseHexdumpFormat(text);
    if ("wrong" in format) return format;
    formats.push(format);
  }
  return formats;
}

function* dump(process: Process, options: Options, plan: Plan): Execution {
  const input = new JoinedInput(process, options.operands);
  if (plan.skip > 0 && options.operands.length === 0 && process.describe(0)?.startsWith("pipe:") === true)
    return yield* process.fail("stdin: Illegal seek");
  yield* input.skip(plan.skip);
  const lines = new Lines(plan, options.has("v"));
  const out = new Printer(process);
  const end = plan.skip + plan.limit;
  while (lines.address < end) {
    const block = yield* input.readFull(Math.min(lines.blockBytes, end - lines.address));
    if (block === "") break;
    yield* process.charge(block.length * 2);
    yield* out.add(lines.add(block));
  }
  yield* out.add(lines.finish());
  const status = yield* out.finish(0);
  if (input.failed && input.opened === 0) return yield* process.fail("all input file arguments failed");
  return input.failed ? 1 : status;
}

const MAX_BLOCK_BYTES = 65_536;

class Lines {
  readonly blockBytes: number;
  address: number;
  readonly #body: readonly (readonly Unit[])[];
  readonly #final: readonly (readonly Unit[])[];
  readonly #all: boolean;
  #last: string | undefined;
  #starred = false;
  #any = false;

  constructor(plan: Plan, all: boolean) {
    this.#body = plan.formats.filter((format) => !isFinal(format));
    this.#final = plan.formats.filter(isFinal);
    this.blockBytes = Math.min(MAX_BLOCK_BYTES, Math.max(1, ...plan.formats.map(formatBytes)));
    this.address = plan.skip;
    this.#all = all;
  }

  add(block: string): string {
    const place = { block: block.padEnd(this.blockBytes, "\0"), valid: block.length, address: this.address };
    const same = !this.#all && this.#last === block && block.length === this.blockBytes;
    const star = this.#starred ? "" : "*\n";
    this.address += block.length;
    this.#any = true;
    this.#starred = same;
    if (same) return star;
    this.#last = block;
    return this.#body.map((format) => showBlock(format, place)).join("");
  }

  finish(): string {
    if (!this.#any) return "";
    const place = { block: "", valid: 0, address: this.address };
    return this.#final.map((format) => showBlock(format, place)).join("");
  }
}
