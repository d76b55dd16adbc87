import { parseOptions } from "../../options.ts";
import type { Program } from "../../program.ts";

/** /bin/pwd. */
export const pwd: Program = {
  name: "pwd",
  *run(process) {
    const options = yield* parseOptions(process, { short: "LP", long: { logical: "L", physical: "P" } });
    if (typeof options === "number") return options;
    const real = process.fs.realPath(process.directory);
    yield* process.print(`${typeof real === "string" && !options.has("L") ? real : process.directory}\n`);
    return 0;
  },
};
