import { explain, isErrno } from "../../errno.ts";
import { type Options, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { Printer } from "../printer.ts";
import { revert } from "./xxd-revert.ts";

/** xxd (vim): hex dumps, plain hex, C arrays, and the way back. Its long options begin with one dash or two. */
export const xxd: Program = {
  name: "xxd",
  *run(process) {
    const options = readOptions(oneLetter(process.args), { short: "abc:CeEg:hil:n:o:prR:s:uv" });
    if (!("operands" in options) || options.has("h") || options.operands.length > 2) {
      yield* process.write(2, usage(process.name));
      return 1;
    }
    if (options.has("v")) {
      yield* process.write(2, "xxd 2022-01-14 by Juergen Weigert et al.\n");
      return 0;
    }
    const columns = readColumns(options);
    if (typeof columns === "string") return yield* process.fail(columns);
    const [from = "-", to = "-"] = options.operands;
    const input = from === "-" ? 0 : process.open(from, { read: true });
    if (isErrno(input)) return yield* process.fail(`${from}: ${explain(input)}`, 2);
    const output = to === "-" ? 1 : process.open(to, { write: true, create: true, truncate: !options.has("r"), way: "xxd" });
    if (isErrno(output)) return yield* process.fail(`${to}: ${explain(output)}`, 3);
    if (options.has("r")) return yield* revert(process, { input, output, options, columns });
    return yield* dumpTo(process, { input, output, options, columns, name: from });
  },
};

const LONG: Readonly<Record<string, string>> = {
  autoskip: "a",
  bits: "b",
  cols: "c",
  capitalize: "C",
  EBCDIC: "E",
  groupsize: "g",
  help: "h",
  include: "i",
  len: "l",
  name: "n",
  postscript: "p",
  plain: "p",
  ps: "p",
  revert: "r",
  seek: "s",
  skip: "s",
  uppercase: "u",
  version: "v",
};

/** xxd takes no letters together, and words of any length with one dash: `-plain`, `-ps`, `-c8`. */
function oneLetter(args: readonly string[]): readonly string[] {
  return args.map((arg) => {
    const word = /^--?([A-Za-z]{2,})$/.exec(arg)?.[1];
    const found = word === undefined ? undefined : Object.keys(LONG).find((long) => long.startsWith(word));
    return found === undefined ? arg : `-${LONG[found]}`;
  });
}

function readColumns(options: Options): number | string {
  const usual = options.has("p") ? 30 : options.has("i") ? 12 : options.has("b") ? 6 : 16;
  const given = Number(options.value("c") ?? usual);
  const columns = given > 0 ? given : usual;
  return !options.has("p") && !options.has("i") && columns > 256 ? "invalid number of columns (max. 256)." : columns;
}

interface Dump {
  readonly input: number;
  readonly output: number;
  readonly options: Options;
  readonly columns: number;
  readonly name: string;
}

function* dumpTo(process: Process, dump: Dump): Execution {
  const { options } = dump;
  const seek = Math.abs(Number(options.value("s") ?? "0")) || 0;
  for (let left = seek; left > 0; ) {
    const part = yield* process.read(dump.input, Math.min(left, 65_536));
    if (part === "") break;
    left -= part.length;
  }
  const limit = options.has("l") ? Number(options.value("l")) : Number.POSITIVE_INFINITY;
  const next = blockReader(process, dump, limit);
  if (options.has("i")) return yield* includeFile(process, dump, next);
  const lines = new Lines(dump, seek);
  for (let block = yield* next(); block !== ""; block = yield* next()) {
    yield* process.charge(block.length);
    yield* process.write(dump.output, lines.add(block));
  }
  yield* process.write(dump.output, lines.rest());
  return 0;
}

/** Shows block after block; with -a, three or more lines of zeros become the first and `*`; the last line always stands. */
class Lines {
  readonly #dump: Dump;
  #offset: number;
  /** Lines of zeros that were not shown yet: the first two, and how many. */
  #zeros = { count: 0, shown: "", last: "" };

  constructor(dump: Dump, offset: number) {
    this.#dump = dump;
    this.#offset = offset;
  }

  add(block: string): string {
    const { options } = this.#dump;
    const line = options.has("p") ? `${hex(block, options)}\n` : showLine(block, this.#offset, this.#dump);
    this.#offset += block.length;
    if (!options.has("a")) return line;
    if (!/^\0+$/.test(block)) return this.#held(this.#zeros.count) + line;
    const { count, shown } = this.#zeros;
    this.#zeros = { count: count + 1, shown: count < 2 ? shown + line : shown, last: line };
    return "";
  }

  rest(): string {
    const { count, last } = this.#zeros;
    return count === 0 ? "" : this.#held(count - 1) + last;
  }

  #held(count: number): string {
    const { shown } = this.#zeros;
    this.#zeros = { count: 0, shown: "", last: "" };
    const [first = "", second = ""] = shown.split(/(?<=\n)/);
    if (count === 0) return "";
    return first + (count === 1 ? "" : count === 2 ? second : "*\n");
  }
}

/** Gives a line's bytes at a time. */
function blockReader(process: Process, dump: Dump, limit: number): () => Execution<string> {
  let left = limit;
  return function* next() {
    const block = yield* process.readAll(dump.input, Math.min(dump.columns, left));
    left -= block.length;
    return block;
  };
}

function hex(block: string, options: Options): string {
  const text = Array.from(block, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return options.has("u") ? text.toUpperCase() : text;
}

function showLine(block: string, offset: number, dump: Dump): string {
  const { options, columns } = dump;
  const bits = options.has("b");
  const little = options.has("e");
  const group = Number(options.value("g") ?? (bits ? 1 : little ? 4 : 2)) || columns;
  const wide = bits ? 8 : 2;
  const cells: string[] = [];
  for (let at = 0; at < columns; at += group)
    cells.push(showGroup(block.slice(at, Math.min(at + group, columns)), { group: Math.min(group, columns - at), dump, wide }));
  const address = (offset + Number(options.value("o") ?? "0")).toString(16).padStart(8, "0");
  return `${address}: ${cells.join(" ")}  ${block.replace(/[^\x20-\x7e]/g, ".")}\n`;
}

function showGroup(bytes: string, how: { group: number; dump: Dump; wide: number }): string {
  const { options } = how.dump;
  if (options.has("b")) return bits(bytes).padEnd(how.group * how.wide);
  if (!options.has("e")) return hex(bytes, options).padEnd(how.group * how.wide);
  const reversed = Array.from(bytes).reverse().join("");
  return hex(reversed, options).padStart(how.group * how.wide);
}

function bits(bytes: string): string {
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(2).padStart(8, "0")).join("");
}

/** -i: a C array named after the file. */
function* includeFile(process: Process, dump: Dump, next: () => Execution<string>): Execution {
  const { options } = dump;
  const given = options.value("n") ?? (dump.name === "-" ? undefined : dump.name);
  const named = given?.replace(/^(?=\d)/, "__").replace(/[^A-Za-z0-9]/g, "_");
  const name = options.has("C") ? named?.toUpperCase() : named;
  const out = new Printer(process);
  if (name !== undefined) yield* out.add(`unsigned char ${name}[] = {\n`);
  let size = 0;
  for (let block = yield* next(); block !== ""; block = yield* next()) {
    const cells = Array.from(block, (byte) => {
      const digits = byte.charCodeAt(0).toString(16).padStart(2, "0");
      return options.has("u") ? `0X${digits.toUpperCase()}` : `0x${digits}`;
    });
    yield* out.add(`${size === 0 ? "" : ",\n"}  ${cells.join(", ")}`);
    size += block.length;
  }
  if (size > 0) yield* out.add("\n");
  if (name !== undefined) yield* out.add(`};\nunsigned int ${name}_${options.has("C") ? "LEN" : "len"} = ${size};\n`);
  return yield* out.finish(0);
}

function usage(name: string): string {
  return `Usage:
       ${name} [options] [infile [outfile]]
    or
       ${name} -r [-s [-]offset] [-c cols] [-ps] [infile [outfile]]
Options:
    -a          toggle autoskip: A single '*' replaces nul-lines. Default off.
    -b          binary digit dump (incompatible with -ps,-i,-r). Default hex.
    -C          capitalize variable names in C include file style (-i).
    -c cols     format <cols> octets per line. Default 16 (-i: 12, -ps: 30).
    -E          show characters in EBCDIC. Default ASCII.
    -e          little-endian dump (incompatible with -ps,-i,-r).
    -g bytes    number of octets per group in normal output. Default 2 (-e: 4).
    -h          print this summary.
    -i          output in C include file style.
    -l len      stop after <len> octets.
    -n name     set the variable name used in C include output (-i).
    -o off      add <off> to the displayed file position.
    -ps         output in postscript plain hexdump style.
    -r          reverse operation: convert (or patch) hexdump into binary.
    -r -s off   revert with <off> added to file positions found in hexdump.
    -d          show offset in decimal instead of hex.
    -s [+][-]seek  start at <seek> bytes abs. (or +: rel.) infile offset.
    -u          use upper case hex letters.
    -v          show version: "xxd 2022-01-14 by Juergen Weigert et al.".
`;
}
