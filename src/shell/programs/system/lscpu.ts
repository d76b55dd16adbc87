import type { Process, Program } from "../../program.ts";
import { optionsOr, usageBlock } from "../usage.ts";

/** lscpu of util-linux 2.38, from /proc/cpuinfo and what the machine is. */
export const lscpu: Program = {
  name: "lscpu",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "aBbcCe::hJp::s:xyV", long: { all: "a", extended: "e", parse: "p", json: "J" } },
      usageBlock("lscpu"),
    );
    if (typeof options === "number") return options;
    const { cpus } = process.system.machine;
    if (options.has("p")) {
      yield* process.print(
        `# The following is the parsable format, which can be fed to other\n# programs. Each different item in every column has an unique ID\n# starting usually from zero.\n# CPU,Core,Socket,Node,,L1d,L1i,L2,L3\n${list(cpus, (cpu) => `${cpu},${cpu},${cpu},0,,${cpu},${cpu},${cpu},${cpu}\n`)}`,
      );
      return 0;
    }
    if (options.has("e")) {
      yield* process.print(
        `CPU NODE SOCKET CORE L1d:L1i:L2:L3 ONLINE\n${list(cpus, (cpu) => `${String(cpu).padStart(3)}    0 ${String(cpu).padStart(6)} ${String(cpu).padStart(4)} ${cpu}:${cpu}:${cpu}:${cpu}          yes\n`)}`,
      );
      return 0;
    }
    const all = rows(process);
    const width = all.reduce((most, [label]) => Math.max(most, label.length + 1), 0);
    yield* process.print(all.map(([label, value]) => `${`${label}:`.padEnd(width + 1)} ${value}\n`).join(""));
    return 0;
  },
};

function list(count: number, show: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => show(index)).join("");
}

/** The first processor's fields in /proc/cpuinfo. */
export function cpuFields(process: Process): ReadonlyMap<string, string> {
  const text = process.fs.readFile("/proc/cpuinfo");
  const fields = new Map<string, string>();
  for (const line of typeof text === "string" ? text.split("\n") : []) {
    const [key = "", value] = line.split(/\s*:\s?/);
    if (value !== undefined && !fields.has(key)) fields.set(key, value);
  }
  return fields;
}

type Row = readonly [label: string, value: string];

function rows(process: Process): readonly Row[] {
  const { machine } = process.system;
  const fields = cpuFields(process);
  const online = machine.cpus === 1 ? "0" : `0${machine.cpus === 2 ? "," : "-"}${machine.cpus - 1}`;
  const known = (label: string, key: string): readonly Row[] => {
    const value = fields.get(key);
    return value === undefined ? [] : [[label, value]];
  };
  const guest: readonly Row[] = [
    ["Hypervisor vendor", "KVM"],
    ["Virtualization type", "full"],
  ];
  return [
    ["Architecture", machine.architecture],
    ...modes(machine),
    ...known("Address sizes", "address sizes"),
    ["Byte Order", machine.endian === "big" ? "Big Endian" : "Little Endian"],
    ["CPU(s)", String(machine.cpus)],
    ["On-line CPU(s) list", online],
    ["Vendor ID", machine.cpuVendor],
    ["Model name", machine.cpuModel],
    ...known("CPU family", "cpu family"),
    ...known("Model", "model"),
    ["Thread(s) per core", "1"],
    ...sockets(machine.cpus, Number(fields.get("cpu cores") ?? 1)),
    ...known("Stepping", "stepping"),
    ...known("BogoMIPS", "bogomips"),
    ...known("Flags", "flags"),
    ...((fields.get("flags") ?? "").includes(" hypervisor") ? guest : []),
    ...caches(machine.cpus, fields.get("cache size")),
    ["NUMA node(s)", "1"],
    ["NUMA node0 CPU(s)", online],
  ];
}

function modes({ architecture, bits }: Process["system"]["machine"]): readonly Row[] {
  if (!/^(x86_64|i\d86)$/.test(architecture)) return [];
  return [["CPU op-mode(s)", bits === "64" ? "32-bit, 64-bit" : "32-bit"]];
}

function sockets(cpus: number, cores: number): readonly Row[] {
  return [
    ["Core(s) per socket", String(cores)],
    ["Socket(s)", String(Math.max(1, Math.round(cpus / cores)))],
  ];
}

function caches(cpus: number, last: string | undefined): readonly Row[] {
  if (last === undefined) return [];
  const size = (kib: number) => (kib >= 1024 ? `${kib / 1024} MiB` : `${kib} KiB`);
  const instances = `(${cpus} instance${cpus === 1 ? "" : "s"})`;
  return [
    ["L1d cache", `${size(32 * cpus)} ${instances}`],
    ["L1i cache", `${size(32 * cpus)} ${instances}`],
    ["L2 cache", `${size(4096 * cpus)} ${instances}`],
    ["L3 cache", `${size(Number.parseInt(last, 10) * cpus)} ${instances}`],
  ];
}
