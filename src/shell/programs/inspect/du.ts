import { explain } from "../../errno.ts";
import type { Stat } from "../../file-system.ts";
import { matches, parsePattern } from "../../language/pattern.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { blocksKib } from "../files/ls/long-format.ts";
import { lastPart } from "../paths.ts";
import { Printer } from "../printer.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { humanSize, parseSize } from "../sizes.ts";
import { walk } from "../walk.ts";

export const du: Program = {
  name: "du",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "0abB:cd:DHhklLmPSst:xX:",
      long: {
        all: "a",
        "apparent-size": "apparent-size",
        "block-size": "B",
        bytes: "b",
        total: "c",
        "max-depth": "d",
        "human-readable": "h",
        dereference: "L",
        "separate-dirs": "S",
        summarize: "s",
        "one-file-system": "x",
        exclude: "exclude:",
        null: "0",
        si: "si",
        inodes: "inodes",
        threshold: "t",
        time: "time?",
      },
    });
    if (typeof options === "number") return options;
    const depth = options.value("d");
    if (depth !== undefined && !/^\d+$/.test(depth)) return yield* process.failUsage(`invalid maximum depth ${quoteValue(process, depth)}`);
    if (options.has("a") && options.has("s")) return yield* process.failUsage("cannot both summarize and show all entries");
    const run = new Usage(process, options);
    for (const path of options.operands.length === 0 ? ["."] : options.operands) yield* run.add(path);
    return yield* run.finish();
  },
};

class Usage {
  readonly #process: Process;
  readonly #options: Options;
  readonly #out: Printer;
  readonly #seen = new Set<number>();
  readonly #sums: number[] = [0];
  #total = 0;
  #failed = false;

  constructor(process: Process, options: Options) {
    this.#process = process;
    this.#options = options;
    this.#out = new Printer(process);
  }

  *add(path: string): Execution<void> {
    const self = this;
    const patterns = this.#options.values("exclude").map((text) => parsePattern(text));
    this.#sums.length = 0;
    this.#sums.push(0);
    yield* walk(this.#process, path, {
      follow: this.#options.has("L") ? "always" : this.#options.has("D") || this.#options.has("H") ? "named" : "never",
      *enter({ path: here, stat, depth }) {
        if (patterns.some((pattern) => matches(pattern, lastPart(here)))) return "skip";
        if (stat.kind === "directory") {
          self.#sums[depth + 1] = self.#sizeOf(stat);
          return undefined;
        }
        const size = self.#sizeOf(stat);
        self.#sums[depth] = (self.#sums[depth] ?? 0) + size;
        if (depth === 0) self.#total += size;
        if (depth === 0 || (self.#options.has("a") && self.#shows(depth))) yield* self.#print(size, here);
        return undefined;
      },
      *leave({ path: here, depth }) {
        const size = self.#sums[depth + 1] ?? 0;
        if (!self.#options.has("S")) self.#sums[depth] = (self.#sums[depth] ?? 0) + size;
        if (depth === 0) self.#total += size;
        if (self.#shows(depth)) yield* self.#print(size, here);
      },
      *failed(here, error, what) {
        self.#failed = true;
        yield* self.#out.flush();
        yield* self.#process.fail(`cannot ${what === "stat" ? "access" : "read directory"} ${quoteName(here)}: ${explain(error)}`);
      },
    });
  }

  *finish(): Execution {
    if (this.#options.has("c")) yield* this.#print(this.#total, "total");
    return yield* this.#out.finish(this.#failed ? 1 : 0);
  }

  /** A file with several names counts once. */
  #sizeOf(stat: Stat): number {
    if (stat.links > 1 && stat.kind !== "directory") {
      if (this.#seen.has(stat.inode)) return 0;
      this.#seen.add(stat.inode);
    }
    if (this.#options.has("inodes")) return 1;
    return this.#options.has("b") || this.#options.has("apparent-size") ? stat.size : blocksKib(stat) * 1024;
  }

  #shows(depth: number): boolean {
    return depth <= (this.#options.has("s") ? 0 : Number(this.#options.value("d") ?? Number.POSITIVE_INFINITY));
  }

  *#print(bytes: number, path: string): Execution<void> {
    yield* this.#out.add(`${this.#shown(bytes)}\t${path}${this.#options.has("0") ? "\0" : "\n"}`);
  }

  #shown(bytes: number): string {
    const has = (key: string) => this.#options.has(key);
    if (has("inodes")) return String(bytes);
    if (has("h") || has("si")) return bytes === 0 ? "0" : humanSize(bytes, has("si") ? 1000 : 1024);
    return String(Math.ceil(bytes / blockBytes(this.#options)));
  }
}

function blockBytes(options: Options): number {
  const given = options.value("B");
  if (given !== undefined) return parseSize(given) ?? parseSize(`1${given}`) ?? 1024;
  if (options.has("m")) return 1 << 20;
  return options.has("b") ? 1 : 1024;
}
