import { explain, isErrno } from "../../errno.ts";
import type { Errno } from "../../file-system.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { joinPath, lastPart, normalPath, parentPart } from "../paths.ts";
import { quoteInMessage } from "../quoting.ts";

type Need = "all" | "parents" | "none";

/** The absolute path without links; `need`: which of its parts must exist. */
export function canonical(process: Process, path: string, need: Need): string | Errno {
  const real = process.fs.realPath(path);
  if (typeof real === "string" || need === "all") return real;
  if (path === "" || real.errno === "ELOOP" || real.errno === "EACCES") return real;
  const own = process.fs.readLink(path);
  if (typeof own === "string") return canonical(process, own.startsWith("/") ? own : joinPath(parentPart(path), own), need);
  const parent = need === "parents" ? process.fs.realPath(parentPart(path)) : canonicalParent(process, path);
  if (typeof parent !== "string") return parent;
  if (need === "parents" && path.endsWith("/") && real.errno === "ENOTDIR") return real;
  return normalPath(joinPath(parent, lastPart(path)));
}

function canonicalParent(process: Process, path: string): string | Errno {
  const parent = parentPart(path);
  return parent === path || parent === "." || parent === "/" ? process.fs.realPath(parent) : canonical(process, parent, "none");
}

export const readlink: Program = {
  name: "readlink",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "efmnqsvz",
      long: {
        canonicalize: "f",
        "canonicalize-existing": "e",
        "canonicalize-missing": "m",
        "no-newline": "n",
        quiet: "q",
        silent: "s",
        verbose: "v",
        zero: "z",
      },
    });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing operand");
    const end = options.has("n") && options.operands.length === 1 ? "" : options.has("z") ? "\0" : "\n";
    let status = 0;
    for (const path of options.operands) {
      const shown = linkOf(process, path, options);
      if (typeof shown === "string") yield* process.print(shown + end);
      else status = 1;
      if (typeof shown !== "string" && options.has("v")) yield* process.fail(`${quoteInMessage(path)}: ${explain(shown)}`);
    }
    return status;
  },
};

function linkOf(process: Process, path: string, options: Options): string | Errno {
  if (options.has("m")) return canonical(process, path, "none");
  if (options.has("e")) return canonical(process, path, "all");
  return options.has("f") ? canonical(process, path, "parents") : process.fs.readLink(path);
}

export const realpath: Program = {
  name: "realpath",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "eLmPqsz",
      long: {
        "canonicalize-existing": "e",
        "canonicalize-missing": "m",
        logical: "L",
        physical: "P",
        quiet: "q",
        "relative-to": "relative-to:",
        "relative-base": "relative-base:",
        strip: "s",
        "no-symlinks": "s",
        zero: "z",
      },
    });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing operand");
    let status = 0;
    for (const path of options.operands) if (!(yield* realOne(process, path, options))) status = 1;
    return status;
  },
};

function* realOne(process: Process, path: string, options: Options): Execution<boolean> {
  const need: Need = options.has("m") ? "none" : options.has("e") ? "all" : "parents";
  const real = options.has("s") ? normalPath(process.absolute(path)) : canonical(process, path, need);
  if (isErrno(real)) {
    if (!options.has("q")) yield* process.fail(`${quoteInMessage(path)}: ${explain(real)}`);
    return false;
  }
  const base = options.value("relative-to");
  const shown = base === undefined ? real : relative(real, normalPath(process.absolute(base)));
  yield* process.print(shown + (options.has("z") ? "\0" : "\n"));
  return true;
}

function relative(path: string, base: string): string {
  const parts = (text: string) => text.split("/").filter((part) => part !== "");
  const to = parts(path);
  const from = parts(base);
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared += 1;
  return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/") || ".";
}
