import type { Stat } from "../file-system.ts";
import type { Computer } from "../kernel/computer.ts";
import type { Access } from "../kernel/description.ts";
import { limitsText, NO_LIMITS } from "../kernel/limits.ts";
import type { Task } from "../kernel/task.ts";
import type { ProcessInfo, SystemView } from "../program.ts";
import { hash32 } from "../seed.ts";
import { type Entries, generatedDirectory, generatedFile, generatedLink, type Owner } from "./generated-tree.ts";
import type { GeneratedNode } from "./node.ts";

/** /proc/PID: what ps, top and intruders' scripts read of one process. */
export function processDirectory(computer: Computer, info: ProcessInfo): GeneratedNode {
  const owner: Owner = { uid: info.uid, gid: computer.view.userById(info.uid)?.gid ?? info.uid, nowMs: () => computer.peer.now().wallMs };
  return generatedDirectory(`/proc/${info.pid}`, processEntries(computer, info, owner), owner);
}

const NAMES = [
  "cgroup",
  "cmdline",
  "comm",
  "cwd",
  "environ",
  "exe",
  "fd",
  "io",
  "limits",
  "loginuid",
  "maps",
  "mounts",
  "oom_score",
  "root",
  "stat",
  "statm",
  "status",
];

function processEntries(computer: Computer, info: ProcessInfo, owner: Owner): Entries {
  const path = `/proc/${info.pid}`;
  const task = computer.kernel.task(info.pid);
  const kernelThread = info.command.startsWith("[") && task === undefined;
  const names = NAMES.filter((name) => !(kernelThread && name === "exe"));
  const texts = kernelThread ? threadTexts(computer.view, info) : processTexts(computer, info, task);
  const links: Readonly<Record<string, string>> = { cwd: task?.directory ?? "/", exe: exeOf(info, task?.path), root: "/" };
  return {
    names: () => names,
    child: (name) => {
      if (!names.includes(name)) return undefined;
      if (name === "fd") return descriptorDirectory(computer, info, owner);
      const link = links[name];
      if (link !== undefined) return generatedLink(`${path}/${name}`, () => link, owner);
      return generatedFile(`${path}/${name}`, texts[name] ?? (() => ""), { ...owner, mode: PRIVATE.has(name) ? 0o400 : 0o444 });
    },
  };
}

const PRIVATE = new Set(["environ", "io"]);

type Texts = Readonly<Record<string, () => string>>;

/** What a kernel thread has as well. */
function threadTexts(view: SystemView, info: ProcessInfo): Texts {
  return {
    cgroup: () => "0::/\n",
    comm: () => `${info.name}\n`,
    io: () => "rchar: 2012\nwchar: 0\nsyscr: 7\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n",
    loginuid: () => "4294967295",
    oom_score: () => "666\n",
    stat: () => `${statLine(view, info)}\n`,
    statm: () => `${[info.virtualKib / 4, info.rssKib / 4, info.rssKib / 6, 10, 0, info.rssKib / 8, 0].map(Math.floor).join(" ")}\n`,
    status: () => status(view, info),
  };
}

function processTexts(computer: Computer, info: ProcessInfo, task: Task | undefined): Texts {
  const { view } = computer;
  return {
    ...threadTexts(view, info),
    status: () => status(view, info, task),
    cgroup: () => (task === undefined ? "0::/system.slice\n" : `0::/user.slice/user-${info.uid}.slice/session-${task.session}.scope\n`),
    cmdline: () => `${(task?.argv ?? info.command.split(" ")).join("\0")}\0`,
    environ: () => [...(task?.environment ?? [])].map(([name, value]) => `${name}=${value}\0`).join(""),
    limits: () => limitsText(task?.limits ?? NO_LIMITS, view.machine),
    loginuid: () => (task === undefined ? "4294967295" : String(info.uid)),
    maps: () => maps(view, info, exeOf(info, task?.path)),
    mounts: () => computer.fs.readText("/proc/mounts"),
  };
}

function descriptorDirectory(computer: Computer, info: ProcessInfo, owner: Owner): GeneratedNode {
  const path = `/proc/${info.pid}/fd`;
  const task = computer.kernel.task(info.pid);
  const link = (fd: string, label: () => string, access: Access) =>
    generatedLink(`${path}/${fd}`, label, { ...owner, mode: (access.read ? 0o500 : 0) | (access.write ? 0o300 : 0), size: 64 });
  const child = (fd: string) => {
    const open = task?.descriptors.get(Number(fd));
    if (open !== undefined)
      return leading(
        link(fd, () => open.label, open.access),
        open.stat(),
        owner,
      );
    return task === undefined && STANDARD.includes(fd) ? link(fd, () => "/dev/null", { read: true, write: true }) : undefined;
  };
  return generatedDirectory(path, { names: () => task?.descriptors.numbers().map(String) ?? STANDARD, child }, { ...owner, mode: 0o500 });
}

const STANDARD = ["0", "1", "2"];

/** A pipe has no path: the link leads to it all the same. */
function leading(link: GeneratedNode, stat: Stat, owner: Owner): GeneratedNode {
  if (stat.kind !== "fifo") return link;
  return {
    ...link,
    leads: () => ({ ...generatedFile(link.link?.() ?? "", () => "", { ...owner, mode: 0o600 }), kind: "fifo", number: stat.inode }),
  };
}

function exeOf(info: ProcessInfo, taskPath: string | undefined): string {
  if (taskPath !== undefined && taskPath !== "") return taskPath;
  const first = (info.command.split(" ")[0] ?? "").replace(/:$/, "");
  return first.startsWith("/") ? first : `/usr/sbin/${first}`;
}

/** proc(5): pid (comm) state ppid pgrp session tty_nr tpgid flags faults... utime stime ... starttime vsize rss ... */
function statLine(view: SystemView, info: ProcessInfo): string {
  const ticks = info.cpuSeconds * 100;
  const terminal = /^pts\/(\d+)$/.exec(info.terminal ?? "")?.[1];
  const tty = terminal === undefined ? 0 : 34_816 + Number(terminal);
  const base = hash32(`${view.persona.seed} stack ${info.pid}`);
  const head = [
    info.parent,
    info.group,
    info.session,
    tty,
    tty === 0 ? -1 : info.group,
    4_194_304,
    120,
    0,
    0,
    0,
    Math.floor(ticks * 0.7),
    Math.floor(ticks * 0.3),
    0,
    0,
    20,
    0,
    1,
    0,
    info.startedSeconds * 100,
    info.virtualKib * 1024,
    Math.floor(info.rssKib / 4),
  ];
  return `${info.pid} (${info.name}) ${info.state.slice(0, 1)} ${head.join(" ")} 18446744073709551615 ${94_000_000_000_000 + base} ${94_000_000_100_000 + base} ${140_720_000_000_000 + base} 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0`;
}

const STATES: Readonly<Record<string, string>> = { R: "running", S: "sleeping", D: "disk sleep", T: "stopped", Z: "zombie", I: "idle" };

function status(view: SystemView, info: ProcessInfo, task?: Task): string {
  const letter = info.state.slice(0, 1);
  const gid = view.userById(info.uid)?.gid ?? info.uid;
  const memory =
    info.virtualKib === 0
      ? ""
      : `VmPeak:\t${String(info.virtualKib).padStart(8)} kB\nVmSize:\t${String(info.virtualKib).padStart(8)} kB\nVmRSS:\t${String(info.rssKib).padStart(8)} kB\n`;
  return `Name:\t${info.name}\nUmask:\t${(task?.umask ?? 0o022).toString(8).padStart(4, "0")}\nState:\t${letter} (${STATES[letter] ?? "sleeping"})\nTgid:\t${info.pid}\nNgid:\t0\nPid:\t${info.pid}\nPPid:\t${info.parent}\nTracerPid:\t0\nUid:\t${info.uid}\t${info.uid}\t${info.uid}\t${info.uid}\nGid:\t${gid}\t${gid}\t${gid}\t${gid}\nFDSize:\t64\nGroups:\t${gid} \n${memory}Threads:\t1\nSigQ:\t0/${Math.floor(view.machine.memoryKib / 256)}\nCpus_allowed_list:\t0-${view.machine.cpus - 1}\nvoluntary_ctxt_switches:\t${40 + (info.pid % 90)}\nnonvoluntary_ctxt_switches:\t${info.pid % 17}\n`;
}

/** A plausible address space: program, heap, C library, stack. */
function maps(view: SystemView, info: ProcessInfo, exe: string): string {
  const narrow = view.machine.bits === "32";
  const draw = hash32(`${view.persona.seed} maps ${info.pid}`);
  const width = narrow ? 8 : 12;
  const program = narrow ? 0x400000 : 0x560000000000 + (draw % 0x0fffff) * 0x1000;
  const library = narrow ? 0x77000000 + (draw % 0xfff) * 0x1000 : 0x7f0000000000 + (draw % 0xffffff) * 0x1000;
  const row = (start: number, size: number, rest: { flags: string; offset: number; inode: number; name: string }) => {
    const from = start.toString(16).padStart(width, "0");
    const to = (start + size).toString(16).padStart(width, "0");
    const head = `${from}-${to} ${rest.flags} ${rest.offset.toString(16).padStart(8, "0")} ${rest.inode === 0 ? "00:00" : "08:01"} ${rest.inode} `;
    return rest.name === "" ? `${head}\n` : `${head.padEnd(73)}${rest.name}\n`;
  };
  const inode = 1000 + (hash32(exe) % 400_000);
  const libc =
    view.machine.distribution === "openwrt"
      ? "/lib/libc.so"
      : view.machine.shell === "ash"
        ? "/lib/libc.so.0"
        : `/usr/lib/${view.machine.architecture}-linux-gnu/libc.so.6`;
  return [
    row(program, 0x2000, { flags: "r--p", offset: 0, inode, name: exe }),
    row(program + 0x2000, 0x5000, { flags: "r-xp", offset: 0x2000, inode, name: exe }),
    row(program + 0x8000, 0x1000, { flags: "rw-p", offset: 0x7000, inode, name: exe }),
    row(program + 0x1200000, 0x21000, { flags: "rw-p", offset: 0, inode: 0, name: "[heap]" }),
    row(library, 0x26000, { flags: "r--p", offset: 0, inode: inode + 77, name: libc }),
    row(library + 0x26000, 0x155000, { flags: "r-xp", offset: 0x26000, inode: inode + 77, name: libc }),
    row(narrow ? 0x7fd00000 : 0x7ffc00000000 + (draw % 0xffff) * 0x1000, 0x21000, { flags: "rw-p", offset: 0, inode: 0, name: "[stack]" }),
  ].join("");
}
