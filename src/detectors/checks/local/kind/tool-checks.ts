import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import {
  type AnswerJudgement,
  type AnswerRule,
  answerCheck,
  exactlyUnlessRefused,
  exactlyWhereKnown,
  linesOf,
  unclear,
  wrong,
} from "./answer-check.ts";

/** Programs: answers that follow from mathematics or POSIX, and programs that are only names. */

type Row = readonly [name: string, judge: AnswerRule["judge"], looksAt: string, reason: string, ratio?: number];

const rows: readonly Row[] = [
  [
    "digests",
    exactlyWhereKnown(/^ffb0b4f2061c8a0dc27884730d99f59c +-\n774871b803428dc8a14ba61e6e31980e93c1a97eb831c78525a3ab6a68cc95b3 +-\n$/),
    "md5sum and sha256sum of a known text",
    "A digest cannot be guessed: either the bytes went through, or it is wrong.",
  ],
  [
    "cksum",
    exactlyWhereKnown(/^1626545460 9\n4294967295 0\n$/),
    "cksum of a known and of an empty text",
    "POSIX's own checksum is so rarely used that emulations leave it out or take CRC-32.",
  ],
  [
    "od",
    exactlyWhereKnown(/^ +61 +62 +63 +0a\n0000000 +a +b +c +\\n\n0000004\n$/),
    "od -An -tx1 and od -c",
    "Dumps in octal and hexadecimal have a layout that is never invented rightly.",
  ],
  [
    "base64",
    exactlyWhereKnown("aGVsbG8=\nworld"),
    "base64 both ways",
    "Loaders arrive as base64; a shell that does not decode it shows itself.",
  ],
  [
    "gzip",
    exactlyWhereKnown(/^f\.gz\nround\n[1-9]\d*\n\x1f\x8b\x08$/),
    "gzip both ways, a broken archive, its first bytes",
    "Compressed data round trips only through the algorithm.",
  ],
  ["tar", exactlyWhereKnown("a/\na/b/\na/b/c\nt\n"), "tar of a tree: made, listed, unpacked", "Archives are accepted and not unpacked."],
  [
    "awk",
    exactlyWhereKnown("3 4 2 1.33 ell\nb2\n"),
    "awk with arrays, printf and fields",
    "awk is a language of its own, which an emulation would have to contain.",
  ],
  [
    "sed",
    exactlyWhereKnown("two\n[w]o\nthree\n[h]ree\n3\nPaTh.To\n"),
    "sed with ranges, groups, y and $=",
    "sed beyond s/a/b/ is left out by emulations.",
  ],
  [
    "sort",
    exactlyWhereKnown("10 b\n100 c\n9 a\n9 a\n29\n110\n1100\nx 2\ny 1\n"),
    "sort by text, number and key; uniq -c",
    "Sorting as text and as numbers gives two orders.",
  ],
  [
    "cut-tr",
    exactlyWhereKnown("b:c\nifmmp\nab\n2\n1 3 5\n"),
    "cut, tr, head, tail, wc",
    "Filters get no standard input where pipes do not exist.",
  ],
  [
    "grep",
    exactlyWhereKnown("1:ab\n1\n1\n2\na+b\naab\n"),
    "grep's expressions and its three exit statuses",
    "grep says no with 1 and trouble with 2; emulations know one of them.",
  ],
  [
    "expr",
    exactlyWhereKnown("12\nb\n0\n1\nn\n1\n2\n"),
    "expr, test and their exit statuses",
    "The exit statuses 0, 1 and 2 of test and expr have three meanings.",
  ],
  ["xargs", exactlyWhereKnown("- a b\n- c\nd/x d/y\nd/x\n"), "xargs and find -exec", "Commands that run commands need a program loader."],
  [
    "dd",
    exactlyWhereKnown("3456\n2+1 records in\n2+1 records out\nsame\n"),
    "dd by blocks, its report, cmp",
    "dd's count of whole and partial records tells whether anything was read.",
  ],
  [
    "basename",
    exactlyWhereKnown("b\n/a/b\n1\n3\n"),
    "basename, dirname, env -i, seq",
    "An emptied environment is emptied only for a true child.",
  ],
  [
    "wrong-options",
    wrongOptions,
    "an unknown option to eight programs",
    "Programs that ignore what they don't know answer every option with success.",
  ],
  [
    "busybox-unknown",
    busyboxUnknown,
    "/bin/busybox ECCHI",
    "The marker that Mirai's loaders send has one right answer where busybox is, another where it is not.",
  ],
  [
    "elf",
    elfHeader,
    "first bytes of /bin/sh against uname -m",
    "The shell's own program is no ELF file, or one for another processor: loaders read it to choose their payload.",
  ],
  [
    "elf-copy",
    exactlyUnlessRefused("ok\nsame\n"),
    "the shell's program, copied and run under another name",
    "A binary that was copied runs under any name; an emulation knows programs by their path.",
  ],
  [
    "libraries",
    missingLines,
    "files that ldd names",
    "Shared libraries that the shell needs are not there: it does not run from this file system.",
    10,
  ],
  [
    "common",
    commonCommands,
    "36 programs that every system has",
    "Common programs are missing because the emulation never learned them.",
    6,
  ],
  ["places", missingPlaces, "files that command -v names", "A program that runs has no file, or an empty one.", 10],
  [
    "ping-name",
    pingedName,
    "ping of a name that DNS cannot carry",
    "A host whose every name answers a ping makes its pings up, as Kippo and Cowrie do.",
    30,
  ],
  ["ping-self", pingedSelf, "ping of 127.0.0.1", "Round trips to oneself take microseconds; invented ones look like the Internet.", 15],
];

export const toolChecks: readonly Check<LocalView>[] = rows.map(([name, judge, looksAt, reason, ratio = 12]) =>
  answerCheck({ id: `kind.tools.${name}`, command: `tools.${name}`, family: "tools", looksAt, reason, ratio, judge }),
);

function wrongOptions(output: string): AnswerJudgement {
  const accepted = [...output.matchAll(/^= (\S+) 0$/gm)].map((found) => found[1]);
  if (!/^= \S+ \d+$/m.test(output)) return wrong("");
  return accepted.length < 2 ? "right" : wrong(`${accepted.join(", ")} took --no-such-q7`);
}

function busyboxUnknown(output: string): AnswerJudgement {
  const there = output.startsWith("there\n");
  if (/denied/i.test(output)) return unclear("busybox may not be run");
  const right = there ? /ECCHI: applet not found/.test(output) : /busybox.*(?:not found|no such file)/i.test(output);
  return right && output.endsWith("\n127\n") ? "right" : wrong("");
}

/** e_machine of the ELF header by `uname -m`; 64-bit kernels also run 32-bit programs. */
const machines: Readonly<Record<string, readonly number[]>> = {
  x86_64: [62, 3],
  i686: [3],
  i386: [3],
  aarch64: [183, 40],
  armv7l: [40],
  armv6l: [40],
  armv5tejl: [40],
  mips: [8],
  mips64: [8],
  ppc64le: [21],
  ppc64: [21, 20],
  riscv64: [243],
  s390x: [22],
};

function elfHeader(output: string): AnswerJudgement {
  const at = output.indexOf("\n");
  const machine = output.slice(0, at);
  const bytes = Buffer.from(output.slice(at + 1), "latin1");
  if (bytes.length < 20 || bytes.toString("latin1", 0, 4) !== "\x7fELF")
    return wrong(`/bin/sh begins with ${bytes.toString("latin1", 0, 20)}`);
  const told = bytes[5] === 2 ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18);
  const allowed = Object.hasOwn(machines, machine) ? machines[machine] : undefined;
  if (allowed === undefined) return unclear(`the ELF number of ${machine} is not known here`);
  return allowed.includes(told) ? "right" : wrong(`ELF machine ${told} on ${machine}`);
}

function missingLines(output: string): AnswerJudgement {
  if (!/^(?:found|missing)/m.test(output)) return unclear("a static program");
  const missing = linesOf(output).filter((line) => line.startsWith("missing "));
  return missing.length === 0 ? "right" : wrong(missing.slice(0, 3).join(", "));
}

function commonCommands(output: string): AnswerJudgement {
  if (!output.endsWith("end\n")) return wrong("");
  const missing = linesOf(output).slice(0, -1);
  return missing.length < 6 ? "right" : wrong(`${missing.length} missing: ${missing.slice(0, 8).join(", ")}`);
}

function missingPlaces(output: string): AnswerJudgement {
  const missing = linesOf(output).filter((line) => /^missing \S+ \//.test(line));
  if (!/^\//m.test(output) && missing.length === 0) return unclear("the programs are built into the shell");
  return missing.length === 0 ? "right" : wrong(missing.slice(0, 3).join(", "));
}

function pingedName(output: string): AnswerJudgement {
  return /bytes from|\d (?:packets )?received|ttl=/.test(output) ? wrong(`answered ${linesOf(output)[0]}`) : "right";
}

function pingedSelf(output: string): AnswerJudgement {
  const times = [...output.matchAll(/time=([\d.]+) ms/g)].map((found) => Number(found[1]));
  if (times.length === 0) return unclear("nothing answered a ping");
  const middle = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
  return middle <= 15 ? "right" : wrong(`127.0.0.1 is ${middle} ms away`);
}
