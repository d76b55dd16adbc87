import { type Options, parseOptions, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { readWhole } from "../inputs.ts";
import { splitLines } from "../line-input.ts";
import { Printer } from "../printer.ts";
import { quoteValue } from "../quoting.ts";
import { eachLine } from "./lines.ts";

/** Programs that reshape each line: rev, fold, expand, unexpand, fmt; and tac, which turns their order. */
export const rev: Program = {
  name: "rev",
  *run(process) {
    const options = yield* parseOptions(process, { short: "0Vh" });
    if (typeof options === "number") return options;
    const out = new Printer(process);
    const line = (text: string, ended: boolean) => Array.from(text).reverse().join("") + (ended ? "\n" : "");
    const message = (path: string, reason: string) => `cannot open ${path}: ${reason}`;
    return yield* out.finish(yield* eachLine(process, { paths: options.operands, out, line, message }));
  },
};

export const tac: Program = {
  name: "tac",
  *run(process) {
    const options = yield* parseOptions(process, { short: "brs:", long: { before: "b", regex: "r", separator: "s" } });
    if (typeof options === "number") return options;
    const separator = options.value("s") || "\n";
    let status = 0;
    for (const path of options.operands.length === 0 ? ["-"] : options.operands) {
      const text = yield* readWhole(process, path, (name, reason) => `failed to open ${quoteValue(process, name)} for reading: ${reason}`);
      if (text === undefined) status = 1;
      else yield* process.print(turned(text, separator, options.has("b")));
    }
    return status;
  },
};

function turned(text: string, separator: string, before: boolean): string {
  const parts = text.split(separator);
  const last = parts.pop() ?? "";
  if (before)
    return (
      [...parts.slice(1), last]
        .map((part) => separator + part)
        .reverse()
        .join("") + (parts[0] ?? "")
    );
  const pieces = parts.map((part) => part + separator);
  if (last !== "") pieces.push(last);
  return pieces.reverse().join("");
}

export const fold: Program = {
  name: "fold",
  *run(process) {
    const args = process.args.map((arg) => (/^-\d+$/.test(arg) ? `-w${arg.slice(1)}` : arg));
    const options = readOptions(args, { short: "bsw:", long: { bytes: "b", spaces: "s", width: "w" } });
    if ("wrong" in options) return yield* process.failUsage(options.wrong);
    if ("show" in options) return 0;
    const width = Number(options.value("w") ?? 80);
    if (!/^[1-9]\d*$/.test(options.value("w") ?? "80"))
      return yield* process.fail(`invalid number of columns: ${quoteValue(process, options.value("w") ?? "")}`);
    const out = new Printer(process);
    const line = (text: string, ended: boolean) => folded(text, { width, spaces: options.has("s") }) + (ended ? "\n" : "");
    return yield* out.finish(yield* eachLine(process, { paths: options.operands, out, line }));
  },
};

function folded(text: string, how: { width: number; spaces: boolean }): string {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > how.width) {
    const blank = how.spaces ? rest.slice(0, how.width).lastIndexOf(" ") : -1;
    const cut = blank >= 0 ? blank + 1 : how.width;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...lines, rest].join("\n");
}

export const expand: Program = {
  name: "expand",
  *run(process) {
    const options = yield* parseOptions(process, { short: "it:", long: { initial: "i", tabs: "t" } });
    if (typeof options === "number") return options;
    const stops = yield* tabStops(process, options);
    if (typeof stops === "number") return stops;
    const out = new Printer(process);
    const line = (text: string, ended: boolean) => withoutTabs(text, stops, options.has("i")) + (ended ? "\n" : "");
    return yield* out.finish(yield* eachLine(process, { paths: options.operands, out, line }));
  },
};

interface Stops {
  readonly next: (column: number) => number;
}

function* tabStops(process: Process, options: Options): Execution<Stops | number> {
  const text = options.value("t") ?? "8";
  const wrong = /[^\d, /+]/.exec(text);
  if (wrong !== null) return yield* process.fail(`tab size contains invalid character(s): ${quoteValue(process, text.slice(wrong.index))}`);
  const list = text.split(/[, ]+/).map(Number);
  const [only = 8] = list;
  if (list.includes(0)) return yield* process.fail("tab size cannot be 0");
  if (list.length === 1) return { next: (column) => column + only - (column % only) };
  return { next: (column) => list.find((stop) => stop > column) ?? column + 1 };
}

function withoutTabs(text: string, stops: Stops, initial: boolean): string {
  let shown = "";
  let leading = true;
  for (const byte of text) {
    if (byte === "\t" && (leading || !initial)) shown += " ".repeat(stops.next(shown.length) - shown.length);
    else shown += byte;
    leading &&= byte === " " || byte === "\t";
  }
  return shown;
}

export const unexpand: Program = {
  name: "unexpand",
  *run(process) {
    const options = yield* parseOptions(process, { short: "at:", long: { all: "a", "first-only": "first-only", tabs: "t" } });
    if (typeof options === "number") return options;
    const stops = yield* tabStops(process, options);
    if (typeof stops === "number") return stops;
    const all = (options.has("a") || options.has("t")) && !options.has("first-only");
    const out = new Printer(process);
    const line = (text: string, ended: boolean) => withTabs(text, stops, all) + (ended ? "\n" : "");
    return yield* out.finish(yield* eachLine(process, { paths: options.operands, out, line }));
  },
};

/** Blanks that reach a tab stop become tabs: all, or those that lead the line. */
function withTabs(text: string, stops: Stops, all: boolean): string {
  let shown = "";
  let column = 0;
  for (const [blank] of text.matchAll(/[ \t]+|[^ \t]+/g)) {
    if (!/^[ \t]/.test(blank)) {
      if (!all) return shown + text.slice(text.indexOf(blank));
      shown += blank;
      column += blank.length;
      continue;
    }
    const end = Array.from(blank).reduce((at, byte) => (byte === "\t" ? stops.next(at) : at + 1), column);
    const one = end - column === 1 && blank === " ";
    while (!one && stops.next(column) <= end) {
      shown += "\t";
      column = stops.next(column);
    }
    shown += " ".repeat(end - column);
    column = end;
  }
  return shown;
}

export const fmt: Program = {
  name: "fmt",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "cg:p:stuw:",
      long: { width: "w", goal: "g", "split-only": "s", "uniform-spacing": "u", prefix: "p", "crown-margin": "c", "tagged-paragraph": "t" },
    });
    if (typeof options === "number") return options;
    const width = Number(options.value("w") ?? 75);
    let status = 0;
    for (const path of options.operands.length === 0 ? ["-"] : options.operands) {
      const text = yield* readWhole(process, path, (name, reason) => `cannot open ${quoteValue(process, name)} for reading: ${reason}`);
      if (text === undefined) status = 1;
      else yield* process.print(formatted(text, { width, splitOnly: options.has("s") }));
    }
    return status;
  },
};

function formatted(text: string, how: { width: number; splitOnly: boolean }): string {
  let shown = "";
  let paragraph: string[] = [];
  let indent = "";
  const flush = () => {
    if (paragraph.length > 0) shown += breakLines(paragraph, { width: how.width, indent });
    paragraph = [];
  };
  for (const line of splitLines(text)) {
    const own = /^[ \t]*/.exec(line)?.[0] ?? "";
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    if (words.length === 0 || own !== indent || how.splitOnly) flush();
    if (words.length === 0) shown += "\n";
    indent = own;
    paragraph.push(...words);
  }
  flush();
  return shown;
}

interface Word {
  readonly text: string;
  readonly period: boolean;
  readonly punctuation: boolean;
  readonly opens: boolean;
  readonly last: boolean;
}

const LINE_COST = 70 ** 2;

/** Breaks where the cost is least: lines that miss the goal, neighbours of different length, sentences cut near their ends (the costs of GNU fmt). */
function breakLines(texts: readonly string[], how: { width: number; indent: string }): string {
  const goal = Math.floor((how.width * 187) / 200);
  const words = texts.map(
    (text, at): Word => ({
      text,
      period: /[.?!]["')\]]*$/.test(text),
      punctuation: /[^A-Za-z0-9]$/.test(text),
      opens: /^[("'`[]/.test(text),
      last: at === texts.length - 1 || /[.?!]["')\]]*$/.test(text),
    }),
  );
  const best = new Array<{ cost: number; next: number; size: number }>(words.length + 1).fill({ cost: 0, next: words.length, size: 0 });
  for (let from = words.length - 1; from >= 0; from -= 1) best[from] = bestFrom(words, from, { best, goal, ...how });
  let shown = "";
  for (let at = 0; at < texts.length; at = best[at]?.next ?? texts.length)
    shown += `${how.indent}${texts.slice(at, best[at]?.next).join(" ")}\n`;
  return shown;
}

interface Line {
  readonly cost: number;
  readonly next: number;
  readonly size: number;
}

interface Breaking {
  readonly best: readonly { cost: number; next: number; size: number }[];
  readonly goal: number;
  readonly width: number;
  readonly indent: string;
}

function bestFrom(words: readonly Word[], from: number, how: Breaking): { cost: number; next: number; size: number } {
  let found = { cost: Number.POSITIVE_INFINITY, next: words.length, size: 0 };
  let size = how.indent.length - 1;
  for (let to = from + 1; to <= words.length; to += 1) {
    size += 1 + (words[to - 1]?.text.length ?? 0);
    if (size >= how.width && to > from + 1) break;
    const cost = to === words.length ? 0 : lineCost(size, how.best[to], { goal: how.goal, count: words.length });
    if (cost < found.cost) found = { cost, next: to, size };
  }
  return { ...found, cost: found.cost + startCost(words, from) };
}

/** What it costs to break after `size` columns, when the rest goes on as `next` says. */
function lineCost(size: number, rest: Line | undefined, how: { goal: number; count: number }): number {
  const short = ((how.goal - size) * 10) ** 2;
  if (rest === undefined) return short;
  const ragged = rest.next === how.count ? 0 : ((size - rest.size) * 10) ** 2 / 2;
  return short + ragged + rest.cost;
}

/** What it costs to begin a line with this word. */
function startCost(words: readonly Word[], at: number): number {
  const word = words[at];
  const before = words[at - 1];
  if (word === undefined || before === undefined) return LINE_COST;
  let cost = LINE_COST;
  if (before.period) cost += before.last ? -(50 ** 2) : 600 ** 2;
  else if (before.punctuation) cost -= 40 ** 2;
  else if (words[at - 2]?.last === true) cost += 200 ** 2 / (before.text.length + 2);
  if (word.opens) return cost - 40 ** 2;
  return word.last ? cost + 150 ** 2 / (word.text.length + 2) : cost;
}
