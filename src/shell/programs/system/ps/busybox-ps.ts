import type { Execution, Process, ProcessInfo } from "../../../program.ts";
import { clockText } from "../../durations.ts";
import { groupName } from "../../owners.ts";
import { busyboxUsage } from "../../usage.ts";

/** busybox ps: desktop builds have -o and show PID USER COMMAND; those of routers have w only and show size and state. */
export function* busyboxPs(process: Process): Execution {
  const rows = process.system.processes();
  const small = process.system.machine.shell === "ash";
  const [first] = process.args;
  if (!small && first?.startsWith("-o") === true) return yield* chosenColumns(process, rows);
  if (!small && first?.startsWith("-") === true && first !== "-T") {
    yield* process.fail(first.startsWith("--") ? `unrecognized option '${first}'` : `invalid option -- '${first.charAt(1)}'`);
    yield* process.write(
      2,
      busyboxUsage(
        process,
        "ps [-o COL1,COL2=HEADER] [-T]",
        "Show list of processes\n\n\t-o COL1,COL2=HEADER\tSelect columns for display\n\t-T\t\t\tShow threads",
      ),
    );
    return 1;
  }
  const width = process.args.some((arg) => arg.includes("w")) ? Number.POSITIVE_INFINITY : lineWidth(process);
  const lines = small ? routerTable(rows) : desktopTable(rows);
  for (const line of lines) yield* process.print(`${line.slice(0, width)}\n`);
  return 0;
}

function lineWidth(process: Process): number {
  return process.isTerminal(1) ? (process.terminal?.columns ?? 80) - 1 : Number.POSITIVE_INFINITY;
}

function routerTable(rows: readonly ProcessInfo[]): readonly string[] {
  return [
    "  PID USER       VSZ STAT COMMAND",
    ...rows.map(
      (row) =>
        `${String(row.pid).padStart(5)} ${row.user.slice(0, 8).padEnd(8)} ${sizeText(row.virtualKib).padStart(5)} ${stateText(row).padEnd(4)} ${row.command}`,
    ),
  ];
}

function desktopTable(rows: readonly ProcessInfo[]): readonly string[] {
  return [
    "PID   USER     COMMAND",
    ...rows.map((row) => `${String(row.pid).padStart(5)} ${row.user.slice(0, 8).padEnd(8)} ${row.command}`),
  ];
}

/** At most five characters: KiB, then MiB with an m. */
function sizeText(kib: number): string {
  return kib < 100_000 ? String(kib) : `${Math.floor(kib / 1024)}m`;
}

/** busybox shows a letter, W for what has no memory, and < or N. */
function stateText({ state, rssKib }: ProcessInfo): string {
  const mark = state.includes("<") ? "<" : state.includes("N") ? "N" : "";
  return state.charAt(0) + (rssKib === 0 && !state.startsWith("Z") ? "W" : "") + mark;
}

interface Cell {
  readonly header: string;
  readonly width: number;
  readonly show: (row: ProcessInfo, process: Process) => string;
}

const CELLS: Readonly<Record<string, Cell>> = {
  user: { header: "USER", width: 8, show: ({ user }) => user },
  group: { header: "GROUP", width: 8, show: ({ uid }, process) => groupName(process, process.system.userById(uid)?.gid ?? uid) },
  comm: { header: "COMMAND", width: 16, show: ({ name }) => name },
  args: { header: "COMMAND", width: 256, show: ({ command }) => command },
  pid: { header: "PID", width: 5, show: ({ pid }) => String(pid) },
  ppid: { header: "PPID", width: 5, show: ({ parent }) => String(parent) },
  pgid: { header: "PGID", width: 5, show: ({ group }) => String(group) },
  vsz: { header: "VSZ", width: 4, show: ({ virtualKib }) => sizeText(virtualKib) },
  rss: { header: "RSS", width: 4, show: ({ rssKib }) => sizeText(rssKib) },
  stat: { header: "STAT", width: 4, show: stateText },
  tty: { header: "TT", width: 6, show: ({ terminal }) => terminal ?? "?" },
  time: { header: "TIME", width: 6, show: ({ cpuSeconds }) => clockText(cpuSeconds, false) },
};

function* chosenColumns(process: Process, rows: readonly ProcessInfo[]): Execution {
  const [first = "", second = ""] = process.args;
  const names = (first === "-o" ? second : first.slice(2)).split(",");
  const unknown = names.find((name) => CELLS[name.split("=")[0] ?? ""] === undefined);
  if (unknown !== undefined)
    return yield* process.fail(`bad -o argument '${unknown}', supported arguments: ${Object.keys(CELLS).join(",")}`);
  const cells = names.map((name) => {
    const [key = "", header] = name.split("=");
    const cell = CELLS[key];
    return { show: cell?.show ?? (() => ""), width: cell?.width ?? 0, header: header ?? cell?.header ?? "" };
  });
  const line = (texts: readonly string[]) =>
    texts.map((text, at) => (at === texts.length - 1 ? text : text.padEnd(cells[at]?.width ?? 0))).join(" ");
  yield* process.print(`${line(cells.map(({ header }) => header))}\n`);
  for (const row of rows) yield* process.print(`${line(cells.map(({ show }) => show(row, process)))}\n`);
  return 0;
}
