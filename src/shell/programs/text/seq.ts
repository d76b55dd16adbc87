import { formatFloat } from "../../number-format.ts";
import { readOptions } from "../../options.ts";
import type { Process, Program } from "../../program.ts";
import { Printer } from "../printer.ts";
import { quoteValue } from "../quoting.ts";
import { formatAwk } from "./awk/format.ts";

export const seq: Program = {
  name: "seq",
  *run(process) {
    const cut = process.args.findIndex((arg) => /^-[\d.]/.test(arg));
    const head = cut < 0 ? process.args : process.args.slice(0, cut);
    const options = readOptions(head, { short: "f:s:w", long: { format: "f", separator: "s", "equal-width": "w" }, stopAtOperand: true });
    if ("wrong" in options) return yield* process.failUsage(options.wrong);
    if ("show" in options) return 0;
    const operands = [...options.operands, ...(cut < 0 ? [] : process.args.slice(cut))];
    const wrong = operandProblem(process, operands);
    if (wrong !== undefined) return yield* process.failUsage(wrong);
    const [first, step, last] = bounds(operands);
    const places = Math.max(...operands.slice(0, operands.length === 1 ? 1 : -1).map(decimals));
    const width = options.has("w") ? Math.max(first.toFixed(places).length, last.toFixed(places).length) : 0;
    const show = shower({ places, width, format: options.value("f") });
    const out = new Printer(process);
    const separator = options.value("s") ?? "\n";
    /** Steps are whole: a little is added for what binary fractions lose. */
    const count = Math.floor((last - first) / step + 1e-9) + 1;
    for (let at = 0; at < count; at += 1) yield* out.add((at > 0 ? separator : "") + show(first + at * step));
    if (count > 0) yield* out.add("\n");
    return yield* out.finish(0);
  },
};

function operandProblem(process: Process, operands: readonly string[]): string | undefined {
  if (operands.length === 0) return "missing operand";
  if (operands.length > 3) return `extra operand ${quoteValue(process, operands[3] ?? "")}`;
  const wrong = operands.find((operand) => !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(operand));
  if (wrong !== undefined) return `invalid floating point argument: ${quoteValue(process, wrong)}`;
  return bounds(operands)[1] === 0 ? `invalid Zero increment value: ${quoteValue(process, operands[1] ?? "0")}` : undefined;
}

function bounds(operands: readonly string[]): readonly [number, number, number] {
  const numbers = operands.map(Number);
  if (numbers.length === 1) return [1, 1, numbers[0] ?? 0];
  if (numbers.length === 2) return [numbers[0] ?? 0, 1, numbers[1] ?? 0];
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0];
}

function decimals(text: string): number {
  return /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
}

function shower(how: { places: number; width: number; format: string | undefined }): (value: number) => string {
  const { places, width, format } = how;
  if (format !== undefined) return (value) => formatAwk(format, [value]);
  return (value) => formatFloat(value, "f", { flags: width > 0 ? "0" : "", width, precision: places });
}
