import { parseOptions } from "../../options.ts";
import type { Program } from "../../program.ts";

export const nproc: Program = {
  name: "nproc",
  *run(process) {
    const options = yield* parseOptions(process, { short: "", long: { all: "all", ignore: "ignore:" } });
    if (typeof options === "number") return options;
    const [extra] = options.operands;
    if (extra !== undefined) return yield* process.failUsage(`extra operand '${extra}'`);
    const ignore = options.value("ignore") ?? "0";
    if (!/^\d+$/.test(ignore)) return yield* process.fail(`invalid number: '${ignore}'`);
    yield* process.print(`${Math.max(1, process.system.machine.cpus - Number(ignore))}\n`);
    return 0;
  },
};
