import { explain, isErrno } from "../../errno.ts";
import type { Stat } from "../../file-system.ts";
import { type Options, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { lastPart } from "../paths.ts";
import { sinkOf, sourceOf } from "./byte-flow.ts";
import { compressStream, type GzipTotals, gunzipStream } from "./gzip-flow.ts";
import { listHeading, listLine } from "./gzip-list.ts";
import { GZIP_HELP, GZIP_VERSION } from "./gzip-texts.ts";
import { ratio } from "./ratio.ts";

/** gzip, gunzip, zcat: files are replaced by their compressed or decompressed selves, `-` and no name are streams. */
export const gzip = gzipProgram("gzip", []);
export const gunzip = gzipProgram("gunzip", ["d"]);
export const zcat = gzipProgram("zcat", ["c", "d"]);

/** Exit statuses. */
const ERROR = 1;
const WARNING = 2;

export interface GzipRun {
  readonly process: Process;
  readonly options: Options;
  readonly has: (letter: string) => boolean;
  /** With the program's name in front, as gzip says it whatever script called it. */
  readonly say: (message: string) => Execution;
  readonly suffix: string;
}

function gzipProgram(name: string, given: readonly string[]): Program {
  return {
    name,
    *run(process) {
      const options = readOptions(process.args, {
        short: "123456789abcdfhHklLmMnNqrS:tvVZ",
        long: {
          stdout: "c",
          "to-stdout": "c",
          decompress: "d",
          uncompress: "d",
          force: "f",
          keep: "k",
          list: "l",
          "no-name": "n",
          name: "N",
          quiet: "q",
          silent: "q",
          recursive: "r",
          suffix: "S",
          test: "t",
          verbose: "v",
          fast: "1",
          best: "9",
          rsyncable: "rsyncable",
          help: "h",
          version: "V",
        },
      });
      const say = speaker(process, name);
      if ("show" in options) {
        yield* process.print(options.show);
        return 0;
      }
      if ("wrong" in options) {
        yield* say(options.wrong);
        if (process.flavour === "gnu") yield* process.write(2, "Try `gzip --help' for more information.\n");
        return ERROR;
      }
      const has = (letter: string) => given.includes(letter) || options.has(letter);
      return yield* all({ process, options, has, say, suffix: options.value("S") ?? ".gz" });
    },
  };
}

/** Messages begin with gzip's own name, whatever script called it. */
function speaker(process: Process, name: string): GzipRun["say"] {
  const called = process.flavour === "busybox" ? name : "gzip";
  return function* say(message) {
    yield* process.write(2, `${message.startsWith("\n") ? "\n" : ""}${called}: ${message.replace(/^\n/, "")}\n`);
    return ERROR;
  };
}

function* all(run: GzipRun): Execution {
  if (run.has("h") || run.has("V")) {
    yield* run.process.print(run.has("h") ? GZIP_HELP : GZIP_VERSION);
    return 0;
  }
  const paths = run.options.operands.length === 0 ? ["-"] : run.options.operands;
  if (run.has("l")) yield* run.process.print(listHeading(run.has("v")));
  const seen = { status: 0 };
  for (const path of paths) {
    const one = path === "-" ? yield* stream(run) : yield* file(run, path, 0);
    if (one === ERROR || seen.status === 0) seen.status = one;
  }
  return seen.status;
}

function* stream(run: GzipRun): Execution {
  const { process, has } = run;
  if (!has("d") && !has("t") && !has("l") && !has("f") && process.isTerminal(1)) {
    yield* run.say("compressed data not written to a terminal. Use -f to force compression.");
    yield* process.write(2, "For help, type: gzip -h\n");
    return ERROR;
  }
  const from = sourceOf(process, 0);
  if (!has("d") && !has("t") && !has("l")) {
    const totals = yield* compressStream(process, { from, to: sinkOf(process, 1), name: "", modifiedSeconds: 0 });
    return totals.problem === undefined ? 0 : ERROR;
  }
  const totals = yield* gunzipStream(process, {
    from,
    to: has("t") || has("l") ? undefined : sinkOf(process, 1),
    copy: has("f") && has("c"),
  });
  if (totals.problem !== undefined) return yield* complain(run, "stdin", totals);
  if (has("l")) yield* process.print(listLine({ ...totals, name: "stdout" }, { run, modifyMs: 0 }));
  return 0;
}

function* complain(run: GzipRun, name: string, totals: GzipTotals): Execution {
  if (totals.problem === undefined) return 0;
  if (run.process.flavour === "busybox")
    return yield* run.say(totals.problem === "not in gzip format" ? "invalid magic" : "corrupted data");
  if (run.has("q") && totals.problem.includes("trailing")) return WARNING;
  yield* run.say(`\n${name}: ${totals.problem}`);
  return totals.problem.includes("trailing") ? WARNING : ERROR;
}

const MAX_DEPTH = 100;

function* file(run: GzipRun, given: string, depth: number): Execution {
  const { process, has } = run;
  const path = resolveName(run, given);
  const stat = process.fs.lstat(path);
  if (isErrno(stat)) return yield* run.say(`${process.flavour === "busybox" ? given : path}: ${explain(stat)}`);
  if (stat.kind === "directory" && has("r") && depth < MAX_DEPTH) return yield* tree(run, path, depth);
  const refused = yield* refuseKind(run, path, stat);
  if (refused !== undefined) return refused;
  return yield* has("d") || has("t") || has("l") ? decompress(run, path) : compress(run, path);
}

/** Only regular files are replaced. */
function* refuseKind(run: GzipRun, path: string, { kind }: Stat): Execution<number | undefined> {
  const { has } = run;
  if (kind === "directory") return yield* warn(run, `${path} is a directory -- ignored`);
  if (kind === "file" || has("c") || has("t") || has("l") || has("f")) return undefined;
  if (kind === "link") return yield* run.say(`${path}: ${explain({ errno: "ELOOP" })}`);
  return yield* warn(run, `${path} is not a directory or a regular file - ignored`);
}

function* tree(run: GzipRun, path: string, depth: number): Execution {
  const names = run.process.fs.list(path);
  if (isErrno(names)) return yield* run.say(`${path}: ${explain(names)}`);
  let status = 0;
  for (const name of [...names]) status = Math.max(status, yield* file(run, `${path.replace(/\/$/, "")}/${name}`, depth + 1));
  return status;
}

function* warn(run: GzipRun, message: string): Execution {
  if (!run.has("q")) yield* run.say(message);
  return WARNING;
}

/** To decompress, a name may leave its suffix out. */
function resolveName(run: GzipRun, path: string): string {
  const decompresses = run.has("d") || run.has("t") || run.has("l");
  if (!decompresses || run.process.flavour === "busybox" || !isErrno(run.process.fs.lstat(path))) return path;
  return /\.(gz|z|Z|tgz|taz)$|-gz$|-z$|_z$/.test(path) ? path : `${path}${run.suffix}`;
}

function* compress(run: GzipRun, path: string): Execution {
  const { process, has } = run;
  if (!has("c") && !has("f") && path.endsWith(run.suffix)) return yield* warn(run, `${path} already has ${run.suffix} suffix -- unchanged`);
  const fd = process.open(path, { read: true });
  if (isErrno(fd)) return yield* run.say(`${path}: ${explain(fd)}`);
  const target = has("c") ? undefined : `${path}${run.suffix}`;
  const output = target === undefined ? 1 : yield* openTarget(run, target);
  if (output === undefined) return closed(process, [fd], WARNING);
  const stat = process.fs.stat(path);
  const named = !has("n");
  const modifiedSeconds = isErrno(stat) || !named ? 0 : Math.floor(stat.modifyMs / 1000);
  const name = named ? lastPart(path) : "";
  const totals = yield* compressStream(process, { from: sourceOf(process, fd), to: sinkOf(process, output), name, modifiedSeconds });
  if (totals.problem !== undefined) return closed(process, [fd, output], yield* run.say(`${path}: ${totals.problem}`));
  return closed(process, [fd, output], yield* settle(run, { path, target, shown: ratio(totals.plainBytes, totals.packedBytes) }));
}

function* decompress(run: GzipRun, path: string): Execution {
  const { process, has } = run;
  const toStream = has("c") || has("t") || has("l");
  const target = toStream ? undefined : plainName(path, run.suffix);
  if (!toStream && target === undefined) return yield* warn(run, `${path}: unknown suffix -- ignored`);
  const fd = process.open(path, { read: true });
  if (isErrno(fd)) return yield* run.say(`${path}: ${explain(fd)}`);
  const output = target === undefined ? 1 : yield* openTarget(run, target);
  if (output === undefined) return closed(process, [fd], WARNING);
  const to = has("t") || has("l") ? undefined : sinkOf(process, output);
  const totals = yield* gunzipStream(process, { from: sourceOf(process, fd), to, copy: has("f") && has("c") });
  return closed(process, [fd, output], yield* decompressed(run, totals, { path, target }));
}

/** What follows the end of the data, or its failure. */
function* decompressed(run: GzipRun, totals: GzipTotals, file: { path: string; target: string | undefined }): Execution {
  const { path, target } = file;
  const status = yield* complain(run, path, totals);
  if (status === ERROR) {
    if (target !== undefined) run.process.fs.remove(target);
    return status;
  }
  if (run.has("l")) yield* listed(run, path, totals);
  else if (run.has("t") && run.has("v")) yield* run.process.write(2, `${path}:\t OK\n`);
  if (target === undefined) return status;
  return yield* settle(run, { path, target, shown: ratio(totals.plainBytes, totals.packedBytes) });
}

function* listed(run: GzipRun, path: string, totals: GzipTotals): Execution<void> {
  const stat = run.process.fs.stat(path);
  const shown = { ...totals, name: plainName(path, run.suffix) ?? path };
  yield* run.process.print(listLine(shown, { run, modifyMs: isErrno(stat) ? 0 : stat.modifyMs }));
}

function plainName(path: string, suffix: string): string | undefined {
  if (/\.(tgz|taz)$/.test(path)) return path.replace(/\.(tgz|taz)$/, ".tar");
  for (const ending of [suffix, ".gz", ".z", ".Z", "-gz", "-z", "_z"])
    if (path.endsWith(ending) && path.length > ending.length) return path.slice(0, -ending.length);
  return undefined;
}

function* openTarget(run: GzipRun, target: string): Execution<number | undefined> {
  const { process } = run;
  const exists = !isErrno(process.fs.lstat(target));
  if (exists && !run.has("f") && !(yield* mayOverwrite(run, target))) return undefined;
  const fd = process.open(target, { write: true, create: true, truncate: true, mode: 0o600, way: "gzip" });
  if (typeof fd === "number") return fd;
  yield* run.say(`${target}: ${explain(fd)}`);
  return undefined;
}

function* mayOverwrite(run: GzipRun, target: string): Execution<boolean> {
  const { process } = run;
  if (!process.isTerminal(0)) {
    yield* run.say(`${target} already exists;\tnot overwritten`);
    return false;
  }
  yield* process.write(2, `gzip: ${target} already exists; do you wish to overwrite (y or n)? `);
  const answer = yield* process.readLine(0);
  if (/^\s*[yY]/.test(answer ?? "")) return true;
  yield* process.write(2, "\tnot overwritten\n");
  return false;
}

function closed(process: Process, fds: readonly number[], status: number): number {
  for (const fd of fds) if (fd > 2) process.close(fd);
  return status;
}

/** Gives the new file the old one's mode, owner and times, removes the old one, and tells with -v. */
function* settle(run: GzipRun, done: { path: string; target: string | undefined; shown: string }): Execution {
  const { process, has } = run;
  const { path, target } = done;
  const stat = process.fs.stat(path);
  if (target !== undefined && !isErrno(stat)) {
    process.fs.chown(target, stat);
    process.fs.chmod(target, stat.mode);
    process.fs.setTimes(target, stat);
    if (!has("k")) process.fs.remove(path);
  }
  const deed = target === undefined ? "" : ` -- ${has("k") ? "created" : "replaced with"} ${target}`;
  if (has("v")) yield* process.write(2, `${path}:\t${done.shown}${deed}\n`);
  return 0;
}
