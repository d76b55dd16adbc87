import { parseOptions } from "../../options.ts";
import type { Program } from "../../program.ts";
import { extraOperand } from "../messages.ts";
import { lastPart, parentPart } from "../paths.ts";

export const basename: Program = {
  name: "basename",
  *run(process) {
    const options = yield* parseOptions(process, { short: "as:z", long: { multiple: "a", suffix: "s", zero: "z" }, stopAtOperand: true });
    if (typeof options === "number") return options;
    const [first, second, third] = options.operands;
    if (first === undefined) return yield* process.failUsage("missing operand");
    const several = options.has("a") || options.has("s");
    if (!several && third !== undefined) return yield* extraOperand(process, third);
    const suffix = options.value("s") ?? (several ? "" : (second ?? ""));
    const end = options.has("z") ? "\0" : "\n";
    for (const path of several ? options.operands : [first]) yield* process.print(withoutSuffix(lastPart(path), suffix) + end);
    return 0;
  },
};

function withoutSuffix(name: string, suffix: string): string {
  return suffix !== "" && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

export const dirname: Program = {
  name: "dirname",
  *run(process) {
    const options = yield* parseOptions(process, { short: "z", long: { zero: "z" } });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing operand");
    for (const path of options.operands) yield* process.print(parentPart(path) + (options.has("z") ? "\0" : "\n"));
    return 0;
  },
};
