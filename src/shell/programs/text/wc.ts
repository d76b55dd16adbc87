import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { closeInput, openOr } from "../inputs.ts";
import { isUtf8, quoteIfNeeded } from "../quoting.ts";

interface Counts {
  lines: number;
  words: number;
  characters: number;
  bytes: number;
  longest: number;
}

type Row = { readonly counts: Counts; readonly name: string | undefined };

export const wc: Program = {
  name: "wc",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "clLmw",
      long: { bytes: "c", chars: "m", lines: "l", words: "w", "max-line-length": "L", "files0-from": "files0-from:", total: "total:" },
    });
    if (typeof options === "number") return options;
    const paths = options.operands;
    const rows: Row[] = [];
    let status = 0;
    const width = numberWidth(process, options);
    for (const path of paths.length === 0 ? ["-"] : paths) {
      const counts = yield* countFile(process, path);
      if (counts.failed) status = 1;
      if (counts.value === undefined) continue;
      const row: Row = { counts: counts.value, name: paths.length === 0 ? undefined : path };
      rows.push(row);
      yield* process.print(shown(row, options, width));
    }
    if (paths.length > 1) yield* process.print(shown({ counts: total(rows), name: "total" }, options, width));
    return status;
  },
};

function* countFile(process: Process, path: string): Execution<{ value: Counts | undefined; failed: boolean }> {
  const fd = yield* openOr(process, path);
  if (fd === undefined) return { value: undefined, failed: true };
  const counter = new Counter(isUtf8(process));
  for (let block = yield* process.read(fd); block !== ""; block = yield* process.read(fd)) {
    counter.add(block);
    yield* process.charge(block.length >> 5);
  }
  const whole = yield* closeInput(process, fd, { path });
  return { value: counter.finish(), failed: !whole };
}

class Counter {
  readonly #counts: Counts = { lines: 0, words: 0, characters: 0, bytes: 0, longest: 0 };
  readonly #utf8: boolean;
  #inWord = false;
  #column = 0;

  constructor(utf8: boolean) {
    this.#utf8 = utf8;
  }

  add(block: string): void {
    const counts = this.#counts;
    counts.bytes += block.length;
    counts.characters += this.#utf8 ? block.length - (block.match(/[\x80-\xbf]/g)?.length ?? 0) : block.length;
    for (let at = 0; at < block.length; at += 1) this.#byte(block.charCodeAt(at));
  }

  #byte(code: number): void {
    const counts = this.#counts;
    const space = code === 32 || (code >= 9 && code <= 13);
    if (code === 10) counts.lines += 1;
    const printable = code > 32 && (code < 127 || this.#utf8);
    if (space) this.#inWord = false;
    else if (!this.#inWord && printable) {
      this.#inWord = true;
      counts.words += 1;
    }
    this.#measure(code);
  }

  #measure(code: number): void {
    if (code === 10 || code === 12 || code === 13) {
      this.#counts.longest = Math.max(this.#counts.longest, this.#column);
      this.#column = 0;
    } else if (code === 9) this.#column += 8 - (this.#column % 8);
    else if (code >= 32 && code < 127) this.#column += 1;
  }

  finish(): Counts {
    this.#counts.longest = Math.max(this.#counts.longest, this.#column);
    return this.#counts;
  }
}

function total(rows: readonly Row[]): Counts {
  const sum: Counts = { lines: 0, words: 0, characters: 0, bytes: 0, longest: 0 };
  for (const { counts } of rows) {
    sum.lines += counts.lines;
    sum.words += counts.words;
    sum.characters += counts.characters;
    sum.bytes += counts.bytes;
    sum.longest = Math.max(sum.longest, counts.longest);
  }
  return sum;
}

function columns(options: Options): readonly (keyof Counts)[] {
  const all: readonly (readonly [string, keyof Counts])[] = [
    ["l", "lines"],
    ["w", "words"],
    ["m", "characters"],
    ["c", "bytes"],
    ["L", "longest"],
  ];
  const chosen = all.filter(([letter]) => options.has(letter)).map(([, key]) => key);
  return chosen.length === 0 ? ["lines", "words", "bytes"] : chosen;
}

/** As wide as the sum of the files' sizes; 7 when one of them is no regular file; no width for a single number. */
function numberWidth(process: Process, options: Options): number {
  const { operands } = options;
  if (operands.length <= 1 && columns(options).length === 1) return 1;
  const sizes = (operands.length === 0 ? ["-"] : operands).map((path) => sizeOf(process, path));
  const size = sizes.reduce<number>((sum, one) => sum + (typeof one === "number" ? one : 0), 0);
  return Math.max(String(size).length, sizes.includes("unknown") ? 7 : 1);
}

/** 0 for what is missing; "unknown" for what is no regular file. */
function sizeOf(process: Process, path: string): number | "unknown" {
  const stat = path === "-" ? undefined : process.fs.stat(path);
  if (stat === undefined) return "unknown";
  if ("errno" in stat) return 0;
  return stat.kind === "file" ? stat.size : "unknown";
}

function shown({ counts, name }: Row, options: Options, width: number): string {
  const numbers = columns(options).map((key) => String(counts[key]).padStart(width));
  return `${numbers.join(" ")}${name === undefined ? "" : ` ${name.includes("\n") ? quoteIfNeeded(name) : name}`}\n`;
}
