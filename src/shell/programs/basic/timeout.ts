import { explain, isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { quoteName, quoteValue } from "../quoting.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
const POLL_MS = 20;
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
    if (isErrno(child)) {
      yield* process.fail(`failed to run command ${quoteName(argv[0] ?? "")}: ${explain(child)}`);
      return child.errno === "ENOENT" ? 127 : 126;
    }
    const signal = (options.value("s") ?? "TERM").toUpperCase().replace(/^SIG/, "");
    let timedOut = false;
    for (let left = ms; ms > 0 && isRunning(process.system.processes(), child); left -= POLL_MS) {
      if (left <= 0) {
        timedOut = true;
        process.kill(child, signal === "9" ? "KILL" : signal);
        break;
      }
      yield* process.sleep(Math.min(left, POLL_MS));
    }
    const status = yield* process.wait(child);
    if (!timedOut || options.has("preserve-status")) return status;
    return signal === "KILL" || signal === "9" ? SIGNAL_BASE + 9 : 124;
  },
};

function* usage(process: Process): Execution {
  yield* process.write(2, `Try '${process.name} --help' for more information.\n`);
  return 125;
}

function isRunning(processes: readonly { readonly pid: number; readonly state: string }[], pid: number): boolean {
  return processes.some((one) => one.pid === pid && !one.state.startsWith("Z"));
}

function durationMs(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d*\.?\d+|\d+\.)([smhd]?)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNIT_SECONDS[unit] ?? 1) * 1000;
}
