import type { Process } from "../../program.ts";

/** Memory in KiB, as /proc/meminfo has it: what free, top and vmstat are made of. */
export interface Memory {
  readonly total: number;
  readonly free: number;
  readonly available: number;
  readonly buffers: number;
  /** Cached and SReclaimable, as procps counts them. */
  readonly cached: number;
  readonly shared: number;
  readonly swapTotal: number;
  readonly swapFree: number;
}

export function readMemory(process: Process): Memory {
  const text = process.fs.readFile("/proc/meminfo");
  return typeof text === "string" && text.startsWith("Mem") ? parseMeminfo(text) : fromMachine(process);
}

function parseMeminfo(text: string): Memory {
  const values = new Map(Array.from(text.matchAll(/^(\w+):\s+(\d+)/gm), ([, name = "", value]) => [name, Number(value)]));
  const of = (name: string) => values.get(name) ?? 0;
  return {
    total: of("MemTotal"),
    free: of("MemFree"),
    available: values.get("MemAvailable") ?? of("MemFree") + of("Buffers") + of("Cached"),
    buffers: of("Buffers"),
    cached: of("Cached") + of("SReclaimable"),
    shared: of("Shmem"),
    swapTotal: of("SwapTotal"),
    swapFree: of("SwapFree"),
  };
}

function fromMachine(process: Process): Memory {
  const { memoryKib, memoryUsedKib, memoryCacheKib, swapKib } = process.system.machine;
  const free = memoryKib - memoryUsedKib - memoryCacheKib;
  const buffers = Math.floor(memoryCacheKib / 16);
  const available = free + Math.floor(memoryCacheKib * 0.9);
  return { total: memoryKib, free, available, buffers, cached: memoryCacheKib - buffers, shared: 0, swapTotal: swapKib, swapFree: swapKib };
}
