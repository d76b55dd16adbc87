import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { splitLines } from "../line-input.ts";
import { quoteValue } from "../quoting.ts";

const POWERS = "KMGTPEZY";

export const numfmt: Program = {
  name: "numfmt",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "d:z",
      long: {
        from: "from:",
        to: "to:",
        field: "field:",
        format: "format:",
        header: "header?",
        padding: "padding:",
        suffix: "suffix:",
        round: "round:",
        "from-unit": "from-unit:",
        "to-unit": "to-unit:",
        grouping: "grouping",
        invalid: "invalid:",
        delimiter: "d",
      },
    });
    if (typeof options === "number") return options;
    const inputs = options.operands.length > 0 ? options.operands : splitLines(yield* process.readAll(0));
    for (const [at, line] of inputs.entries()) {
      if (options.has("header") && options.operands.length === 0 && at < Number(options.value("header") ?? 1))
        yield* process.print(`${line}\n`);
      else {
        const done = yield* convertLine(process, line, options);
        if (done !== 0) return done;
      }
    }
    return 0;
  },
};

function* convertLine(process: Process, line: string, options: Options): Execution {
  const field = Number(options.value("field") ?? 1);
  const delimiter = options.value("d");
  const pieces = delimiter === undefined ? (line.match(/[ \t]*[^ \t]+/g) ?? [line]) : line.split(delimiter);
  const piece = pieces[field - 1] ?? "";
  const text = piece.trim();
  const number = parse(text, options);
  if (number === undefined) {
    yield* process.fail(`invalid ${/^[\d.]+[A-Za-z]/.test(text) ? "suffix in input" : "number"}: ${quoteValue(process, text)}`);
    return 2;
  }
  pieces[field - 1] = aligned(piece, show(number / Number(options.value("to-unit") ?? 1), options), options);
  yield* process.print(`${pieces.join(delimiter ?? "")}\n`);
  return 0;
}

/** The number in the place of the old one: as wide as that was with the blanks before it, or as --padding says. */
function aligned(piece: string, number: string, options: Options): string {
  const shown = number + (options.value("suffix") ?? "");
  const lead = options.has("d") ? "" : (/^[ \t]*/.exec(piece)?.[0] ?? "");
  const width = Math.max(lead === "" ? 0 : piece.length, Math.abs(Number(options.value("padding") ?? 0)));
  const inside = Number(options.value("field") ?? 1) > 1;
  return inside ? lead.slice(0, 1) + shown.padStart(width - 1) : shown.padStart(width);
}

function parse(text: string, options: Options): number | undefined {
  const from = options.value("from") ?? "none";
  const [, digits, unit = "", i = ""] = /^(-?\d+\.?\d*|-?\.\d+)([KMGTPEZY])?(i)?B?$/i.exec(text) ?? [];
  if (digits === undefined || (unit !== "" && from === "none")) return undefined;
  const base = from === "si" || (from === "auto" && i === "") ? 1000 : 1024;
  return Number(digits) * base ** (unit === "" ? 0 : POWERS.indexOf(unit.toUpperCase()) + 1) * Number(options.value("from-unit") ?? 1);
}

function show(number: number, options: Options): string {
  const to = options.value("to") ?? "none";
  if (to === "none") return Number.isInteger(number) ? String(number) : String(Number(number.toPrecision(15)));
  const base = to === "si" ? 1000 : 1024;
  let power = 0;
  let amount = Math.abs(number);
  while (amount >= base && power < POWERS.length) {
    amount /= base;
    power += 1;
  }
  const sign = number < 0 ? "-" : "";
  if (power === 0) return sign + String(Math.ceil(amount));
  return `${sign}${rounded(amount, { power, base })}${to === "iec-i" ? "i" : ""}`;
}

/** Upwards, with one decimal below ten. */
function rounded(amount: number, { power, base }: { power: number; base: number }): string {
  const tenths = Math.ceil(amount * 10 - 1e-9);
  if (tenths < 100) return (tenths / 10).toFixed(1) + POWERS.charAt(power - 1);
  const whole = Math.ceil(amount - 1e-9);
  return whole >= base ? `1.0${POWERS.charAt(power)}` : whole + POWERS.charAt(power - 1);
}
