import { execFile } from "node:child_process";
import { arch } from "node:os";
import { join } from "node:path";
import { checkShape } from "../../../shape/shape.ts";
import type { Instructions } from "../../views/local-view.ts";
import { instructionsShape } from "../../views/local-view-shape.ts";

/**
 * Runs the program that asks the processor itself (kernel/probe). It ends by itself within two seconds; whatever else stands in its place is
 * cut off in time and in length, and believed only when its answer has the right shape.
 */

const LIMITS = { timeout: 3000, maxBuffer: 256 * 1024 };

/** The committed program for this processor; undefined: there is none. */
export function instructionProbe(): string | undefined {
  return arch() === "x64" ? join(import.meta.dirname, "..", "..", "..", "..", "kernel", "probe", "probe-x64") : undefined;
}

/** What the processor answered; undefined where there is no program, it may not run, or it does not answer rightly. */
export function askProcessor(program: string | undefined, limits: Partial<typeof LIMITS> = {}): Promise<Instructions | undefined> {
  if (program === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const options = { ...LIMITS, ...limits, encoding: "latin1", env: {}, killSignal: "SIGKILL" } as const;
    execFile(program, [], options, (error, stdout) => resolve(error === null ? parseInstructions(stdout) : undefined));
  });
}

/** The program's output, which is as hostile as any file of the host. */
export function parseInstructions(output: string): Instructions | undefined {
  try {
    return checkShape(instructionsShape, JSON.parse(output)).value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
