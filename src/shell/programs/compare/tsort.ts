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

/** What waits for what. */
interface Graph {
  readonly after: Map<string, string[]>;
  readonly before: Map<string, number>;
}

function readGraph(words: readonly string[]): Graph {
  const after = new Map<string, string[]>(words.map((word) => [word, []]));
  const before = new Map<string, number>(words.map((word) => [word, 0]));
  for (let at = 0; at < words.length; at += 2) {
    const [one = "", other = ""] = words.slice(at, at + 2);
    if (one === other) continue;
    after.get(one)?.push(other);
    before.set(other, (before.get(other) ?? 0) + 1);
  }
  return { after, before };
}

function* topological(process: Process, words: readonly string[], path: string): Execution {
  const graph = readGraph(words);
  const ready = [...graph.before.keys()].filter((word) => graph.before.get(word) === 0).sort();
  let status = 0;
  while (graph.before.size > 0) {
    yield* process.charge(2);
    const word = ready.shift() ?? firstOf(graph);
    if (graph.before.get(word) !== 0) status = yield* tellLoop(process, path, word);
    graph.before.delete(word);
    yield* process.print(`${word}\n`);
    ready.push(...released(graph, word));
  }
  return status;
}

function firstOf({ before }: Graph): string {
  const [first = ""] = before.keys();
  return first;
}

function* tellLoop(process: Process, path: string, word: string): Execution {
  yield* process.fail(`${path}: input contains a loop:`);
  return yield* process.fail(word);
}

/** Those that waited for nothing but this word. */
function released({ after, before }: Graph, word: string): readonly string[] {
  const free: string[] = [];
  for (const next of [...(after.get(word) ?? [])].reverse()) {
    const left = (before.get(next) ?? 0) - 1;
    if (!before.has(next)) continue;
    before.set(next, left);
    if (left === 0) free.push(next);
  }
  return free;
}
