import { explain, isErrno } from "../../../errno.ts";
import { type Options, readOptions } from "../../../options.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { Printer } from "../../printer.ts";
import type { Script } from "./command.ts";
import { SedInput } from "./input.ts";
import { type SedHow, SedMachine } from "./machine.ts";
import { parseScript } from "./parse.ts";
import { SED_USAGE } from "./usage.ts";

export const sed: Program = {
  name: "sed",
  *run(process) {
    const options = readOptions(process.args, {
      short: "bsi::nEre:f:l:uz",
      long: {
        quiet: "n",
        silent: "n",
        expression: "e",
        file: "f",
        "in-place": "i",
        "line-length": "l",
        posix: "posix",
        "regexp-extended": "E",
        separate: "s",
        unbuffered: "u",
        "null-data": "z",
        debug: "debug",
        sandbox: "sandbox",
        "follow-symlinks": "follow-symlinks",
      },
    });
    if ("wrong" in options) return yield* refuse(process, options.wrong);
    if ("show" in options) return 0;
    const source = yield* readSource(process, options);
    if (typeof source === "number") return source;
    const script = parseScript(source.text, { extended: options.has("E") || options.has("r") });
    if ("wrong" in script) return yield* process.fail(script.wrong, script.wrong.startsWith("can't") ? 4 : 1);
    return options.has("i")
      ? yield* editInPlace(process, { script, options, paths: source.paths })
      : yield* filter(process, { script, options, paths: source.paths });
  },
};

function* refuse(process: Process, wrong: string): Execution {
  yield* process.fail(wrong);
  yield* process.write(2, SED_USAGE);
  return 1;
}

function* readSource(process: Process, options: Options): Execution<{ text: string; paths: readonly string[] } | number> {
  const parts: string[] = [];
  for (const [key, value = ""] of options.order) {
    if (key === "e") parts.push(value);
    if (key !== "f") continue;
    const fd = value === "-" ? 0 : process.open(value, { read: true });
    if (isErrno(fd)) return yield* process.fail(`couldn't open file ${value}: ${explain(fd)}`, 4);
    const text = yield* process.readAll(fd);
    parts.push(text.replace(/\n$/, ""));
  }
  if (parts.length > 0) return { text: parts.join("\n"), paths: options.operands };
  const [text, ...paths] = options.operands;
  if (text !== undefined) return { text, paths };
  yield* process.write(2, SED_USAGE);
  return 1;
}

interface Job {
  readonly script: Script;
  readonly options: Options;
  readonly paths: readonly string[];
}

function howOf({ script, options }: Job, write: SedHow["write"]): SedHow {
  return {
    quiet: options.has("n") || script.quiet,
    delimiter: options.has("z") ? "\0" : "\n",
    lineWidth: Number(options.value("l") ?? 70),
    write,
  };
}

function* filter(process: Process, job: Job): Execution {
  const out = new Printer(process);
  const how = howOf(job, (text) => out.add(text));
  const groups = job.options.has("s") && job.paths.length > 0 ? job.paths.map((path) => [path]) : [job.paths];
  let status = 0;
  for (const paths of groups) {
    const input = new SedInput(process, paths, how.delimiter);
    const quit = yield* new SedMachine(process, job.script, { how, input }).run();
    if (quit !== undefined) return yield* out.finish(quit);
    status = Math.max(status, input.status);
  }
  return yield* out.finish(status);
}

/** -i: each file is read, changed and written back; its owner and mode stay. */
function* editInPlace(process: Process, job: Job): Execution {
  let status = 0;
  if (job.paths.length === 0) return yield* process.fail("no input files", 4);
  for (const path of job.paths) {
    const stat = process.fs.stat(path);
    if (isErrno(stat)) {
      yield* process.fail(`can't read ${path}: ${explain(stat)}`);
      status = 2;
      continue;
    }
    if (stat.kind !== "file") {
      yield* process.fail(`couldn't edit ${path}: not a regular file`);
      status = 4;
      continue;
    }
    const quit = yield* editOne(process, job, { path, mode: stat.mode });
    if (quit !== undefined) return quit;
  }
  return status;
}

function* editOne(process: Process, job: Job, file: { path: string; mode: number }): Execution<number | undefined> {
  const { path } = file;
  let text = "";
  const how = howOf(job, function* (piece) {
    text += piece;
    yield* process.charge(1);
  });
  const input = new SedInput(process, [path], how.delimiter);
  const quit = yield* new SedMachine(process, job.script, { how, input }).run();
  const suffix = job.options.value("i") ?? "";
  if (quit !== undefined) for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) text += line;
  if (suffix !== "") process.fs.rename(path, suffix.includes("*") ? suffix.replaceAll("*", path) : path + suffix);
  const written = process.fs.writeFile(path, text, { mode: file.mode });
  if (isErrno(written)) return yield* process.fail(`couldn't open temporary file ./sedXXXXXX: ${explain(written)}`, 4);
  return quit;
}
