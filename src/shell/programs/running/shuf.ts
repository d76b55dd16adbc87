import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { readWhole } from "../inputs.ts";
import { splitLines } from "../line-input.ts";
import { extraOperand } from "../messages.ts";
import { Printer } from "../printer.ts";
import { quoteValue } from "../quoting.ts";

export const shuf: Program = {
  name: "shuf",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "ei:n:o:rz",
      long: {
        echo: "e",
        "input-range": "i",
        "head-count": "n",
        output: "o",
        repeat: "r",
        "random-source": "random-source:",
        "zero-terminated": "z",
      },
    });
    if (typeof options === "number") return options;
    const items = yield* shufItems(process, options);
    if (typeof items === "number") return items;
    for (let at = items.length - 1; at > 0; at -= 1) {
      const other = randomBelow(process, at + 1);
      [items[at], items[other]] = [items[other] ?? "", items[at] ?? ""];
      if (at % 100 === 0) yield* process.charge(100);
    }
    const out = new Printer(process);
    for (const item of items.slice(0, Number(options.value("n") ?? items.length))) yield* out.add(item + (options.has("z") ? "\0" : "\n"));
    return yield* out.finish(0);
  },
};

const MAX_RANGE = 1_000_000;

function* shufItems(process: Process, options: Options): Execution<string[] | number> {
  const range = options.value("i");
  if (options.has("e")) return [...options.operands];
  if (range === undefined) {
    if (options.operands[1] !== undefined) return yield* extraOperand(process, options.operands[1]);
    const text = yield* readWhole(process, options.operands[0] ?? "-");
    return text === undefined ? 1 : splitLines(text);
  }
  const [, low, high] = /^(\d+)-(\d+)$/.exec(range) ?? [];
  if (low === undefined || Number(high) < Number(low) || Number(high) - Number(low) > MAX_RANGE)
    return yield* process.fail(`invalid input range: ${quoteValue(process, range)}`);
  return Array.from({ length: Number(high) - Number(low) + 1 }, (_, at) => String(Number(low) + at));
}

function randomBelow(process: Process, limit: number): number {
  const bytes = process.system.random(4);
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte.charCodeAt(0);
  return value % limit;
}
