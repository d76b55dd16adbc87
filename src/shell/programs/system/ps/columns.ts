import type { Process, ProcessInfo } from "../../../program.ts";
import { clockText, pad } from "../../durations.ts";
import { groupName } from "../../owners.ts";
import { formatTime, zoneOf } from "../../time-format.ts";

/** What ps knows beside the processes while it writes one table. */
export interface PsView {
  readonly process: Process;
  readonly wallMs: number;
  readonly uptimeSeconds: number;
  readonly pidWidth: number;
  readonly forest: ReadonlyMap<number, string>;
}

export interface Column {
  readonly header: string;
  readonly width: number;
  /** Flush left; else right. */
  readonly left?: boolean;
  readonly show: (info: ProcessInfo, view: PsView) => string;
  /** For --sort: by number where there is one. */
  readonly key?: (info: ProcessInfo, view: PsView) => number;
}

/** Process ids are as wide as pid_max: 4194304 where systemd raised it, 32768 before. */
export function pidWidth(process: Process): number {
  const { bits, kernelRelease, shell } = process.system.machine;
  return bits === "64" && Number.parseInt(kernelRelease, 10) >= 5 && shell === "bash" ? 7 : 5;
}

const id = (header: string, read: (info: ProcessInfo) => number): Column => ({
  header,
  width: 0,
  show: (info) => String(read(info)),
  key: read,
});
const user = (header: string): Column => ({ header, width: 8, left: true, show: (info) => shortName(info.user) });
const command = (header: string, width: number): Column => ({
  header,
  width,
  left: true,
  show: (info, view) => (view.forest.get(info.pid) ?? "") + info.command,
});
const name = (header: string): Column => ({
  header,
  width: 15,
  left: true,
  show: (info, view) => (view.forest.get(info.pid) ?? "") + info.name,
});
const number = (spec: { header: string; width: number; read: (info: ProcessInfo, view: PsView) => number }): Column => ({
  header: spec.header,
  width: spec.width,
  show: (info, view) => String(spec.read(info, view)),
  key: spec.read,
});
const tty = (header: string): Column => ({ header, width: 8, left: true, show: (info) => info.terminal ?? "?" });
const started: Column["key"] = (info) => info.startedSeconds;

/** All that ps -o knows by its standard names; aliases below. */
const COLUMNS: Readonly<Record<string, Column>> = {
  pid: id("PID", (info) => info.pid),
  ppid: id("PPID", (info) => info.parent),
  pgid: id("PGID", (info) => info.group),
  sid: id("SID", (info) => info.session),
  lwp: id("LWP", (info) => info.pid),
  tpgid: { header: "TPGID", width: 0, show: (info) => (info.state.includes("+") ? String(info.group) : "-1") },
  uid: number({ header: "UID", width: 5, read: (info) => info.uid }),
  user: user("USER"),
  UID: user("UID"),
  group: {
    header: "GROUP",
    width: 8,
    left: true,
    show: (info, { process }) => groupName(process, process.system.userById(info.uid)?.gid ?? info.uid),
  },
  "%cpu": { header: "%CPU", width: 4, show: (info, view) => cpuShare(info, view).toFixed(1), key: cpuShare },
  c: number({ header: "C", width: 2, read: (info, view) => Math.min(99, Math.floor(cpuShare(info, view))) }),
  "%mem": { header: "%MEM", width: 4, show: (info, view) => memoryShare(info, view).toFixed(1), key: memoryShare },
  vsz: number({ header: "VSZ", width: 6, read: (info) => info.virtualKib }),
  rss: number({ header: "RSS", width: 5, read: (info) => info.rssKib }),
  sz: number({ header: "SZ", width: 5, read: (info) => Math.floor(info.virtualKib / 4) }),
  tname: tty("TTY"),
  tt: tty("TT"),
  stat: { header: "STAT", width: 4, left: true, show: (info) => info.state },
  s: { header: "S", width: 1, left: true, show: (info) => info.state.charAt(0) },
  start: { header: "START", width: 5, show: startText, key: started },
  stime: { header: "STIME", width: 5, show: startText, key: started },
  started: { header: "STARTED", width: 8, show: (info, view) => startedText(info, view), key: started },
  lstart: {
    header: "STARTED",
    width: 24,
    show: (info, view) => formatTime("%a %b %e %H:%M:%S %Y", startMs(info, view), zoneOf(view.process)),
    key: started,
  },
  etime: { header: "ELAPSED", width: 11, show: (info, view) => clockText(age(info, view), false), key: age },
  etimes: number({ header: "ELAPSED", width: 7, read: (info, view) => age(info, view) }),
  bsdtime: {
    header: "TIME",
    width: 6,
    show: ({ cpuSeconds }) => `${Math.floor(cpuSeconds / 60)}:${pad(cpuSeconds % 60)}`,
    key: (info) => info.cpuSeconds,
  },
  time: { header: "TIME", width: 8, show: ({ cpuSeconds }) => clockText(cpuSeconds, true), key: (info) => info.cpuSeconds },
  ni: { header: "NI", width: 3, show: (info) => String(nice(info)), key: nice },
  pri: number({ header: "PRI", width: 3, read: (info) => 19 - nice(info) }),
  priority: number({ header: "PRI", width: 3, read: (info) => 80 + nice(info) }),
  psr: number({ header: "PSR", width: 3, read: ({ pid }, view) => pid % view.process.system.machine.cpus }),
  nlwp: number({ header: "NLWP", width: 4, read: (info) => (info.state.includes("l") ? 3 : 1) }),
  cls: { header: "CLS", width: 3, show: () => "TS" },
  rtprio: { header: "RTPRIO", width: 6, show: () => "-" },
  wchan: { header: "WCHAN", width: 6, left: true, show: waitChannel },
  f: { header: "F", width: 1, show: (info) => (info.command.startsWith("[") ? "1" : "4") },
  addr: { header: "ADDR", width: 1, show: () => "-" },
  args: command("COMMAND", 27),
  CMD: command("CMD", 27),
  comm: name("COMMAND"),
  ucmd: name("CMD"),
};

const ALIASES: Readonly<Record<string, string>> = {
  cmd: "CMD",
  command: "args",
  ucomm: "comm",
  fname: "comm",
  pcpu: "%cpu",
  pmem: "%mem",
  vsize: "vsz",
  rssize: "rss",
  rsz: "rss",
  euser: "user",
  ruser: "user",
  uname: "user",
  euid: "uid",
  ruid: "uid",
  egroup: "group",
  tty: "tt",
  state: "s",
  start_time: "start",
  nice: "ni",
  pgrp: "pgid",
  sess: "sid",
  session: "sid",
  cputime: "time",
  thcount: "nlwp",
  tid: "lwp",
  spid: "lwp",
  flags: "f",
  policy: "cls",
};

/** The column of a name as -o and --sort take it; in -o, `start` is STARTED as util-linux people know it. */
export function columnOf(text: string): Column | undefined {
  if (text === "start") return COLUMNS["started"];
  const name = ALIASES[text] ?? text;
  return Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined;
}

export function standardColumns(names: string): readonly Column[] {
  return names.split(" ").flatMap((one) => COLUMNS[one] ?? []);
}

/** Longer names are cut and marked, as procps 3.3 and later do. */
function shortName(text: string): string {
  return text.length > 8 ? `${text.slice(0, 7)}+` : text;
}

function age(info: ProcessInfo, view: PsView): number {
  return Math.max(0, Math.floor(view.uptimeSeconds - info.startedSeconds));
}

export function cpuShare(info: ProcessInfo, view: PsView): number {
  const seconds = age(info, view);
  return seconds === 0 ? 0 : Math.min(100, (info.cpuSeconds * 100) / seconds);
}

export function memoryShare(info: ProcessInfo, view: PsView): number {
  return Math.floor((info.rssKib * 1000) / view.process.system.machine.memoryKib) / 10;
}

function startMs(info: ProcessInfo, view: PsView): number {
  return view.wallMs - (view.uptimeSeconds - info.startedSeconds) * 1000;
}

/** The time of today, the day of this year, or the year. */
function startText(info: ProcessInfo, view: PsView): string {
  const zone = zoneOf(view.process);
  const at = startMs(info, view);
  const same = (format: string) => formatTime(format, at, zone) === formatTime(format, view.wallMs, zone);
  return formatTime(same("%F") ? "%H:%M" : same("%Y") ? "%b%d" : "%Y", at, zone);
}

function startedText(info: ProcessInfo, view: PsView): string {
  const at = startMs(info, view);
  return formatTime(view.wallMs - at < 86_400_000 ? "%H:%M:%S" : "  %b %d", at, zoneOf(view.process));
}

export function nice(info: ProcessInfo): number {
  if (info.state.includes("<")) return -20;
  if (!info.state.includes("N")) return 0;
  return info.name === "ksmd" ? 5 : 19;
}

function waitChannel(info: ProcessInfo): string {
  if (/^[RIZ]/.test(info.state)) return "-";
  return info.command.startsWith("[") ? "-" : /^-?(ba|da|a)?sh\b/.test(info.command) ? "do_wai" : "do_sel";
}

/** The table: a value that is too long takes its room from the columns behind it; nothing is padded at the end. */
export function psTable(columns: readonly Column[], rows: readonly ProcessInfo[], view: PsView): readonly string[] {
  const line = (texts: readonly string[]) => joinCells(columns, texts, view.pidWidth);
  const headers = columns.map(({ header }) => header);
  const table = rows.map((info) => line(columns.map((column) => column.show(info, view))));
  return headers.every((header) => header === "") ? table : [line(headers), ...table];
}

function joinCells(columns: readonly Column[], texts: readonly string[], ids: number): string {
  let line = "";
  let end = -1;
  columns.forEach((column, at) => {
    const text = texts[at] ?? "";
    const width = column.width === 0 ? ids : column.width;
    const room = end + 1 + width - (line.length + (at === 0 ? 0 : 1));
    end += 1 + width;
    const last = at === columns.length - 1;
    const padded = column.left === true ? (last ? text : text.padEnd(room)) : text.padStart(room);
    line += (at === 0 ? "" : " ") + padded;
  });
  return line;
}
