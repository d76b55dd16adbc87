import { explain, isErrno } from "../../errno.ts";
import { signalNumber } from "../../kernel/signals.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { usageBlock } from "../usage.ts";

export const NAMES =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH POLL PWR SYS".split(
    " ",
  );

/** `9`, `KILL`, `SIGKILL`: the name without SIG; undefined when there is none. */
export function signalName(text: string): string | undefined {
  if (text === "0") return "0";
  if (/^\d+$/.test(text)) return NAMES[Number(text) - 1];
  const name = text.toUpperCase().replace(/^SIG/, "");
  return NAMES.includes(name) && signalNumber(name) !== undefined ? name : undefined;
}

/** kill(1) of procps; shells have their own. */
export const kill: Program = {
  name: "kill",
  *run(process) {
    const [first = "", ...rest] = process.args;
    if (first === "-l" || first === "-L" || first === "--list") return yield* list(process, rest);
    const { signal, targets } = readCall(process.args);
    if (signal === undefined) return yield* wrongSignal(process, first);
    if (targets.length === 0) return yield* noTarget(process);
    let status = 0;
    for (const target of targets) status = Math.max(status, yield* killOne(process, target, signal));
    return status;
  },
};

function readCall(args: readonly string[]): { readonly signal: string | undefined; readonly targets: readonly string[] } {
  const [first = "", second = ""] = args;
  if (first === "-s" || first === "-n" || first === "--signal")
    return { signal: signalName(second), targets: args.slice(2).filter((arg) => arg !== "--") };
  if (first === "--") return { signal: "TERM", targets: args.slice(1) };
  if (first.startsWith("-")) return { signal: signalName(first.slice(1)), targets: args.slice(1).filter((arg) => arg !== "--") };
  return { signal: "TERM", targets: args };
}

function* list(process: Process, which: readonly string[]): Execution {
  const [one] = which;
  if (one !== undefined) {
    const number = /^\d+$/.test(one);
    yield* process.print(
      `${number ? (NAMES[(Number(one) % 128) - 1] ?? one) : String(NAMES.indexOf(one.toUpperCase().replace(/^SIG/, "")) + 1)}\n`,
    );
    return 0;
  }
  const lines =
    process.flavour === "busybox"
      ? NAMES.map((name, at) => `${String(at + 1).padStart(2)}) ${name}\n`)
      : [`${NAMES.slice(0, 16).join(" ")}\n${NAMES.slice(16).join(" ")}\n`];
  yield* process.print(lines.join(""));
  return 0;
}

function* wrongSignal(process: Process, given: string): Execution {
  if (process.flavour === "busybox") return yield* process.fail(`bad signal name '${given.slice(1)}'`);
  yield* process.write(2, `kill: unknown signal ${given.slice(1)}${usageBlock("kill")}`);
  return 1;
}

function* noTarget(process: Process): Execution {
  if (process.flavour === "busybox") return yield* process.fail("you need to specify whom to kill");
  yield* process.write(2, usageBlock("kill").replace(" [options]", " [options] <pid> [...]"));
  return 1;
}

function* killOne(process: Process, target: string, signal: string): Execution {
  if (!/^-?\d+$/.test(target)) {
    if (process.flavour === "busybox") return yield* process.fail(`invalid number '${target}'`);
    return yield* process.fail(`failed to parse argument: '${target}'`);
  }
  const done = process.kill(Number(target), signal);
  if (!isErrno(done)) return 0;
  if (process.flavour === "busybox") return yield* process.fail(`can't kill pid ${target}: ${explain(done)}`);
  return yield* process.fail(`(${target}): ${explain(done)}`);
}
