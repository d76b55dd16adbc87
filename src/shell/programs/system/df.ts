import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { normalPath } from "../paths.ts";
import { humanSize } from "../sizes.ts";
import { optionsOr } from "../usage.ts";

const LONG = {
  all: "a",
  human: "h",
  "human-readable": "h",
  si: "H",
  inodes: "i",
  local: "l",
  portability: "P",
  "print-type": "T",
  type: "t",
  "exclude-type": "x",
  "block-size": "B",
  "no-sync": "no-sync",
  sync: "sync",
  total: "total",
  output: "output?",
};

interface Mount {
  readonly device: string;
  readonly mount: string;
  readonly type: string;
  readonly sizeKib: number;
  readonly usedKib: number;
  readonly freeKib: number;
  readonly inodes: number;
  readonly inodesUsed: number;
}

/** Space on the mounted file systems, which are those of /proc/mounts. */
export const df: Program = {
  name: "df",
  *run(process) {
    const spec = { short: "aBhHiklmPTt:vx:".replace("B", "B:"), long: LONG };
    const options =
      process.flavour === "busybox" ? yield* optionsOr(process, { ...spec, short: "PkmhTait:B:" }, "") : yield* parseOptions(process, spec);
    if (typeof options === "number") return options;
    const { rows, status } = yield* chosen(process, options);
    if (rows.length === 0 && process.flavour === "gnu") return status;
    const all = options.has("total") ? [...rows, total(rows)] : rows;
    const lines = process.flavour === "busybox" ? busyboxLines(all, options) : gnuLines(all, options);
    yield* process.print(lines.map((line) => `${line}\n`).join(""));
    return status;
  },
};

export function mountsOf(process: Process): readonly Mount[] {
  return process.system.machine.disks.map((disk) => {
    const { inodes, inodesUsed, usedKib } = process.fs.usage(disk.mount);
    const used =
      disk.type === "tmpfs" || disk.type.includes("tmpfs") ? disk.usedKib : Math.max(disk.usedKib, disk.sizeKib > 0 ? usedKib : 0);
    const reserve = /^ext[234]$/.test(disk.type) ? Math.floor(disk.sizeKib * 0.05) : 0;
    const kept = Math.min(used, disk.sizeKib);
    return { ...disk, usedKib: kept, freeKib: Math.max(0, disk.sizeKib - kept - reserve), inodes, inodesUsed };
  });
}

function* chosen(process: Process, options: Options): Execution<{ rows: readonly Mount[]; status: number }> {
  const mounts = mountsOf(process);
  if (options.operands.length === 0)
    return {
      rows: mounts.filter((one, at) => listed(one, { options, shadowed: mounts.findLastIndex(({ mount }) => mount === one.mount) !== at })),
      status: 0,
    };
  const rows: Mount[] = [];
  let status = 0;
  for (const path of options.operands) {
    const stat = process.fs.stat(path);
    if (isErrno(stat))
      status = yield* process.fail(process.flavour === "busybox" ? `${path}: can't find mount point` : `${path}: ${explain(stat)}`);
    else
      rows.push(
        ...mounts
          .filter(({ device }) => device === path)
          .slice(0, 1)
          .concat(stat.kind === "block" ? [] : holder(process, mounts, path))
          .slice(0, 1),
      );
  }
  return { rows, status };
}

function holder(process: Process, mounts: readonly Mount[], path: string): readonly Mount[] {
  const real = process.fs.realPath(path);
  const whole = normalPath(typeof real === "string" ? real : process.absolute(path));
  const fitting = mounts.filter(({ mount }) => mount === "/" || whole === mount || whole.startsWith(`${mount}/`));
  const best = fitting.reduce<Mount | undefined>(
    (one, other) => (one === undefined || other.mount.length >= one.mount.length ? other : one),
    undefined,
  );
  return best === undefined ? [] : [best];
}

function listed(one: Mount, how: { readonly options: Options; readonly shadowed: boolean }): boolean {
  const { options, shadowed } = how;
  const types = options.values("t");
  if (types.length > 0 && !types.includes(one.type)) return false;
  if (options.values("x").includes(one.type)) return false;
  return options.has("a") || (one.sizeKib > 0 && !shadowed);
}

function total(rows: readonly Mount[]): Mount {
  const sum = (read: (one: Mount) => number) => rows.reduce((all, one) => all + read(one), 0);
  return {
    device: "total",
    mount: "-",
    type: "-",
    sizeKib: sum(({ sizeKib }) => sizeKib),
    usedKib: sum(({ usedKib }) => usedKib),
    freeKib: sum(({ freeKib }) => freeKib),
    inodes: sum(({ inodes }) => inodes),
    inodesUsed: sum(({ inodesUsed }) => inodesUsed),
  };
}

function share(used: number, rest: number): string {
  return used + rest === 0 ? "-" : `${Math.ceil((used * 100) / (used + rest))}%`;
}

function amounts(one: Mount, options: Options): readonly [string, string, string, string] {
  const show = amountText(options);
  if (options.has("i")) {
    const count = options.has("h") ? humanSize : String;
    const rest = one.inodes - one.inodesUsed;
    return [count(one.inodes), count(one.inodesUsed), count(rest), share(one.inodesUsed, rest)];
  }
  return [show(one.sizeKib), show(one.usedKib), show(one.freeKib), share(one.usedKib, one.freeKib)];
}

function amountText(options: Options): (kib: number) => string {
  if (options.has("h")) return (kib) => humanSize(kib * 1024);
  if (options.has("H")) return (kib) => humanSize(kib * 1024, 1000);
  const [, count = "1", unit = "K"] = /^(\d*)([KMGT]?)/.exec(options.value("B") ?? (options.has("m") ? "M" : "K")) ?? [];
  const factor = (Number(count === "" ? "1" : count) * 1024 ** " KMGT".indexOf(unit === "" ? " " : unit)) / 1024;
  return (kib) => String(Math.ceil(kib / factor));
}

function sizeHead(options: Options): string {
  if (options.has("h") || options.has("H")) return "Size";
  const block = options.value("B") ?? (options.has("m") ? "1M" : "1K");
  if (options.has("P") && block === "1K") return "1024-blocks";
  return `${/^\d/.test(block) ? block : `1${block}`}-blocks`;
}

function gnuLines(rows: readonly Mount[], options: Options): readonly string[] {
  const human = options.has("h") || options.has("H");
  const free = human ? "Avail" : "Available";
  const heads = options.has("i")
    ? ["Inodes", "IUsed", "IFree", "IUse%"]
    : [sizeHead(options), "Used", free, options.has("P") ? "Capacity" : "Use%"];
  const typed = options.has("T");
  const table = [
    ["Filesystem", ...(typed ? ["Type"] : []), ...heads, "Mounted on"],
    ...rows.map((one) => [one.device, ...(typed ? [one.type] : []), ...amounts(one, options), one.mount]),
  ];
  const least = typed ? [14, 4, 5, 5, 5, 4] : [14, 5, 5, 5, 4];
  const widths = (table[0] ?? []).map((_, column) =>
    table.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), least[column] ?? 0),
  );
  const lefts = typed ? 2 : 1;
  return table.map((row) =>
    row.map((cell, column) => place(cell, { column, lefts, width: widths[column] ?? 0, last: column === row.length - 1 })).join(" "),
  );
}

function place(cell: string, how: { column: number; lefts: number; width: number; last: boolean }): string {
  if (how.last) return cell;
  return how.column < how.lefts ? cell.padEnd(how.width) : cell.padStart(how.width);
}

/** busybox: fixed widths, a long device on a line of its own. */
function busyboxLines(rows: readonly Mount[], options: Options): readonly string[] {
  const human = options.has("h");
  const typed = options.has("T");
  const head = options.has("i")
    ? "    Inodes      Used Available Use%"
    : `${(human ? "Size" : options.has("m") ? "1M-blocks" : "1K-blocks").padStart(10)}      Used Available Use%`;
  const lines = rows.map((one) => {
    const [size, used, rest, part] = amounts(one, options);
    const device = one.device.length > 20 ? `${one.device}\n${" ".repeat(20)}` : one.device.padEnd(20);
    const cells = human ? [busyboxHuman(one.sizeKib), busyboxHuman(one.usedKib), busyboxHuman(one.freeKib)] : [size, used, rest];
    return `${device}${typed ? ` ${one.type.padEnd(10)}` : ""} ${cells.map((cell) => cell.padStart(9)).join(" ")} ${(part === "-" ? "0%" : part).padStart(4)} ${one.mount}`;
  });
  return [`Filesystem          ${typed ? " Type      " : ""} ${head.trimStart().padStart(head.length - 1)} Mounted on`, ...lines];
}

function busyboxHuman(kib: number): string {
  if (kib === 0) return "0";
  const units = ["K", "M", "G", "T"];
  let power = 0;
  let amount = kib;
  while (amount >= 1024 && power < 3) {
    amount /= 1024;
    power += 1;
  }
  return `${amount.toFixed(1)}${units[power]}`;
}
