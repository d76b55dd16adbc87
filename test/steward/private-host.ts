import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { type ClientRun, runClient } from "../clients/run-client.ts";
import { PROGRAM } from "../rig/command.ts";

/**
 * This machine as a host that may be changed: a mount namespace in which whatever is written goes into memory, with a host name of its own and
 * a `systemctl` that writes down what it is told. Nothing of the machine is touched: what does not go into memory is read-only.
 */
const FOLDERS = ["etc", "home", "opt", "root", "srv", "usr", "var"];
const UPPER = "/mnt";

const SCRIPT = `
set -eu
mount -t tmpfs -o mode=755 "$2" ${UPPER}
for at in ${FOLDERS.join(" ")}; do
  mkdir -p ${UPPER}/$at/upper ${UPPER}/$at/work
  chmod --reference=/$at ${UPPER}/$at/upper
  touch --reference=/$at ${UPPER}/$at/upper
  mount -t overlay overlay -o lowerdir=/$at,upperdir=${UPPER}/$at/upper,workdir=${UPPER}/$at/work /$at
done
rm -rf /var/lib/utsusemi-steward
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system ${UPPER}/bin
printf '%s' "$1" >${UPPER}/bin/systemctl
chmod 755 ${UPPER}/bin/systemctl
hostname private-host
for at in /tmp "$3"; do mount --bind "$at" "$at"; done
mount -o remount,bind,ro /
echo ready
exec cat
`;

/** The checkout, where Node keeps what it has compiled. */
const ROOT = join(import.meta.dirname, "..", "..");

/** Units are files of ours in /etc/systemd/system, in a slice of ours, and run as long as nobody looks; whatever else it is asked, it knows nothing. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>${UPPER}/systemctl.log
show() {
  drop_ins=$(ls /etc/systemd/system/$1.d/*.conf 2>/dev/null | tr '\\n' ' ')
  echo "Id=$1"; echo LoadState=loaded; echo ActiveState=active; echo "FragmentPath=/etc/systemd/system/$1"
  echo "DropInPaths=$drop_ins"; echo Slice=private.slice; echo SystemCallFilter=; echo
}
for last; do :; done
case $1 in
daemon-reload | restart | reload) exit 0 ;;
show) cd /etc/systemd/system; for unit in private-*.service; do case $unit in $last) [ "$last" = "$unit" ] || [ "$last" = '*.service' ] && show $unit ;; esac; done; exit 0 ;;
esac
exit 1
`;

let hosts = 0;
/** How long a start may take, and the clock's own coarseness. */
const START_MS = 5000;

export class PrivateHost implements AsyncDisposable {
  /** The steward's, inside. */
  readonly folder = "/var/lib/utsusemi-steward";
  readonly #child: ChildProcess;
  readonly #spawned: ChildProcess[] = [];

  readonly #name: string;
  readonly #startedMs = Date.now() - START_MS;

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
  }

  static async start(): Promise<PrivateHost> {
    hosts += 1;
    const name = `private-host-${process.pid}-${hosts}`;
    const child = spawn("unshare", ["--mount", "--uts", "--propagation", "private", "sh", "-c", SCRIPT, "sh", SYSTEMCTL, name, ROOT], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [ready] = await once(child.stdout, "data");
    assert.equal(String(ready), "ready\n");
    return new PrivateHost(child, name);
  }

  /** Runs a program inside, from its start to its end. */
  run(...words: readonly string[]): Promise<ClientRun> {
    return runClient("nsenter", [...this.#enter(), ...words], { environment: this.environment, withinMs: 120_000 });
  }

  /** `utsusemi` inside. */
  utsusemi(...words: readonly string[]): Promise<ClientRun> {
    return this.run(process.execPath, PROGRAM, ...words);
  }

  /** `utsusemi` inside, which goes on, at the latest to the end of the host. */
  spawnUtsusemi(...words: readonly string[]): ChildProcess {
    const child = spawn("nsenter", [...this.#enter(), process.execPath, PROGRAM, ...words], { env: this.environment, stdio: "ignore" });
    this.#spawned.push(child);
    return child;
  }

  /** A line of its shell that goes on, at the latest to the end of the host. */
  spawnLine(line: string): void {
    this.#spawned.push(spawn("nsenter", [...this.#enter(), "sh", "-c", line], { env: this.environment, stdio: "ignore" }));
  }

  /** Waits until a line of its shell succeeds. */
  async sees(line: string): Promise<void> {
    const holds = () => spawnSync("nsenter", [...this.#enter(), "sh", "-c", line], { env: this.environment }).status === 0;
    for (const giveUp = AbortSignal.timeout(60_000); !holds(); await wait(20)) giveUp.throwIfAborted();
  }

  /** Waits until a process of this name runs under this host's mounts. */
  async runs(name: string): Promise<void> {
    const holds = () => this.processes().some((pid) => textOf(`/proc/${pid}/comm`) === `${name}\n`);
    for (const giveUp = AbortSignal.timeout(60_000); !holds(); await wait(50)) giveUp.throwIfAborted();
  }

  /** How a path inside is called outside. */
  outside(path: string): string {
    return `/proc/${this.#child.pid}/root${path}`;
  }

  /** What a line of its shell prints. */
  shell(line: string): string {
    const { stdout, stderr, status } = spawnSync("nsenter", [...this.#enter(), "sh", "-c", line], {
      encoding: "utf8",
      env: this.environment,
    });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  /**
   * Everything that was ever written inside and now differs from the machine outside, a line each: nothing, where all was given back. Left out
   * by its name is the steward's own folder, and what somebody else has changed outside meanwhile.
   */
  differences(): readonly string[] {
    const written = this.shell(`cd ${UPPER}; find ${FOLDERS.map((name) => `${name}/upper`).join(" ")} | sort`).split("\n");
    const paths = written.map((path) => `/${path.replace("/upper", "")}`).filter((path) => path !== "/" && !isOurs(path));
    const inside = spawnSync("nsenter", [...this.#enter(), "sh", "-c", DESCRIBE], {
      encoding: "utf8",
      input: `${paths.join("\n")}\n`,
    }).stdout;
    const outside = spawnSync("sh", ["-c", DESCRIBE], { encoding: "utf8", input: `${paths.join("\n")}\n` }).stdout;
    const lines = new Set(outside.split("\n"));
    assert.ok(lines.size > FOLDERS.length);
    return inside.split("\n").filter((line) => !lines.has(line) && !this.#isChangedOutside(line.split(" ")[0] ?? ""));
  }

  /** Processes that see this host's mounts: also those that outlived who started them. */
  processes(): readonly number[] {
    const inside = (pid: string) => textOf(`/proc/${pid}/mountinfo`).includes(` - tmpfs ${this.#name} `);
    return readdirSync("/proc")
      .filter((pid) => /^\d+$/.test(pid) && inside(pid))
      .map(Number);
  }

  /** What systemctl was told. */
  get told(): readonly string[] {
    return this.shell(`cat ${UPPER}/systemctl.log 2>/dev/null || true`).split("\n").filter(Boolean);
  }

  get environment(): Readonly<Record<string, string>> {
    return { PATH: `${UPPER}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: "/root" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [...this.#spawned, this.#child]) child.kill("SIGKILL");
    for (const pid of this.processes()) process.kill(pid, "SIGKILL");
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  #isChangedOutside(path: string): boolean {
    return (statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0) >= this.#startedMs;
  }

  #enter(): readonly string[] {
    return ["--target", `${this.#child.pid}`, "--mount", "--uts", "--wd=/", "--"];
  }
}

/** Empty for what is not there any more. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}

/** Type, rights, owner, time to the nanosecond and contents of each path that it reads. */
const DESCRIBE = `
while read -r path; do
  stat -c '%n %F %a %u %g %.9Y' "$path" 2>/dev/null || echo "$path absent"
  if [ -L "$path" ]; then readlink "$path"; elif [ -f "$path" ]; then echo "$path $(sha256sum <"$path")"; fi
done
`;

function isOurs(path: string): boolean {
  return path === "/var/lib" || path.startsWith("/var/lib/utsusemi-steward");
}
