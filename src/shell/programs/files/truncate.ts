import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { parseSize } from "../sizes.ts";

export const truncate: Program = {
  name: "truncate",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "cor:s:",
      long: { "no-create": "c", "io-blocks": "o", reference: "r", size: "s" },
    });
    if (typeof options === "number") return options;
    if (!options.has("s") && !options.has("r")) return yield* process.failUsage("you must specify either '--size' or '--reference'");
    if (options.operands.length === 0) return yield* process.failUsage("missing file operand");
    const wanted = wantedSize(process, options);
    if ("wrong" in wanted) return yield* process.fail(wanted.wrong);
    let status = 0;
    for (const path of options.operands) if (!(yield* resize(process, path, wanted))) status = 1;
    return status;
  },
};

function wantedSize(process: Process, options: Options): Wanted | { readonly wrong: string } {
  const text = options.value("s");
  const reference = options.value("r");
  const base = reference === undefined ? undefined : process.fs.stat(reference);
  if (base !== undefined && isErrno(base)) return { wrong: `cannot stat ${quoteName(reference ?? "")}: ${explain(base)}` };
  const [, sign = "", digits = ""] = /^\s*([-+<>/%]?)(.*)$/.exec(text ?? "+0") ?? [];
  const size = parseSize(digits);
  if (size === undefined) return { wrong: `Invalid number: ${quoteValue(process, text ?? "")}` };
  return { sign, size, base: base?.size, create: !options.has("c") };
}

interface Wanted {
  readonly sign: string;
  readonly size: number;
  readonly base: number | undefined;
  readonly create: boolean;
}

function* resize(process: Process, path: string, wanted: Wanted): Execution<boolean> {
  yield* process.charge(10);
  const there = process.fs.stat(path);
  if (isErrno(there) && !wanted.create && there.errno === "ENOENT") return true;
  const fd = process.open(path, { write: true, create: wanted.create });
  if (isErrno(fd)) {
    yield* process.fail(`cannot open ${quoteName(path)} for writing: ${explain(fd)}`);
    return false;
  }
  process.close(fd);
  const size = newSize(wanted.base ?? (isErrno(there) ? 0 : there.size), wanted);
  const done = process.fs.truncate(path, size);
  if (!isErrno(done)) return true;
  yield* process.fail(`failed to truncate ${quoteName(path)} at ${size} bytes: ${explain(done)}`);
  return false;
}

function newSize(old: number, { sign, size }: Wanted): number {
  switch (sign) {
    case "+":
      return old + size;
    case "-":
      return Math.max(0, old - size);
    case "<":
      return Math.min(old, size);
    case ">":
      return Math.max(old, size);
    case "/":
      return size === 0 ? old : Math.floor(old / size) * size;
    case "%":
      return size === 0 ? old : Math.ceil(old / size) * size;
    default:
      return size;
  }
}
