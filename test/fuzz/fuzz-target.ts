/**
 * A parser under test: one file in targets/, found by its place there.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What a file in targets/ exports as `target`. */
export interface FuzzTarget {
  /** The name of its file, and of its folder in corpus/. */
  readonly name: string;
  /**
   * Gives the parser these bytes and checks what must hold: a throw or a rejection is a failure, and so is taking too long.
   * It must depend on `bytes` alone. The bytes are a copy.
   */
  run(bytes: Uint8Array): void | Promise<void>;
  /** Inputs that lead deep, such as one valid message of each kind. */
  readonly seeds?: readonly Uint8Array[];
  /** Byte strings to try that don't stand as literals in the parser's source. */
  readonly words?: readonly (string | Uint8Array)[];
  readonly maxInputBytes?: number;
  /** Processor time above which one input is a failure, in milliseconds. */
  readonly maxCpuMs?: number;
  /** Part of the usual number of runs: less than 1 for a slow target. */
  readonly share?: number;
}

export const DEFAULT_MAX_INPUT_BYTES = 2_048;
export const DEFAULT_MAX_CPU_MS = 150;

const TARGETS = join(import.meta.dirname, "targets");

/** Names of all targets. */
export function targetNames(): string[] {
  return readdirSync(TARGETS)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .sort();
}

export function targetUrl(name: string): string {
  return pathToFileURL(join(TARGETS, `${name}.ts`)).href;
}

/** Imports a target from its file. */
export async function loadTarget(url: string): Promise<FuzzTarget> {
  const module: unknown = await import(url);
  if (typeof module !== "object" || module === null || !("target" in module)) throw new Error(`${url} exports no target`);
  const { target } = module;
  if (!isTarget(target)) throw new Error(`${url}: its target has no name or no run`);
  return target;
}

function isTarget(value: unknown): value is FuzzTarget {
  return typeof value === "object" && value !== null && "name" in value && "run" in value && typeof value.run === "function";
}
