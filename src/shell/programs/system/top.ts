import type { Execution, Process, ProcessInfo, Program } from "../../program.ts";
import { pad } from "../durations.ts";
import { optionsOr, usageBlock } from "../usage.ts";
import { procpsUsed } from "./free.ts";
import { readMemory } from "./memory.ts";
import { cpuShare, memoryShare, nice, type PsView } from "./ps/columns.ts";
import { psView } from "./ps/ps.ts";
import { uptimeLine } from "./uptime.ts";

/** top: tables in a row with -b, else a screen that q leaves. */
export const top: Program = {
  name: "top",
  *run(process) {
    const options = yield* optionsOr(process, { short: "bcd:e:E:Hhin:o:p:Ssu:U:Vw::1", long: {} }, usageBlock("top"));
    if (typeof options === "number") return options;
    const screen = !options.has("b") && process.isTerminal(1) && process.terminal !== undefined;
    if (!options.has("b") && process.flavour === "gnu" && !screen) return yield* process.fail("failed tty get");
    const rounds = options.has("n") ? Number(options.value("n")) : Number.POSITIVE_INFINITY;
    const waitMs = Number(options.value("d") ?? (process.flavour === "busybox" ? 5 : 3)) * 1000 || 3000;
    const pids = (options.value("p") ?? "")
      .split(",")
      .filter((word) => word !== "")
      .map(Number);
    return yield* watch(process, { rounds, waitMs, screen, pids, full: options.has("c") });
  },
};

interface How {
  readonly rounds: number;
  readonly waitMs: number;
  readonly screen: boolean;
  readonly pids: readonly number[];
  readonly full: boolean;
}

function* watch(process: Process, how: How): Execution {
  const flags = process.terminal?.settings.flags ?? new Set<string>();
  const saved = ["icanon", "echo"].filter((flag) => how.screen && flags.delete(flag));
  for (let round = 0; round < how.rounds; round += 1) {
    if (round > 0 && (yield* wait(process, how))) break;
    const lines = process.flavour === "busybox" ? busyboxTable(process) : procpsTable(process, how);
    yield* process.print(how.screen ? screenful(process, lines) : `${lines.join("\n")}\n`);
  }
  for (const flag of saved) flags.add(flag);
  if (how.screen) yield* process.print(`\x1b[${process.terminal?.rows ?? 24};1H\n`);
  return 0;
}

/** True: the visitor wants to leave. */
function* wait(process: Process, how: How): Execution<boolean> {
  if (!how.screen) return yield* process.sleep(how.waitMs);
  const key = yield* process.readWithin(0, how.waitMs);
  return key !== undefined && (key === "" || /[qQ\x03]/.test(key));
}

function screenful(process: Process, lines: readonly string[]): string {
  const { rows = 24, columns = 80 } = process.terminal ?? {};
  return `\x1b[H\x1b[J${lines
    .slice(0, rows - 1)
    .map((line) => line.slice(0, columns))
    .join("\r\n")}\x1b[6;1H`;
}

function counted(all: readonly ProcessInfo[]): Readonly<Record<"running" | "sleeping" | "stopped" | "zombie", number>> {
  const count = (letters: string) => all.filter(({ state }) => letters.includes(state.charAt(0))).length;
  return { running: count("R"), sleeping: count("SID"), stopped: count("Tt"), zombie: count("Z") };
}

function procpsTable(process: Process, how: How): readonly string[] {
  const all = process.system.processes().filter(({ pid }) => how.pids.length === 0 || how.pids.includes(pid));
  const { running, sleeping, stopped, zombie } = counted(all);
  const memory = readMemory(process);
  const mib = (kib: number) => (kib / 1024).toFixed(1).padStart(8);
  const number = (value: number) => String(value).padStart(3);
  const view = psView(process);
  const busy = Math.min(100, (process.system.loadAverage()[0] * 100) / process.system.machine.cpus / 3);
  const idle = (100 - busy).toFixed(1).padStart(5);
  const head = [
    `top -${uptimeLine(process)}`,
    `Tasks: ${number(all.length)} total, ${number(running)} running, ${number(sleeping)} sleeping, ${number(stopped)} stopped, ${number(zombie)} zombie`,
    `%Cpu(s): ${(busy * 0.7).toFixed(1).padStart(4)} us, ${(busy * 0.3).toFixed(1).padStart(4)} sy,  0.0 ni,${idle} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st `,
    `MiB Mem : ${mib(memory.total)} total, ${mib(memory.free)} free, ${mib(procpsUsed(process, memory))} used, ${mib(memory.buffers + memory.cached)} buff/cache     `,
    `MiB Swap: ${mib(memory.swapTotal)} total, ${mib(memory.swapFree)} free, ${mib(memory.swapTotal - memory.swapFree)} used. ${mib(memory.available)} avail Mem `,
    "",
    `${"PID".padStart(view.pidWidth)} USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND`,
  ];
  const rows = all.toSorted((one, other) => Number(other.state.startsWith("R")) - Number(one.state.startsWith("R")) || one.pid - other.pid);
  return [...head, ...rows.map((info) => topRow(info, view, how.full))];
}

function topRow(info: ProcessInfo, view: PsView, full: boolean): string {
  const priority = nice(info);
  const minutes = Math.floor(info.cpuSeconds / 60);
  const time = `${minutes}:${pad(info.cpuSeconds % 60)}.${pad(view.process.system.seeded(`hundredths ${info.pid}`) % 100)}`;
  const name = full ? info.command : info.name;
  const share = cpuShare(info, view);
  return [
    String(info.pid).padStart(view.pidWidth),
    (info.user.length > 8 ? `${info.user.slice(0, 7)}+` : info.user).padEnd(8),
    String(20 + priority).padStart(3),
    String(priority).padStart(3),
    amount(info.virtualKib).padStart(7),
    String(info.rssKib).padStart(6),
    String(Math.floor(info.rssKib * 0.62)).padStart(6),
    info.state.charAt(0),
    (share < 0.5 ? 0 : share).toFixed(1).padStart(5),
    memoryShare(info, view).toFixed(1).padStart(5),
    time.padStart(9),
    name,
  ].join(" ");
}

function amount(kib: number): string {
  return kib < 10_000_000 ? String(kib) : `${(kib / 1_048_576).toFixed(1)}g`;
}

function busyboxTable(process: Process): readonly string[] {
  const memory = readMemory(process);
  const [one, five, fifteen] = process.system.loadAverage();
  const all = process.system.processes();
  const percent = Math.min(99, Math.round((one * 100) / process.system.machine.cpus / 3));
  const cell = (value: number) => `${String(value).padStart(3)}%`;
  const rows = all.map((info) => {
    const share = Math.floor((info.virtualKib * 100) / memory.total);
    const state = `${info.state.charAt(0)}${info.rssKib === 0 ? "W" : ""}${info.state.includes("<") ? "<" : ""}`;
    return `${String(info.pid).padStart(5)} ${String(info.parent).padStart(5)} ${info.user.slice(0, 8).padEnd(8)} ${state.padEnd(4)} ${String(info.virtualKib).padStart(6)} ${cell(share)} ${cell(0)} ${info.command}`;
  });
  return [
    `Mem: ${memory.total - memory.free}K used, ${memory.free}K free, ${memory.shared}K shrd, ${memory.buffers}K buff, ${memory.cached}K cached`,
    `CPU: ${cell(Math.ceil(percent * 0.7))} usr ${cell(Math.floor(percent * 0.3))} sys   0% nic ${cell(100 - percent)} idle   0% io   0% irq   0% sirq`,
    `Load average: ${one.toFixed(2)} ${five.toFixed(2)} ${fifteen.toFixed(2)} 1/${all.length} ${process.pid}`,
    "  PID  PPID USER     STAT   VSZ %VSZ %CPU COMMAND",
    ...rows,
  ];
}
