import { parseOptions } from "../../options.ts";
import type { Process, Program } from "../../program.ts";
import { extraOperand } from "../messages.ts";

const LONG = {
  all: "a",
  "kernel-name": "s",
  sysname: "s",
  nodename: "n",
  "kernel-release": "r",
  release: "r",
  "kernel-version": "v",
  machine: "m",
  processor: "p",
  "hardware-platform": "i",
  "operating-system": "o",
};

/** Prints what the options ask for in the fixed order s n r v m p i o; -a leaves out what is unknown. */
export const uname: Program = {
  name: "uname",
  *run(process) {
    const options = yield* parseOptions(process, { short: "asnrvmpio", long: LONG });
    if (typeof options === "number") return options;
    const [extra] = options.operands;
    if (extra !== undefined) return yield* extraOperand(process, extra);
    const all = options.has("a");
    const wanted = options.letters.size === 0 ? new Set(["s"]) : options.letters;
    const shown = [...facts(process)].filter(([letter, value]) => (all ? value !== "unknown" : wanted.has(letter)));
    yield* process.print(`${shown.map(([, value]) => value).join(" ")}\n`);
    return 0;
  },
};

export const arch: Program = {
  name: "arch",
  *run(process) {
    const options = yield* parseOptions(process, { short: "" });
    if (typeof options === "number") return options;
    const [extra] = options.operands;
    if (extra !== undefined) return yield* extraOperand(process, extra);
    yield* process.print(`${process.system.machine.architecture}\n`);
    return 0;
  },
};

function facts(process: Process): ReadonlyMap<string, string> {
  const { machine } = process.system;
  // Red Hat's coreutils know the processor and the platform; everybody else's do not.
  const hardware = machine.distribution === "rocky" ? machine.architecture : "unknown";
  return new Map([
    ["s", "Linux"],
    ["n", currentHostname(process)],
    ["r", machine.kernelRelease],
    ["v", machine.kernelVersion],
    ["m", machine.architecture],
    ["p", hardware],
    ["i", hardware],
    ["o", machine.operatingSystem],
  ]);
}

/** The node name, which hostname(1) can change for a while. */
export function currentHostname(process: Process): string {
  const text = process.fs.readFile("/proc/sys/kernel/hostname");
  return typeof text === "string" && text.trim() !== "" ? text.trim() : process.system.machine.hostname;
}
