import type { Computer } from "../kernel/computer.ts";
import { generatedDevice, generatedDirectory, generatedLink, type Owner, ROOT_OWNER, type Table, tableEntries } from "./generated-tree.ts";
import { withGiven } from "./given-files.ts";
import type { GeneratedNode } from "./node.ts";
import { cpuinfo, filesystems, loadavg, meminfo, mounts, partitions, stat, swaps, uptime } from "./proc-machine.ts";
import { netArp, netDev, netRoute, socketTables } from "./proc-network.ts";
import { processDirectory } from "./proc-process.ts";

/** The generated trees by mount point: /proc, /sys and /dev/pts. `computer` is asked at each look, since it is made after the file system. */
export function generatedMounts(computer: () => Computer): ReadonlyMap<string, GeneratedNode> {
  const owner: Owner = { ...ROOT_OWNER, nowMs: () => computer().peer.now().wallMs };
  return new Map([
    ["/proc", procRoot(computer, owner)],
    ["/sys", lazyDirectory("/sys", () => withGiven(sysTable(computer()), "/sys", computer().view.persona.tree.files), owner)],
    ["/dev/pts", terminals(computer, owner)],
  ]);
}

function lazyDirectory(path: string, table: () => Table, owner: Owner): GeneratedNode {
  return generatedDirectory(
    path,
    { names: () => Object.keys(table()), child: (name) => tableEntries(path, table(), owner).child(name) },
    owner,
  );
}

function procRoot(computer: () => Computer, owner: Owner): GeneratedNode {
  const pids = () => computer().view.processes();
  const table = () => withGiven(procTable(computer()), "/proc", computer().view.persona.tree.files);
  return generatedDirectory(
    "/proc",
    {
      names: () => [...pids().map(({ pid }) => String(pid)), ...Object.keys(table()), "self", "thread-self"],
      child: (name) => {
        if (name === "self" || name === "thread-self") return generatedLink("/proc/self", () => "1", owner);
        if (!/^\d+$/.test(name)) return tableEntries("/proc", table(), owner).child(name);
        const info = pids().find(({ pid }) => pid === Number(name));
        return info === undefined ? undefined : processDirectory(computer(), info);
      },
    },
    owner,
  );
}

function procTable(computer: Computer): Table {
  const { view } = computer;
  const { machine } = view;
  const text = (value: string | number) => () => `${value}\n`;
  const root = machine.disks.find(({ mount }) => mount === "/")?.device ?? "/dev/root";
  return {
    cmdline: text(
      machine.shell === "ash"
        ? "console=ttyS0,115200 rootfstype=squashfs,jffs2"
        : `BOOT_IMAGE=/boot/vmlinuz-${machine.kernelRelease} root=${root} ro quiet`,
    ),
    cpuinfo: () => cpuinfo(view),
    devices: text(
      "Character devices:\n  1 mem\n  4 /dev/vc/0\n  4 tty\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n 10 misc\n 13 input\n128 ptm\n136 pts\n\nBlock devices:\n  8 sd\n259 blkext",
    ),
    filesystems: () => filesystems(view),
    interrupts: () =>
      `           CPU0       \n  0:         42   IO-APIC   2-edge      timer\n  1:          9   IO-APIC   1-edge      i8042\nLOC: ${String(Math.floor(view.uptimeSeconds() * 250)).padStart(10)}   Local timer interrupts\n`,
    loadavg: () => loadavg(view),
    meminfo: () => meminfo(view),
    misc: text("183 hw_random\n237 loop-control\n200 tun\n 59 ppp"),
    modules: () => MODULES.map((name, index) => `${name} ${16_384 * (1 + (index % 5))} 0 - Live 0x0000000000000000\n`).join(""),
    mounts: () => mounts(view),
    net: {
      arp: () => netArp(view),
      dev: () => netDev(view),
      route: () => netRoute(view),
      ...socketTables(view),
      unix: text("Num       RefCount Protocol Flags    Type St Inode Path"),
    },
    partitions: () => partitions(view),
    stat: () => stat(view),
    swaps: () => swaps(view),
    sys: {
      fs: { "file-max": text("9223372036854775807"), "file-nr": text("1216\t0\t9223372036854775807") },
      kernel: {
        domainname: text("(none)"),
        hostname: text(machine.hostname),
        ostype: text("Linux"),
        osrelease: text(machine.kernelRelease),
        version: text(machine.kernelVersion),
        pid_max: text(machine.bits === "64" ? 4_194_304 : 32_768),
        randomize_va_space: text(2),
        random: { boot_id: text(machine.boot), entropy_avail: text(256), poolsize: text(256), uuid: () => uuid(computer) },
      },
      net: { core: { somaxconn: text(4096) }, ipv4: { ip_forward: text(machine.shell === "ash" ? 1 : 0), tcp_syncookies: text(1) } },
      vm: { overcommit_memory: text(0), swappiness: text(60), nr_hugepages: text(0) },
    },
    uptime: () => uptime(view),
    version: text(machine.procVersion),
    vmstat: () =>
      `nr_free_pages ${Math.floor(machine.memoryKib / 12)}\npgpgin ${Math.floor(view.uptimeSeconds() * 3)}\npgpgout ${Math.floor(view.uptimeSeconds() * 8)}\n`,
  };
}

const MODULES = [
  "nf_tables",
  "nfnetlink",
  "xt_conntrack",
  "nf_conntrack",
  "binfmt_misc",
  "nls_ascii",
  "fuse",
  "loop",
  "dm_mod",
  "ip_tables",
  "x_tables",
  "autofs4",
  "ext4",
  "crc16",
  "mbcache",
  "jbd2",
];

function uuid(computer: Computer): string {
  const hex = Array.from(computer.view.random(16), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}\n`;
}

/** A small /sys: interfaces, processors, block devices, what scripts look for. */
function sysTable(computer: Computer): Table {
  const { machine } = computer.view;
  const text = (value: string | number) => () => `${value}\n`;
  const interfaces = machine.interfaces.map(
    ({ name, mac, mtu }) =>
      [
        name,
        {
          address: text(mac),
          mtu: text(mtu),
          operstate: text(name === "lo" ? "unknown" : "up"),
          carrier: text(1),
          type: text(name === "lo" ? 772 : 1),
        },
      ] as const,
  );
  const disks = [...new Set(machine.disks.map(({ device }) => device.replace("/dev/", "").replace(/(?<=[a-z])\d+$|p\d+$/, "")))].filter(
    (name) => /^[a-z0-9]+$/.test(name),
  );
  const cpus = Array.from({ length: machine.cpus }, (_, index) => [`cpu${index}`, { online: text(1) }] as const);
  const range = text(machine.cpus === 1 ? "0" : `0-${machine.cpus - 1}`);
  return {
    block: Object.fromEntries(disks.map((name) => [name, { size: text((machine.disks[0]?.sizeKib ?? 0) * 2), removable: text(0) }])),
    class: { net: Object.fromEntries(interfaces) },
    devices: { system: { cpu: { ...Object.fromEntries(cpus), online: range, possible: range, present: range } } },
    kernel: { mm: { transparent_hugepage: { enabled: text("always [madvise] never") } } },
    power: { state: text("freeze mem disk") },
  };
}

function terminals(computer: () => Computer, owner: Owner): GeneratedNode {
  return generatedDirectory(
    "/dev/pts",
    {
      names: () => [...[...computer().terminals.keys()].map((name) => name.slice(4)), "ptmx"],
      child: (name) => {
        if (name === "ptmx") return generatedDevice("/dev/pts/ptmx", { major: 5, minor: 2 }, owner);
        return computer().terminals.has(`pts/${name}`)
          ? generatedDevice(`/dev/pts/${name}`, { major: 136, minor: Number(name) }, { ...owner, gid: 5 })
          : undefined;
      },
    },
    owner,
  );
}
