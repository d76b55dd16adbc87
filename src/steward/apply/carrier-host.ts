import { readdirSync, readFileSync } from "node:fs";
import type { CarrierHost } from "./carriage.ts";
import { type Outside, realOutside } from "./outside.ts";

/** A program that only answers must not take longer. */
const ANSWER_LIMIT_MS = 10_000;

/** This host, for carriers: they look, and change nothing. */
export function carrierHost(outside: Outside = realOutside()): CarrierHost {
  return {
    read: (path) => unlessAbsent(() => readFileSync(path, "utf8")),
    list: (path) => unlessAbsent(() => readdirSync(path)) ?? [],
    ask: (program, ...words) => {
      const { status, out } = outside.run(program, words, { limitMs: ANSWER_LIMIT_MS });
      return status === 0 ? out : undefined;
    },
  };
}

/** Undefined also where something of another kind is there. */
function unlessAbsent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** sd_booted(3). */
export function hasSystemd(host: CarrierHost): boolean {
  return host.list("/run/systemd").includes("system");
}
