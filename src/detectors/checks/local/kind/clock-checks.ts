import type { Check } from "../../../check.ts";
import type { LocalView } from "../../../views/local-view.ts";
import {
  type AnswerJudgement,
  type AnswerRule,
  answerCheck,
  exactlyWhereKnown,
  linesOf,
  sharesProc,
  unclear,
  wrong,
} from "./answer-check.ts";

/** Clocks: they run on while one sleeps, and agree with each other. */

type Row = readonly [name: string, command: string, judge: AnswerRule["judge"], looksAt: string, reason: string, ratio: number];

const rows: readonly Row[] = [
  [
    "sleep",
    "clock.sleep",
    runsOn,
    "/proc/uptime and date before and after sleep 1",
    "Time stands still in /proc/uptime, or a sleep takes no time: nothing runs there.",
    15,
  ],
  [
    "switches",
    "clock.sleep",
    switchesRise,
    "context switches in /proc/stat, twice",
    "The kernel's counters stand still although programs ran.",
    12,
  ],
  [
    "boot",
    "clock.boot",
    bootAgrees,
    "btime plus uptime against date",
    "The moment of boot in /proc/stat does not fit uptime and clock.",
    4,
  ],
  [
    "boot-record",
    "clock.boot",
    bootRecord,
    "who -b against btime",
    "The record of the last boot belongs to another boot than the kernel's.",
    2,
  ],
  [
    "new-process",
    "clock.new-process",
    startAgrees,
    "start time of this very shell against /proc/uptime",
    "A process that was just started is older or younger than a moment.",
    12,
  ],
  ["new-file", "clock.new-file", newFile, "time of a new file against date", "New files carry a time that is not now.", 10],
  ["zones", "clock.zones", zones, "date under two values of TZ", "The time zone in the environment is not heeded.", 10],
  [
    "calendar",
    "clock.calendar",
    exactlyWhereKnown("2000-02-29T00:00:002\n"),
    "a leap day's date and weekday",
    "Dates are computed by the book on a real system, and copied on a fake one.",
    10,
  ],
];

export const clockChecks: readonly Check<LocalView>[] = rows.map(([name, command, judge, looksAt, reason, ratio]) =>
  answerCheck({ id: `kind.clock.${name}`, command, family: "clocks", looksAt, reason, ratio, source: "proc(5), POSIX.1-2017 date", judge }),
);

function runsOn(output: string): AnswerJudgement {
  const before = /^(\d+\.\d\d)$/m.exec(output)?.[1];
  const after = /^(\d+\.\d\d) \d+\.\d\d$/m.exec(output)?.[1];
  const [end = 0, start = 0] = linesOf(output)
    .filter((line) => /^\d{9,11}$/.test(line))
    .map(Number);
  if (before === undefined || after === undefined || start === 0) return unclear("/proc/uptime could not be read");
  const slept = Number(after) - Number(before);
  const passed = end - start;
  return slept >= 0.9 && passed >= 1 && slept < 30
    ? "right"
    : wrong(`a sleep of 1 s took ${slept.toFixed(2)} s of uptime and ${passed} s of the clock`);
}

function switchesRise(output: string): AnswerJudgement {
  const [before, after] = [...output.matchAll(/^ctxt (\d+)$/gm)].map((found) => Number(found[1]));
  if (before === undefined || after === undefined || after === 0) return unclear("/proc/stat does not count context switches");
  return after > before ? "right" : wrong(`${before}, then ${after}`);
}

interface Boot {
  readonly btime: number;
  readonly now: number;
  readonly uptime: number;
}

function bootOf(output: string): Boot | undefined {
  const btime = Number(/^btime (\d+)$/m.exec(output)?.[1] ?? "x");
  const now = Number(/^(\d{9,11})$/m.exec(output)?.[1] ?? "x");
  const uptime = Number(/^(\d+\.\d\d) \d+\.\d\d$/m.exec(output)?.[1] ?? "x");
  return Number.isNaN(btime + now + uptime) || sharesProc(output) ? undefined : { btime, now, uptime };
}

function bootAgrees(output: string): AnswerJudgement {
  const boot = bootOf(output);
  if (boot === undefined) return unclear("not all three are told by one kernel");
  const off = Math.abs(boot.btime + boot.uptime - boot.now);
  return off <= 120 ? "right" : wrong(`off by ${Math.round(off)} s`);
}

/** A day of tolerance: the record is in local time. Hosts without a clock of their own boot in 1970. */
function bootRecord(output: string): AnswerJudgement {
  const boot = bootOf(output);
  const [, year, month, day] = /system boot +(\d{4})-(\d\d)-(\d\d)/.exec(output) ?? [];
  if (boot === undefined || year === undefined || Number(year) < 2000) return unclear("no boot is on record");
  const recorded = Date.UTC(Number(year), Number(month) - 1, Number(day), 12) / 1000;
  return Math.abs(recorded - boot.btime) <= 2 * 86_400 ? "right" : wrong(`recorded ${year}-${month}-${day}, btime ${boot.btime}`);
}

/** Field 22 of proc_pid_stat(5), in hundredths of a second. */
function startAgrees(output: string): AnswerJudgement {
  const ticks = /^\d+ \(.*\) \S (?:-?\d+ ){18}(\d+) /m.exec(output)?.[1];
  const uptime = /^(\d+\.\d\d) \d+\.\d\d$/m.exec(output)?.[1];
  if (ticks === undefined || uptime === undefined || sharesProc(output)) return unclear("not both are told by one kernel");
  const age = Number(uptime) - Number(ticks) / 100;
  return age > -2 && age < 30 ? "right" : wrong(`started ${age.toFixed(1)} s ago`);
}

function newFile(output: string): AnswerJudgement {
  const [now, modified] = linesOf(output).map(Number);
  if (now === undefined || modified === undefined || Number.isNaN(now + modified)) return unclear("the file's time was not told");
  return Math.abs(now - modified) <= 3 ? "right" : wrong(`${modified - now} s from now`);
}

function zones(output: string): AnswerJudgement {
  const [utc = "", east = "", again = "", name] = linesOf(output);
  const ahead = [utc, again].map((hour) => (Number(east) - Number(hour) + 24) % 24);
  return ahead.includes(5) && name === "AAA" ? "right" : wrong("");
}
