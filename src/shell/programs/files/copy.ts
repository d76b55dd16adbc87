import { explain, isErrno } from "../../errno.ts";
import type { Errno, Ok, Stat } from "../../file-system.ts";
import type { Execution, Process } from "../../program.ts";
import { ask } from "../messages.ts";
import { joinPath } from "../paths.ts";
import { quoteName } from "../quoting.ts";

/** Copying trees, for cp, mv and install. */
export interface CopyHow {
  readonly recursive: boolean;
  /** Links are copied as links, not followed; "named" follows only what the visitor named. */
  readonly follow: "always" | "named" | "never";
  readonly keepMode: boolean;
  readonly keepOwner: boolean;
  readonly keepTimes: boolean;
  readonly force: boolean;
  readonly interactive: boolean;
  readonly noClobber: boolean;
  readonly update: boolean;
  readonly verbose: boolean;
  readonly linkInstead?: "hard" | "symbolic" | undefined;
  readonly backup?: string | undefined;
}

interface Step {
  readonly from: string;
  readonly to: string;
  readonly depth: number;
}

const MAX_DEPTH = 256;
const CHUNK_BYTES = 65_536;

export class Copier {
  failed = false;
  readonly #process: Process;
  readonly #how: CopyHow;

  constructor(process: Process, how: CopyHow) {
    this.#process = process;
    this.#how = how;
  }

  *copy(from: string, to: string, depth = 0): Execution<void> {
    const { fs } = this.#process;
    const follows = this.#how.follow === "always" || (this.#how.follow === "named" && depth === 0);
    const stat = follows ? fs.stat(from) : fs.lstat(from);
    yield* this.#process.charge(10);
    if (isErrno(stat)) return yield* this.#complain(`cannot stat ${quoteName(from)}: ${explain(stat)}`);
    if (stat.kind === "directory") return yield* this.#directory({ from, to, depth }, stat);
    if (!(yield* this.#mayReplace(from, to, stat))) return;
    if (this.#how.linkInstead !== undefined) return yield* this.#link(from, to);
    if (stat.kind === "file") return yield* this.#file({ from, to, depth }, stat);
    if (stat.kind === "link") return yield* this.#symlink(from, to);
    return yield* this.#special({ from, to, depth }, stat);
  }

  *#directory(step: Step, stat: Stat): Execution<void> {
    const { from, to, depth } = step;
    const { fs } = this.#process;
    if (!this.#how.recursive) return yield* this.#complain(`-r not specified; omitting directory ${quoteName(from)}`);
    if (this.#intoItself(from, to))
      return yield* this.#complain(`cannot copy a directory, ${quoteName(from)}, into itself, ${quoteName(to)}`);
    const there = fs.stat(to);
    const fresh = isErrno(there);
    if (!fresh && there.kind !== "directory")
      return yield* this.#complain(`cannot overwrite non-directory ${quoteName(to)} with directory ${quoteName(from)}`);
    const names = fs.list(from);
    if (isErrno(names)) return yield* this.#complain(`cannot access ${quoteName(from)}: ${explain(names)}`);
    if (fresh) {
      const made = fs.makeDirectory(to, (stat.mode & 0o7777) | 0o700);
      if (isErrno(made)) return yield* this.#complain(`cannot create directory ${quoteName(to)}: ${explain(made)}`);
      yield* this.#tell(from, to);
    }
    if (depth < MAX_DEPTH) for (const name of [...names]) yield* this.copy(joinPath(from, name), joinPath(to, name), depth + 1);
    if (fresh) this.#keep(to, stat, stat.mode & ~this.#process.umask);
  }

  #intoItself(from: string, to: string): boolean {
    const { fs } = this.#process;
    const source = fs.realPath(from);
    const parent = fs.realPath(to.replace(/\/+$/, "").replace(/\/[^/]*$|^[^/]*$/, "") || (to.startsWith("/") ? "/" : "."));
    return typeof source === "string" && typeof parent === "string" && (parent === source || parent.startsWith(`${source}/`));
  }

  /** Asks and checks what stands at the target. */
  *#mayReplace(from: string, to: string, stat: Stat): Execution<boolean> {
    const there = this.#process.fs.lstat(to);
    if (isErrno(there)) return true;
    const wrong = this.#collision({ from, to, stat, there });
    if (wrong !== undefined) {
      yield* this.#complain(wrong);
      return false;
    }
    if (this.#how.noClobber) return false;
    if (this.#how.update && there.modifyMs >= stat.modifyMs) return false;
    if (this.#how.interactive) return yield* ask(this.#process, `overwrite ${quoteName(to)}? `);
    return true;
  }

  #collision(at: { from: string; to: string; stat: Stat; there: Stat }): string | undefined {
    const { from, to, stat, there } = at;
    const end = there.kind === "link" ? this.#process.fs.stat(to) : there;
    const same = !isErrno(end) && end.inode === stat.inode;
    if (same && (this.#how.linkInstead === undefined || this.#how.linkInstead === "symbolic"))
      return `${quoteName(from)} and ${quoteName(to)} are the same file`;
    if (there.kind === "directory") return `cannot overwrite directory ${quoteName(to)} with non-directory`;
    if (there.kind === "link" && isErrno(end) && stat.kind === "file" && !this.#how.force)
      return `not writing through dangling symlink ${quoteName(to)}`;
    return undefined;
  }

  *#file({ from, to }: Step, stat: Stat): Execution<void> {
    const process = this.#process;
    const input = process.open(from, { read: true });
    if (isErrno(input)) return yield* this.#complain(`cannot open ${quoteName(from)} for reading: ${explain(input)}`);
    const existed = !isErrno(process.fs.stat(to));
    const output = this.#openTarget(to, stat);
    if (isErrno(output)) {
      process.close(input);
      const trailing = to.endsWith("/") && output.errno === "EISDIR" ? "Not a directory" : explain(output);
      return yield* this.#complain(`cannot create regular file ${quoteName(to)}: ${trailing}`);
    }
    const error = yield* this.#bytes(input, output);
    process.close(input);
    process.close(output);
    if (error !== undefined)
      yield* this.#complain(
        error.errno === "ENOSPC"
          ? `error writing ${quoteName(to)}: ${explain(error)}`
          : `error copying ${quoteName(from)}: ${explain(error)}`,
      );
    this.#keep(to, stat, existed ? undefined : stat.mode & 0o777 & ~process.umask);
    yield* this.#tell(from, to);
  }

  #openTarget(to: string, stat: Stat): number | Errno {
    const process = this.#process;
    const how = { write: true, create: true, truncate: true, mode: stat.mode & 0o777, way: "copy" };
    const output = process.open(to, how);
    if (!isErrno(output) || !this.#how.force || isErrno(process.fs.lstat(to))) return output;
    const removed = process.fs.remove(to);
    return isErrno(removed) ? output : process.open(to, how);
  }

  *#bytes(input: number, output: number): Execution<Errno | undefined> {
    const process = this.#process;
    while (true) {
      const bytes = yield* process.read(input, CHUNK_BYTES);
      if (bytes === "") break;
      const done = yield* process.write(output, bytes);
      if (isErrno(done)) return done;
    }
    const error = process.lastError(input);
    return error === undefined ? undefined : { errno: error };
  }

  *#link(from: string, to: string): Execution<void> {
    const { fs } = this.#process;
    if (!isErrno(fs.lstat(to))) {
      if (!this.#how.force)
        return yield* this.#complain(
          `cannot create ${this.#how.linkInstead === "hard" ? "hard" : "symbolic"} link ${quoteName(to)} to ${quoteName(from)}: File exists`,
        );
      fs.remove(to);
    }
    const made = this.#how.linkInstead === "hard" ? fs.link(from, to) : fs.symlink(from, to);
    if (isErrno(made))
      yield* this.#complain(`cannot create ${this.#how.linkInstead} link ${quoteName(to)} to ${quoteName(from)}: ${explain(made)}`);
    else yield* this.#tell(from, to);
  }

  *#symlink(from: string, to: string): Execution<void> {
    const { fs } = this.#process;
    const target = fs.readLink(from);
    if (typeof target !== "string") return yield* this.#complain(`cannot read symbolic link ${quoteName(from)}: ${explain(target)}`);
    if (!isErrno(fs.lstat(to))) fs.remove(to);
    const made = fs.symlink(target, to);
    if (isErrno(made)) yield* this.#complain(`cannot create symbolic link ${quoteName(to)}: ${explain(made)}`);
    else yield* this.#tell(from, to);
  }

  /** Fifos and devices: made again in a recursive copy, read otherwise. */
  *#special(step: Step, stat: Stat): Execution<void> {
    const { from, to } = step;
    if (!this.#how.recursive) return yield* this.#file(step, { ...stat, mode: 0o644 });
    if (stat.kind !== "fifo" && stat.kind !== "character" && stat.kind !== "block")
      return yield* this.#complain(`cannot copy ${quoteName(from)}`);
    const made = this.#process.fs.makeNode(to, stat.kind, {
      mode: stat.mode,
      ...(stat.device === undefined ? {} : { device: stat.device }),
    });
    if (isErrno(made)) yield* this.#complain(`cannot create special file ${quoteName(to)}: ${explain(made)}`);
    else this.#keep(to, stat, undefined);
  }

  #keep(to: string, stat: Stat, fallback: number | undefined): Ok | Errno | undefined {
    const { fs } = this.#process;
    if (this.#how.keepOwner) fs.chown(to, { uid: stat.uid, gid: stat.gid });
    if (this.#how.keepMode) fs.chmod(to, stat.mode);
    else if (fallback !== undefined) fs.chmod(to, fallback);
    return this.#how.keepTimes ? fs.setTimes(to, { accessMs: stat.accessMs, modifyMs: stat.modifyMs }) : undefined;
  }

  *#tell(from: string, to: string): Execution<void> {
    if (this.#how.verbose) yield* this.#process.print(`${quoteName(from)} -> ${quoteName(to)}\n`);
  }

  *#complain(message: string): Execution<void> {
    this.failed = true;
    yield* this.#process.fail(message);
  }
}
