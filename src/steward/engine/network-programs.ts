import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { OperatorError } from "../../errors/operator-error.ts";

/** One entry of what `ip -json` or `tc -json` print. */
export type Entry = Readonly<Record<string, unknown>>;

const FOLDERS = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** Where a program of the system is; never looked for in the PATH of whoever started us. */
export function systemProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
}

/**
 * Undefined: tc failed, such as for an interface that is gone.
 *
 * @throws OperatorError `kernel-missing` where iproute2 is not installed
 */
export function tcAnswer(...words: readonly string[]): readonly Entry[] | undefined {
  const { status, stdout } = spawnSync(required("tc"), ["-json", ...words], {
    encoding: "utf8",
    maxBuffer: MOST_BYTES,
    timeout: LONGEST_MS,
  });
  return status === 0 ? entries(stdout) : undefined;
}

/** @throws OperatorError `kernel-missing` where iproute2 is not installed, or fails */
export async function ipAnswer(...words: readonly string[]): Promise<readonly Entry[]> {
  const printed = await printedBy("ip", "-json", ...words);
  if (printed === undefined) throw new OperatorError("kernel-missing", `ip ${words.join(" ")} fails, so the host's network is not known.`);
  return entries(printed);
}

/** Undefined: the program is not here, or failed. */
export function printedBy(program: string, ...words: readonly string[]): Promise<string | undefined> {
  const path = program === "ip" ? required(program) : systemProgram(program);
  if (path === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    execFile(path, words, { encoding: "utf8", maxBuffer: MOST_BYTES, timeout: LONGEST_MS }, (error, printed) =>
      resolve(error === null ? printed : undefined),
    );
  });
}

const MOST_BYTES = 64 << 20;
const LONGEST_MS = 10_000;

function required(name: string): string {
  const path = systemProgram(name);
  if (path === undefined) throw new OperatorError("kernel-missing", `The wire engine needs ${name} (Debian's package iproute2).`);
  return path;
}

function entries(printed: string): readonly Entry[] {
  const value: unknown = printed.trim() === "" ? [] : JSON.parse(printed);
  return Array.isArray(value) ? value.filter(isEntry) : [];
}

export function isEntry(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
