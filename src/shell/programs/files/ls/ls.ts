import { explain } from "../../../errno.ts";
import type { Errno, Stat } from "../../../file-system.ts";
import { type Options, parseOptions } from "../../../options.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { joinPath } from "../../paths.ts";
import { Printer } from "../../printer.ts";
import { quoteInMessage, quoteName } from "../../quoting.ts";
import { type ListHow, LONG, listHow, SHORT } from "./how.ts";
import { arrange } from "./layout.ts";
import { blocksKib } from "./long-format.ts";
import type { Listed } from "./names.ts";
import { sortEntries } from "./sort.ts";

/** GNU ls; a name's looks are in layout.ts, -l's columns in long-format.ts. */
export const ls: Program = listing("ls");
export const dir: Program = listing("dir");
export const vdir: Program = listing("vdir");

function listing(name: "ls" | "dir" | "vdir"): Program {
  return {
    name,
    *run(process) {
      const options = yield* parseOptions(process, { short: SHORT, long: LONG, errorStatus: 2 });
      if (typeof options === "number") return options;
      const how = listHow(process, options, name);
      if (typeof how === "string") return yield* process.fail(how, 2);
      return yield* new Listing(process, how).run(operandsOf(options));
    },
  };
}

function operandsOf(options: Options): readonly string[] {
  return options.operands.length === 0 ? ["."] : options.operands;
}

class Listing {
  readonly #process: Process;
  readonly #how: ListHow;
  readonly #out: Printer;
  #status = 0;
  #printed = false;

  constructor(process: Process, how: ListHow) {
    this.#process = process;
    this.#how = how;
    this.#out = new Printer(process);
  }

  *run(paths: readonly string[]): Execution {
    const files: Listed[] = [];
    const directories: Listed[] = [];
    for (const path of paths) {
      const entry = yield* this.#named(path);
      if (entry === undefined) continue;
      const asDirectory = entry.stat?.kind === "directory" && !this.#how.directoryItself;
      (asDirectory ? directories : files).push(entry);
    }
    if (files.length > 0) yield* this.#show(sortEntries(files, this.#how));
    const titled = paths.length > 1 || this.#how.recursive;
    for (const entry of sortEntries(directories, this.#how)) yield* this.#directory(entry.name, titled);
    return yield* this.#out.finish(this.#status);
  }

  *#named(path: string): Execution<Listed | undefined> {
    const { fs } = this.#process;
    const own = fs.lstat(path);
    if ("errno" in own) {
      this.#status = 2;
      yield* this.#out.flush();
      yield* this.#process.fail(`cannot access ${quoteName(path)}: ${explain(own)}`);
      return undefined;
    }
    const target = own.kind === "link" ? fs.stat(path) : own;
    const follows =
      own.kind === "link" && !("errno" in target) && (this.#how.follow || (this.#how.followNamed && target.kind === "directory"));
    return { name: path, path, stat: follows && !("errno" in target) ? target : own };
  }

  *#directory(path: string, titled: boolean): Execution<void> {
    const { fs } = this.#process;
    const names = fs.list(path);
    if ("errno" in names) {
      this.#status = Math.max(this.#status, titled ? 1 : 2);
      yield* this.#out.flush();
      yield* this.#process.fail(`cannot open directory ${quoteName(path)}: ${explain(names)}`);
      return;
    }
    if (this.#printed) yield* this.#out.add("\n");
    if (titled) yield* this.#out.add(`${quoteInMessageIf(this.#how, path)}:\n`);
    this.#printed = true;
    const entries = yield* this.#entries(path, names);
    if (this.#how.long || this.#how.blocks) yield* this.#out.add(`total ${this.#total(entries)}\n`);
    yield* this.#show(entries);
    if (!this.#how.recursive) return;
    for (const entry of entries) {
      if (entry.stat?.kind !== "directory" || entry.name === "." || entry.name === "..") continue;
      yield* this.#directory(entry.path, true);
    }
  }

  *#entries(directory: string, names: readonly string[]): Execution<readonly Listed[]> {
    const { fs } = this.#process;
    const wanted = this.#how.all ? [".", "..", ...names] : names.filter((name) => this.#how.almostAll || !name.startsWith("."));
    const entries: Listed[] = [];
    for (const name of wanted) {
      yield* this.#process.charge(2);
      if (this.#how.ignored(name)) continue;
      const path = joinPath(directory, name);
      const stat = this.#how.follow ? fs.stat(path) : fs.lstat(path);
      if ("errno" in stat) {
        this.#status = Math.max(this.#status, 1);
        yield* this.#process.fail(`cannot access ${quoteName(path)}: ${explain(stat)}`);
      }
      entries.push({ name, path, stat: "errno" in stat ? undefined : stat, leadsToDirectory: this.#leadsToDirectory(path, stat) });
    }
    return sortEntries(entries, this.#how);
  }

  #leadsToDirectory(path: string, stat: Stat | Errno): boolean {
    if (!this.#how.directoriesFirst || "errno" in stat || stat.kind !== "link") return false;
    const end = this.#process.fs.stat(path);
    return !("errno" in end) && end.kind === "directory";
  }

  #total(entries: readonly Listed[]): string {
    const kib = entries.reduce((sum, { stat }) => sum + (stat === undefined ? 0 : blocksKib(stat)), 0);
    return this.#how.size(kib * 1024, 1024);
  }

  *#show(entries: readonly Listed[]): Execution<void> {
    this.#printed = true;
    for (const line of arrange(this.#process, entries, this.#how)) yield* this.#out.add(line);
  }
}

function quoteInMessageIf(how: ListHow, path: string): string {
  return how.quoted ? quoteInMessage(path) : path;
}
