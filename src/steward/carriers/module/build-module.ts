import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ran, run } from "../../apply/outside.ts";

/** Builds the module's source for the running kernel, in a folder that is gone afterwards. */
const SOURCE = join(import.meta.dirname, "..", "..", "..", "..", "kernel", "module");
/** Ten seconds where nothing else runs. */
const LIMIT_MS = 180_000;
export const MODULE = "utsusemi";

export type Built = { readonly object: Uint8Array } | { readonly refused: string };

/** @param headers what `make -C` is given, such as /lib/modules/RELEASE/build */
export function buildModule(headers: string): Built {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-build-"));
  try {
    cpSync(SOURCE, folder, { recursive: true });
    const made = run("make", ["-s", "-C", headers, `M=${folder}`, "CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"], { limitMs: LIMIT_MS });
    const object = join(folder, `${MODULE}.ko`);
    if (made.status !== 0 || !existsSync(object)) return { refused: failureText(made) };
    run("strip", ["--strip-debug", object]);
    return { object: readFileSync(object) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failureText({ isThere, status, err, out }: Ran): string {
  if (!isThere) return "make is not there.";
  if (status === undefined) return "make took too long, or was killed.";
  const said = `${err}\n${out}`.split("\n").filter((line) => line.trim() !== "");
  return `make says: ${said.find((line) => /error|not found|No such/i.test(line)) ?? said.at(-1) ?? `status ${status}`}.`;
}
