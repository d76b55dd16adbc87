import { explain, isErrno } from "../../../errno.ts";
import { type Options, readOptions } from "../../../options.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { splitLines } from "../../line-input.ts";
import { lastPart } from "../../paths.ts";
import { Printer } from "../../printer.ts";
import { compileRegex, Regex } from "../../regex/regex.ts";
import { walk } from "../../walk.ts";
import { GREP_LONG, GREP_SHORT, type GrepHow, grepHow, wantsFile } from "./how.ts";
import { searchFile } from "./search-file.ts";

/** GNU grep; egrep and fgrep are scripts that call it (Debian's do not warn). */
export const grep: Program = { name: "grep", run: (process) => runGrep(process, process.args) };

export const egrep: Program = withOption("egrep", "-E");
export const fgrep: Program = withOption("fgrep", "-F");

function withOption(name: string, option: string): Program {
  return {
    name,
    run: (process) => runGrep(process, [option, ...process.args]),
  };
}

export const rgrep: Program = { name: "rgrep", run: (process) => runGrep(process, ["-r", ...process.args]) };

const USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n";

function* runGrep(process: Process, args: readonly string[]): Execution {
  const options = readOptions(withContext(args), { short: GREP_SHORT, long: GREP_LONG });
  if ("show" in options) return 0;
  if ("wrong" in options) {
    yield* complain(process, options.wrong);
    yield* process.write(2, USAGE);
    return 2;
  }
  const request = yield* readPatterns(process, options);
  if (typeof request === "number") return request;
  const how = grepHow(process, options, request.paths);
  if (typeof how === "string") return yield* complain(process, how);
  const regex = yield* compile(process, request.patterns, options);
  if (typeof regex === "number") return regex;
  return yield* new GrepRun(process, { regex, how, options }).run(request.paths);
}

/** -2 is -C 2. */
function withContext(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return args.map((arg, at) =>
    /^-\d+$/.test(arg) && (end < 0 || at < end) && !/^-[efmABC]$/.test(args[at - 1] ?? "") ? `-C${arg.slice(1)}` : arg,
  );
}

function* complain(process: Process, message: string): Execution {
  yield* process.write(2, `${shortName(process)}: ${message}\n`);
  return 2;
}

/** grep calls itself grep, however it was called. */
function shortName(process: Process): string {
  return /grep$/.test(process.name) ? "grep" : process.name;
}

interface Request {
  readonly patterns: readonly string[];
  readonly paths: readonly string[];
}

function* readPatterns(process: Process, options: Options): Execution<Request | number> {
  const patterns: string[] = [];
  for (const [key, value = ""] of options.order) {
    if (key === "e") patterns.push(...value.split("\n"));
    if (key !== "f") continue;
    const fd = value === "-" ? 0 : process.open(value, { read: true });
    if (isErrno(fd)) return yield* complain(process, `${value}: ${explain(fd)}`);
    const text = yield* process.readAll(fd);
    patterns.push(...splitLines(text));
  }
  if (options.has("e") || options.has("f")) return { patterns, paths: options.operands };
  const [pattern, ...paths] = options.operands;
  if (pattern !== undefined) return { patterns: pattern.split("\n"), paths };
  yield* process.write(2, USAGE);
  return 2;
}

function* compile(process: Process, patterns: readonly string[], options: Options): Execution<Regex | number | undefined> {
  if (patterns.length === 0) return undefined;
  const warnings = new Set<string>();
  const kind = options.order.findLast(([key]) => "EFGP".includes(key) && key.length === 1)?.[0] ?? "G";
  const syntax = { E: "extended", F: "fixed", P: "perl", G: "basic" }[kind] ?? "basic";
  const regex = compileRegex(patterns, {
    syntax: syntax === "extended" || syntax === "fixed" || syntax === "perl" ? syntax : "basic",
    ignoreCase: options.has("i") || options.has("y"),
    warn: (what) => warnings.add(what),
  });
  for (const what of warnings) yield* complain(process, `warning: ${what}`);
  return regex instanceof Regex ? regex : yield* complain(process, regex.wrong);
}

interface Parts {
  readonly regex: Regex | undefined;
  readonly how: GrepHow;
  readonly options: Options;
}

class GrepRun {
  readonly #process: Process;
  readonly #parts: Parts;
  readonly #out: Printer;
  #found = false;
  #failed = false;
  #stopped = false;

  constructor(process: Process, parts: Parts) {
    this.#process = process;
    this.#parts = parts;
    this.#out = new Printer(process);
  }

  *run(paths: readonly string[]): Execution {
    const implied = this.#parts.how.recursive === "no" ? "-" : ".";
    for (const path of paths.length > 0 ? paths : [implied]) {
      if (!this.#stopped) yield* this.#target(path, paths.length === 0);
    }
    const status = yield* this.#out.finish(this.#found ? 0 : 1);
    return this.#failed && !(this.#found && this.#parts.how.quiet) ? 2 : status;
  }

  *#target(path: string, implied: boolean): Execution<void> {
    if (path === "-") yield* this.#search("-", 0);
    else if (this.#parts.how.recursive === "no") yield* this.#named(path);
    else yield* this.#tree(path, implied);
  }

  *#named(path: string): Execution<void> {
    const stat = this.#process.fs.stat(path);
    if (!isErrno(stat) && stat.kind === "directory") {
      if (this.#parts.how.directories === "read") yield* this.#fail(path, "Is a directory");
      return;
    }
    yield* this.#file(path);
  }

  *#file(path: string): Execution<void> {
    const fd = this.#process.open(path, { read: true });
    if (isErrno(fd)) yield* this.#fail(path, explain(fd));
    else {
      yield* this.#search(path, fd);
      this.#process.close(fd);
    }
  }

  *#fail(path: string, reason: string): Execution<void> {
    this.#failed = true;
    yield* this.#out.flush();
    if (!this.#parts.options.has("s")) yield* complain(this.#process, `${path}: ${reason}`);
  }

  *#search(path: string, fd: number): Execution<void> {
    const { regex, how } = this.#parts;
    const found = yield* searchFile(this.#process, { path, fd, regex, how, out: this.#out });
    if (found) this.#found = true;
    if (found && how.quiet) this.#stopped = true;
  }

  #tree(root: string, implied: boolean): Execution<void> {
    const self = this;
    const { how, options } = this.#parts;
    return walk(this.#process, root, {
      follow: how.recursive === "following" ? "always" : "named",
      *enter({ path, stat, depth }) {
        const directory = stat.kind === "directory";
        const named = depth === 0;
        const wanted = (named && directory) || wantsFile(options, lastPart(path), directory);
        if (self.#stopped || !wanted) return "skip";
        if (stat.kind === "file" || (named && !directory)) yield* self.#file(implied ? path.replace(/^\.\//, "") : path);
        return undefined;
      },
      *failed(path, error) {
        yield* self.#fail(path, explain(error));
      },
    });
  }
}
