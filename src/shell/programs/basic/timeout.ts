import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program, SpawnErrno } from "../../program.ts";
import { quoteName, quoteValue } from "../quoting.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
const SIGNAL_BASE = 128;

export const timeout: Program = {
  name: "timeout",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "k:s:v",
      long: { "kill-after": "k", signal: "s", verbose: "v", foreground: "foreground", "preserve-status": "preserve-status" },
      errorStatus: 125,
      stopAtOperand: true,
    });
    if (typeof options === "number") return options;
    const [duration, ...argv] = options.operands;
    if (duration === undefined || argv.length === 0) return yield* usage(process);
    const ms = durationMs(duration);
    if (ms === undefined) return yield* process.failUsage(`invalid time interval ${quoteValue(process, duration)}`, 125);
    const child = process.spawn({ argv });
    if (isErrno(child)) return yield* cannotRun(process, argv[0] ?? "", child);
    return yield* watch(process, { child, ms }, options);
  },
};

function* cannotRun(process: Process, name: string, error: SpawnErrno): Execution {
  yield* process.fail(`failed to run command ${quoteName(name)}: ${explain(error)}`);
  return error.errno === "ENOENT" ? 127 : 126;
}

function* watch(process: Process, { child, ms }: { child: number; ms: number }, options: Options): Execution {
  const named = (options.value("s") ?? "TERM").toUpperCase().replace(/^SIG/, "");
  const signal = named === "9" ? "KILL" : named;
  // 0 is for ever.
  const ended = ms === 0 ? yield* process.wait(child) : yield* process.waitWithin(child, ms);
  if (ended !== undefined) return ended;
  process.kill(child, signal);
  const status = yield* process.wait(child);
  if (options.has("preserve-status")) return status;
  return signal === "KILL" ? SIGNAL_BASE + 9 : 124;
}

function* usage(process: Process): Execution {
  yield* process.write(2, `Try '${process.name} --help' for more information.\n`);
  return 125;
}

function durationMs(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d*\.?\d+|\d+\.)([smhd]?)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNIT_SECONDS[unit] ?? 1) * 1000;
}
