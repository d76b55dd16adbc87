import { explain, isErrno } from "../../errno.ts";
import type { Stat } from "../../file-system.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { ask } from "../messages.ts";
import { permissionText } from "../mode.ts";
import { quoteName } from "../quoting.ts";
import { Copier } from "./copy.ts";
import { removeTree } from "./rm.ts";
import { planTransfers, type Transfer } from "./targets.ts";

export const mv: Program = {
  name: "mv",
  *run(process) {
    const options = yield* parseOptions(process, { short: "bfint:TuvS:Z", long: LONG });
    if (typeof options === "number") return options;
    const plan = yield* planTransfers(process, options);
    if (typeof plan === "number") return plan;
    let status = 0;
    for (const transfer of plan) if (!(yield* move(process, transfer, options))) status = 1;
    return status;
  },
};

const LONG = {
  backup: "backup?",
  force: "f",
  interactive: "i",
  "no-clobber": "n",
  "target-directory": "t",
  "no-target-directory": "T",
  update: "u",
  verbose: "v",
  "strip-trailing-slashes": "strip-trailing-slashes",
};

function* move(process: Process, { from, to }: Transfer, options: Options): Execution<boolean> {
  const { fs } = process;
  const stat = fs.lstat(from);
  if (isErrno(stat)) return yield* complain(process, `cannot stat ${quoteName(from)}: ${explain(stat)}`);
  const there = fs.lstat(to);
  if (!isErrno(there)) {
    const refusal = collision({ from, to, stat, there });
    if (refusal !== undefined) return yield* complain(process, refusal);
    if (!(yield* mayReplace(process, { to, stat, there }, options))) return true;
  }
  const done = fs.rename(from, to);
  if (isErrno(done)) return yield* moveOtherwise(process, { from, to }, done);
  if (options.has("v")) yield* process.print(`renamed ${quoteName(from)} -> ${quoteName(to)}\n`);
  return true;
}

function collision(at: { from: string; to: string; stat: Stat; there: Stat }): string | undefined {
  const { from, to, stat, there } = at;
  if (stat.inode === there.inode) return `${quoteName(from)} and ${quoteName(to)} are the same file`;
  if (there.kind === "directory" && stat.kind !== "directory") return `cannot overwrite directory ${quoteName(to)} with non-directory`;
  if (there.kind !== "directory" && stat.kind === "directory")
    return `cannot overwrite non-directory ${quoteName(to)} with directory ${quoteName(from)}`;
  return undefined;
}

function* mayReplace(process: Process, at: { to: string; stat: Stat; there: Stat }, options: Options): Execution<boolean> {
  const rule = options.order.findLast(([key]) => "fin".includes(key) && key.length === 1)?.[0];
  if (rule === "n") return false;
  if (options.has("u") && at.there.modifyMs >= at.stat.modifyMs) return false;
  if (rule === "i") return yield* ask(process, `overwrite ${quoteName(at.to)}? `);
  const writable = at.there.kind === "link" || !isErrno(process.fs.access(at.to, 2));
  if (rule === "f" || writable || !process.isTerminal(0)) return true;
  const mode = `${(at.there.mode & 0o7777).toString(8).padStart(4, "0")} (${permissionText(at.there.mode)})`;
  return yield* ask(process, `replace ${quoteName(at.to)}, overriding mode ${mode}? `);
}

function* moveOtherwise(
  process: Process,
  { from, to }: Transfer,
  error: { errno: "EXDEV" | string } & Parameters<typeof explain>[0],
): Execution<boolean> {
  if (error.errno === "EINVAL")
    return yield* complain(process, `cannot move ${quoteName(from)} to a subdirectory of itself, ${quoteName(to)}`);
  const slash = to.endsWith("/") ? to : `${to}`;
  if (error.errno !== "EXDEV") return yield* complain(process, `cannot move ${quoteName(from)} to ${quoteName(slash)}: ${explain(error)}`);
  const copier = new Copier(process, {
    recursive: true,
    follow: "never",
    keepMode: true,
    keepOwner: true,
    keepTimes: true,
    force: true,
    interactive: false,
    noClobber: false,
    update: false,
    verbose: false,
  });
  yield* copier.copy(from, to);
  if (copier.failed) return false;
  return yield* removeTree(process, from, { recursive: true, force: true, directories: false, verbose: false, interactive: false });
}

function* complain(process: Process, message: string): Execution<boolean> {
  yield* process.fail(message);
  return false;
}
