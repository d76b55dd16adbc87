import { explain, isErrno } from "../../errno.ts";
import { signalNumber } from "../../kernel/signals.ts";
import type { Execution, Process, ProcessInfo, Program } from "../../program.ts";
import { NAMES, signalName } from "./kill.ts";

interface Wanted {
  readonly signal: string;
  readonly names: readonly string[];
  readonly flags: ReadonlySet<string>;
}

/** killall of psmisc, and busybox's: by exact name. */
export const killall: Program = {
  name: "killall",
  *run(process) {
    if (process.args[0] === "-l") {
      yield* process.print(`${NAMES.join(" ")}\n`);
      return 0;
    }
    const wanted = readNames(process.args);
    if (wanted.names.length === 0) {
      yield* process.write(
        2,
        process.flavour === "busybox" ? "killall: you need to specify whom to kill\n" : "Usage: killall [OPTION]... [--] NAME...\n",
      );
      return 1;
    }
    let status = 0;
    for (const name of wanted.names) status = Math.max(status, yield* killAllOf(process, name, wanted));
    return status;
  },
};

function readNames(args: readonly string[]): Wanted {
  const named = args.flatMap((arg, at) => (args[at - 1] === "-s" || arg === "-s" ? (signalName(arg) ?? []) : []));
  const words = args.filter((arg, at) => !/^-[suyo]$/.test(arg) && !/^-[suyo]$/.test(args[at - 1] ?? ""));
  const switches = words.filter((word) => word.startsWith("-")).map((word) => word.slice(1));
  const given = switches.flatMap((word) => signalName(word) ?? []);
  const letters = switches.filter((word) => signalName(word) === undefined).join("");
  return { signal: [...given, ...named].at(-1) ?? "TERM", names: words.filter((word) => !word.startsWith("-")), flags: new Set(letters) };
}

export function matchesName(info: ProcessInfo, name: string): boolean {
  if (info.command.startsWith("[")) return false;
  const program = (info.command.split(" ")[0] ?? "").replace(/:$/, "");
  return info.name === name.slice(0, 15) || program === name || program.slice(program.lastIndexOf("/") + 1) === name;
}

function* killAllOf(process: Process, name: string, wanted: Wanted): Execution {
  const found = process.system.processes().filter((info) => info.pid !== process.pid && matchesName(info, name));
  if (found.length === 0 && !wanted.flags.has("q"))
    yield* process.write(2, process.flavour === "busybox" ? `killall: ${name}: no process killed\n` : `${name}: no process found\n`);
  let status = found.length === 0 ? 1 : 0;
  for (const info of found) status = Math.max(status, yield* killNamed(process, info, wanted));
  return status;
}

function* killNamed(process: Process, info: ProcessInfo, { signal, flags }: Wanted): Execution {
  const done = process.kill(info.pid, signal);
  if (isErrno(done)) {
    const text = process.flavour === "busybox" ? `killall: can't kill pid ${info.pid}` : `${info.name}(${info.pid})`;
    yield* process.write(2, `${text}: ${explain(done)}\n`);
    return 1;
  }
  if (flags.has("v")) yield* process.write(2, `Killed ${info.name}(${info.pid}) with signal ${signalNumber(signal) ?? 15}\n`);
  return 0;
}

/** pidof: the newest first. */
export const pidof: Program = {
  name: "pidof",
  *run(process) {
    const words = process.args.filter((arg) => !arg.startsWith("-"));
    const all = process.system.processes().filter((info) => info.pid !== process.pid);
    const found = words.flatMap((name) =>
      all
        .filter((info) => matchesName(info, name))
        .map(({ pid }) => pid)
        .reverse(),
    );
    const shown = process.args.includes("-s") ? found.slice(0, 1) : found;
    if (shown.length === 0) return 1;
    yield* process.print(`${shown.join(" ")}\n`);
    return 0;
  },
};
