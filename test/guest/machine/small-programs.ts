import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LOOK } from "./detectors-inside.ts";

/** `ask version`: the sequence by which malware asks for VMware (magic, port, version). `snapshot`: everything in a file system. */
const SOURCES: Readonly<Record<string, string>> = {
  ask: fileURLToPath(new URL("../../disguise/module/ask.c", import.meta.url)),
  snapshot: fileURLToPath(new URL("snapshot.c", import.meta.url)),
};

/** Compiles them, static, into a folder; with what is run as it is (from `asked`, where the guest has them): the command line, kept running, and `look`, which asks every detector. */
export async function smallPrograms(folder: string, asked: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of Object.entries(SOURCES))
    await promisify(execFile)("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-static", "-no-pie", "-o", join(folder, name), source]);
  const look = `#!/bin/sh\nPATH=${asked}:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C\nexport PATH LC_ALL\n${LOOK}\n`;
  writeFileSync(join(folder, "look"), look, { mode: 0o755 });
  cpSync(join(import.meta.dirname, "resident-commands.mjs"), join(folder, "resident-commands.mjs"));
}
