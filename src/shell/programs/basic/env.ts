import { explain } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { quoteIfNeeded, quoteName } from "../quoting.ts";

/** Goes on as another program; what is said when it cannot, and the status, are env's, nice's, nohup's and timeout's. */
export function* become(process: Process, argv: readonly string[]): Execution {
  const status = yield* process.exec(argv);
  if (typeof status === "number") return status;
  yield* process.fail(`failed to run command ${quoteName(argv[0] ?? "")}: ${explain(status)}`);
  return status.errno === "ENOENT" ? 127 : 126;
}

export const env: Program = {
  name: "env",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "iu:C:S:0v",
      long: { "ignore-environment": "i", unset: "u", chdir: "C", "split-string": "S", null: "0", debug: "v" },
      errorStatus: 125,
      stopAtOperand: true,
    });
    if (typeof options === "number") return options;
    const operands = [...(options.value("S")?.trim().split(/\s+/) ?? []), ...options.operands];
    if (operands[0] === "-" || options.has("i")) process.environment.clear();
    if (operands[0] === "-") operands.shift();
    for (const name of options.values("u")) process.environment.delete(name);
    const directory = options.value("C");
    if (directory !== undefined) process.directory = process.absolute(directory);
    while (operands[0]?.includes("=")) {
      const [, name = "", value = ""] = /^([^=]*)=([\s\S]*)$/.exec(operands.shift() ?? "") ?? [];
      process.environment.set(name, value);
    }
    if (operands.length > 0) return yield* runFound(process, operands);
    const end = options.has("0") ? "\0" : "\n";
    yield* process.print([...process.environment].map(([name, value]) => `${name}=${value}${end}`).join(""));
    return 0;
  },
};

function* runFound(process: Process, argv: readonly string[]): Execution {
  const status = yield* process.exec(argv);
  if (typeof status === "number") return status;
  yield* process.fail(`${quoteName(argv[0] ?? "")}: ${explain(status)}`);
  if (/\s/.test(argv[0] ?? "")) yield* process.fail("use -[v]S to pass options in shebang lines");
  return status.errno === "ENOENT" ? 127 : 126;
}

export const printenv: Program = {
  name: "printenv",
  *run(process) {
    const options = yield* parseOptions(process, { short: "0", long: { null: "0" }, errorStatus: 2, stopAtOperand: true });
    if (typeof options === "number") return options;
    const end = options.has("0") ? "\0" : "\n";
    const { operands } = options;
    let missing = false;
    for (const name of operands.length === 0 ? process.environment.keys() : operands) {
      const value = process.environment.get(name);
      if (value === undefined) missing = true;
      else yield* process.print(operands.length === 0 ? `${name}=${value}${end}` : value + end);
    }
    return missing ? 1 : 0;
  },
};

export const nohup: Program = {
  name: "nohup",
  *run(process) {
    const options = yield* parseOptions(process, { short: "", errorStatus: 125, stopAtOperand: true });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing operand", 125);
    process.onSignal("HUP", "ignore");
    if (process.isTerminal(1)) yield* redirectOutput(process);
    return yield* become(process, options.operands);
  },
};

/** On a terminal the output goes to nohup.out. */
function* redirectOutput(process: Process): Execution<void> {
  const home = process.environment.get("HOME") ?? "/";
  for (const path of ["nohup.out", `${home}/nohup.out`]) {
    process.close(0);
    process.open("/dev/null", { write: true });
    process.close(1);
    const fd = process.open(path, { write: true, create: true, append: true, mode: 0o600 });
    if (typeof fd !== "number") continue;
    yield* process.write(2, `nohup: ignoring input and appending output to ${quoteName(path)}\n`);
    return;
  }
}

export const nice: Program = {
  name: "nice",
  *run(process) {
    const args = process.args.map((arg, at) => (at === 0 && /^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg));
    const [first = "", second = ""] = args;
    if (first === "") {
      yield* process.print("0\n");
      return 0;
    }
    const value = first === "-n" ? second : /^(?:-n|--adjustment=)(.*)$/.exec(first)?.[1];
    if (value !== undefined && !/^[-+]?\d+$/.test(value)) return yield* process.fail(`invalid adjustment '${value}'`, 125);
    const rest = value === undefined ? args : args.slice(first === "-n" ? 2 : 1);
    if (rest.length === 0) return yield* process.failUsage("a command must be given with an adjustment", 125);
    const status = yield* process.exec(rest);
    if (typeof status === "number") return status;
    yield* process.fail(`${quoteIfNeeded(rest[0] ?? "")}: ${explain(status)}`);
    return status.errno === "ENOENT" ? 127 : 126;
  },
};
