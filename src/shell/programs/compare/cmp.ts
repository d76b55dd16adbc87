import { explain, isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
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
    if (!options.has("s"))
      yield* report(
        process,
        [
          { path: first, text: one },
          { path: second, text: other },
        ],
        options.has("l"),
      );
    return 1;
  },
};

interface Side {
  readonly path: string;
  readonly text: string;
}

function* report(process: Process, [one, other]: readonly [Side, Side], all: boolean): Execution<void> {
  const shorter = one.text.length < other.text.length ? one : other;
  const size = shorter.text.length;
  let at = 0;
  while (at < size && one.text[at] === other.text[at]) at += 1;
  const line = one.text.slice(0, at).split("\n").length;
  const place = isUtf8(process) ? "byte" : "char";
  if (all) yield* process.print(differences(one.text, other.text));
  else if (at < size) yield* process.print(`${one.path} ${other.path} differ: ${place} ${at + 1}, line ${line}\n`);
  const ended = one.text.length !== other.text.length && (all || at === size);
  if (ended) yield* process.write(2, `${process.name}: EOF on ${quoteValue(process, shorter.path)} ${whereEnded(shorter.text, all)}\n`);
}

function whereEnded(text: string, all: boolean): string {
  if (text === "") return "which is empty";
  if (all) return `after byte ${text.length}`;
  const lines = text.split("\n").length;
  return `after byte ${text.length}, ${text.endsWith("\n") ? `line ${lines - 1}` : `in line ${lines}`}`;
}

/** -l: every byte that differs, in octal. */
function differences(one: string, other: string): string {
  const size = Math.min(one.length, other.length);
  const width = String(size).length;
  const octal = (text: string, at: number) => text.charCodeAt(at).toString(8).padStart(3);
  let shown = "";
  for (let at = 0; at < size; at += 1)
    if (one[at] !== other[at]) shown += `${String(at + 1).padStart(width)} ${octal(one, at)} ${octal(other, at)}\n`;
  return shown;
}
