import { type OptionSpec, type Options, readOptions } from "../options.ts";
import type { Execution, Process } from "../program.ts";

/** Reads options for programs whose usage errors end in their own words instead of coreutils' `Try ... --help`. */
export function* optionsOr(process: Process, spec: OptionSpec, usage: string): Execution<Options | number> {
  const parsed = readOptions(process.args, spec);
  if ("operands" in parsed && parsed.has("help") && spec.help === undefined) {
    yield* process.print(usage);
    return 0;
  }
  if ("operands" in parsed) return parsed;
  if ("show" in parsed) {
    yield* process.print(parsed.show);
    return 0;
  }
  yield* process.fail(parsed.wrong);
  yield* process.write(2, usage);
  return spec.errorStatus ?? 1;
}

/** What procps and util-linux print below a mistake. */
export function usageBlock(name: string, section = 1): string {
  return `\nUsage:\n ${name} [options]\n\nFor more details see ${name}(${section}).\n`;
}

/** `Try 'name --help' for more information.`, as util-linux has it. */
export function tryHelp(name: string): string {
  return `Try '${name} --help' for more information.\n`;
}

/** What a busybox applet prints after a mistake, or for --help. */
export function busyboxUsage(process: Process, synopsis: string, text = ""): string {
  const banner = (process.system.machine.versions["busybox"] ?? "BusyBox multi-call binary.").replace(/\.?$/, ".");
  return `${banner}\n\nUsage: ${synopsis}\n${text === "" ? "" : `\n${text}\n`}`;
}
