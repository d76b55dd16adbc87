import { explain, isErrno } from "../../../errno.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { ask } from "../../messages.ts";
import { Printer } from "../../printer.ts";
import { isUtf8, quoteValue } from "../../quoting.ts";
import { compileRegex, Regex } from "../../regex/regex.ts";
import { type Entry, walk } from "../../walk.ts";
import { type Expression, type FindPlan, hasAction, parseFind } from "./expression.ts";
import { directoryAndName, type Found, formatFound, listLine } from "./printf.ts";
import { prepareTest, type Test } from "./tests.ts";

export const find: Program = {
  name: "find",
  *run(process) {
    const plan = parseFind(process.args);
    if ("wrong" in plan) return yield* refuse(process, plan);
    const search = new FindRun(process, plan);
    const wrong = search.prepare();
    if (wrong !== undefined) return yield* process.fail(wrong);
    return yield* search.run();
  },
};

function* refuse(process: Process, { wrong, hint }: { wrong: string; hint?: string }): Execution {
  yield* process.fail(wrong);
  if (hint !== undefined) yield* process.fail(hint);
  return 1;
}

type Step = (found: Found) => Execution<boolean>;

/** As many paths as one -exec ... + is given. */
const BATCH = 1000;

interface Batch {
  readonly words: readonly string[];
  readonly paths: string[];
}

class FindRun {
  readonly #process: Process;
  readonly #plan: FindPlan;
  readonly #out: Printer;
  readonly #batches: Batch[] = [];
  #step: Step = (found) => this.#printPath(found, "\n");
  #status = 0;
  #pruned = false;
  #quit = false;
  #root = "";
  #wrong: string | undefined;

  constructor(process: Process, plan: FindPlan) {
    this.#process = process;
    this.#plan = plan;
    this.#out = new Printer(process);
  }

  /** Prepares all tests; a text is what is wrong with one. */
  prepare(): string | undefined {
    const { expression } = this.#plan;
    if (expression === undefined) this.#step = (found) => this.#printPath(found, "\n");
    else if (hasAction(expression)) this.#step = this.#compile(expression);
    else {
      const step = this.#compile(expression);
      const self = this;
      this.#step = function* (found) {
        return (yield* step(found)) && (yield* self.#printPath(found, "\n"));
      };
    }
    return this.#wrong;
  }

  *run(): Execution {
    for (const path of this.#plan.paths) {
      this.#root = path;
      if (!this.#quit) yield* this.#walk(path);
    }
    for (const batch of this.#batches) yield* this.#flushBatch(batch);
    return yield* this.#out.finish(this.#status);
  }

  #walk(path: string): Execution<void> {
    const self = this;
    const { depthFirst, follow, maxDepth } = this.#plan;
    return walk(this.#process, path, {
      follow,
      *enter(entry) {
        if (self.#quit) return "skip";
        self.#pruned = false;
        if (!depthFirst || entry.stat.kind !== "directory") yield* self.#visit(entry);
        return (self.#pruned && !depthFirst) || entry.depth >= maxDepth ? yield* self.#leaveNow(entry) : undefined;
      },
      *leave(entry) {
        if (depthFirst && entry.depth < maxDepth && !self.#quit) yield* self.#visit(entry);
      },
      *failed(here, error) {
        self.#status = 1;
        yield* self.#out.flush();
        yield* self.#process.fail(`${quoteValue(self.#process, here)}: ${explain(error)}`);
      },
    });
  }

  /** A directory that is not entered is visited nevertheless when children come first. */
  *#leaveNow(entry: Entry): Execution<"skip"> {
    if (this.#plan.depthFirst && entry.stat.kind === "directory") yield* this.#visit(entry);
    return "skip";
  }

  *#visit(entry: Entry): Execution<void> {
    if (entry.depth < this.#plan.minDepth || this.#quit) return;
    yield* this.#step({ ...entry, root: this.#root });
  }

  #compile(expression: Expression): Step {
    if (expression.kind === "test") return this.#compileTest(expression.name, expression.args);
    if (expression.kind === "not") {
      const inner = this.#compile(expression.inner);
      return function* (found) {
        return !(yield* inner(found));
      };
    }
    const left = this.#compile(expression.left);
    const right = this.#compile(expression.right);
    const { kind } = expression;
    return function* (found) {
      const first = yield* left(found);
      if (kind === "and") return first && (yield* right(found));
      if (kind === "or") return first || (yield* right(found));
      return yield* right(found);
    };
  }

  #compileTest(name: string, args: readonly string[]): Step {
    const value = args[0] ?? "";
    const prepared = prepareTest(this.#process, name, value);
    if (typeof prepared === "function") return plainStep(prepared);
    if (prepared !== undefined) return this.#refuse(prepared.wrong);
    if (name === "regex" || name === "iregex") return this.#regexStep(value, name === "iregex");
    return this.#action(name, args);
  }

  #refuse(wrong: string): Step {
    this.#wrong ??= isUtf8(this.#process) ? wrong.replaceAll(/'([^']*)'/g, "\xe2\x80\x98$1\xe2\x80\x99") : wrong;
    return plainStep(() => false);
  }

  #regexStep(text: string, ignoreCase: boolean): Step {
    const regex = compileRegex(`^\\(${text}\\)$`, { syntax: "basic", ignoreCase });
    const process = this.#process;
    if (!(regex instanceof Regex)) return this.#refuse(regex.wrong);
    return function* ({ path }) {
      return (yield* regex.find(process, path)) !== undefined;
    };
  }

  #action(name: string, args: readonly string[]): Step {
    switch (name) {
      case "print":
        return (found) => this.#printPath(found, "\n");
      case "print0":
        return (found) => this.#printPath(found, "\0");
      case "printf":
        return (found) => this.#print(formatFound(this.#process, args[0] ?? "", found));
      case "ls":
        return (found) => this.#print(listLine(this.#process, found));
      case "prune":
        return plainStep(() => {
          this.#pruned = true;
          return true;
        });
      case "quit":
        return plainStep(() => {
          this.#quit = true;
          return true;
        });
      case "delete":
        return (found) => this.#delete(found);
      default:
        return this.#execStep(name, args);
    }
  }

  #printPath({ path }: Found, end: string): Execution<boolean> {
    return this.#print(path + end);
  }

  *#print(text: string): Execution<boolean> {
    yield* this.#out.add(text);
    return true;
  }

  *#delete({ path, stat }: Found): Execution<boolean> {
    const { fs } = this.#process;
    if (path === ".") return true;
    const done = stat.kind === "directory" ? fs.removeDirectory(path) : fs.remove(path);
    if (!isErrno(done)) return true;
    this.#status = 1;
    yield* this.#out.flush();
    yield* this.#process.fail(`cannot delete ${quoteValue(this.#process, path)}: ${explain(done)}`);
    return false;
  }

  #execStep(name: string, args: readonly string[]): Step {
    const [end, ...words] = args;
    const self = this;
    if (end === "+" && name === "exec") return this.#batchStep(words);
    const inDirectory = name.endsWith("dir");
    return function* ({ path }) {
      const [directory, shown] = inDirectory ? directoryAndName(path) : ["", path];
      const argv = words.map((word) => word.replaceAll("{}", () => shown));
      yield* self.#out.flush();
      if (name.startsWith("ok") && !(yield* ask(self.#process, ""))) return false;
      return (yield* self.#runCommand(argv, directory)) === 0;
    };
  }

  #batchStep(words: readonly string[]): Step {
    const batch: Batch = { words: words.slice(0, -1), paths: [] };
    this.#batches.push(batch);
    const self = this;
    return function* ({ path }) {
      batch.paths.push(path);
      if (batch.paths.length >= BATCH) yield* self.#flushBatch(batch);
      return true;
    };
  }

  *#flushBatch(batch: Batch): Execution<void> {
    const paths = batch.paths.splice(0);
    if (paths.length === 0) return;
    yield* this.#out.flush();
    if ((yield* this.#runCommand([...batch.words, ...paths], "")) !== 0) this.#status = 1;
  }

  *#runCommand(argv: readonly string[], directory: string): Execution {
    const process = this.#process;
    const status = yield* process.runChild({ argv, ...(directory === "" ? {} : { directory: process.absolute(directory) }) });
    if (typeof status === "number") return status;
    yield* process.fail(`${quoteValue(process, argv[0] ?? "")}: ${explain(status)}`);
    return 1;
  }
}

function plainStep(test: Test): Step {
  // biome-ignore lint/correctness/useYield: a step may pause, this one has no need to
  return function* (found) {
    return test(found);
  };
}
