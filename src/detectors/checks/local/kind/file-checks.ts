import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { type AnswerRule, answerCheck, exactlyWhereKnown, linesOf, statusesIn, unclear, wrong } from "./answer-check.ts";

/** File semantics: what stays true between two commands where there is a kernel with a file system. */

type Row = readonly [name: string, judge: AnswerRule["judge"], looksAt: string, reason: string, ratio?: number];

const FAILED = String.raw`[1-9]\d*\n`;

const rows: readonly Row[] = [
  [
    "hard-link",
    exactlyWhereKnown(/^ *(\d+) f\n *\1 g\n\S+ +2 .*\n\S+ +1 .*\na\nb\n$/),
    "two names of one inode, and the count of links",
    "A second name of a file is a copy where files are entries of a table.",
  ],
  [
    "rename",
    exactlyWhereKnown(/^ *(\d+) f\n *\1 h\n.*f.*\n *\1 d\/h\n$/),
    "inode number through mv",
    "A renamed file keeps its inode number; one that was copied and deleted does not.",
  ],
  [
    "symbolic-link",
    exactlyWhereKnown(/^.*\nx\nl.* l -> t\nlink\nx\n$/),
    "a link that points nowhere, written through",
    "Writing through a dangling link creates its target only in a true file system.",
  ],
  [
    "link-loop",
    (output) => (/loop|levels of symbolic/i.test(output) && statusesIn(output).at(-1) !== 0 ? "right" : wrong("")),
    "two links that point at each other",
    "A loop of links is an error of its own (ELOOP), which emulations never meet.",
  ],
  [
    "deleted-open",
    exactlyWhereKnown(/^still\nstill\n.*f.*\n/),
    "a file that was deleted while open",
    "An open file outlives its name only where descriptors hold inodes.",
  ],
  [
    "umask",
    exactlyWhereKnown(/^drwxr-x---.* d\n-rw-r-----.* f\n$/),
    "rights of new files under umask 027",
    "The umask is stored and not obeyed.",
  ],
  [
    "mode-bits",
    exactlyWhereKnown(/^-rwsr-x--x.* f\n-rwxrwx---.* f\ndrwxrwxrwt.* d\n$/),
    "chmod in octal and in letters, set-uid and sticky bits",
    "Modes beyond rwx, and changes by letters, are dropped by simple chmod emulations.",
  ],
  [
    "denied",
    readDespiteMode,
    "reading one's own file of mode 000",
    "Rights are shown and not enforced: an ordinary user reads what nobody may.",
  ],
  [
    "sparse",
    exactlyWhereKnown(/^ *1048576\n *1048578\n *0\n$/),
    "a file written beyond its end, appended to, cut",
    "Seeking beyond the end is refused or ignored where a file is a string.",
  ],
  [
    "time-order",
    exactlyWhereKnown(/^new\nold\nold\nnew\n\.\/new\n.*2020.*old\n$/),
    "ls -t, ls -tr and find -newer after touch -t",
    "Times of files are decoration: they do not order anything.",
  ],
  [
    "not-empty",
    exactlyWhereKnown(new RegExp(`^${FAILED}${FAILED}${FAILED}.*a.*\\n${FAILED}$`)),
    "rmdir and rm of a full directory, mkdir of one that is there",
    "Directories are removed or made again without a complaint.",
  ],
  [
    "fifo",
    exactlyWhereKnown(/^thru\np.*p\n$/),
    "mkfifo with a writer in the background",
    "A named pipe joins two processes, and there is only one.",
  ],
  [
    "full-device",
    exactlyWhereKnown(/^[1-9]\d*\nzzzz$/),
    "/dev/full",
    "The device that is always full becomes an ordinary file when it is written to.",
  ],
  [
    "null-device",
    exactlyWhereKnown(/^c.* 1, +3 .*\/dev\/null\nc.* 1, +5 .*\/dev\/zero\nc.* 1, +3 .*\/dev\/null\n$/),
    "/dev/null and /dev/zero before and after writing",
    "Devices are plain files, without numbers or changed by what is written to them.",
  ],
  ["random-device", randomDevice, "/dev/urandom three times, /dev/zero by length", "Random bytes repeat, or do not come at all."],
  ["sticky-tmp", stickyTmp, "mode of /tmp", "On systems that somebody installed, /tmp is open to all with the sticky bit.", 2],
  [
    "kept-again",
    exactlyWhereKnown(/^kept here\n.*x.*\n$/),
    "a file of an earlier command, found again and deleted",
    "What one command wrote is gone at the next: every command has a file system of its own.",
  ],
  [
    "proc-refuses",
    exactlyWhereKnown(/^[1-9]\d*\n[1-9]\d*\nLinux version .*\n$/),
    "making and removing files in /proc",
    "The kernel refuses new files in /proc even to root; a table of files takes them.",
  ],
  [
    "errors",
    errorTexts,
    "errors for missing files, directories and paths through files",
    "Errors have fixed meanings (ENOENT, EISDIR, ENOTDIR); emulations answer nothing or the same to all.",
  ],
  [
    "same-name",
    exactlyWhereKnown(/^a\nb\n *4\nF\nf\n$/),
    "names that differ in case, with a space, with a dash",
    "Unusual file names show how a command line is taken apart.",
  ],
  [
    "directory-numbers",
    exactlyWhereKnown(/^ *(\d+) a\n *\1 a\/b\/\.\.\n *\1 a\/\.\n *(\d+) \/\n *\2 \/\.\.\n$/),
    "inode numbers of a, a/b/.. and /..",
    "The same directory has one inode number by every way; made-up numbers differ by name.",
  ],
  [
    "pseudo-roots",
    pseudoRoots,
    "inode numbers of /proc and /sys",
    "The roots of procfs and sysfs are inode 1 on Linux; directories that only look like them are not.",
  ],
];

export const fileChecks: readonly Check<LocalView>[] = rows.map(([name, judge, looksAt, reason, ratio = 20]) =>
  answerCheck({ id: `kind.files.${name}`, command: `files.${name}`, family: "file-semantics", looksAt, reason, ratio, judge }),
);

function readDespiteMode(output: string): ReturnType<AnswerRule["judge"]> {
  const uid = linesOf(output).at(-1) ?? "";
  if (!/^\d+$/.test(uid)) return unclear("who asked is not known");
  if (uid === "0") return "right";
  return output.includes("secret") ? wrong(`user ${uid} read a file of mode 000`) : "right";
}

function randomDevice(output: string): ReturnType<AnswerRule["judge"]> {
  const lines = linesOf(output);
  const sums = lines.slice(0, 3);
  const right = sums.every((sum) => / 24$/.test(sum)) && new Set(sums).size === 3 && lines[3]?.trim() === "3000";
  return right ? "right" : wrong("");
}

function stickyTmp(output: string): ReturnType<AnswerRule["judge"]> {
  if (!/^[dl]/.test(output)) return wrong("");
  const folder = linesOf(output).find((line) => line.startsWith("d"));
  if (folder === undefined) return unclear("/tmp was not listed");
  return folder.startsWith("drwxrwxrwt") ? "right" : wrong(`/tmp is ${folder.slice(0, 10)}`);
}

function errorTexts(output: string): ReturnType<AnswerRule["judge"]> {
  const statuses = statusesIn(output);
  const told = [/no such file/i, /is a directory/i, /not a directory/i].every((text) => text.test(output));
  return told && statuses.length >= 3 && !statuses.includes(0) ? "right" : wrong("");
}

function pseudoRoots(output: string): ReturnType<AnswerRule["judge"]> {
  const mounted = / \/proc proc /.test(output) && / \/sys sysfs /.test(output);
  if (!mounted) return unclear("/proc and /sys are not both mounted");
  return /^ *1 \/proc\n *1 \/sys\n/.test(output) ? "right" : wrong(`answered ${linesOf(output).slice(0, 2).join(", ")}`);
}
