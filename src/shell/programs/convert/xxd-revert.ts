import type { Options } from "../../options.ts";
import type { Execution, Process } from "../../program.ts";
import { LineInput } from "../line-input.ts";

export interface Revert {
  readonly input: number;
  readonly output: number;
  readonly options: Options;
  readonly columns: number;
}

/** xxd -r: a dump, or plain hex with -p, back into bytes. */
export function* revert(process: Process, from: Revert): Execution {
  return from.options.has("p") ? yield* revertPlain(process, from) : yield* revertDump(process, from);
}

/** Pairs of hex digits; anything else between them is skipped. */
function* revertPlain(process: Process, { input, output }: Revert): Execution {
  let half = "";
  for (let block = yield* process.read(input); block !== ""; block = yield* process.read(input)) {
    const digits = half + block.replace(/[^0-9a-fA-F]/g, "");
    const whole = digits.length - (digits.length % 2);
    half = digits.slice(whole);
    yield* process.write(output, unhex(digits.slice(0, whole)));
    yield* process.charge(block.length >> 5);
  }
  return 0;
}

function unhex(digits: string): string {
  return (digits.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join("");
}

/** Far apart offsets would write too many zeros. */
const MAX_GAP_BYTES = 1 << 20;

/** Lines `OFFSET: HEX HEX ...  text`: gaps become zeros. */
function* revertDump(process: Process, { input, output, options, columns }: Revert): Execution {
  const lines = new LineInput(process, input);
  const shift = Number(options.value("s") ?? "0");
  let at = 0;
  for (let line = yield* lines.next(); line !== undefined; line = yield* lines.next()) {
    const dump = parseDumpLine(line, columns);
    if (dump === undefined || dump.bytes === "") continue;
    const gap = dump.offset + shift - at;
    if (gap < 0) return yield* process.fail("Sorry, cannot seek backwards.", 5);
    if (gap > MAX_GAP_BYTES) return yield* process.fail("Sorry, cannot seek.", 5);
    yield* process.write(output, "\0".repeat(gap) + dump.bytes);
    at += gap + dump.bytes.length;
  }
  return 0;
}

function parseDumpLine(line: string, columns: number): { readonly offset: number; readonly bytes: string } | undefined {
  const [, offset, rest = ""] = /^\s*([0-9a-fA-F]+):?([\s\S]*)$/.exec(line) ?? [];
  return offset === undefined ? undefined : { offset: Number.parseInt(offset, 16), bytes: unhexPairs(rest, columns) };
}

/** Pairs with at most one blank between groups; two blanks, or a letter that is no digit, end them. */
function unhexPairs(text: string, columns: number): string {
  let bytes = "";
  for (let rest = text.replace(/^ +/, ""); bytes.length < columns; ) {
    const pair = /^ ?([0-9a-fA-F]{2})/.exec(rest);
    if (pair === null) break;
    bytes += unhex(pair[1] ?? "");
    rest = rest.slice(pair[0].length);
  }
  return bytes;
}
