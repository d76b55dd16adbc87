import { explain, isErrno } from "../../errno.ts";
import type { Stat } from "../../file-system.ts";
import { type Options, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { type ModeChange, parseMode, permissionText } from "../mode.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { walk } from "../walk.ts";

export const chmod: Program = {
  name: "chmod",
  *run(process) {
    const asked = yield* readRequest(process);
    if (typeof asked === "number") return asked;
    const { change, options, paths } = asked;
    let status = 0;
    for (const path of paths) {
      const failed = (message: string) => complain(process, message, options);
      if (!options.has("R")) {
        if (!(yield* changeOne(process, path, { change, options, failed }))) status = 1;
        continue;
      }
      yield* walk(process, path, {
        follow: "named",
        *enter({ path: here, stat }) {
          if (stat.kind !== "link" && !(yield* changeOne(process, here, { change, options, failed }))) status = 1;
          return undefined;
        },
        *failed(here, error, what) {
          status = 1;
          yield* failed(
            what === "stat"
              ? `cannot access ${quoteName(here)}: ${explain(error)}`
              : `cannot read directory ${quoteName(here)}: ${explain(error)}`,
          );
        },
      });
    }
    return status;
  },
};

const LONG = {
  changes: "c",
  silent: "f",
  quiet: "f",
  recursive: "R",
  verbose: "v",
  reference: "reference:",
  "preserve-root": "preserve-root",
  "no-preserve-root": "no-preserve-root",
};

interface Request {
  readonly change: ModeChange;
  readonly options: Options;
  readonly paths: readonly string[];
}

/** Modes such as -x look like options: they are taken out before the options are read. */
function* readRequest(process: Process): Execution<Request | number> {
  const cut = process.args.indexOf("--");
  const isMode = (arg: string, at: number) => (cut < 0 || at < cut) && /^-[rwxXstugo0-7][rwxXstugoa,=+0-7-]*$/.test(arg);
  const minus = process.args.filter(isMode);
  const options = readOptions(
    process.args.filter((arg, at) => !isMode(arg, at)),
    { short: "cfRv", long: LONG },
  );
  if ("wrong" in options) return yield* process.failUsage(options.wrong);
  if ("show" in options) return 0;
  const reference = options.value("reference");
  const [first, ...others] = options.operands;
  const own = minus.length > 0 || reference !== undefined;
  const paths = own ? options.operands : others;
  if (paths.length === 0) return yield* missing(process, own ? undefined : first);
  if (reference !== undefined) return yield* fromReference(process, reference, { options, paths });
  const text = minus.length > 0 ? minus.join(",") : (first ?? "");
  const change = parseMode(text);
  return change === undefined ? yield* process.failUsage(`invalid mode: ${quoteValue(process, text)}`) : { change, options, paths };
}

function* missing(process: Process, after: string | undefined): Execution {
  return yield* process.failUsage(after === undefined ? "missing operand" : `missing operand after ${quoteValue(process, after)}`);
}

function* fromReference(process: Process, reference: string, rest: Omit<Request, "change">): Execution<Request | number> {
  const stat = process.fs.stat(reference);
  if (isErrno(stat)) return yield* process.fail(`failed to get attributes of ${quoteName(reference)}: ${explain(stat)}`);
  return { ...rest, change: () => stat.mode };
}

function* changeOne(
  process: Process,
  path: string,
  how: { change: ModeChange; options: Options; failed: (message: string) => Execution<boolean> },
): Execution<boolean> {
  const { fs } = process;
  yield* process.charge(4);
  const stat = fs.stat(path);
  if (isErrno(stat)) {
    const dangling = !isErrno(fs.lstat(path));
    return yield* how.failed(
      dangling ? `cannot operate on dangling symlink ${quoteName(path)}` : `cannot access ${quoteName(path)}: ${explain(stat)}`,
    );
  }
  const mode = how.change(stat.mode, { directory: stat.kind === "directory", umask: process.umask });
  const done = fs.chmod(path, mode);
  if (isErrno(done)) return yield* how.failed(`changing permissions of ${quoteName(path)}: ${explain(done)}`);
  yield* report(process, { path, stat, mode }, how.options);
  return true;
}

function* report(process: Process, { path, stat, mode }: { path: string; stat: Stat; mode: number }, options: Options): Execution<void> {
  const changed = (stat.mode & 0o7777) !== (mode & 0o7777);
  if (!options.has("v") && !(options.has("c") && changed)) return;
  const name = quoteName(path);
  if (changed) yield* process.print(`mode of ${name} changed from ${shown(stat.mode)} to ${shown(mode)}\n`);
  else yield* process.print(`mode of ${name} retained as ${shown(mode)}\n`);
}

function shown(mode: number): string {
  return `${(mode & 0o7777).toString(8).padStart(4, "0")} (${permissionText(mode)})`;
}

function* complain(process: Process, message: string, options: Options): Execution<boolean> {
  if (!options.has("f")) yield* process.fail(message);
  return false;
}
