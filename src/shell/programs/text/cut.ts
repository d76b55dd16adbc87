import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { closeInput, openOr } from "../inputs.ts";
import { chomp, LineInput } from "../line-input.ts";
import { Printer } from "../printer.ts";
import { quoteValue } from "../quoting.ts";

export const cut: Program = {
  name: "cut",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "b:c:d:f:nsz",
      long: {
        bytes: "b",
        characters: "c",
        delimiter: "d",
        fields: "f",
        "only-delimited": "s",
        "zero-terminated": "z",
        complement: "complement",
        "output-delimiter": "output-delimiter:",
      },
    });
    if (typeof options === "number") return options;
    const plan = readPlan(process, options);
    if (typeof plan === "string") return yield* process.failUsage(plan);
    const out = new Printer(process);
    let status = 0;
    for (const path of options.operands.length === 0 ? ["-"] : options.operands) {
      const fd = yield* openOr(process, path);
      if (fd === undefined) status = 1;
      else if (!(yield* cutFile(process, { fd, path, out }, plan))) status = 1;
    }
    return yield* out.finish(status);
  },
};

interface Plan {
  readonly kind: "fields" | "bytes";
  readonly has: (position: number) => boolean;
  readonly delimiter: string;
  readonly output: string | undefined;
  readonly onlyDelimited: boolean;
  readonly end: string;
  /** Where ranges of bytes begin, for the output delimiter. */
  readonly starts: ReadonlySet<number>;
}

function readPlan(process: Process, options: Options): Plan | string {
  const lists = options.order.filter(([key]) => "bcf".includes(key) && key.length === 1);
  const [list] = lists;
  if (list === undefined) return "you must specify a list of bytes, characters, or fields";
  if (lists.length > 1) return "only one list may be specified";
  const kind = list[0] === "f" ? "fields" : "bytes";
  const delimiter = options.value("d") ?? "\t";
  const ranges = delimiterProblem(options, kind) ?? parseRanges(process, list[1] ?? "", kind);
  if (typeof ranges === "string") return ranges;
  const inside = (position: number) => ranges.some(([low, high]) => position >= low && position <= high);
  return {
    kind,
    has: options.has("complement") ? (position) => !inside(position) : inside,
    delimiter: delimiter === "" ? "\0" : delimiter,
    output: options.value("output-delimiter"),
    onlyDelimited: options.has("s"),
    end: options.has("z") ? "\0" : "\n",
    starts: new Set(merged(ranges).map(([low]) => low)),
  };
}

function delimiterProblem(options: Options, kind: Plan["kind"]): string | undefined {
  if ((options.value("d") ?? "").length > 1) return "the delimiter must be a single character";
  if (kind === "fields") return undefined;
  if (options.has("d")) return "an input delimiter may be specified only when operating on fields";
  return options.has("s") ? "suppressing non-delimited lines makes sense\n\tonly when operating on fields" : undefined;
}

type Range = readonly [low: number, high: number];

function parseRanges(process: Process, text: string, kind: "fields" | "bytes"): readonly Range[] | string {
  const ranges: Range[] = [];
  for (const part of text.split(/[, ]/)) {
    const range = parseRange(process, part, kind);
    if (typeof range === "string") return range;
    ranges.push(range);
  }
  return ranges;
}

/** `3`, `3-`, `-5`, `3-5`. */
function parseRange(process: Process, text: string, kind: "fields" | "bytes"): Range | string {
  const found = /^(\d*)(-?)(\d*)$/.exec(text);
  const what = kind === "fields" ? "field value" : "byte/character position";
  if (found === null) return `invalid ${what} ${quoteValue(process, text.replace(/^\d*-?\d*/, "") || text)}`;
  const [, low = "", dash = "", high = ""] = found;
  if (text === "-") return "invalid range with no endpoint: -";
  if (text === "" || /^0*$/.test(low || "1") || /^0+$/.test(high)) return numberedFrom1(kind);
  const start = Number(low || "1");
  const open = high === "" ? Number.POSITIVE_INFINITY : Number(high);
  const end = dash === "" ? start : open;
  return end < start ? "invalid decreasing range" : [start, end];
}

function numberedFrom1(kind: "fields" | "bytes"): string {
  return kind === "fields" ? "fields are numbered from 1" : "byte/character positions are numbered from 1";
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].sort(([one], [other]) => one - other);
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last !== undefined && range[0] <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], range[1])];
    else result.push(range);
  }
  return result;
}

function* cutFile(process: Process, from: { fd: number; path: string; out: Printer }, plan: Plan): Execution<boolean> {
  const input = new LineInput(process, from.fd, plan.end);
  for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
    const text = chomp(line, plan.end);
    const shown = plan.kind === "fields" ? cutFields(text, plan) : cutBytes(text, plan);
    if (shown !== undefined) yield* from.out.add(shown + plan.end);
    yield* process.charge(text.length >> 7);
  }
  return yield* closeInput(process, from.fd, { path: from.path });
}

function cutFields(line: string, plan: Plan): string | undefined {
  if (!line.includes(plan.delimiter)) return plan.onlyDelimited ? undefined : line;
  const fields = line.split(plan.delimiter).filter((_, at) => plan.has(at + 1));
  return fields.join(plan.output ?? plan.delimiter);
}

function cutBytes(line: string, plan: Plan): string {
  const pieces: string[] = [];
  for (let at = 0; at < line.length; ) {
    const end = pieceEnd(plan, at, line.length);
    if (plan.has(at + 1)) pieces.push(line.slice(at, end));
    at = end;
  }
  return pieces.join(plan.output ?? "");
}

/** Where the bytes end that are all taken or all left out; a range that begins ends the one before it. */
function pieceEnd(plan: Plan, start: number, length: number): number {
  const taken = plan.has(start + 1);
  let end = start + 1;
  while (end < length && plan.has(end + 1) === taken && !(taken && plan.starts.has(end + 1))) end += 1;
  return end;
}
