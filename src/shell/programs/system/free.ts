import type { Options } from "../../options.ts";
import type { Process, Program } from "../../program.ts";
import { optionsOr, usageBlock } from "../usage.ts";
import { type Memory, readMemory } from "./memory.ts";

const LONG = {
  bytes: "b",
  kibi: "k",
  mebi: "m",
  gibi: "g",
  human: "h",
  lohi: "l",
  total: "t",
  wide: "w",
  seconds: "s",
  count: "c",
  si: "si",
  kilo: "kilo",
  mega: "mega",
  giga: "giga",
};

/** Divisors of KiB by option. */
const UNITS: Readonly<Record<string, number>> = { k: 1, m: 1024, g: 1_048_576, kilo: 1000 / 1024, mega: 1e6 / 1024, giga: 1e9 / 1024 };
const MAX_ROUNDS = 100_000;

export const free: Program = {
  name: "free",
  *run(process) {
    const options = yield* optionsOr(process, { short: "bkmghlts:c:wV", long: LONG }, usageBlock("free"));
    if (typeof options === "number") return options;
    const wait = options.value("s");
    if (wait !== undefined && !(Number(wait) > 0)) return yield* process.fail(`seconds argument '${wait}' failed`);
    const rounds = options.has("c") ? Number(options.value("c")) : wait === undefined ? 1 : MAX_ROUNDS;
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) yield* process.sleep(Number(wait ?? 1) * 1000);
      yield* process.print(memoryTable(process, options) + (rounds > 1 ? "\n" : ""));
    }
    return 0;
  },
};

function memoryTable(process: Process, options: Options): string {
  const memory = readMemory(process);
  if (process.flavour === "busybox") return busyboxTable(memory, options);
  const show = sizeText(options);
  const row = (label: string, values: readonly number[]) =>
    `${label.padEnd(8)} ${values.map((value, at) => show(value).padStart(at === 0 ? 11 : 11)).join(" ")}\n`;
  const wide = options.has("w");
  const used = procpsUsed(process, memory);
  const caches = wide ? [memory.buffers, memory.cached] : [memory.buffers + memory.cached];
  const headers = ["total", "used", "free", "shared", ...(wide ? ["buffers", "cache"] : ["buff/cache"]), "available"];
  const swapUsed = memory.swapTotal - memory.swapFree;
  let text = `${" ".repeat(8)}${headers.map((header) => header.padStart(12)).join("")}\n`;
  text += row("Mem:", [memory.total, used, memory.free, memory.shared, ...caches, memory.available]);
  if (options.has("l")) {
    text += row("Low:", [memory.total, memory.total - memory.free, memory.free]);
    text += row("High:", [0, 0, 0]);
  }
  text += row("Swap:", [memory.swapTotal, swapUsed, memory.swapFree]);
  if (options.has("t")) text += row("Total:", [memory.total + memory.swapTotal, used + swapUsed, memory.free + memory.swapFree]);
  return text;
}

/** procps 4 counts as used all that is not available; 3 all that is neither free nor cache. */
export function procpsUsed(process: Process, memory: Memory): number {
  const { distribution, distributionVersion } = process.system.machine;
  const recent = distribution === "debian" ? Number.parseInt(distributionVersion, 10) >= 12 : distribution === "ubuntu";
  return recent ? memory.total - memory.available : memory.total - memory.free - memory.buffers - memory.cached;
}

function sizeText(options: Options): (kib: number) => string {
  if (options.has("h")) return options.has("si") ? (kib) => humanText(kib * 1024, 1000, "") : (kib) => humanText(kib * 1024, 1024, "i");
  if (options.has("b")) return (kib) => String(kib * 1024);
  const unit = [...options.letters].find((letter) => UNITS[letter] !== undefined) ?? "k";
  const si: Readonly<Record<string, number>> = options.has("si") ? { k: 1000 / 1024, m: 1e6 / 1024, g: 1e9 / 1024 } : {};
  const divisor = si[unit] ?? UNITS[unit] ?? 1;
  return (kib) => String(Math.floor(kib / divisor));
}

/** 8.7Mi, 824Mi, 23Gi: one decimal while it fits into three characters. */
function humanText(bytes: number, base: number, mark: string): string {
  const letters = ["B", "K", "M", "G", "T", "P"];
  let power = 0;
  let amount = bytes;
  while (amount >= base && power < letters.length - 1) {
    amount /= base;
    power += 1;
  }
  if (power === 0) return `${bytes}B`;
  const tenth = amount.toFixed(1);
  return `${tenth.length <= 3 ? tenth : String(Math.floor(amount))}${letters[power]}${mark}`;
}

/** busybox: used is total less free and cache; units only -b -k -m -g -h. */
function busyboxTable(memory: Memory, options: Options): string {
  const unit = options.has("b") ? 1 / 1024 : options.has("m") ? 1024 : options.has("g") ? 1_048_576 : 1;
  const cell = (kib: number) => String(Math.round(kib / unit)).padStart(11);
  const cache = memory.buffers + memory.cached;
  const row = (label: string, values: readonly number[]) => `${label.padEnd(7)}${values.map((value) => ` ${cell(value)}`).join("")}\n`;
  const headers = ["total", "used", "free", "shared", "buff/cache", "available"];
  return (
    `       ${headers.map((header) => header.padStart(12)).join("")}\n` +
    row("Mem:", [memory.total, memory.total - memory.free - cache, memory.free, memory.shared, cache, memory.available]) +
    row("Swap:", [memory.swapTotal, memory.swapTotal - memory.swapFree, memory.swapFree])
  );
}
