import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A process that sees the disguise. */
export interface Disguised {
  readonly pid: number;
  readonly name: string;
  /** The unit or session that it belongs to, where systemd keeps any. */
  readonly unit?: string;
  readonly user: string;
  /** When it began, ISO 8601. */
  readonly since: string;
}

/** Of proc(5), so much as is needed here; undefined: the process has ended meanwhile. */
export interface ProcessFiles {
  pids(): readonly number[];
  read(pid: number | undefined, file: string): string | undefined;
  /** passwd(5). */
  accounts(): string;
}

/** Processes in whose mount namespace something of this site's is mounted: the staging tmpfs has the mark as its option. */
export function disguised(mark: number, files: ProcessFiles = realProcesses()): readonly Disguised[] {
  const ours = new RegExp(`^\\d+ .* - tmpfs .*[ ,]nr_inodes=${mark}(?:,|$)`, "m");
  const bootSeconds = Number(/^btime (\d+)$/m.exec(files.read(undefined, "stat") ?? "")?.[1] ?? 0);
  const names = namesByUid(files.accounts());
  return files
    .pids()
    .filter((pid) => ours.test(files.read(pid, "mountinfo") ?? ""))
    .flatMap((pid) => describe(pid, { files, names, bootSeconds }));
}

interface Describing {
  readonly files: ProcessFiles;
  readonly names: ReadonlyMap<string, string>;
  readonly bootSeconds: number;
}

/** Clock ticks a second, as user space sees them on every architecture of today's Linux. */
const TICKS = 100;

function describe(pid: number, { files, names, bootSeconds }: Describing): readonly Disguised[] {
  const stat = files.read(pid, "stat");
  const status = files.read(pid, "status");
  if (stat === undefined || status === undefined) return [];
  const [name = "", rest = ""] = [stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")), stat.slice(stat.lastIndexOf(")") + 2)];
  // proc_pid_stat(5): state is field 3, starttime field 22.
  const started = Number(rest.split(" ")[19] ?? 0);
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? "";
  const unit = unitOf(files.read(pid, "cgroup") ?? "");
  return [
    {
      pid,
      name,
      ...(unit === undefined ? {} : { unit }),
      user: names.get(uid) ?? uid,
      since: new Date((bootSeconds + started / TICKS) * 1000).toISOString(),
    },
  ];
}

/** The innermost service or scope in a path of systemd's. */
function unitOf(cgroup: string): string | undefined {
  const paths = cgroup.split("\n").map((line) => line.split(":").slice(2).join(":"));
  const units = paths.flatMap((path) => path.split("/").filter((part) => /\.(?:service|scope)$/.test(part)));
  return units.at(-1);
}

function namesByUid(passwd: string): ReadonlyMap<string, string> {
  return new Map(
    passwd
      .split("\n")
      .map((line) => line.split(":"))
      .map(([name = "", , uid = ""]) => [uid, name]),
  );
}

export function realProcesses(root = "/proc"): ProcessFiles {
  return {
    pids: () =>
      readdirSync(root)
        .filter((name) => /^\d+$/.test(name))
        .map(Number),
    read: (pid, file) => textIn(join(root, pid === undefined ? "" : `${pid}`, file)),
    accounts: () => textIn("/etc/passwd") ?? "",
  };
}

function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
