import { parseOptions } from "../../options.ts";
import type { Program } from "../../program.ts";
import { readWhole } from "../inputs.ts";
import { splitLines } from "../line-input.ts";

export const xxd: Program = {
  name: "xxd",
  *run(process) {
    const options = yield* parseOptions(process, { short: "abc:g:il:pPrs:u" });
    if (typeof options === "number") return options;
    const text = yield* readWhole(process, options.operands[0] ?? "-");
    if (text === undefined) return 2;
    yield* process.charge(text.length >> 3);
    if (options.has("r")) {
      yield* process.print(options.has("p") ? fromHex(text) : splitLines(text).map(fromDump).join(""));
      return 0;
    }
    const skip = Number(options.value("s") ?? 0);
    const bytes = text.slice(skip, skip + Number(options.value("l") ?? text.length));
    const plain = options.has("p");
    const shown = plain
      ? plainLines(bytes, Number(options.value("c") ?? 30))
      : dumpLines(bytes, { columns: Number(options.value("c") ?? 16), group: Number(options.value("g") ?? 2), skip });
    yield* process.print(options.has("u") ? shown.toUpperCase() : shown);
    return 0;
  },
};

function hex(bytes: string): string {
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

function plainLines(bytes: string, columns: number): string {
  let shown = "";
  for (let at = 0; at < bytes.length; at += columns) shown += `${hex(bytes.slice(at, at + columns))}\n`;
  return shown;
}

function dumpLines(bytes: string, how: { columns: number; group: number; skip: number }): string {
  let shown = "";
  const group = how.group || how.columns;
  const width = how.columns * 2 + Math.ceil(how.columns / group) - 1;
  for (let at = 0; at < bytes.length; at += how.columns) {
    const block = bytes.slice(at, at + how.columns);
    const cells =
      hex(block)
        .match(new RegExp(`.{1,${group * 2}}`, "g"))
        ?.join(" ") ?? "";
    shown += `${(at + how.skip).toString(16).padStart(8, "0")}: ${cells.padEnd(width)}  ${block.replaceAll(/[^ -~]/g, ".")}\n`;
  }
  return shown;
}

function fromHex(text: string): string {
  return (text.match(/[0-9A-Fa-f]{2}/g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join("");
}

function fromDump(line: string): string {
  const [, cells = ""] = /^[0-9A-Fa-f]+:\s*((?:[0-9A-Fa-f]+ ?)*)/.exec(line) ?? [];
  return fromHex(cells.replaceAll(" ", ""));
}
