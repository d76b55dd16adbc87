import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/**
 * The real systemd as process 1 of namespaces of its own: its root directory is this host's with a layer of memory above it, where units and
 * other files are put; it has no network, none of the host's processes, and a cgroup of its own. All of it ends with it.
 */
export interface Live {
  /** Files by their path, in the layer. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Units that are started. */
  readonly units: readonly string[];
  /** A shell's, run by a unit when the others were started; what it writes to /mnt/out is the answer. */
  readonly script: string;
}

const LIMIT_MS = 90_000;

const SETUP = `set -e
mount -t tmpfs none "$W/layer"
mkdir "$W/layer/upper" "$W/layer/work" "$W/layer/root"
R="$W/layer/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$W/layer/upper,workdir=$W/layer/work" "$R"
mount -t proc proc "$R/proc"
mount --bind "$R/proc/sys" "$R/proc/sys"
mount -o remount,bind,ro "$R/proc/sys"
mount -t sysfs -o ro sysfs "$R/sys"
mount -t tmpfs tmpfs "$R/sys/fs/cgroup"
mkdir "$R/sys/fs/cgroup/systemd" "$R/sys/fs/cgroup/unified"
mount -t cgroup -o none,name=systemd cgroup "$R/sys/fs/cgroup/systemd"
mount -t cgroup2 cgroup2 "$R/sys/fs/cgroup/unified"
mount -t tmpfs tmpfs "$R/run"
mount -t tmpfs tmpfs "$R/tmp"
mount -t tmpfs -o mode=755 tmpfs "$R/dev"
for name in null zero full random urandom tty; do touch "$R/dev/$name"; mount --bind "/dev/$name" "$R/dev/$name"; done
mkdir "$R/dev/pts" "$R/dev/shm"
rm -rf "$R/etc/systemd/system" "$R/usr/lib/systemd/system-generators" "$R"/usr/lib/systemd/system/*.target.wants
mkdir -p "$R/etc/systemd/system" "$R/mnt/out" "$R/mnt/old"
cp -a "$W/files/." "$R/"
mount --bind "$W/out" "$R/mnt/out"
cd "$R"
pivot_root . mnt/old
umount -l /mnt/old
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=live.target --show-status=0 --log-target=null
`;

/** In a cgroup of its own from before its cgroup namespace is made. */
const START = `for root in systemd unified; do mkdir -p "/sys/fs/cgroup/$root/$GROUP"; echo $$ >"/sys/fs/cgroup/$root/$GROUP/cgroup.procs"; done
exec unshare --mount --pid --uts --ipc --net --cgroup --fork --propagation private --kill-child sh -c "$SETUP"`;

/** Answers by file name; undefined: it did not come to the script's end in time. */
export async function runLive(live: Live, names: readonly string[]): Promise<Readonly<Record<string, string>> | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "live-systemd-"));
  const group = `live-systemd-${process.pid}-${Date.now()}`;
  prepare(folder, live);
  const child = spawn("sh", ["-c", START], {
    stdio: "ignore",
    detached: true,
    env: { PATH: process.env["PATH"], W: folder, GROUP: group, SETUP },
  });
  const isDone = await ended(child, join(folder, "out", "done"));
  const answers = Object.fromEntries(names.map((name) => [name, textOf(join(folder, "out", name))]));
  await removed(child, group);
  rmSync(folder, { recursive: true, force: true });
  return isDone ? answers : undefined;
}

function prepare(folder: string, { files, units, script }: Live): void {
  const wants = units.map((unit) => `Wants=${unit}\n`).join("");
  const all = {
    ...files,
    "/etc/systemd/system/live.target": `[Unit]\n${wants}Wants=live-script.service\n`,
    "/etc/systemd/system/live-script.service": `[Unit]\nAfter=${units.join(" ")}\n[Service]\nType=oneshot\nExecStart=/bin/sh /live-script\n`,
    "/live-script": `${script}\ntouch /mnt/out/done\n`,
  };
  for (const [path, contents] of Object.entries(all)) {
    const file = join(folder, "files", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents, { mode: typeof contents === "string" ? 0o644 : 0o755 });
  }
  mkdirSync(join(folder, "layer"));
  mkdirSync(join(folder, "out"));
  chmodSync(join(folder, "out"), 0o777);
}

async function ended(child: ChildProcess, done: string): Promise<boolean> {
  const until = Date.now() + LIMIT_MS;
  while (!existsSync(done) && child.exitCode === null && Date.now() < until) await wait(50);
  return existsSync(done);
}

async function removed(child: ChildProcess, group: string): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL")) await gone;
  const folders = ["systemd", "unified"].map((root) => join("/sys/fs/cgroup", root, group));
  const line = 'find "$@" -depth -type d -exec rmdir {} + 2>/dev/null; [ ! -e "$1" ] && [ ! -e "$2" ]';
  for (let tries = 0; tries < 100 && spawnSync("sh", ["-c", line, "sh", ...folders]).status !== 0; tries += 1) await wait(50);
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** False where its cgroups are laid out otherwise, or it may not have them; else whether it comes up at all. */
export async function canRunLive(): Promise<boolean> {
  const isHere = ["systemd", "unified"].every((root) => existsSync(join("/sys/fs/cgroup", root, "cgroup.procs")));
  if (process.getuid?.() !== 0 || !isHere || !existsSync("/lib/systemd/systemd")) return false;
  return (await runLive({ files: {}, units: [], script: "true" }, [])) !== undefined;
}
