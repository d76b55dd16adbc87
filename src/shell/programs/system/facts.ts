import { isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { formatTime, UTC, zoneOf } from "../time-format.ts";
import { optionsOr, tryHelp, usageBlock } from "../usage.ts";
import { readMemory } from "./memory.ts";

function* print(process: Process, text: string, status = 0): Execution {
  yield* process.print(text);
  return status;
}

/** Values that getconf knows, by name. */
const CONFIGURATION: Readonly<Record<string, (process: Process) => string | number>> = {
  LONG_BIT: ({ system }) => system.machine.bits,
  PAGESIZE: () => 4096,
  PAGE_SIZE: () => 4096,
  _NPROCESSORS_ONLN: ({ system }) => system.machine.cpus,
  _NPROCESSORS_CONF: ({ system }) => system.machine.cpus,
  _PHYS_PAGES: ({ system }) => Math.floor(system.machine.memoryKib / 4),
  _AVPHYS_PAGES: (process) => Math.floor(readMemory(process).free / 4),
  ARG_MAX: () => 2_097_152,
  CLK_TCK: () => 100,
  OPEN_MAX: () => 1024,
  CHILD_MAX: () => 15_000,
  HOST_NAME_MAX: () => 64,
  NAME_MAX: () => 255,
  PATH_MAX: () => 4096,
  GNU_LIBC_VERSION: ({ system }) => (system.machine.distribution === "rocky" ? "glibc 2.34" : "glibc 2.36"),
  PATH: () => "/bin:/usr/bin",
};

export const getconf: Program = {
  name: "getconf",
  *run(process) {
    const [name] = process.args;
    if (name === undefined) {
      yield* process.write(2, "Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n");
      return 2;
    }
    if (name === "-a")
      return yield* print(
        process,
        Object.entries(CONFIGURATION)
          .map(([key, read]) => `${key.padEnd(34)} ${read(process)}\n`)
          .join(""),
      );
    const read = Object.hasOwn(CONFIGURATION, name) ? CONFIGURATION[name] : undefined;
    if (read === undefined) return yield* process.fail(`Unrecognized variable \`${name}'`, 2);
    return yield* print(process, `${read(process)}\n`);
  },
};

/** sysctl: names are paths below /proc/sys. */
export const sysctl: Program = {
  name: "sysctl",
  *run(process) {
    const options = yield* optionsOr(
      process,
      {
        short: "aAbeNnp::qr:wWfhVX",
        long: { all: "a", names: "N", values: "n", quiet: "q", write: "w", load: "p", system: "system", ignore: "e" },
      },
      usageBlock("sysctl", 8),
    );
    if (typeof options === "number") return options;
    if (options.has("p") || options.has("system")) return 0;
    if (options.has("a")) return yield* print(process, listed(process, "/proc/sys").join(""));
    let status = 0;
    for (const word of options.operands)
      status = Math.max(status, yield* one(process, word, { bare: options.has("n"), quiet: options.has("q") }));
    return status;
  },
};

function listed(process: Process, path: string): readonly string[] {
  const names = process.fs.list(path);
  if (isErrno(names)) return [];
  return [...names].sort().flatMap((name) => {
    const full = `${path}/${name}`;
    const stat = process.fs.stat(full);
    if (!isErrno(stat) && stat.kind === "directory") return listed(process, full);
    const text = process.fs.readFile(full);
    return typeof text === "string" ? [`${full.slice(10).replaceAll("/", ".")} = ${text.trimEnd()}\n`] : [];
  });
}

function* one(process: Process, word: string, how: { readonly bare: boolean; readonly quiet: boolean }): Execution {
  const [name = "", value] = word.split(/=(.*)/s);
  const key = name.trim();
  const path = `/proc/sys/${key.replaceAll(".", "/")}`;
  const text = process.fs.readFile(path);
  if (typeof text !== "string") return yield* process.fail(`cannot stat ${path}: No such file or directory`);
  if (value === undefined) return yield* print(process, how.bare ? text : `${key} = ${text.trimEnd()}\n`);
  if (process.credentials.uid !== 0) return yield* process.fail(`permission denied on key "${key}"`, 255);
  if (!how.quiet) yield* process.print(`${key} = ${value.trim()}\n`);
  return 0;
}

/** vmstat: since boot on the first line, then by the second. */
export const vmstat: Program = {
  name: "vmstat",
  *run(process) {
    const options = yield* optionsOr(process, { short: "afmnsdDp:S:twhV" }, usageBlock("vmstat", 8));
    if (typeof options === "number") return options;
    const wrong = options.operands.find((word) => !/^[1-9]\d{0,8}$/.test(word));
    if (wrong !== undefined) return yield* process.fail(`failed to parse argument: '${wrong}'`);
    const [delay, count] = options.operands.map(Number);
    const rounds = delay === undefined ? 1 : (count ?? Number.POSITIVE_INFINITY);
    yield* process.print(
      "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n",
    );
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) yield* process.sleep((delay ?? 1) * 1000);
      yield* process.print(vmstatRow(process, round));
    }
    return 0;
  },
};

function vmstatRow(process: Process, round: number): string {
  const memory = readMemory(process);
  const draw = (label: string, most: number) =>
    process.system.seeded(`vmstat ${label} ${round === 0 ? 0 : process.system.now().wallMs}`) % most;
  const cell = (value: number, width: number) => String(value).padStart(width);
  const busy = draw("us", 3);
  return `${cell(draw("r", 2), 2)}  0 ${cell(memory.swapTotal - memory.swapFree, 6)} ${cell(memory.free, 6)} ${cell(memory.buffers, 6)} ${cell(memory.cached, 6)}    0    0 ${cell(draw("bi", 12), 5)} ${cell(draw("bo", 30), 5)} ${cell(60 + draw("in", 60), 4)} ${cell(90 + draw("cs", 90), 4)} ${cell(busy, 2)}  ${draw("sy", 2)} ${cell(100 - busy - draw("sy", 2), 2)}  0  0\n`;
}

export const timedatectl: Program = {
  name: "timedatectl",
  *run(process) {
    const { wallMs } = process.system.now();
    const zone = zoneOf(process);
    const format = (form: string, ms: number, where = zone) => formatTime(form, ms, where);
    const name = process.fs.readFile("/etc/timezone");
    const place = typeof name === "string" ? name.trim() : "UTC";
    const synced = process.system.processes().some(({ command }) => /timesyncd|chronyd|ntpd/.test(command)) ? "yes" : "no";
    const rows = [
      `               Local time: ${format("%a %F %T %Z", wallMs)}`,
      `           Universal time: ${format("%a %F %T UTC", wallMs, UTC)}`,
      `                 RTC time: ${format("%a %F %T", wallMs, UTC)}`,
      `                Time zone: ${place} (${zone.name}, ${format("%z", wallMs)})`,
      `System clock synchronized: ${synced}`,
      `              NTP service: ${synced === "yes" ? "active" : "inactive"}`,
      "          RTC in local TZ: no",
    ];
    return yield* print(process, rows.map((row) => `${row}\n`).join(""));
  },
};

/** cal: this month, a month, or a year of months under each other. */
export const cal: Program = {
  name: "cal",
  *run(process) {
    const options = yield* optionsOr(process, { short: "13ymjswn:Vh", long: { year: "y", monday: "m" } }, tryHelp("cal"));
    if (typeof options === "number") return options;
    const now = new Date(process.system.now().wallMs);
    const numbers = options.operands.map(Number);
    const year = numbers.at(-1) ?? now.getUTCFullYear();
    if (!Number.isInteger(year) || year < 1 || year > 9999) return yield* process.fail(`illegal year value: use 1-9999`);
    const whole = options.has("y") || numbers.length === 1;
    const months = whole
      ? Array.from({ length: 12 }, (_, month) => month)
      : [numbers.length === 2 ? (numbers[0] ?? 1) - 1 : now.getUTCMonth()];
    return yield* print(process, months.map((month) => monthText(year, month)).join("\n"));
  },
};

function monthText(year: number, month: number): string {
  const title = formatTime("%B %Y", Date.UTC(year, month, 1), UTC);
  const first = new Date(Date.UTC(year, month, 1)).getUTCDay();
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const cells = [...Array.from({ length: first }, () => "  "), ...Array.from({ length: days }, (_, day) => String(day + 1).padStart(2))];
  const weeks = Array.from({ length: 6 }, (_, week) =>
    cells
      .slice(week * 7, week * 7 + 7)
      .join(" ")
      .padEnd(20),
  );
  return (
    `${" ".repeat(Math.floor((20 - title.length) / 2))}${title}`.padEnd(20) +
    `\nSu Mo Tu We Th Fr Sa\n${weeks.map((week) => `${week}  \n`).join("")}`.replaceAll("  \n", "\n")
  );
}

/** lsof: the open files of the visitor's own processes, and the sockets of all. */
export const lsof: Program = {
  name: "lsof",
  *run(process) {
    const options = yield* parseOptions(process, { short: "?abhKlnNoOPRtUvVXc:d:D:f:F:g:i::k:m:p:r:s:S:T:u:w:x:z:" });
    if (typeof options === "number") return options;
    const only = options.value("p")?.split(",").map(Number);
    const shown = process.system
      .processes()
      .filter(
        ({ pid, uid, command }) =>
          (only === undefined || only.includes(pid)) &&
          !command.startsWith("[") &&
          (process.credentials.uid === 0 || uid === process.credentials.uid),
      );
    if (options.has("t")) return yield* print(process, shown.map(({ pid }) => `${pid}\n`).join(""));
    const rows = shown.flatMap(({ pid, name, user }) => {
      const place = `${name.slice(0, 9).padEnd(9)} ${String(pid).padStart(7)} ${user.slice(0, 8).padStart(8)}`;
      return [
        `${place}  cwd       DIR  254,1      4096          2 /\n`,
        `${place}  rtd       DIR  254,1      4096          2 /\n`,
        `${place}    0u      CHR    1,3       0t0          5 /dev/null\n`,
      ];
    });
    return yield* print(
      process,
      `COMMAND       PID     USER   FD      TYPE DEVICE  SIZE/OFF       NODE NAME\n${rows.join("")}`,
      rows.length === 0 ? 1 : 0,
    );
  },
};
