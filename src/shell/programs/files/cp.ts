import { isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Process, Program } from "../../program.ts";
import { joinPath, lastPart, parentPart } from "../paths.ts";
import { Copier, type CopyHow } from "./copy.ts";
import { planTransfers, type Transfer } from "./targets.ts";

export const cp: Program = {
  name: "cp",
  *run(process) {
    const options = yield* parseOptions(process, { short: "abdfHilLnprPRst:TuvxS:Z", long: LONG });
    if (typeof options === "number") return options;
    const plan = yield* planTransfers(process, options);
    if (typeof plan === "number") return plan;
    const copier = new Copier(process, copyHow(options));
    for (const { from, to } of withParents(process, plan, options)) yield* copier.copy(from, to);
    return copier.failed ? 1 : 0;
  },
};

const LONG = {
  archive: "a",
  backup: "backup?",
  force: "f",
  interactive: "i",
  link: "l",
  dereference: "L",
  "no-clobber": "n",
  "no-dereference": "P",
  preserve: "preserve?",
  "no-preserve": "no-preserve:",
  parents: "parents",
  recursive: "R",
  "symbolic-link": "s",
  "target-directory": "t",
  "no-target-directory": "T",
  update: "u",
  verbose: "v",
  "one-file-system": "x",
  "remove-destination": "f",
  reflink: "reflink?",
  sparse: "sparse:",
  "strip-trailing-slashes": "strip-trailing-slashes",
  "attributes-only": "attributes-only",
};

const FOLLOW: Readonly<Record<string, CopyHow["follow"]>> = { L: "always", H: "named", P: "never", d: "never", a: "never" };

function linkKind(options: Options): CopyHow["linkInstead"] {
  if (options.has("l")) return "hard";
  return options.has("s") ? "symbolic" : undefined;
}

function copyHow(options: Options): CopyHow {
  const has = (...keys: string[]) => keys.some((key) => options.has(key));
  const recursive = has("r", "R", "a");
  const kept = keptParts(options);
  const keeps = (what: string) => has("a", "p") || kept.includes(what) || kept.includes("all");
  const follow = options.order.findLast(([key]) => ["L", "P", "H", "d", "a"].includes(key))?.[0];
  return {
    recursive,
    follow: FOLLOW[follow ?? ""] ?? (recursive ? "never" : "always"),
    keepMode: keeps("mode"),
    keepOwner: keeps("ownership"),
    keepTimes: keeps("timestamps"),
    force: has("f"),
    interactive: has("i") && !has("n"),
    noClobber: has("n"),
    update: has("u"),
    verbose: has("v"),
    linkInstead: linkKind(options),
  };
}

function keptParts(options: Options): readonly string[] {
  return options.has("preserve") ? (options.value("preserve") || "mode,ownership,timestamps").split(",") : [];
}

/** --parents: the source's directories are made below the target. */
function withParents(process: Process, plan: readonly Transfer[], options: Options): readonly Transfer[] {
  if (!options.has("parents")) return plan;
  return plan.map(({ from, to }) => {
    let directory = parentPart(to);
    for (const part of parentPart(from).split("/")) {
      if (part === "" || part === ".") continue;
      directory = joinPath(directory, part);
      if (isErrno(process.fs.stat(directory))) process.fs.makeDirectory(directory);
    }
    return { from, to: joinPath(directory, lastPart(from)) };
  });
}
