import { isErrno } from "../../errno.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { optionsOr, tryHelp, usageBlock } from "../usage.ts";

const MOUNT_LONG = {
  all: "a",
  "read-only": "r",
  "read-write": "w",
  types: "t",
  options: "o",
  bind: "B",
  "show-labels": "l",
  verbose: "v",
  fake: "f",
  "no-mtab": "n",
  rbind: "R",
  move: "M",
  source: "source:",
  target: "target:",
};

/** mount of util-linux: shows /proc/mounts; what a visitor would mount is refused as the real one refuses. */
export const mount: Program = {
  name: "mount",
  *run(process) {
    const options = yield* optionsOr(process, { short: "afFhilnrwvVBMRo:O:t:L:U:T:N:", long: MOUNT_LONG }, tryHelp("mount"));
    if (typeof options === "number") return options;
    if (options.has("V"))
      return yield* show(
        process,
        "mount from util-linux 2.38.1 (libmount 2.38.1: selinux, smack, btrfs, verity, namespaces, idmapping, statx, assert, debug)\n",
      );
    const [source, target] = options.operands;
    if (source === undefined) return options.has("a") ? 0 : yield* show(process, listing(process, options.values("t")));
    if (process.credentials.uid !== 0) return yield* denied(process, target ?? source);
    if (target === undefined) return yield* fromTable(process, source, options.value("o") ?? "");
    return yield* tryMount(process, {
      source,
      target,
      bind: options.has("B") || (options.value("o") ?? "").includes("bind"),
      type: options.value("t"),
    });
  },
};

function* show(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function listing(process: Process, types: readonly string[]): string {
  const text = process.fs.readFile("/proc/mounts");
  const lines = typeof text === "string" ? text.split("\n").filter((line) => line !== "") : [];
  return lines
    .map((line) => line.split(" "))
    .filter(([, , type = ""]) => isWanted(type, types.join(",")))
    .map(([device, place, type, how]) => `${device} on ${place} type ${type} (${how})\n`)
    .join("");
}

/** `ext4,tmpfs`: those; `noext4,tmpfs`: all others. */
function isWanted(type: string, list: string): boolean {
  if (list === "") return true;
  const negated = list.startsWith("no");
  return (
    list
      .slice(negated ? 2 : 0)
      .split(",")
      .includes(type) !== negated
  );
}

function* denied(process: Process, target: string): Execution {
  if (process.flavour === "busybox") return yield* process.fail("permission denied (are you root?)");
  yield* process.fail(`${target}: must be superuser to use mount.`);
  yield* process.write(2, DMESG);
  return 32;
}

function* fromTable(process: Process, place: string, how: string): Execution {
  if (how.includes("remount")) return 0;
  if (process.flavour === "busybox") return yield* process.fail(`can't find ${place} in /etc/fstab`);
  return yield* process.fail(`${place}: can't find in /etc/fstab.`);
}

const DMESG = "       dmesg(1) may have more information after failed mount system call.\n";

interface Wish {
  readonly source: string;
  readonly target: string;
  readonly bind: boolean;
  readonly type: string | undefined;
}

const PSEUDO = new Set(["proc", "sysfs", "tmpfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "debugfs", "ramfs", "overlay"]);

function* tryMount(process: Process, wish: Wish): Execution {
  const { source, target, type } = wish;
  const place = process.fs.stat(target);
  if (isErrno(place)) {
    if (process.flavour === "busybox") return yield* process.fail(`mounting ${source} on ${target} failed: No such file or directory`, 255);
    yield* process.fail(`${target}: mount point does not exist.`);
    yield* process.write(2, DMESG);
    return 32;
  }
  if (wish.bind || PSEUDO.has(type ?? "")) return 0;
  const device = process.fs.stat(source);
  if (process.flavour === "busybox")
    return yield* process.fail(
      `mounting ${source} on ${target} failed: ${isErrno(device) ? "No such file or directory" : "Invalid argument"}`,
      255,
    );
  yield* process.fail(
    isErrno(device)
      ? `${target}: special device ${source} does not exist.`
      : device.kind === "block"
        ? `${target}: ${source} already mounted on /.`
        : `${target}: wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error.`,
  );
  yield* process.write(2, DMESG);
  return 32;
}

export const umount: Program = {
  name: "umount",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "adDfhilnNrRqt:O:vV", long: { lazy: "l", force: "f", all: "a", recursive: "R" } },
      tryHelp("umount"),
    );
    if (typeof options === "number") return options;
    if (options.operands.length === 0 && !options.has("a")) {
      yield* process.write(2, `umount: bad usage\n${tryHelp("umount")}`);
      return 1;
    }
    let status = 0;
    for (const path of options.operands) status = Math.max(status, yield* unmountOne(process, path, options.has("l")));
    return status;
  },
};

function* unmountOne(process: Process, path: string, lazy: boolean): Execution {
  const known = process.system.machine.disks.some(({ mount: place, device }) => place === path || device === path);
  if (process.flavour === "busybox") return yield* unmountSmall(process, path, { known, lazy });
  if (!known) {
    const exists = !isErrno(process.fs.stat(path));
    return yield* process.fail(`${path}: ${exists ? "not mounted." : "no mount point specified."}`, 32);
  }
  if (process.credentials.uid !== 0) return yield* process.fail(`${path}: must be superuser to unmount.`, 32);
  return lazy ? 0 : yield* process.fail(`${path}: target is busy.`, 32);
}

function* unmountSmall(process: Process, path: string, how: { known: boolean; lazy: boolean }): Execution {
  const why = how.known ? "Device or resource busy" : isErrno(process.fs.stat(path)) ? "No such file or directory" : "Invalid argument";
  return how.known && how.lazy ? 0 : yield* process.fail(`can't unmount ${path}: ${why}`);
}

export const findmnt: Program = {
  name: "findmnt",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "AbcDdeFfhiJklmMno:OpPrRsSt:T:uUvVwx", long: { noheadings: "n", output: "o", types: "t", list: "l", raw: "r" } },
      usageBlock("findmnt", 8),
    );
    if (typeof options === "number") return options;
    const [wanted] = options.operands;
    const rows = process.system.machine.disks
      .filter(({ mount: place, device }) => wanted === undefined || place === wanted || device === wanted)
      .map((disk) => [`${wanted === undefined && disk.mount !== "/" ? "├─" : ""}${disk.mount}`, disk.device, disk.type, disk.options]);
    if (rows.length === 0) return 1;
    const table = options.has("n") ? rows : [["TARGET", "SOURCE", "FSTYPE", "OPTIONS"], ...rows];
    const width = (column: number) => table.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0);
    const ascii = (text: string) => text.replace("├─", "|-");
    yield* process.print(
      table.map((row) => `${ascii([0, 1, 2].map((column) => (row[column] ?? "").padEnd(width(column))).join(" "))} ${row[3]}\n`).join(""),
    );
    return 0;
  },
};

export const mountpoint: Program = {
  name: "mountpoint",
  *run(process) {
    const options = yield* optionsOr(process, { short: "qdxnVh", long: { quiet: "q", "fs-devno": "d" } }, usageBlock("mountpoint"));
    if (typeof options === "number") return options;
    const path = options.operands[0] ?? "";
    const stat = process.fs.stat(path);
    if (isErrno(stat)) return yield* process.fail(`${path}: No such file or directory`);
    const is = process.system.machine.disks.some(({ mount: place }) => place === (path.replace(/\/+$/, "") || "/"));
    if (!options.has("q")) yield* process.print(`${path} is ${is ? "" : "not "}a mountpoint\n`);
    return is ? 0 : 32;
  },
};
