import { explain, isErrno } from "../../errno.ts";
import { readOptions } from "../../options.ts";
import type { Program } from "../../program.ts";
import { splitLines } from "../line-input.ts";

const WORDS = "/usr/share/dict/words";

/** look (util-linux): the lines that begin with a string; of the dictionary, ignoring case and marks, when no file is named. */
export const look: Program = {
  name: "look",
  *run(process) {
    const options = readOptions(process.args, {
      short: "adft:",
      long: { alternative: "a", alphanum: "d", "ignore-case": "f", terminate: "t" },
      version: "look from util-linux 2.38.1\n",
    });
    if ("show" in options) {
      yield* process.print(options.show);
      return 0;
    }
    if ("wrong" in options) return yield* process.failUsage(options.wrong);
    const [string, path] = options.operands;
    if (string === undefined || options.operands.length > 2) return yield* process.failUsage("bad usage");
    const text = process.fs.readFile(path ?? WORDS);
    if (isErrno(text)) return yield* process.fail(`${path ?? WORDS}: ${explain(text)}`);
    const alphabetic = options.has("d") || path === undefined;
    const folded = options.has("f") || path === undefined;
    const plain = (line: string) => {
      const kept = alphabetic ? line.replace(/[^A-Za-z0-9\s]/g, "") : line;
      return folded ? kept.toLowerCase() : kept;
    };
    const end = options.value("t");
    const wanted = plain(end === undefined || !string.includes(end) ? string : string.slice(0, string.indexOf(end) + 1));
    const found = splitLines(text).filter((line) => plain(line).startsWith(wanted));
    yield* process.charge(text.length >> 4);
    yield* process.print(found.map((line) => `${line}\n`).join(""));
    return found.length > 0 ? 0 : 1;
  },
};
