import { explain, isErrno } from "../../errno.ts";
import { type Options, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { readWhole } from "../inputs.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { parseSize } from "../sizes.ts";

export const split: Program = {
  name: "split",
  *run(process) {
    const args = process.args.map((arg) => (/^-\d+$/.test(arg) ? `-l${arg.slice(1)}` : arg));
    const options = readOptions(args, {
      short: "a:b:C:dxel:n:ut:",
      long: {
        "suffix-length": "a",
        bytes: "b",
        "line-bytes": "C",
        "numeric-suffixes": "d",
        "hex-suffixes": "x",
        lines: "l",
        number: "n",
        "additional-suffix": "additional-suffix:",
        verbose: "verbose",
        filter: "filter:",
      },
    });
    if ("wrong" in options) return yield* process.failUsage(options.wrong);
    if ("show" in options) return 0;
    const [path = "-", prefix = "x", extra] = options.operands;
    if (extra !== undefined) return yield* process.failUsage(`extra operand ${quoteValue(process, extra)}`);
    for (const [key, word] of [
      ["b", "bytes"],
      ["l", "lines"],
    ] as const) {
      const text = options.value(key);
      if (text !== undefined && !parseSize(text, true))
        return yield* process.fail(`invalid number of ${word}: ${quoteValue(process, text)}`);
    }
    const text = yield* readWhole(process, path, (name, reason) => `cannot open ${quoteName(name)} for reading: ${reason}`);
    if (text === undefined) return 1;
    return yield* writeParts(process, { parts: pieces(text, options), prefix }, options);
  },
};

function pieces(text: string, options: Options): readonly string[] {
  const bytes = parseSize(options.value("b") ?? "", true);
  const number = Number(/\d+/.exec(options.value("n") ?? "")?.[0] ?? 0);
  if (number > 0) {
    const size = Math.floor(text.length / number);
    return Array.from({ length: number }, (_, at) => (at === number - 1 ? text.slice(at * size) : text.slice(at * size, (at + 1) * size)));
  }
  if (bytes !== undefined)
    return Array.from({ length: Math.ceil(text.length / bytes) }, (_, at) => text.slice(at * bytes, (at + 1) * bytes));
  const count = parseSize(options.value("l") ?? "1000", true) ?? 1000;
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return Array.from({ length: Math.ceil(lines.length / count) }, (_, at) => lines.slice(at * count, (at + 1) * count).join(""));
}

const MAX_PARTS = 2000;

function* writeParts(process: Process, what: { parts: readonly string[]; prefix: string }, options: Options): Execution {
  const base = options.has("d") ? 10 : options.has("x") ? 16 : 26;
  const width = Number(options.value("a") ?? 2);
  for (const [at, part] of what.parts.entries()) {
    if (at >= Math.min(base ** width, MAX_PARTS)) return yield* process.fail("output file suffixes exhausted");
    const path = what.prefix + suffix(at, base, width) + (options.value("additional-suffix") ?? "");
    if (options.has("verbose")) yield* process.print(`creating file ${quoteName(path)}\n`);
    const written = process.fs.writeFile(path, part);
    if (isErrno(written)) return yield* process.fail(`${path}: ${explain(written)}`);
  }
  return 0;
}

function suffix(number: number, base: number, width: number): string {
  if (base !== 26) return number.toString(base).padStart(width, "0");
  let text = "";
  for (let rest = number, left = width; left > 0; left -= 1, rest = Math.floor(rest / 26))
    text = String.fromCharCode(97 + (rest % 26)) + text;
  return text;
}
