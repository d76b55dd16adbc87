import { evaluateCondition } from "../../conditions.ts";
import type { Execution, Process, Program } from "../../program.ts";

/** /usr/bin/test and /usr/bin/[. */
export const test: Program = { name: "test", run: (process) => decide(process, process.args) };

export const bracket: Program = {
  name: "[",
  *run(process) {
    if (process.args.at(-1) !== "]") return yield* process.fail("missing ']'", 2);
    return yield* decide(process, process.args.slice(0, -1));
  },
};

function* decide(process: Process, args: readonly string[]): Execution {
  yield* process.charge(args.length);
  const { fs, credentials } = process;
  const verdict = evaluateCondition(args, { fs, credentials, isTerminal: (fd) => process.isTerminal(fd), terse: false });
  if (typeof verdict === "boolean") return verdict ? 0 : 1;
  return yield* process.fail(verdict.wrong, 2);
}
