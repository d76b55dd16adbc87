import type { Program } from "../../program.ts";
import { quoteValue } from "../quoting.ts";
import { formatPrintf } from "./printf-format.ts";

/** /usr/bin/printf. */
export const printf: Program = {
  name: "printf",
  *run(process) {
    const args = process.args[0] === "--" ? process.args.slice(1) : process.args;
    const [format, ...rest] = args;
    if (format === undefined) return yield* process.failUsage("missing operand");
    const { bytes, wrong, fatal } = formatPrintf(format, rest, (text) => quoteValue(process, text));
    yield* process.print(bytes);
    for (const message of wrong) yield* process.fail(message);
    if (fatal !== undefined) return yield* process.fail(fatal);
    return wrong.length > 0 ? 1 : 0;
  },
};
