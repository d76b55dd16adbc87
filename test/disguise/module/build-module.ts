import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { KernelTree } from "./kernel-tree.ts";

const SOURCE = fileURLToPath(new URL("../../../kernel/module", import.meta.url));
const WITHIN_MS = 120_000;
const run = promisify(execFile);

export interface Built {
  /** The module without what only debuggers read. */
  readonly module: Uint8Array;
  /** What the compiler said with all warnings on (W=1), and nothing else. */
  readonly warnings: string;
}

/**
 * Builds in a folder of its own, with the instruction that stands for CPUID; the checkout is only read.
 *
 * @throws Error with the compiler's words
 */
export async function buildModule({ headers }: KernelTree): Promise<Built> {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-module-"));
  try {
    cpSync(SOURCE, folder, { recursive: true });
    const options = ["UTSUSEMI_TEST_OPCODE=y", "CONFIG_DEBUG_INFO_BTF_MODULES="];
    const { stdout, stderr } = await run("make", ["-s", "-j2", "-C", headers, `M=${folder}`, "W=1", ...options, "modules"], {
      timeout: WITHIN_MS,
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
    });
    const object = join(folder, "utsusemi.ko");
    await run("strip", ["--strip-debug", object]);
    return { module: readFileSync(object), warnings: `${stdout}${stderr}`.replace(/^Skipping BTF generation.*\n/gm, "") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same module, looking for a function that no kernel has: the first letter of the name that it hooks is another. */
export function withoutFunction(module: Uint8Array, name: string): Uint8Array {
  const text = Buffer.from(module).toString("latin1");
  const at = text.indexOf(`\0${name}\0`);
  if (at < 0) throw new Error(`the module does not hook ${name}`);
  return Buffer.from(`${text.slice(0, at + 1)}X${text.slice(at + 2)}`, "latin1");
}
