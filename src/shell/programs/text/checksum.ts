import { createHash } from "node:crypto";
import { toBytes } from "../../bytes.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { closeInput, openOr, readWhole } from "../inputs.ts";
import { splitLines } from "../line-input.ts";
import { quoteIfNeeded, quoteInMessage } from "../quoting.ts";

/** md5sum, sha1sum and so on: they differ in the hash and in its name. */
export const checksums: readonly Program[] = [
  summer("md5sum", "md5", "MD5"),
  summer("sha1sum", "sha1", "SHA1"),
  summer("sha224sum", "sha224", "SHA224"),
  summer("sha256sum", "sha256", "SHA256"),
  summer("sha384sum", "sha384", "SHA384"),
  summer("sha512sum", "sha512", "SHA512"),
  summer("b2sum", "blake2b512", "BLAKE2b"),
];

interface Algorithm {
  readonly hash: string;
  readonly tag: string;
}

function summer(name: string, hash: string, tag: string): Program {
  return {
    name,
    *run(process) {
      const options = yield* parseOptions(process, {
        short: "bctwz",
        long: {
          binary: "b",
          check: "c",
          text: "t",
          warn: "w",
          zero: "z",
          tag: "tag",
          quiet: "quiet",
          status: "status",
          strict: "strict",
          "ignore-missing": "ignore-missing",
        },
      });
      if (typeof options === "number") return options;
      const paths = options.operands.length === 0 ? ["-"] : options.operands;
      let status = 0;
      for (const path of paths) {
        const done = options.has("c")
          ? yield* check(process, path, { algorithm: { hash, tag }, options })
          : yield* show(process, path, { algorithm: { hash, tag }, options });
        if (!done) status = 1;
      }
      return status;
    },
  };
}

interface How {
  readonly algorithm: Algorithm;
  readonly options: Options;
}

function* show(process: Process, path: string, { algorithm, options }: How): Execution<boolean> {
  const sum = yield* sumOf(process, path, algorithm);
  if (sum === undefined) return false;
  const end = options.has("z") ? "\0" : "\n";
  const special = /[\\\n\r]/.test(path) && !options.has("z");
  const name = special ? path.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r") : path;
  const line = options.has("tag") ? `${algorithm.tag} (${name}) = ${sum}` : `${sum} ${options.has("b") ? "*" : " "}${name}`;
  yield* process.print((special ? "\\" : "") + line + end);
  return true;
}

function* sumOf(process: Process, path: string, { hash }: Algorithm): Execution<string | undefined> {
  const fd = yield* openOr(process, path);
  if (fd === undefined) return undefined;
  const digest = createHash(hash);
  for (let block = yield* process.read(fd); block !== ""; block = yield* process.read(fd)) digest.update(toBytes(block));
  return (yield* closeInput(process, fd, { path })) ? digest.digest("hex") : undefined;
}

interface Tally {
  bad: number;
  unread: number;
  wrong: number;
  good: number;
}

function* check(process: Process, list: string, how: How): Execution<boolean> {
  const fd = yield* openOr(process, list);
  if (fd === undefined) return false;
  const text = yield* process.readAll(fd);
  if (!(yield* closeInput(process, fd, { path: list }))) return false;
  const tally: Tally = { bad: 0, unread: 0, wrong: 0, good: 0 };
  for (const line of splitLines(text)) yield* checkLine(process, line, { how, tally });
  return yield* summarize(process, list, { how, tally });
}

function* checkLine(process: Process, line: string, { how, tally }: { how: How; tally: Tally }): Execution<void> {
  const listed = parseListed(line);
  if (listed === undefined) {
    tally.wrong += 1;
    return;
  }
  const actual = yield* sumOf(process, listed.path, how.algorithm);
  const verdict = actual === undefined ? "FAILED open or read" : actual === listed.sum ? "OK" : "FAILED";
  if (actual === undefined) tally.unread += 1;
  else tally[verdict === "OK" ? "good" : "bad"] += 1;
  const hidden = how.options.has("status") || (verdict === "OK" && how.options.has("quiet"));
  if (!hidden) yield* process.print(`${quoteIfNeeded(listed.path)}: ${verdict}\n`);
}

/** `sum  path`, `sum *path`, or `NAME (path) = sum`. */
function parseListed(line: string): { path: string; sum: string } | undefined {
  const [, sum, path] = /^\\?([0-9a-fA-F]{32,128}) [ *]([\s\S]+)$/.exec(line) ?? [];
  if (sum !== undefined && path !== undefined) return { path, sum: sum.toLowerCase() };
  const [, taggedPath, taggedSum] = /^\w+ \((.+)\) = ([0-9a-fA-F]+)$/.exec(line) ?? [];
  return taggedPath === undefined || taggedSum === undefined ? undefined : { path: taggedPath, sum: taggedSum.toLowerCase() };
}

function* summarize(process: Process, list: string, { how, tally }: { how: How; tally: Tally }): Execution<boolean> {
  const name = quoteInMessage(list);
  if (tally.good + tally.bad + tally.unread === 0) {
    yield* process.fail(`${name}: no properly formatted checksum lines found`);
    return false;
  }
  if (!how.options.has("status")) for (const warning of warnings(tally)) yield* process.fail(`WARNING: ${warning}`);
  return tally.bad + tally.unread === 0 && !(how.options.has("strict") && tally.wrong > 0);
}

function warnings({ wrong, unread, bad }: Tally): readonly string[] {
  const all: readonly (readonly [number, string])[] = [
    [wrong, `${wrong} line${wrong === 1 ? " is" : "s are"} improperly formatted`],
    [unread, `${unread} listed file${unread === 1 ? "" : "s"} could not be read`],
    [bad, `${bad} computed checksum${bad === 1 ? "" : "s"} did NOT match`],
  ];
  return all.filter(([count]) => count > 0).map(([, text]) => text);
}

/** CRC of POSIX cksum. */
export const cksum: Program = {
  name: "cksum",
  *run(process) {
    let status = 0;
    for (const path of process.args.length === 0 ? ["-"] : process.args) {
      const fd = yield* openOr(process, path);
      if (fd === undefined) {
        status = 1;
        continue;
      }
      const { crc, size } = yield* crcOf(process, fd);
      if (!(yield* closeInput(process, fd, { path }))) status = 1;
      else yield* process.print(`${finishCrc(crc, size)} ${size}${process.args.length === 0 ? "" : ` ${path}`}\n`);
    }
    return status;
  },
};

function* crcOf(process: Process, fd: number): Execution<{ crc: number; size: number }> {
  let crc = 0;
  let size = 0;
  for (let block = yield* process.read(fd); block !== ""; block = yield* process.read(fd)) {
    crc = addToCrc(crc, block);
    size += block.length;
    yield* process.charge(block.length >> 4);
  }
  return { crc, size };
}

const POLYNOMIAL = 0x04c11db7;

function addToCrc(before: number, text: string): number {
  let crc = before;
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at) << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  }
  return crc;
}

/** The size comes last, its lowest byte first. */
function finishCrc(crc: number, size: number): number {
  let bytes = "";
  for (let left = size; left > 0; left = Math.floor(left / 256)) bytes += String.fromCharCode(left % 256);
  return ~addToCrc(crc, bytes) >>> 0;
}

/** BSD's rotating sum, or System V's with -s. */
export const sum: Program = {
  name: "sum",
  *run(process) {
    const options = yield* parseOptions(process, { short: "rs", long: { sysv: "s" } });
    if (typeof options === "number") return options;
    let status = 0;
    const named = options.operands.length > 0;
    const show = options.has("s") ? shownSystemFive : shownBsd;
    for (const path of named ? options.operands : ["-"]) {
      const text = yield* readWhole(process, path);
      if (text === undefined) status = 1;
      else yield* process.print(`${show(text)}${named ? ` ${path}` : ""}\n`);
    }
    return status;
  },
};

function shownSystemFive(text: string): string {
  return `${systemFiveSum(text)} ${Math.ceil(text.length / 512)}`;
}

function shownBsd(text: string): string {
  return `${String(bsdSum(text)).padStart(5, "0")} ${String(Math.ceil(text.length / 1024)).padStart(5)}`;
}

function bsdSum(text: string): number {
  let total = 0;
  for (let at = 0; at < text.length; at += 1) total = (((total >> 1) | ((total & 1) << 15)) + text.charCodeAt(at)) & 0xffff;
  return total;
}

function systemFiveSum(text: string): number {
  let total = 0;
  for (let at = 0; at < text.length; at += 1) total += text.charCodeAt(at);
  const folded = (total & 0xffff) + (Math.floor(total / 65_536) & 0xffff);
  return (folded & 0xffff) + (folded >>> 16);
}
