import { parseOptions } from "../../options.ts";
import type { Program } from "../../program.ts";
import { Printer } from "../printer.ts";
import { quoteValue } from "../quoting.ts";
import { eachLine } from "./lines.ts";

export const nl: Program = {
  name: "nl",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "b:d:f:h:i:l:n:ps:v:w:",
      long: {
        "body-numbering": "b",
        "line-increment": "i",
        "number-format": "n",
        "number-separator": "s",
        "starting-line-number": "v",
        "number-width": "w",
      },
    });
    if (typeof options === "number") return options;
    const style = options.value("b") ?? "t";
    if (!/^[atn]$|^p/.test(style)) return yield* process.failUsage(`invalid body numbering style: ${quoteValue(process, style)}`);
    const width = Number(options.value("w") ?? 6);
    const separator = options.value("s") ?? "\t";
    const format = options.value("n") ?? "rn";
    let number = Number(options.value("v") ?? 1);
    const step = Number(options.value("i") ?? 1);
    const pattern = style.startsWith("p") ? style.slice(1) : undefined;
    const out = new Printer(process);
    const line = (text: string) => {
      const counted =
        style === "a" || (style === "t" && text !== "") || (pattern !== undefined && text.includes(pattern.replace(/^\^/, "")));
      if (!counted) return `${" ".repeat(width + separator.length)}${text}\n`;
      const digits = format === "ln" ? String(number).padEnd(width) : String(number).padStart(width, format === "rz" ? "0" : " ");
      number += step;
      return `${digits}${separator}${text}\n`;
    };
    return yield* out.finish(yield* eachLine(process, { paths: options.operands, out, line }));
  },
};
