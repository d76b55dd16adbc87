import type { Program } from "../../program.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

export const sleep: Program = {
  name: "sleep",
  *run(process) {
    if (process.args.length === 0) return yield* process.failUsage("missing operand");
    let seconds = 0;
    for (const arg of process.args) {
      const [, amount, unit] = /^(\d*\.?\d+|\d+\.)([smhd]?)$/.exec(arg) ?? [];
      if (amount === undefined) return yield* process.failUsage(`invalid time interval '${arg}'`);
      seconds += Number(amount) * (UNIT_SECONDS[unit ?? ""] ?? 1);
    }
    yield* process.sleep(seconds * 1000);
    return 0;
  },
};
