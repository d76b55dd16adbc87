import { explain, isErrno } from "../../errno.ts";
import { type Options, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { LessScreen } from "./less-screen.ts";
import { linesOf } from "./text-buffer.ts";

/** less: to a terminal a pager; to anything else as cat. */
export const less: Program = {
  name: "less",
  *run(process) {
    const options = readOptions(
      process.args.filter((arg) => !arg.startsWith("+")),
      {
        short: "aABb:cCdD:eEfFgGh:iIj:Jk:KlLmMnNo:O:p:P:qQrRsSt:T:uUVwWx:XyY:z:",
        long: {
          "quit-if-one-screen": "F",
          "raw-control-chars": "R",
          "no-init": "X",
          "LINE-NUMBERS": "N",
          "chop-long-lines": "S",
          version: "V",
        },
      },
    );
    if (!("operands" in options)) {
      yield* process.print(
        `${"wrong" in options ? `There is no ${options.wrong.replace(/^.*'(.*)'$/, "$1")} option` : ""} ("less --help" for help)\n`,
      );
      return 1;
    }
    if (options.has("V")) {
      yield* process.print("less 590 (GNU regular expressions)\n");
      return 0;
    }
    const paths = options.operands.length === 0 && !process.isTerminal(0) ? ["-"] : options.operands;
    if (paths.length === 0) {
      yield* process.print('Missing filename ("less --help" for help)\n');
      return 1;
    }
    return process.isTerminal(1) ? yield* page(process, paths, options) : yield* passThrough(process, paths);
  },
};

function* passThrough(process: Process, paths: readonly string[]): Execution {
  let status = 0;
  for (const path of paths) {
    const fd = yield* openPath(process, path);
    if (fd === undefined) {
      status = 1;
      continue;
    }
    for (let block = yield* process.read(fd); block !== ""; block = yield* process.read(fd)) yield* process.print(block);
    if (fd !== 0) process.close(fd);
  }
  return status;
}

/** Complains as less does, without its name. */
function* openPath(process: Process, path: string): Execution<number | undefined> {
  if (path === "-") return 0;
  const stat = process.fs.stat(path);
  if (!isErrno(stat) && stat.kind === "directory") {
    yield* process.write(2, `${path} is a directory\n`);
    return undefined;
  }
  const fd = process.open(path, { read: true });
  if (typeof fd === "number") return fd;
  yield* process.write(2, `${path}: ${explain(fd)}\n`);
  return undefined;
}

function* page(process: Process, paths: readonly string[], options: Options): Execution {
  const { terminal } = process;
  if (terminal === undefined) return yield* passThrough(process, paths);
  const texts: { name: string; lines: readonly string[] }[] = [];
  for (const path of paths) {
    const fd = yield* openPath(process, path);
    if (fd === undefined) continue;
    texts.push({ name: path === "-" ? "" : path, lines: linesOf(yield* process.readAll(fd)) });
    if (fd !== 0) process.close(fd);
  }
  const [first] = texts;
  if (first === undefined) return 1;
  const keys = process.isTerminal(0) ? 0 : process.open("/dev/tty", { read: true });
  const fd = isErrno(keys) ? 2 : keys;
  return yield* new LessScreen(process, { fd, settings: terminal.settings }, { options, texts }).run(first);
}
