import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { readWhole } from "../inputs.ts";
import { missingOperand } from "../messages.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { compileRegex, type Regex } from "../regex/regex.ts";

/** csplit: cuts a file where patterns say, and prints the sizes of the pieces. */
export const csplit: Program = {
  name: "csplit",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "b:f:kn:qsz",
      long: {
        "suffix-format": "b",
        prefix: "f",
        "keep-files": "k",
        digits: "n",
        quiet: "q",
        silent: "s",
        "elide-empty-files": "z",
        "suppress-matched": "suppress-matched",
      },
    });
    if (typeof options === "number") return options;
    const [path, ...patterns] = options.operands;
    if (path === undefined || patterns.length === 0) return yield* missingOperand(process, path);
    const cuts = parsePatterns(process, patterns);
    if ("wrong" in cuts) return yield* process.fail(cuts.wrong);
    const text = yield* readWhole(process, path, (name, reason) => `cannot open ${quoteName(name)} for reading: ${reason}`);
    if (text === undefined) return 1;
    return yield* new Splitter(process, options, text.split(/(?<=\n)/)).run(cuts);
  },
};

type Cut =
  | { readonly kind: "line"; readonly line: number; readonly times: number; readonly text: string }
  | {
      readonly kind: "match";
      readonly regex: Regex;
      readonly skip: boolean;
      readonly offset: number;
      readonly times: number;
      readonly text: string;
    };

/** `N`, `/REGEX/[OFFSET]`, `%REGEX%[OFFSET]`, each perhaps followed by `{N}` or `{*}`. */
function parsePatterns(process: Process, patterns: readonly string[]): readonly Cut[] | { readonly wrong: string } {
  const cuts: Cut[] = [];
  for (const text of patterns) {
    const times = /^\{(\d+|\*)\}$/.exec(text)?.[1];
    const last = cuts.at(-1);
    if (times !== undefined && last !== undefined) {
      cuts[cuts.length - 1] = { ...last, times: times === "*" ? Number.POSITIVE_INFINITY : Number(times) + 1 };
      continue;
    }
    const cut = parsePattern(process, text);
    if ("wrong" in cut) return cut;
    cuts.push(cut);
  }
  return cuts;
}

function parsePattern(process: Process, text: string): Cut | { readonly wrong: string } {
  const [, mark, source = "", offset = "0"] = /^([/%])([\s\S]*)\1([-+]?\d+)?$/.exec(text) ?? [];
  if (mark !== undefined) {
    const regex = compileRegex(source, { syntax: "basic" });
    if ("wrong" in regex) return { wrong: `${quoteValue(process, text)}: invalid regular expression: ${regex.wrong}` };
    return { kind: "match", regex, skip: mark === "%", offset: Number(offset), times: 1, text };
  }
  if (/^\d+$/.test(text))
    return Number(text) > 0
      ? { kind: "line", line: Number(text), times: 1, text }
      : { wrong: `${text}: line number must be greater than zero` };
  return { wrong: `${quoteValue(process, text)}: invalid pattern` };
}

class Splitter {
  readonly #process: Process;
  readonly #options: Options;
  readonly #lines: readonly string[];
  readonly #made: string[] = [];
  #from = 0;

  constructor(process: Process, options: Options, lines: readonly string[]) {
    this.#process = process;
    this.#options = options;
    this.#lines = lines.filter((line) => line !== "");
  }

  *run(cuts: readonly Cut[]): Execution {
    for (const cut of cuts) {
      const status = yield* this.#cut(cut);
      if (status !== undefined) return status;
    }
    return (yield* this.#write(this.#from, this.#lines.length)) ? 0 : 1;
  }

  /** The exit status, when something fails. */
  *#cut(cut: Cut): Execution<number | undefined> {
    for (let time = 1; time <= cut.times; time += 1) {
      const end = yield* this.#find(cut, time);
      if (end === undefined) return cut.times === Number.POSITIVE_INFINITY ? undefined : yield* this.#fail(cut, time);
      const skipped = cut.kind === "match" && cut.skip;
      if (!skipped && !(yield* this.#write(this.#from, end))) return 1;
      this.#from = end;
    }
    return undefined;
  }

  *#find(cut: Cut, time: number): Execution<number | undefined> {
    if (cut.kind === "line") {
      const end = cut.line * time - 1;
      return end > this.#lines.length || end < this.#from ? undefined : end;
    }
    for (let at = this.#from + (this.#from === 0 && this.#made.length === 0 ? 0 : 1); at < this.#lines.length; at += 1) {
      if ((yield* cut.regex.find(this.#process, (this.#lines[at] ?? "").replace(/\n$/, ""))) !== undefined)
        return Math.max(0, at + cut.offset);
    }
    return undefined;
  }

  /** The rest is written, and unless -k all is removed. */
  *#fail(cut: Cut, time: number): Execution {
    yield* this.#write(this.#from, this.#lines.length);
    const what = cut.kind === "line" ? "line number out of range" : "match not found";
    const repeated = time > 1 ? ` on repetition ${time - 1}` : "";
    yield* this.#process.fail(`${quoteValue(this.#process, cut.text)}: ${what}${repeated}`);
    if (!this.#options.has("k")) for (const name of this.#made) this.#process.fs.remove(name);
    return 1;
  }

  *#write(from: number, to: number): Execution<boolean> {
    const text = this.#lines.slice(from, to).join("");
    if (text === "" && this.#options.has("z")) return true;
    const digits = Number(this.#options.value("n") ?? "2");
    const name = `${this.#options.value("f") ?? "xx"}${String(this.#made.length).padStart(digits, "0")}`;
    const done = this.#process.fs.writeFile(name, text, { way: "csplit" });
    if (isErrno(done)) {
      yield* this.#process.fail(`${name}: ${explain(done)}`);
      return false;
    }
    this.#made.push(name);
    if (!this.#options.has("s") && !this.#options.has("q")) yield* this.#process.print(`${text.length}\n`);
    yield* this.#process.charge(1 + (text.length >> 6));
    return true;
  }
}
