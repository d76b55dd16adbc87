import type { Execution, Process } from "../program.ts";
import { quoteName, quoteValue } from "./quoting.ts";

/** What coreutils say of operands that are missing or too many. */
export function* missingOperand(process: Process, after?: string): Execution {
  return yield* process.failUsage(after === undefined ? "missing operand" : `missing operand after ${quoteValue(process, after)}`);
}

export function* missingFileOperand(process: Process, after?: string): Execution {
  if (after === undefined) return yield* process.failUsage("missing file operand");
  return yield* process.failUsage(`missing destination file operand after ${quoteName(after)}`);
}

export function* extraOperand(process: Process, operand: string): Execution {
  return yield* process.failUsage(`extra operand ${quoteValue(process, operand)}`);
}

/** A question on standard error, as rm -i asks; true for an answer that begins with y. */
export function* ask(process: Process, question: string): Execution<boolean> {
  yield* process.write(2, `${process.name}: ${question}`);
  const answer = yield* process.readLine(0);
  return /^[yY]/.test(answer ?? "");
}
