import { explain, isErrno } from "../../errno.ts";
import type { Options } from "../../options.ts";
import type { Execution, Process } from "../../program.ts";
import { missingFileOperand } from "../messages.ts";
import { joinPath, lastPart } from "../paths.ts";
import { quoteName } from "../quoting.ts";

/** Which file goes where: `cp FILE FILE`, `cp FILE... DIRECTORY`, `-t DIRECTORY FILE...`; for cp, mv, ln and install. */
export interface Transfer {
  readonly from: string;
  readonly to: string;
}

/** The transfers, or the exit status after a complaint. Keys of the options: `t` a directory, `T` no directory. */
export function* planTransfers(process: Process, options: Options): Execution<readonly Transfer[] | number> {
  const { operands } = options;
  const directory = options.value("t");
  if (operands.length === 0) return yield* missingFileOperand(process);
  if (directory !== undefined) return yield* into(process, operands, { directory, named: true });
  const to = operands.at(-1) ?? "";
  const [from, ...others] = operands.slice(0, -1);
  if (from === undefined) return yield* missingFileOperand(process, to);
  if (!options.has("T")) return yield* toTarget(process, [from, ...others], to);
  return others.length === 0 ? [{ from, to }] : yield* process.failUsage(`extra operand ${quoteName(operands[2] ?? "")}`);
}

/** The last operand: a directory, or the one target of one source. */
function* toTarget(process: Process, sources: readonly string[], target: string): Execution<readonly Transfer[] | number> {
  const stat = process.fs.stat(target);
  if (!isErrno(stat) && stat.kind === "directory") return yield* into(process, sources, { directory: target, named: false });
  if (sources.length === 1) return sources.map((from) => ({ from, to: target }));
  return yield* process.fail(`target ${quoteName(target)}: ${isErrno(stat) ? explain(stat) : "Not a directory"}`);
}

function* into(
  process: Process,
  sources: readonly string[],
  target: { directory: string; named: boolean },
): Execution<readonly Transfer[] | number> {
  const stat = process.fs.stat(target.directory);
  if (target.named && (isErrno(stat) || stat.kind !== "directory")) {
    return yield* process.fail(`target directory ${quoteName(target.directory)}: ${isErrno(stat) ? explain(stat) : "Not a directory"}`);
  }
  return sources.map((from) => ({ from, to: joinPath(target.directory, lastPart(from)) }));
}
