import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { type ClientRun, runClient } from "../clients/run-client.ts";
import { PROGRAM } from "../rig/command.ts";

/**
 * This machine as a host that may be changed: a mount namespace in which whatever is written goes into memory, with a host name of its own and
 * a `systemctl` that writes down what it is told. Nothing of the machine is touched; all of it ends with the namespace.
 */
const FOLDERS = ["etc", "home", "opt", "root", "srv", "usr", "var"];
const UPPER = "/mnt";

const SCRIPT = `
set -eu
mount -t tmpfs -o mode=755 tmpfs ${UPPER}
for at in ${FOLDERS.join(" ")}; do
  mkdir -p ${UPPER}/$at/upper ${UPPER}/$at/work
  chmod --reference=/$at ${UPPER}/$at/upper
  touch --reference=/$at ${UPPER}/$at/upper
  mount -t overlay overlay -o lowerdir=/$at,upperdir=${UPPER}/$at/upper,workdir=${UPPER}/$at/work /$at
done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system ${UPPER}/bin
printf '%s' "$1" >${UPPER}/bin/systemctl
chmod 755 ${UPPER}/bin/systemctl
hostname private-host
echo ready
exec cat
`;

/** Units are files of ours; whatever else it is asked, it knows nothing. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>${UPPER}/systemctl.log
case $1 in daemon-reload | restart | reload) exit 0 ;; esac
exit 1
`;

export class PrivateHost implements AsyncDisposable {
  /** The steward's, inside. */
  readonly folder = "/var/lib/utsusemi-steward";
  readonly #child: ChildProcess;
  readonly #spawned: ChildProcess[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(systemctl = SYSTEMCTL): Promise<PrivateHost> {
    const child = spawn("unshare", ["--mount", "--uts", "--propagation", "private", "sh", "-c", SCRIPT, "sh", systemctl], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [ready] = await once(child.stdout, "data");
    assert.equal(String(ready), "ready\n");
    return new PrivateHost(child);
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
   * Everything that was ever written inside and now differs from the machine outside, a line each: nothing, where all was given back. Of what
   * stays only the steward's own folder is left out, by its name.
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
    return inside.split("\n").filter((line) => !lines.has(line));
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
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  #enter(): readonly string[] {
    return ["--target", `${this.#child.pid}`, "--mount", "--uts", "--wd=/", "--"];
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
