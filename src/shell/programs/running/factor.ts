import type { Execution, Process, Program } from "../../program.ts";
import { quoteValue } from "../quoting.ts";

export const factor: Program = {
  name: "factor",
  *run(process) {
    const words = process.args.length > 0 ? process.args : (yield* process.readAll(0)).split(/\s+/).filter((word) => word !== "");
    let status = 0;
    for (const word of words) {
      if (/^\+?\d{1,38}$/.test(word))
        yield* process.print(`${BigInt(word.replace("+", ""))}:${yield* factors(process, BigInt(word.replace("+", "")))}\n`);
      else status = yield* process.fail(`${quoteValue(process, word)} is not a valid positive integer`);
    }
    return status;
  },
};

/** Trial division: what takes too long is left as it is. */
function* factors(process: Process, number: bigint): Execution<string> {
  let rest = number;
  let shown = "";
  if (rest < 2n) return "";
  for (let divisor = 2n; divisor * divisor <= rest; divisor += divisor === 2n ? 1n : 2n) {
    while (rest % divisor === 0n) {
      shown += ` ${divisor}`;
      rest /= divisor;
    }
    if (divisor % 64n === 1n) yield* process.charge(10);
  }
  return rest > 1n ? `${shown} ${rest}` : shown;
}
