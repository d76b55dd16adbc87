import { explain, isErrno } from "../../errno.ts";
import { withoutEscapes } from "../../escapes.ts";
import type { Stat } from "../../file-system.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { KIND_BITS, modeText } from "../mode.ts";
import { groupName, userName } from "../owners.ts";
import { quoteIfNeeded, quoteName } from "../quoting.ts";
import { formatTime, zoneOf } from "../time-format.ts";
import { blocksKib } from "./ls/long-format.ts";

export const stat: Program = {
  name: "stat",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "c:fLt",
      long: { format: "c", "file-system": "f", dereference: "L", terse: "t", printf: "printf:", cached: "cached:" },
    });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* process.failUsage("missing operand");
    const printed = options.value("printf");
    const given = options.value("c");
    const usual = options.has("t") ? TERSE : undefined;
    const format = printed !== undefined ? withoutEscapes(printed).bytes : given !== undefined ? `${given}\n` : usual;
    let status = 0;
    for (const path of options.operands)
      if (!(yield* show(process, path, { follow: options.has("L"), format, ofSystem: options.has("f") }))) status = 1;
    return status;
  },
};

const TERSE = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n";
const FULL = [
  "  File: %Q",
  "  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F",
  "Device: %Hd,%Ld\tInode: %-11i Links: %h",
  "Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)",
  "Access: %x",
  "Modify: %y",
  "Change: %z",
  " Birth: %w",
  "",
].join("\n");
const SYSTEM =
  '  File: "%n"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s Fundamental block size: %S\nBlocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n';

interface How {
  readonly follow: boolean;
  readonly format: string | undefined;
  readonly ofSystem: boolean;
}

function* show(process: Process, path: string, how: How): Execution<boolean> {
  yield* process.charge(10);
  const found = how.follow ? process.fs.stat(path) : process.fs.lstat(path);
  if (isErrno(found)) {
    yield* process.fail(`cannot ${how.ofSystem ? "read file system information for" : "statx"} ${quoteName(path)}: ${explain(found)}`);
    return false;
  }
  if (how.ofSystem) {
    yield* process.print(fill(how.format ?? SYSTEM, (letter) => systemField(process, path, letter)));
    return true;
  }
  const usual = found.device === undefined ? FULL : FULL.replace("Links: %h", "Links: %-5h Device type: %Hr,%Lr");
  yield* process.print(fill(how.format ?? usual, (letter) => field(process, { path, found }, letter)));
  return true;
}

function fill(format: string, value: (letter: string) => string | undefined): string {
  return format.replace(/%([-0#+ ]*)(\d*)(\.\d+)?([HL]?[A-Za-z%])/g, (...match: string[]) => {
    const [, flags = "", width = "", precision = "", letter = ""] = match;
    if (letter === "%") return "%";
    const text = value(letter) ?? "?";
    const cut = precision !== "" && !/^-?\d+$/.test(text) ? text.slice(0, Number(precision.slice(1))) : text;
    return padded(cut, flags, Number(width || "0"));
  });
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes("-")) return text.padEnd(width);
  return text.padStart(width, flags.includes("0") ? "0" : " ");
}

/** Major and minor number of the disk that holds everything: the first partition of the first disk. */
const DEVICE = { major: 254, minor: 1 };
const BLOCK_BYTES = 4096;

function field(process: Process, { path, found }: { path: string; found: Stat }, letter: string): string | undefined {
  const target = found.kind === "link" ? process.fs.readLink(path) : undefined;
  const device = found.device ?? { major: 0, minor: 0 };
  const values: Readonly<Record<string, () => string>> = {
    n: () => path,
    N: () => (typeof target === "string" ? `${quoteName(path)} -> ${quoteName(target)}` : quoteName(path)),
    Q: () => (typeof target === "string" ? `${quoteIfNeeded(path)} -> ${quoteIfNeeded(target)}` : quoteIfNeeded(path)),
    s: () => String(found.size),
    b: () => String(blocksKib(found) * 2),
    B: () => "512",
    o: () => String(BLOCK_BYTES),
    F: () => kindWords(found),
    f: () => (KIND_BITS[found.kind] | found.mode).toString(16),
    a: () => found.mode.toString(8),
    A: () => modeText(found),
    u: () => String(found.uid),
    U: () => userName(process, found.uid),
    g: () => String(found.gid),
    G: () => groupName(process, found.gid),
    h: () => String(found.links),
    i: () => String(found.inode),
    d: () => String(DEVICE.major * 256 + DEVICE.minor),
    D: () => (DEVICE.major * 256 + DEVICE.minor).toString(16),
    Hd: () => String(DEVICE.major),
    Ld: () => String(DEVICE.minor),
    t: () => device.major.toString(16),
    T: () => device.minor.toString(16),
    Hr: () => String(device.major),
    Lr: () => String(device.minor),
    m: () => "/",
    C: () => "?",
  };
  return (Object.hasOwn(values, letter) ? values[letter]?.() : undefined) ?? timeField(process, found, letter);
}

function timeField(process: Process, found: Stat, letter: string): string | undefined {
  const times: Readonly<Record<string, number>> = {
    x: found.accessMs,
    y: found.modifyMs,
    z: found.changeMs,
    w: Math.min(found.modifyMs, found.changeMs),
  };
  const ms = times[letter.toLowerCase()];
  if (ms === undefined) return undefined;
  return letter === letter.toUpperCase() ? String(Math.floor(ms / 1000)) : formatTime("%Y-%m-%d %H:%M:%S.%N %z", ms, zoneOf(process));
}

export function kindWords(found: Stat): string {
  if (found.kind === "file") return found.size === 0 ? "regular empty file" : "regular file";
  const words: Readonly<Record<string, string>> = {
    link: "symbolic link",
    character: "character special file",
    block: "block special file",
  };
  return words[found.kind] ?? found.kind;
}

function systemField(process: Process, path: string, letter: string): string | undefined {
  const usage = process.fs.usage(process.absolute(path));
  const blocks = Math.floor(usage.sizeKib / 4);
  const free = Math.floor((usage.sizeKib - usage.usedKib) / 4);
  const values: Readonly<Record<string, string>> = {
    n: path,
    i: process.system.seeded("file system id").toString(16) + process.system.seeded("file system id, rest").toString(16).padStart(8, "0"),
    l: "255",
    T: "ext2/ext3",
    s: String(BLOCK_BYTES),
    S: String(BLOCK_BYTES),
    b: String(blocks),
    f: String(free),
    a: String(Math.max(0, free - Math.floor(blocks / 20))),
    c: String(usage.inodes),
    d: String(usage.inodes - usage.inodesUsed),
    t: "ef53",
  };
  return values[letter];
}
