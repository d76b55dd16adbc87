import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { Copier } from "../files/copy.ts";
import { planTransfers, type Transfer } from "../files/targets.ts";
import { parseMode } from "../mode.ts";
import { parseOwner } from "../owners.ts";
import { parentPart } from "../paths.ts";
import { quoteName, quoteValue } from "../quoting.ts";

export const install: Program = {
  name: "install",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "bcCdDg:m:o:psS:t:TvZ",
      long: {
        directory: "d",
        group: "g",
        mode: "m",
        owner: "o",
        "preserve-timestamps": "p",
        strip: "s",
        "target-directory": "t",
        "no-target-directory": "T",
        verbose: "v",
        compare: "C",
      },
    });
    if (typeof options === "number") return options;
    const change = parseMode(options.value("m") ?? "755");
    if (change === undefined) return yield* process.fail(`invalid mode ${quoteValue(process, options.value("m") ?? "")}`);
    const mode = change(0, { directory: false, umask: 0 });
    if (options.has("d")) return yield* makeDirectories(process, options, mode);
    const plan = yield* planTransfers(process, options);
    if (typeof plan === "number") return plan;
    const copier = new Copier(process, {
      recursive: false,
      follow: "always",
      keepMode: false,
      keepOwner: false,
      keepTimes: options.has("p"),
      force: true,
      interactive: false,
      noClobber: false,
      update: false,
      verbose: options.has("v"),
    });
    for (const transfer of plan) yield* installOne(process, transfer, { copier, mode, options });
    return copier.failed ? 1 : 0;
  },
};

interface How {
  readonly copier: Copier;
  readonly mode: number;
  readonly options: Options;
}

/** The old file goes first, so that who has it open keeps it. */
function* installOne(process: Process, { from, to }: Transfer, { copier, mode, options }: How): Execution<void> {
  if (options.has("D")) yield* makeParents(process, parentPart(to));
  if (!isErrno(process.fs.lstat(to)) && !isErrno(process.fs.stat(from))) process.fs.remove(to);
  yield* copier.copy(from, to);
  process.fs.chmod(to, mode);
  setOwner(process, to, options);
}

function* makeDirectories(process: Process, options: Options, mode: number): Execution {
  if (options.operands.length === 0) return yield* process.failUsage("missing file operand");
  for (const path of options.operands) {
    const made = yield* makeParents(process, path);
    if (made !== undefined) return yield* process.fail(`cannot create directory ${quoteName(path)}: ${made}`);
    process.fs.chmod(path, mode);
    setOwner(process, path, options);
  }
  return 0;
}

function* makeParents(process: Process, path: string): Execution<string | undefined> {
  let sofar = path.startsWith("/") ? "/" : "";
  for (const part of path.split("/").filter((one) => one !== "")) {
    sofar += sofar === "" || sofar.endsWith("/") ? part : `/${part}`;
    yield* process.charge(2);
    const stat = process.fs.stat(sofar);
    if (!isErrno(stat) && stat.kind === "directory") continue;
    const made = process.fs.makeDirectory(sofar, 0o755);
    if (isErrno(made)) return explain(made);
  }
  return undefined;
}

function setOwner(process: Process, path: string, options: Options): void {
  const owner = parseOwner(process, `${options.value("o") ?? ""}:${options.value("g") ?? ""}`);
  const stat = process.fs.stat(path);
  if ("wrong" in owner || isErrno(stat)) return;
  if (options.has("o") || options.has("g")) process.fs.chown(path, { uid: owner.uid ?? stat.uid, gid: owner.gid ?? stat.gid });
}
