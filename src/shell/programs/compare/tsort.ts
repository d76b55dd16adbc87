import type { Execution, Process, Program } from "../../program.ts";
import { closeInput, openOr } from "../inputs.ts";
import { extraOperand } from "../messages.ts";

export const tsort: Program = {
  name: "tsort",
  *run(process) {
    const [path = "-", extra] = process.args;
    if (extra !== undefined) return yield* extraOperand(process, extra);
    const fd = yield* openOr(process, path);
    if (fd === undefined) return 1;
    const words = (yield* process.readAll(fd)).split(/\s+/).filter((word) => word !== "");
    if (!(yield* closeInput(process, fd, { path }))) return 1;
    if (words.length % 2 === 1) return yield* process.fail(`${path}: input contains an odd number of tokens`);
    return yield* topological(process, words, path);
  },
};

function* topological(process: Process, words: readonly string[], path: string): Execution {
  const after = new Map<string, string[]>();
  const before = new Map<string, number>();
  for (const word of words) {
    if (!after.has(word)) after.set(word, []);
    if (!before.has(word)) before.set(word, 0);
  }
  for (let at = 0; at < words.length; at += 2) {
    const [one = "", other = ""] = words.slice(at, at + 2);
    if (one === other) continue;
    after.get(one)?.push(other);
    before.set(other, (before.get(other) ?? 0) + 1);
  }
  const ready = [...before.keys()].filter((word) => before.get(word) === 0).sort();
  let status = 0;
  while (before.size > 0) {
    yield* process.charge(2);
    let word = ready.shift();
    if (word === undefined) {
      status = yield* process.fail(`${path}: input contains a loop:`);
      word = [...before.keys()][0] ?? "";
      yield* process.fail(word);
    }
    before.delete(word);
    yield* process.print(`${word}\n`);
    for (const next of [...(after.get(word) ?? [])].reverse()) {
      const left = (before.get(next) ?? 1) - 1;
      if (before.has(next)) before.set(next, left);
      if (left === 0 && before.has(next)) ready.push(next);
    }
  }
  return status;
}
