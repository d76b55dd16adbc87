import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { type AnswerJudgement, type AnswerRule, answerCheck, exactly, linesOf, sharesProc, unclear, wrong } from "./answer-check.ts";

/** /proc against the tools: each number is told in two ways, and a fake seldom tells both. */

type Row = readonly [name: string, judge: AnswerRule["judge"], looksAt: string, reason: string, ratio: number];

const rows: readonly Row[] = [
  [
    "own-number",
    ownNumber,
    "$$, /proc/$$/stat, $PPID, numbers of two new shells",
    "Every process has a number of its own, and the shell's is in /proc; constants are not.",
    15,
  ],
  [
    "own-command-line",
    exactly(/mark-q7/),
    "/proc/$$/cmdline",
    "The kernel knows the command line with which this very shell was started.",
    15,
  ],
  [
    "own-environment",
    exactly("MARK_Q7=seen\n"),
    "/proc/$$/environ of a shell with a variable set for it alone",
    "A process's environment in /proc is the one it was started with.",
    15,
  ],
  [
    "own-folder",
    exactly(/cwd -> \/etc\n.*exe -> \/.+\n/),
    "/proc/$$/cwd and exe",
    "The links of a process follow what it does; a drawn /proc has none that move.",
    15,
  ],
  [
    "own-descriptor",
    exactly(/fd\/5 -> \/dev\/null\n.*fd\/5.*\n/),
    "/proc/$$/fd/5 open and closed",
    "Descriptors come and go in /proc as the shell opens and closes them.",
    15,
  ],
  [
    "own-umask",
    exactly("Umask:\t0013\n"),
    "Umask in /proc/$$/status after umask 013",
    "Since Linux 4.7 the umask is in the status file, and changes with it.",
    10,
  ],
  [
    "own-limits",
    ownLimits,
    "ulimit -n against /proc/$$/limits, twice",
    "A limit that was set shows in /proc at once where it is a limit at all.",
    10,
  ],
  [
    "child",
    childSeen,
    "a sleeping child in /proc: its parent, and its end",
    "A child is in /proc with its parent's number as long as it lives.",
    15,
  ],
  [
    "processes",
    processCount,
    "lines of ps against numbers in /proc",
    "ps reads /proc; a ps with a fixed table counts other processes than there are.",
    12,
  ],
  [
    "child-listed",
    exactly(/\n0\n$/),
    "a sleeping child in ps",
    "A process that was just started is missing from a fixed process table.",
    15,
  ],
  ["memory", memoryTotal, "free against MemTotal", "free and /proc/meminfo come from one kernel, or from two texts.", 12],
  ["uptime", uptimeText, "uptime against /proc/uptime", "The uptime in words and the one in seconds differ where each was made up.", 12],
  ["load", loadText, "uptime's load against /proc/loadavg", "The load is told twice, and moves.", 8],
  ["processors", processorCount, "nproc against /proc/cpuinfo", "More processors are usable than /proc/cpuinfo has.", 8],
  ["disk", diskSize, "df of / against statfs", "The size of the root file system is one number, in two units.", 12],
  ["mounts", mountsAgree, "mount against /proc/mounts", "mount reads /proc/mounts; a fixed text lists other file systems.", 12],
  ["disk-mounts", diskMounts, "mount points in df against /proc/mounts", "df shows file systems that are not mounted.", 12],
  [
    "kernel-name",
    kernelName,
    "uname -r and -v against /proc/version and osrelease",
    "The kernel's version in /proc and in uname contradict each other, as in Kippo.",
    15,
  ],
  [
    "host-name",
    hostName,
    "uname -n and hostname against /proc/sys/kernel/hostname",
    "The host calls itself by two names at the same moment.",
    10,
  ],
  [
    "account",
    account,
    "id, whoami, /etc/passwd, /proc/$$/status",
    "Who one is, is told in four places that agree on a system with accounts.",
    10,
  ],
  [
    "random-identifier",
    randomIdentifier,
    "/proc/sys/kernel/random/uuid and boot_id, each read twice",
    "uuid is new at each read and boot_id is not: files with contents cannot do both.",
    15,
  ],
  [
    "last-number",
    lastNumber,
    "last process number in /proc/loadavg",
    "The kernel's last process number lies behind one that it just gave.",
    10,
  ],
  ["interfaces", interfacesAgree, "/proc/net/dev against /sys/class/net", "The network interfaces of two views of one kernel differ.", 6],
];

export const procChecks: readonly Check<LocalView>[] = rows.map(([name, judge, looksAt, reason, ratio]) =>
  answerCheck({
    id: `kind.proc.${name}`,
    command: name === "load" ? "proc.uptime" : `proc.${name}`,
    family: "proc-agreement",
    looksAt,
    reason,
    ratio,
    source: "proc(5); compared on Debian and busybox",
    judge,
  }),
);

function differ(one: unknown, other: unknown): AnswerJudgement {
  return wrong(`${String(one)} against ${String(other)}`);
}

function ownNumber(output: string): AnswerJudgement {
  if (/\/proc\//.test(output)) return unclear("/proc could not be read");
  return /^(\d+)\n\1\n\1\n(\d+)\n(?!\2\n)\d+\n$/.test(output) ? "right" : wrong("");
}

function ownLimits(output: string): AnswerJudgement {
  const found = /^Max open files +(\S+).*\n(\S+)\nMax open files +(\S+)/.exec(output);
  if (found === null) return unclear("the limits could not be read");
  return found[1] === found[2] && found[3] === "17" ? "right" : differ(`${found[1]}, then ${found[3]}`, found[2]);
}

/** `there`, our number, the child's status file, `gone`. */
function childSeen(output: string): AnswerJudgement {
  const [there, own = "", ...rest] = linesOf(output);
  return there === "there" && rest.includes(`PPid:\t${own}`) && rest.at(-1) === "gone" ? "right" : wrong("");
}

function processCount(output: string): AnswerJudgement {
  const [inProc = 0, inTool = 0] = linesOf(output).map(Number);
  if (!Number.isInteger(inProc) || !Number.isInteger(inTool)) return wrong("");
  if (inProc === 0) return unclear("/proc shows no processes");
  return Math.abs(inProc - inTool) <= 8 + 0.2 * inProc ? "right" : wrong(`${inTool} lines of ps, ${inProc} processes in /proc`);
}

function memoryTotal(output: string): AnswerJudgement {
  const told = /^MemTotal: +(\d+) kB/m.exec(output)?.[1];
  const free = /^ *Mem: +(\d+)/m.exec(output)?.[1];
  if (told === undefined || free === undefined || sharesProc(output)) return unclear("not both are told by one kernel");
  return Math.abs(Number(told) - Number(free)) <= Number(told) / 50 ? "right" : differ(`${free} kB`, `${told} kB`);
}

function uptimeText(output: string): AnswerJudgement {
  const seconds = /^(\d+)\.\d\d \d+\.\d\d$/m.exec(output)?.[1];
  const minutes = spokenMinutes(output);
  if (seconds === undefined || minutes === undefined || sharesProc(output)) return unclear("not both are told by one kernel");
  return Math.abs(Number(seconds) / 60 - minutes) <= 2 ? "right" : differ(`${minutes} min`, `${seconds} s`);
}

/** `up 3 days,  4:05`, `up 1 day, 7 min`, `up 12 min`, `up  4:05`. */
function spokenMinutes(output: string): number | undefined {
  const found = / up +(?:(\d+) days?, +)?(?:(\d+):(\d\d)|(\d+) min)/.exec(output);
  if (found === null) return undefined;
  const [, days = 0, hours = 0, minutes = 0, only = 0] = found;
  return Number(days) * 1440 + Number(hours) * 60 + Number(minutes) + Number(only);
}

function loadText(output: string): AnswerJudgement {
  const spoken = /load average: +(\d+\.\d\d)/.exec(output)?.[1];
  const told = /^(\d+\.\d\d) \d+\.\d\d \d+\.\d\d \d+\/\d+ \d+$/m.exec(output)?.[1];
  if (spoken === undefined || told === undefined || sharesProc(output)) return unclear("not both are told by one kernel");
  return Math.abs(Number(spoken) - Number(told)) <= 0.3 + Number(told) / 5 ? "right" : differ(spoken, told);
}

function processorCount(output: string): AnswerJudgement {
  const found = /^(\d+)\n(\d+)\n(?:processor|vendor)/m.exec(output);
  const listed = Number(found?.[2] ?? 0);
  if (listed === 0 || sharesProc(output)) return unclear("/proc/cpuinfo does not list processors one by one");
  const usable = Number(found?.[1]);
  return usable <= listed ? "right" : differ(usable, listed);
}

function diskSize(output: string): AnswerJudgement {
  const shown = /^\S.* (\d+) +\d+ +\d+ +\d+% +\/$/m.exec(output)?.[1];
  const [, blocks, size] = /^(\d+) (\d+)\n$/m.exec(output) ?? [];
  if (shown === undefined || blocks === undefined) return unclear("statfs was not told");
  const kilobytes = (Number(blocks) * Number(size)) / 1024;
  // df leaves out what the file system keeps for itself.
  return Math.abs(kilobytes - Number(shown)) <= 0.03 * kilobytes + 64 ? "right" : differ(`${shown} kB`, `${kilobytes} kB`);
}

function halves(output: string): readonly [readonly string[], readonly string[]] {
  const at = output.indexOf("---\n");
  return at < 0 ? [[], []] : [linesOf(output.slice(0, at)), linesOf(output.slice(at + 4))];
}

/** Spaces in names are written as octal in /proc/mounts. */
function mountPoints(lines: readonly string[]): ReadonlySet<string> {
  return new Set(
    lines.map((line) => (line.split(" ")[1] ?? "").replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))),
  );
}

function mountsAgree(output: string): AnswerJudgement {
  const [told, listed] = halves(output);
  const points = listed.flatMap((line) => / on (\/.*?) type /.exec(line)?.[1] ?? []);
  if (told.length < 2 || points.length === 0) return unclear("mount told nothing");
  const missing = points.filter((point) => !mountPoints(told).has(point));
  return missing.length <= points.length / 4 ? "right" : wrong(`mount has ${missing.slice(0, 4).join(", ")}, /proc/mounts has not`);
}

function diskMounts(output: string): AnswerJudgement {
  const [told, listed] = halves(output);
  const points = listed.flatMap((line) => /\d% +(\/.*)$/.exec(line)?.[1] ?? []);
  if (told.length < 2 || points.length === 0) return unclear("df told nothing");
  const missing = points.filter((point) => !mountPoints(told).has(point));
  return missing.length === 0 ? "right" : wrong(`df has ${missing.slice(0, 4).join(", ")}, /proc/mounts has not`);
}

function kernelName(output: string): AnswerJudgement {
  const [release = "", told, version = "", whole = ""] = output.split("\n");
  if (!whole.startsWith("Linux version ")) return unclear("/proc/version could not be read");
  if (release !== told) return differ(release, told);
  return whole.startsWith(`Linux version ${release} `) && whole.includes(version) ? "right" : differ(`${release} ${version}`, whole);
}

function hostName(output: string): AnswerJudgement {
  const [node = "", told = "", hostname = ""] = output.split("\n");
  if (told === "" || /[ /]/.test(told)) return unclear("/proc could not be read");
  const short = (name: string) => name.split(".")[0];
  return node === told && short(hostname) === short(told) ? "right" : differ(`${node}, ${hostname}`, told);
}

function account(output: string): AnswerJudgement {
  const uid = /^uid=(\d+)/.exec(output)?.[1];
  if (uid === undefined) return wrong("");
  const effective = /^Uid:\t\d+\t(\d+)/m.exec(output)?.[1];
  const entry = /^([^:\n]+):[^:\n]*:(\d+):/m.exec(output);
  if (effective !== undefined && effective !== uid) return differ(`uid ${uid}`, `Uid ${effective} in /proc`);
  if (entry !== null && entry[2] !== uid) return differ(`uid ${uid}`, entry[0]);
  return linesOf(output)[1] === uid ? "right" : differ(`uid=${uid}`, linesOf(output)[1]);
}

function randomIdentifier(output: string): AnswerJudgement {
  const [one = "", two = "", boot = "", again = ""] = linesOf(output);
  const each = [one, two, boot, again].every((text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text));
  return each && one !== two && boot === again ? "right" : wrong("");
}

function lastNumber(output: string): AnswerJudgement {
  const lines = linesOf(output);
  const given = Number(lines.findLast((line) => /^\d+$/.test(line)) ?? "x");
  const last = Number(/^\d+\.\d\d \d+\.\d\d \d+\.\d\d \d+\/\d+ (\d+)$/m.exec(output)?.[1] ?? "x");
  if (Number.isNaN(given) || Number.isNaN(last) || sharesProc(output)) return unclear("/proc/loadavg could not be read");
  // Numbers start again from below when all are used.
  return last >= given || given > last + 30_000 ? "right" : differ(`process ${given}`, `last ${last}`);
}

function interfacesAgree(output: string): AnswerJudgement {
  const [inSys = "", inProc = ""] = output.split("---\n");
  const known = new Set(linesOf(inSys));
  const told = [...inProc.matchAll(/^ *([^\s:|]+):/gm)].map((found) => found[1] ?? "");
  if (told.length === 0) return unclear("/proc/net/dev could not be read");
  const missing = told.filter((name) => !known.has(name));
  return missing.length === 0 ? "right" : wrong(`${missing.slice(0, 4).join(", ")} is in /proc/net/dev and not in /sys/class/net`);
}
