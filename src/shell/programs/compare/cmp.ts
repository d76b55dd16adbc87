import { explain, isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Program } from "../../program.ts";
import { isUtf8, quoteValue } from "../quoting.ts";

export const cmp: Program = {
  name: "cmp",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "bi:ln:s",
      long: { "print-bytes": "b", "ignore-initial": "i", verbose: "l", bytes: "n", quiet: "s", silent: "s" },
      errorStatus: 2,
    });
    if (typeof options === "number") return options;
    const [first, second = "-"] = options.operands;
    if (first === undefined) return yield* process.failUsage(`missing operand after ${quoteValue(process, process.name)}`, 2);
    const texts: string[] = [];
    for (const path of [first, second]) {
      const text = path === "-" ? yield* process.readAll(0) : process.fs.readFile(path);
      if (isErrno(text)) return yield* process.fail(`${path}: ${explain(text)}`, 2);
      texts.push(text.slice(0, Number(options.value("n") ?? text.length)));
    }
    const [one = "", other = ""] = texts;
    yield* process.charge(Math.min(one.length, other.length) >> 5);
    if (one === other) return 0;
    if (options.has("s")) return 1;
    const shorter = Math.min(one.length, other.length);
    const place = isUtf8(process) ? "byte" : "char";
    let at = 0;
    let line = 1;
    for (; at < shorter && one[at] === other[at]; at += 1) if (one[at] === "\n") line += 1;
    if (options.has("l")) {
      const width = String(shorter).length;
      const octal = (text: string, index: number) => text.charCodeAt(index).toString(8).padStart(3);
      for (let index = at; index < shorter; index += 1)
        if (one[index] !== other[index])
          yield* process.print(`${String(index + 1).padStart(width)} ${octal(one, index)} ${octal(other, index)}\n`);
    } else if (at < shorter) {
      yield* process.print(`${first} ${second} differ: ${place} ${at + 1}, line ${line}\n`);
      return 1;
    }
    if (one.length === other.length) return 1;
    const path = one.length < other.length ? first : second;
    const where =
      shorter === 0
        ? "which is empty"
        : `after byte ${shorter}, ${(one.length < other.length ? one : other).endsWith("\n") || options.has("l") ? `line ${line - 1}` : `in line ${line}`}`;
    yield* process.write(2, `${process.name}: EOF on ${quoteValue(process, path)} ${where}\n`);
    return 1;
  },
};
