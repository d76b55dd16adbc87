import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** What a Debian 12 server has beside the minimal system, as far as commands of the corpus need it. */
const PACKAGES = [
  "bc",
  "bsdextrautils",
  "bsdmainutils",
  "busybox",
  "bzip2",
  "cron",
  "file",
  "less",
  "nano",
  "procps",
  "psmisc",
  "vim-tiny",
  "xz-utils",
];
const VERSION = 3;
const LIMIT_MS = 600_000;

/** The folder of a Debian 12 system, made by debootstrap at its first use (about a minute, from its own usual mirror) and kept within the checkout. */
export async function debianRoot(say: (line: string) => void): Promise<string> {
  const root = join(import.meta.dirname, "..", "..", ".cache", `debian12-${VERSION}`);
  if (existsSync(join(root, ".complete"))) return root;
  const unfinished = `${root}.${process.pid}`;
  say(`debootstrap makes a Debian 12 system in ${root} (about a minute, once)`);
  mkdirSync(unfinished, { recursive: true });
  const args = ["--variant=minbase", `--include=${PACKAGES.join(",")}`, "bookworm", unfinished];
  await promisify(execFile)("debootstrap", args, { timeout: LIMIT_MS, maxBuffer: 1 << 26 });
  writeFileSync(join(unfinished, ".complete"), "");
  rmSync(root, { recursive: true, force: true });
  renameSync(unfinished, root);
  return root;
}
