import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { closeInput, openOr } from "../inputs.ts";
import { Printer } from "../printer.ts";
import { quoteValue } from "../quoting.ts";
import { parseSize } from "../sizes.ts";
import { formatDump, parseDumpFormat } from "./dump-format.ts";

/** The bytes of some files one after the other, from `skip` on, at most `limit`. */
export function* gather(
  process: Process,
  paths: readonly string[],
  part: { skip: number; limit: number },
): Execution<{ bytes: string; failed: boolean }> {
  let bytes = "";
  let failed = false;
  const most = Math.min(part.skip + part.limit, MAX_BYTES);
  for (const path of paths.length === 0 ? ["-"] : paths) {
    if (bytes.length >= most) break;
    const fd = yield* openOr(process, path);
    if (fd === undefined) {
      failed = true;
      continue;
    }
    bytes += yield* process.readAll(fd, most - bytes.length);
    if (!(yield* closeInput(process, fd, { path }))) failed = true;
  }
  return { bytes: bytes.slice(part.skip), failed };
}

const MAX_BYTES = 16 << 20;
const LINE_BYTES = 16;

export const od: Program = {
  name: "od",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "A:abBcdDefFhHiIj:lLN:oOst:vw::xX",
      long: { "address-radix": "A", "skip-bytes": "j", "read-bytes": "N", format: "t", "output-duplicates": "v", width: "w", strings: "S" },
    });
    if (typeof options === "number") return options;
    const radix = options.value("A") ?? "o";
    if (!/^[doxn]$/.test(radix))
      return yield* process.fail(`invalid output address radix '${radix}'; it must be one character from [doxn]`);
    const types = odTypes(options);
    if (typeof types === "string") return yield* process.fail(`invalid type string ${quoteValue(process, types)}`);
    const skip = parseSize(options.value("j") ?? "0", true) ?? 0;
    const limit = parseSize(options.value("N") ?? String(MAX_BYTES), true) ?? MAX_BYTES;
    const { bytes, failed } = yield* gather(process, options.operands, { skip, limit });
    const width = options.has("w") ? Number(options.value("w") ?? 32) : LINE_BYTES;
    const out = new Printer(process);
    yield* odLines(out, bytes, { radix, types, width, all: options.has("v"), skip });
    return yield* out.finish(failed ? 1 : 0);
  },
};

interface OdType {
  readonly letter: string;
  readonly size: number;
  readonly text: boolean;
}

const OLD_TYPES: Readonly<Record<string, string>> = {
  a: "a",
  b: "o1",
  c: "c",
  d: "u2",
  D: "u4",
  o: "o2",
  O: "o4",
  s: "d2",
  i: "d4",
  I: "d8",
  l: "d8",
  L: "d8",
  x: "x2",
  X: "x4",
  h: "x2",
  H: "x4",
  B: "o2",
};
const SIZES: Readonly<Record<string, number>> = { C: 1, S: 2, I: 4, L: 8, F: 4, D: 8 };

function odTypes(options: Options): readonly OdType[] | string {
  const types: OdType[] = [];
  for (const [key, value] of options.order) {
    const text = key === "t" ? (value ?? "") : (OLD_TYPES[key] ?? "");
    for (const [piece, letter = "", size = "", trailer = ""] of text.matchAll(/([acdouxf])([1248]|[CSILFD])?(z?)|[\s\S]/g)) {
      if (letter === "") return value ?? piece;
      types.push({
        letter,
        size: letter === "a" || letter === "c" ? 1 : Number(SIZES[size] ?? (size === "" ? (letter === "f" ? 8 : 4) : size)),
        text: trailer !== "",
      });
    }
  }
  return types.length === 0 ? [{ letter: "o", size: 2, text: false }] : types;
}

interface OdHow {
  readonly radix: string;
  readonly types: readonly OdType[];
  readonly width: number;
  readonly all: boolean;
  readonly skip: number;
}

function* odLines(out: Printer, bytes: string, how: OdHow): Execution<void> {
  let before = "";
  let starred = false;
  for (let at = 0; at < bytes.length; at += how.width) {
    const block = bytes.slice(at, at + how.width);
    const repeated = !how.all && block === before && block.length === how.width;
    before = block;
    if (repeated) {
      if (!starred) yield* out.add("*\n");
      starred = true;
      continue;
    }
    starred = false;
    const columns = how.types.reduce((most, type) => Math.max(most, (cellWidth(type) + 1) / type.size), 0);
    for (const [index, type] of how.types.entries()) {
      const address = index === 0 ? odAddress(at + how.skip, how.radix) : " ".repeat(how.radix === "n" ? 0 : 7);
      yield* out.add(`${address}${odCells(block, type, { columns, width: how.width })}\n`);
    }
  }
  if (how.radix !== "n") yield* out.add(`${odAddress(bytes.length + how.skip, how.radix)}\n`);
}

function odAddress(value: number, radix: string): string {
  if (radix === "n") return "";
  const digits = { d: 10, o: 8, x: 16 }[radix] ?? 8;
  return value.toString(digits).padStart(radix === "x" ? 6 : 7, "0");
}

const OCTAL_WIDTH: Readonly<Record<number, number>> = { 1: 3, 2: 6, 4: 11, 8: 22 };
const DECIMAL_WIDTH: Readonly<Record<number, number>> = { 1: 4, 2: 6, 4: 11, 8: 20 };
const UNSIGNED_WIDTH: Readonly<Record<number, number>> = { 1: 3, 2: 5, 4: 10, 8: 20 };

function cellWidth({ letter, size }: OdType): number {
  if (letter === "a" || letter === "c") return 3;
  if (letter === "x") return size * 2;
  if (letter === "f") return size === 4 ? 15 : 24;
  const table = letter === "o" ? OCTAL_WIDTH : letter === "u" ? UNSIGNED_WIDTH : DECIMAL_WIDTH;
  return table[size] ?? 6;
}

/** All types of a line share its columns: narrower cells are spread. */
function odCells(block: string, type: OdType, line: { columns: number; width: number }): string {
  const width = Math.round(line.columns * type.size);
  let shown = "";
  for (let at = 0; at < block.length; at += type.size)
    shown += odCell(block.slice(at, at + type.size).padEnd(type.size, "\0"), type).padStart(width);
  if (!type.text) return shown;
  const missing = Math.ceil((line.width - block.length) / type.size);
  return `${shown}${" ".repeat(missing * width)}  >${block.replaceAll(/[^ -~]/g, ".")}<`;
}

const NAMES = "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp".split(
  " ",
);
const C_ESCAPES: Readonly<Record<number, string>> = { 0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r" };

function odCell(bytes: string, { letter, size }: OdType): string {
  const code = bytes.charCodeAt(0);
  if (letter === "c") return C_ESCAPES[code] ?? (code >= 32 && code < 127 ? bytes : code.toString(8).padStart(3, "0"));
  if (letter === "a") return NAMES[code & 127] ?? ((code & 127) === 127 ? "del" : String.fromCharCode(code & 127));
  let value = 0n;
  for (let at = size - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes.charCodeAt(at));
  if (letter === "x") return value.toString(16).padStart(size * 2, "0");
  if (letter === "o") return value.toString(8).padStart(OCTAL_WIDTH[size] ?? 6, "0");
  return letter === "d" ? BigInt.asIntN(size * 8, value).toString() : value.toString();
}

/** hexdump and hd (bsdextrautils). */
export const hexdump: Program = { name: "hexdump", run: (process) => runHexdump(process, false) };
export const hd: Program = { name: "hd", run: (process) => runHexdump(process, true) };

function* runHexdump(process: Process, canonical: boolean): Execution {
  const options = readOptions(process.args, {
    short: "bcCde:f:n:os:vxL",
    long: { canonical: "C", length: "n", skip: "s", "no-squeezing": "v" },
  });
  if ("wrong" in options) return yield* process.failUsage(options.wrong);
  if ("show" in options) return 0;
  const skip = parseSize(options.value("s") ?? "0", true) ?? 0;
  const limit = parseSize(options.value("n") ?? String(MAX_BYTES), true) ?? MAX_BYTES;
  const missing = options.operands.filter((path) => isErrno(process.fs.stat(path)));
  for (const path of missing) {
    const error = process.fs.stat(path);
    if (isErrno(error)) yield* process.fail(`${path}: ${explain(error)}`);
  }
  const paths = options.operands.filter((path) => !missing.includes(path));
  if (missing.length > 0 && paths.length === 0) return yield* process.fail("all input file arguments failed");
  const { bytes } = yield* gather(process, paths, { skip, limit });
  const formats = options.values("e").map(parseDumpFormat);
  const out = new Printer(process);
  const style = canonical || options.has("C") ? "C" : (["b", "c", "d", "o", "x"].find((letter) => options.has(letter)) ?? "");
  if (formats.length > 0) yield* out.add(formatDump(bytes, formats));
  else yield* hexLines(out, bytes, { style, all: options.has("v"), skip });
  return yield* out.finish(missing.length > 0 ? 1 : 0);
}

function* hexLines(out: Printer, bytes: string, how: { style: string; all: boolean; skip: number }): Execution<void> {
  const digits = how.style === "C" ? 8 : 7;
  let before = "";
  let starred = false;
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    const block = bytes.slice(at, at + LINE_BYTES);
    const repeated = !how.all && block === before && block.length === LINE_BYTES;
    before = block;
    if (!repeated) yield* out.add(`${(at + how.skip).toString(16).padStart(digits, "0")}${hexCells(block, how.style)}\n`);
    else if (!starred) yield* out.add("*\n");
    starred = repeated;
  }
  if (bytes.length > 0) yield* out.add(`${(bytes.length + how.skip).toString(16).padStart(digits, "0")}\n`);
}

function hexCells(block: string, style: string): string {
  const codes = Array.from(block, (byte) => byte.charCodeAt(0));
  if (style === "C") return canonicalCells(codes, block);
  if (style === "b")
    return codes
      .map((code) => ` ${code.toString(8).padStart(3, "0")}`)
      .join("")
      .padEnd(64);
  if (style === "c")
    return Array.from(block, (byte) => ` ${odCell(byte, { letter: "c", size: 1, text: false }).padStart(3)}`)
      .join("")
      .padEnd(64);
  const words: string[] = [];
  for (let at = 0; at < codes.length; at += 2) {
    const value = (codes[at] ?? 0) + 256 * (codes[at + 1] ?? 0);
    if (style === "d") words.push(`  ${String(value).padStart(6, "0").slice(-5).padStart(6)}`);
    else if (style === "o") words.push(`  ${value.toString(8).padStart(6, "0")}`);
    else if (style === "x") words.push(`    ${value.toString(16).padStart(4, "0")}`);
    else words.push(` ${value.toString(16).padStart(4, "0")}`);
  }
  return words.join("").padEnd(style === "" ? 40 : 64);
}

function canonicalCells(codes: readonly number[], block: string): string {
  const cells = Array.from({ length: LINE_BYTES }, (_, at) => {
    const code = codes[at];
    return `${at === 8 ? " " : ""} ${code === undefined ? "  " : code.toString(16).padStart(2, "0")}`;
  });
  return ` ${cells.join("")}  |${block.replaceAll(/[^ -~]/g, ".")}|`;
}
