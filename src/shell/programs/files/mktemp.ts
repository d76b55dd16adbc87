import { explain, isErrno } from "../../errno.ts";
import type { Errno } from "../../file-system.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { joinPath } from "../paths.ts";
import { quoteName, quoteValue } from "../quoting.ts";

export const mktemp: Program = {
  name: "mktemp",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "dqtup:",
      long: { directory: "d", quiet: "q", "dry-run": "u", tmpdir: "tmpdir?", suffix: "suffix:" },
    });
    if (typeof options === "number") return options;
    if (options.operands.length > 1) return yield* process.failUsage("too many templates");
    const template = templateOf(process, options);
    const [, head = "", places = "", tail = ""] = /^([\s\S]*?)(X+)([^X]*)$/.exec(template) ?? [];
    if (places.length < 3) return yield* process.fail(`too few X's in template ${quoteValue(process, options.operands[0] ?? template)}`);
    return yield* create(process, { head, places: places.length, tail: tail + (options.value("suffix") ?? "") }, options);
  },
};

function templateOf(process: Process, options: Options): string {
  const name = options.operands[0] ?? "tmp.XXXXXXXXXX";
  const inTemporary = options.operands.length === 0 || options.has("t") || options.has("p") || options.has("tmpdir");
  if (!inTemporary) return name;
  const directory = options.value("p") || options.value("tmpdir") || process.environment.get("TMPDIR") || "/tmp";
  return joinPath(directory, name);
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const MAX_TRIES = 100;

function* create(process: Process, name: { head: string; places: number; tail: string }, options: Options): Execution {
  const directory = options.has("d");
  let error: Errno = { errno: "EEXIST" };
  for (let tries = 0; tries < MAX_TRIES && error.errno === "EEXIST"; tries += 1) {
    const letters = Array.from(process.system.random(name.places), (byte) => LETTERS.charAt(byte.charCodeAt(0) % LETTERS.length)).join("");
    const path = name.head + letters + name.tail;
    const made = options.has("u") ? undefined : makeOne(process, path, directory);
    if (made === undefined) {
      yield* process.print(`${path}\n`);
      return 0;
    }
    error = made;
  }
  if (options.has("q")) return 1;
  const template = name.head + "X".repeat(name.places) + name.tail;
  return yield* process.fail(`failed to create ${directory ? "directory" : "file"} via template ${quoteName(template)}: ${explain(error)}`);
}

function makeOne(process: Process, path: string, directory: boolean): Errno | undefined {
  if (directory) {
    const made = process.fs.makeDirectory(path, 0o700);
    return isErrno(made) ? made : undefined;
  }
  const fd = process.open(path, { write: true, create: true, exclusive: true, mode: 0o600 });
  if (isErrno(fd)) return fd;
  process.close(fd);
  return undefined;
}
