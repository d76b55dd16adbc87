import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Program } from "../../program.ts";
import { compareBytes } from "../compare.ts";
import { readWhole } from "../inputs.ts";
import { splitLines } from "../line-input.ts";
import { Printer } from "../printer.ts";
import { quoteValue } from "../quoting.ts";

export const join: Program = {
  name: "join",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "a:e:ij:o:t:v:1:2:z",
      long: { "ignore-case": "i", header: "header", "check-order": "check-order", "nocheck-order": "nocheck-order" },
    });
    if (typeof options === "number") return options;
    const [first, second, extra] = options.operands;
    if (first === undefined) return yield* process.failUsage("missing operand");
    if (second === undefined) return yield* process.failUsage(`missing operand after ${quoteValue(process, first)}`);
    if (extra !== undefined) return yield* process.failUsage(`extra operand ${quoteValue(process, extra)}`);
    const one = yield* readWhole(process, first);
    const other = one === undefined ? undefined : yield* readWhole(process, second);
    if (one === undefined || other === undefined) return 1;
    const out = new Printer(process);
    const how = joinHow(options);
    yield* joinRows(out, [rows(one, how, 0), rows(other, how, 1)], how);
    return yield* out.finish(0);
  },
};

interface How {
  readonly fields: readonly [number, number];
  readonly separator: string | undefined;
  readonly format: readonly string[] | undefined;
  readonly empty: string;
  readonly unpaired: ReadonlySet<string>;
  readonly only: boolean;
  readonly fold: boolean;
}

function joinHow(options: Options): How {
  const both = options.value("j");
  return {
    fields: [Number(options.value("1") ?? both ?? 1) - 1, Number(options.value("2") ?? both ?? 1) - 1],
    separator: options.value("t"),
    format: options.has("o") && options.value("o") !== "auto" ? options.values("o").flatMap((text) => text.split(/[, ]+/)) : undefined,
    empty: options.value("e") ?? "",
    unpaired: new Set([...options.values("a"), ...options.values("v")]),
    only: options.has("v"),
    fold: options.has("i"),
  };
}

interface Row {
  readonly fields: readonly string[];
  readonly key: string;
}

function rows(text: string, how: How, file: 0 | 1): readonly Row[] {
  return splitLines(text).map((line) => {
    const fields = how.separator === undefined ? line.split(/[ \t]+/).filter((field) => field !== "") : line.split(how.separator);
    const key = fields[how.fields[file]] ?? "";
    return { fields, key: how.fold ? key.toLowerCase() : key };
  });
}

function* joinRows(out: Printer, [left, right]: readonly [readonly Row[], readonly Row[]], how: How): Execution<void> {
  let one = 0;
  let other = 0;
  while (one < left.length || other < right.length) {
    const a = left[one];
    const b = right[other];
    const order = compareRows(a, b);
    const same = order === 0 ? sameKeys(right, other) : 0;
    yield* out.add(order === 0 ? paired(a, right.slice(other, other + same), how) : unpaired(order, [a, b], how));
    if (order <= 0) one += 1;
    if (order > 0) other += 1;
    else if (left[one]?.key !== a?.key) other += same;
  }
}

/** A row with each of its partners. */
function paired(row: Row | undefined, partners: readonly Row[], how: How): string {
  return how.only ? "" : partners.map((partner) => shown(row, partner, how)).join("");
}

function compareRows(one: Row | undefined, other: Row | undefined): number {
  if (one === undefined) return 1;
  return other === undefined ? -1 : compareBytes(one.key, other.key);
}

function unpaired(order: number, [one, other]: readonly [Row | undefined, Row | undefined], how: How): string {
  if (order < 0) return how.unpaired.has("1") ? shown(one, undefined, how) : "";
  return how.unpaired.has("2") ? shown(undefined, other, how) : "";
}

function sameKeys(list: readonly Row[], from: number): number {
  let count = 1;
  while (list[from + count] !== undefined && list[from + count]?.key === list[from]?.key) count += 1;
  return count;
}

function shown(one: Row | undefined, other: Row | undefined, how: How): string {
  const separator = how.separator ?? " ";
  const value = (text: string | undefined) => (text === undefined || text === "" ? how.empty : text);
  const key = one?.fields[how.fields[0]] ?? other?.fields[how.fields[1]] ?? "";
  if (how.format !== undefined) {
    const cells = how.format.map((spec) => {
      const [file, field] = spec.split(".");
      return spec === "0" ? key : value((file === "1" ? one : other)?.fields[Number(field) - 1]);
    });
    return `${cells.join(separator)}\n`;
  }
  const rest = (row: Row | undefined, file: 0 | 1) => row?.fields.filter((_, at) => at !== how.fields[file]) ?? [];
  return `${[key, ...rest(one, 0), ...rest(other, 1)].join(separator)}\n`;
}
