import type { Machine } from "../../decoy/persona.ts";

/**
 * Limits of resources (getrlimit(2)): what a process has of its own, and what the machine gives to all. A process starts with its
 * parent's, and keeps them through exec; so `ulimit` in one shell shows in /proc and in what it starts, and nowhere else.
 */
export type Resource = (typeof RESOURCES)[number]["resource"];

/** In the kernel's units (bytes, seconds, microseconds, counts); `Infinity` is unlimited. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

export type Limits = ReadonlyMap<Resource, Limit>;

/** Nothing was changed. */
export const NO_LIMITS: Limits = new Map();

/** In the order of /proc/PID/limits, with its names and units. */
export const RESOURCES = [
  { resource: "cpu", name: "Max cpu time", unit: "seconds" },
  { resource: "fsize", name: "Max file size", unit: "bytes" },
  { resource: "data", name: "Max data size", unit: "bytes" },
  { resource: "stack", name: "Max stack size", unit: "bytes" },
  { resource: "core", name: "Max core file size", unit: "bytes" },
  { resource: "rss", name: "Max resident set", unit: "bytes" },
  { resource: "nproc", name: "Max processes", unit: "processes" },
  { resource: "nofile", name: "Max open files", unit: "files" },
  { resource: "memlock", name: "Max locked memory", unit: "bytes" },
  { resource: "as", name: "Max address space", unit: "bytes" },
  { resource: "locks", name: "Max file locks", unit: "locks" },
  { resource: "sigpending", name: "Max pending signals", unit: "signals" },
  { resource: "msgqueue", name: "Max msgqueue size", unit: "bytes" },
  { resource: "nice", name: "Max nice priority", unit: "" },
  { resource: "rtprio", name: "Max realtime priority", unit: "" },
  { resource: "rttime", name: "Max realtime timeout", unit: "us" },
] as const;

const UNLIMITED: Limit = { soft: Number.POSITIVE_INFINITY, hard: Number.POSITIVE_INFINITY };
const both = (value: number): Limit => ({ soft: value, hard: value });

/** What a login has; small systems without systemd keep the kernel's own values. */
export function limitOf(limits: Limits, machine: Machine, resource: Resource): Limit {
  return limits.get(resource) ?? usualLimit(machine, resource);
}

function usualLimit({ memoryKib, shell }: Machine, resource: Resource): Limit {
  const small = shell === "ash";
  switch (resource) {
    case "stack":
      return { soft: 8_388_608, hard: Number.POSITIVE_INFINITY };
    case "core":
      return { soft: 0, hard: Number.POSITIVE_INFINITY };
    case "nproc":
    case "sigpending":
      return both(Math.floor(memoryKib / 256));
    case "nofile":
      return { soft: 1024, hard: small ? 4096 : 1_048_576 };
    case "memlock":
      return both(small ? 65_536 : Math.floor(memoryKib / 8) * 1024);
    case "msgqueue":
      return both(819_200);
    case "nice":
    case "rtprio":
      return both(0);
    default:
      return UNLIMITED;
  }
}

/** The limits with one changed, or why not (setrlimit(2)). */
export function changeLimit(
  limits: Limits,
  to: { readonly resource: Resource; readonly now: Limit; readonly limit: Limit; readonly root: boolean },
): Limits | "EPERM" | "EINVAL" {
  if (to.limit.soft > to.limit.hard) return "EINVAL";
  if (to.limit.hard > to.now.hard && !to.root) return "EPERM";
  if (to.resource === "nofile" && to.limit.hard > MAX_FILES) return "EPERM";
  return new Map(limits).set(to.resource, to.limit);
}

/** /proc/sys/fs/nr_open. */
const MAX_FILES = 1_048_576;

/** /proc/PID/limits. */
export function limitsText(limits: Limits, machine: Machine): string {
  const rows = RESOURCES.map(({ resource, name, unit }) => {
    const { soft, hard } = limitOf(limits, machine, resource);
    return row([name, shown(soft), shown(hard)], unit);
  });
  return row(["Limit", "Soft Limit", "Hard Limit"], "Units") + rows.join("");
}

/** Where there is no unit the kernel leaves its column out. */
function row([name, soft, hard]: readonly [string, string, string], unit: string): string {
  return `${name.padEnd(25)} ${soft.padEnd(20)} ${hard.padEnd(20)} ${unit === "" ? "" : unit.padEnd(10)}\n`;
}

function shown(value: number): string {
  return value === Number.POSITIVE_INFINITY ? "unlimited" : String(value);
}
