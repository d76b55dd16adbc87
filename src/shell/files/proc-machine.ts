import type { Machine } from "../../decoy/persona.ts";
import type { SystemView } from "../program.ts";
import { hash32 } from "../seed.ts";

/** What /proc says of the machine: memory, processors, time, mounts. The same figures as free, uptime, nproc, df and mount show, since they read these. */

export interface MemoryFigures {
  readonly totalKib: number;
  readonly freeKib: number;
  readonly availableKib: number;
  readonly buffersKib: number;
  readonly cachedKib: number;
  readonly swapKib: number;
  readonly swapFreeKib: number;
  readonly sharedKib: number;
  readonly slabKib: number;
}

/** Figures that drift a little within each minute around the persona's. */
export function memoryFigures(view: SystemView): MemoryFigures {
  const { machine } = view;
  const drift = (hash32(`${view.persona.seed} memory ${Math.floor(view.now().wallMs / 20_000)}`) % 2000) / 100_000 - 0.01;
  const used = Math.round(machine.memoryUsedKib * (1 + drift));
  const totalKib = machine.memoryKib;
  const cacheKib = Math.min(machine.memoryCacheKib, Math.max(0, totalKib - used));
  const freeKib = Math.max(0, totalKib - used - cacheKib);
  const buffersKib = Math.round(cacheKib * 0.06);
  const slabKib = Math.round(cacheKib * 0.12);
  return {
    totalKib,
    freeKib,
    buffersKib,
    slabKib,
    cachedKib: cacheKib - buffersKib - Math.round(slabKib * 0.7),
    availableKib: Math.min(totalKib, freeKib + Math.round(cacheKib * 0.82)),
    swapKib: machine.swapKib,
    swapFreeKib: Math.round(machine.swapKib * 0.98),
    sharedKib: Math.round(used * 0.02),
  };
}

const line = (name: string, kib: number) => `${`${name}:`.padEnd(16)}${String(Math.round(kib)).padStart(8)} kB\n`;

export function meminfo(view: SystemView): string {
  const { totalKib, freeKib, availableKib, buffersKib, cachedKib, swapKib, swapFreeKib, sharedKib, slabKib } = memoryFigures(view);
  const reclaimable = slabKib * 0.7;
  const anonymous = Math.max(0, totalKib - freeKib - buffersKib - cachedKib - slabKib) * 0.7;
  const active = anonymous * 0.3 + cachedKib * 0.4;
  return [
    line("MemTotal", totalKib),
    line("MemFree", freeKib),
    line("MemAvailable", availableKib),
    line("Buffers", buffersKib),
    line("Cached", cachedKib),
    line("SwapCached", 0),
    line("Active", active),
    line("Inactive", anonymous * 0.7 + cachedKib * 0.6),
    line("Active(anon)", anonymous * 0.3),
    line("Inactive(anon)", anonymous * 0.7),
    line("Active(file)", cachedKib * 0.4),
    line("Inactive(file)", cachedKib * 0.6),
    line("Unevictable", 0),
    line("Mlocked", 0),
    line("SwapTotal", swapKib),
    line("SwapFree", swapFreeKib),
    line("Dirty", 40),
    line("Writeback", 0),
    line("AnonPages", anonymous),
    line("Mapped", anonymous * 0.4),
    line("Shmem", sharedKib),
    line("KReclaimable", reclaimable),
    line("Slab", slabKib),
    line("SReclaimable", reclaimable),
    line("SUnreclaim", slabKib - reclaimable),
    line("KernelStack", 2300),
    line("PageTables", 3100),
    line("NFS_Unstable", 0),
    line("Bounce", 0),
    line("WritebackTmp", 0),
    line("CommitLimit", swapKib + totalKib / 2),
    line("Committed_AS", anonymous * 3),
    line("VmallocTotal", 34_359_738_367),
    line("VmallocUsed", 18_000),
    line("VmallocChunk", 0),
    line("Percpu", 1200),
    "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\nHugepagesize:       2048 kB\n",
  ].join("");
}

export function cpuinfo(view: SystemView): string {
  const { machine } = view;
  if (machine.architecture.startsWith("mips")) return mipsInfo(machine);
  const each = isX86(machine) ? x86Info : armInfo;
  return Array.from({ length: machine.cpus }, (_, index) => each(machine, index)).join("");
}

function isX86({ architecture }: Machine): boolean {
  return architecture.startsWith("x86") || /^i\d86$/.test(architecture);
}

const X86_FLAGS =
  "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss ht syscall nx pdpe1gb rdtscp lm constant_tsc arch_perfmon rep_good nopl xtopology cpuid tsc_known_freq pni pclmulqdq ssse3 fma cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand hypervisor lahf_lm abm 3dnowprefetch cpuid_fault invpcid_single pti ssbd ibrs ibpb fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms invpcid xsaveopt arat";

function x86Info(machine: Machine, index: number): string {
  const amd = machine.cpuVendor === "AuthenticAMD";
  const mhz = machine.cpuMhz.toFixed(3);
  const fields: readonly (readonly [string, string | number])[] = [
    ["processor", index],
    ["vendor_id", machine.cpuVendor],
    ["cpu family", amd ? 23 : 6],
    ["model", amd ? 49 : 79],
    ["model name", machine.cpuModel],
    ["stepping", amd ? 0 : 1],
    ["microcode", amd ? "0x830107c" : "0xb000040"],
    ["cpu MHz", mhz],
    ["cache size", amd ? "512 KB" : "35840 KB"],
    ["physical id", index],
    ["siblings", 1],
    ["core id", 0],
    ["cpu cores", 1],
    ["apicid", index],
    ["initial apicid", index],
    ["fpu", "yes"],
    ["fpu_exception", "yes"],
    ["cpuid level", amd ? 16 : 13],
    ["wp", "yes"],
    ["flags", X86_FLAGS],
    [
      "bugs",
      amd
        ? "sysret_ss_attrs spectre_v1 spectre_v2 spec_store_bypass retbleed"
        : "cpu_meltdown spectre_v1 spectre_v2 spec_store_bypass l1tf mds swapgs itlb_multihit mmio_stale_data",
    ],
    ["bogomips", (machine.cpuMhz * 2).toFixed(2)],
    ["clflush size", 64],
    ["cache_alignment", 64],
    ["address sizes", "40 bits physical, 48 bits virtual"],
    ["power management", ""],
  ];
  return `${fields.map(([name, value]) => `${tabbed(name)}: ${value}\n`).join("")}\n`;
}

/** Names are padded with tabs to two stops. */
function tabbed(name: string): string {
  return `${name}${name.length < 8 ? "\t\t" : name.length < 16 ? "\t" : ""}`;
}

function armInfo(machine: Machine, index: number): string {
  const wide = machine.bits === "64";
  const features = wide
    ? "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid"
    : "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm";
  const model = wide ? "" : `model name\t: ${machine.cpuModel}\n`;
  return `processor\t: ${index}\n${model}BogoMIPS\t: ${(machine.cpuMhz / 16).toFixed(2)}\nFeatures\t: ${features}\nCPU implementer\t: 0x41\nCPU architecture: ${wide ? 8 : 7}\nCPU variant\t: 0x0\nCPU part\t: ${wide ? "0xd03" : "0xc07"}\nCPU revision\t: 4\n\n`;
}

function mipsInfo(machine: Machine): string {
  const head = `system type\t\t: ${machine.cpuVendor}\nmachine\t\t\t: ${machine.hostname}\n`;
  const each = (index: number) =>
    `processor\t\t: ${index}\ncpu model\t\t: ${machine.cpuModel}\nBogoMIPS\t\t: ${(machine.cpuMhz / 1.505).toFixed(2)}\nwait instruction\t: yes\nmicrosecond timers\t: yes\ntlb_entries\t\t: 32\nextra interrupt vector\t: yes\nhardware watchpoint\t: yes, count: 4, address/irw mask: [0x0ffc, 0x0ffc, 0x0ffb, 0x0ffb]\nisa\t\t\t: mips1 mips2 mips32r1 mips32r2\nASEs implemented\t: mips16 dsp\nshadow register sets\t: 1\nkscratch registers\t: 0\npackage\t\t\t: 0\ncore\t\t\t: ${index}\nVCED exceptions\t\t: not available\nVCEI exceptions\t\t: not available\n\n`;
  return head + Array.from({ length: machine.cpus }, (_, index) => each(index)).join("");
}

/** Seconds since boot, and idle seconds of all processors together. */
export function uptime(view: SystemView): string {
  const up = view.uptimeSeconds();
  return `${up.toFixed(2)} ${(up * view.machine.cpus * 0.985).toFixed(2)}\n`;
}

export function loadavg(view: SystemView): string {
  const processes = view.processes();
  const running = processes.filter((one) => one.state.startsWith("R")).length;
  const newest = processes.reduce((top, { pid }) => Math.max(top, pid), 1);
  return `${view
    .loadAverage()
    .map((load) => load.toFixed(2))
    .join(" ")} ${Math.max(1, running)}/${processes.length + 40} ${newest}\n`;
}

/** cpu lines in hundredths of a second: user nice system idle iowait irq softirq steal guest guest_nice. */
export function stat(view: SystemView): string {
  const { machine } = view;
  const up = view.uptimeSeconds() * 100;
  // Time stolen by others is for guests; X86_FLAGS makes one of every x86.
  const stolen = isX86(machine) ? 0.0004 : 0;
  const row = (name: string, ticks: number) =>
    `${name} ${[0.006, 0.0001, 0.004, 0.985, 0.003, 0, 0.0015, stolen, 0, 0].map((share) => Math.floor(ticks * share)).join(" ")}\n`;
  const cpus = Array.from({ length: machine.cpus }, (_, index) => row(`cpu${index}`, up)).join("");
  const processes = view.processes();
  const newest = processes.reduce((top, { pid }) => Math.max(top, pid), 1);
  return `${row("cpu ", up * machine.cpus)}${cpus}intr ${Math.floor(up * 2.7)} 0 9 0 0 0 0 0 0\nctxt ${Math.floor(up * 5.1)}\nbtime ${Math.floor(machine.bootWallMs / 1000)}\nprocesses ${newest + Math.floor(up / 900)}\nprocs_running ${Math.max(1, processes.filter((one) => one.state.startsWith("R")).length)}\nprocs_blocked 0\nsoftirq ${Math.floor(up * 1.9)} 0 ${Math.floor(up * 0.6)} 3 ${Math.floor(up * 0.2)} 0 0 0 ${Math.floor(up * 0.5)} 0 ${Math.floor(up * 0.6)}\n`;
}

/** /proc/mounts: the persona's disks, and what every Linux mounts. */
export function mounts(view: SystemView): string {
  const { disks } = view.machine;
  const known = new Set(disks.map(({ mount }) => mount));
  const usual = VIRTUAL_MOUNTS.filter(([, mount]) => !known.has(mount)).map(
    ([device, mount, type, options]) => `${device} ${mount} ${type} ${options} 0 0\n`,
  );
  return usual.join("") + disks.map(({ device, mount, type, options }) => `${device} ${mount} ${type} ${options} 0 0\n`).join("");
}

const VIRTUAL_MOUNTS: readonly (readonly [string, string, string, string])[] = [
  ["sysfs", "/sys", "sysfs", "rw,nosuid,nodev,noexec,relatime"],
  ["proc", "/proc", "proc", "rw,nosuid,nodev,noexec,relatime"],
];

export function partitions(view: SystemView): string {
  const rows = view.machine.disks
    .filter(({ device }) => device.startsWith("/dev/"))
    .map(({ device, sizeKib }) => ({ name: device.slice(5), sizeKib }));
  const whole = new Map<string, number>();
  for (const { name, sizeKib } of rows) {
    const disk = name.replace(/(?<=[a-z])\d+$|p\d+$/, "");
    if (disk !== name) whole.set(disk, (whole.get(disk) ?? 1024) + sizeKib);
  }
  const all = [...[...whole].map(([name, sizeKib]) => ({ name, sizeKib })), ...rows];
  return `major minor  #blocks  name\n\n${all.map(({ name, sizeKib }, index) => `${String(majorOf(name)).padStart(4)} ${String(index).padStart(8)} ${String(sizeKib).padStart(10)} ${name}\n`).join("")}`;
}

function majorOf(name: string): number {
  if (name.startsWith("mtd")) return 31;
  if (name.startsWith("vd")) return 254;
  return name.startsWith("nvme") ? 259 : 8;
}

const FILE_SYSTEMS = [
  "sysfs",
  "tmpfs",
  "bdev",
  "proc",
  "cgroup",
  "cgroup2",
  "devtmpfs",
  "debugfs",
  "tracefs",
  "securityfs",
  "sockfs",
  "bpf",
  "pipefs",
  "ramfs",
  "hugetlbfs",
  "devpts",
  "mqueue",
  "pstore",
  "autofs",
];

export function filesystems(view: SystemView): string {
  const real = [...new Set(view.machine.disks.map(({ type }) => type))].filter((type) => !FILE_SYSTEMS.includes(type));
  return FILE_SYSTEMS.map((name) => `nodev\t${name}\n`).join("") + real.map((name) => `\t${name}\n`).join("");
}

export function swaps(view: SystemView): string {
  const { swapKib } = view.machine;
  const used = swapKib - memoryFigures(view).swapFreeKib;
  return `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${swapKib === 0 ? "" : `/swapfile                               file\t\t${swapKib}\t\t${used}\t\t-2\n`}`;
}
