import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";

/**
 * What the real systemd reads in unit files: it loads them in its test mode, starts nothing, and tells all that it has understood. It does
 * that for ordinary users only, so that it is nobody who asks.
 */
const SYSTEMD = "/lib/systemd/systemd";
const NOBODY = 65_534;

export interface Understood {
  /** Words of each `ExecStart=`, prefixes gone. */
  readonly starts: readonly (readonly string[])[];
  /** Whole text of what systemd told of the unit. */
  readonly text: string;
}

/** From unit files by their path below a unit folder, drop-ins among them; `wanted`: the units that are loaded. */
export function understoodBySystemd(files: Readonly<Record<string, string>>, wanted: readonly string[]): ReadonlyMap<string, Understood> {
  const folder = mkdtempSync(join(tmpdir(), "systemd-dump-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const units = join(folder, "units");
  const all = { ...files, "dump-all.target": `[Unit]\nDefaultDependencies=no\n${wanted.map((id) => `Wants=${id}\n`).join("")}` };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(units, path)), { recursive: true });
    writeFileSync(join(units, path), text);
  }
  chmodSync(folder, 0o755);
  const runtime = join(folder, "run");
  mkdirSync(runtime, { mode: 0o700 });
  chownSync(runtime, NOBODY, NOBODY);
  const dump = spawnSync(SYSTEMD, ["--test", "--user", "--unit=dump-all.target"], {
    encoding: "utf8",
    uid: NOBODY,
    gid: NOBODY,
    cwd: "/",
    timeout: 60_000,
    maxBuffer: 64 * 2 ** 20,
    env: { HOME: runtime, XDG_RUNTIME_DIR: runtime, SYSTEMD_LOG_TARGET: "console", SYSTEMD_UNIT_PATH: units, LC_ALL: "C.UTF-8" },
  });
  const parts = dump.stdout
    .replaceAll(folder, "/PLACE")
    .split(/^\t?-> Unit (?=\S+:$)/m)
    .slice(1);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf(":\n")), { starts: startsIn(part), text: part.split(JOBS, 1)[0] ?? "" }]));
}

/** What would be done with a unit comes behind what it is. */
const JOBS = /^(?:\t*-> Job \d+:|-> By jobs:)$/m;

/** Lines of the part `-> ExecStart:`, up to the next part. */
function startsIn(part: string): readonly (readonly string[])[] {
  const lines = part.split(/^\t*-> ExecStart:\n/m)[1]?.split("\n") ?? [];
  const end = lines.findIndex((line) => !line.includes("Command Line: "));
  return lines.slice(0, end).map((line) => shellWords(line.replace(/^.*?Command Line: /, "")));
}

/** They are quoted for a shell. */
function shellWords(line: string): readonly string[] {
  const { stdout } = spawnSync("sh", ["-c", `set -f; eval "set -- $1"; printf '%s\\0' "$@"`, "sh", line], { encoding: "utf8" });
  return stdout.split("\0").slice(0, -1);
}

/** Whether it can be asked on this machine. */
export function canAskSystemd(): boolean {
  if (process.getuid?.() !== 0) return false;
  const said = understoodBySystemd({ "dump-one.service": "[Service]\nExecStart=/bin/true a\n" }, ["dump-one.service"]);
  return said.get("dump-one.service")?.starts.length === 1;
}
