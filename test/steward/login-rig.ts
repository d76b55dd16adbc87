import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClientOptions, type ClientRun, runClient } from "../clients/run-client.ts";
import type { Order, Outcome } from "./login-steward.ts";

/**
 * A host on which people log in: a mount namespace with copies of what logins read and write (/etc, /home, /run, /var/log, names in /var/lib), two users and
 * root's key, and in it Debian's sshd with PAM. What is changed there ends with it; nothing of the machine is touched.
 */
export interface LoginSite {
  /** Runs a command in that namespace as root. */
  inside(...command: readonly string[]): SpawnSyncReturns<string>;
  /** A line for its shell; throws where it fails. */
  shell(line: string): string;
  /** Carries, tries or undoes: login-steward.ts, run inside. */
  steward(order: Omit<Order, "folder">): Outcome;
  startSshd(): Promise<void>;
  /** As the steward tells it that its configuration has changed. */
  reloadSshd(): Promise<void>;
  /** `ssh USER@host WORDS` of the real client; with a terminal where `-tt` is among the options. */
  ssh(user: string, words: readonly string[], options?: SshOptions): Promise<ClientRun>;
  /** Another real client, such as `scp`; `HOST` in its words stands for the address. */
  client(program: string, words: readonly string[], options?: ClientOptions): Promise<ClientRun>;
  /** Where the ledger's and the carrier's files are, as seen inside. */
  readonly folder: string;
  /** A folder for clients' files, outside. */
  readonly files: string;
  stop(): Promise<void>;
}

export interface SshOptions extends ClientOptions {
  readonly options?: readonly string[];
}

/** Names and numbers that only these tests use. */
export const NAMED = "yuzuki";
export const OTHER = "hanako";

const SCRIPT = `
set -eu
mount -t tmpfs -o mode=755 tmpfs /srv
mkdir /srv/etc /srv/state
cp -a /etc/. /srv/etc/
mount --bind /srv/etc /etc
for at in /run /home /var/log; do mount -t tmpfs -o mode=755 tmpfs $at; done
mkdir /run/sshd /srv/root
mount --bind /srv/root /root
chmod 700 /root
touch /var/log/lastlog /var/log/wtmp
mkdir /srv/lib
for at in /var/lib/*; do
  if [ -d "$at" ]; then mkdir "/srv/lib/\${at##*/}"; else touch "/srv/lib/\${at##*/}"; fi
  mount --bind "$at" "/srv/lib/\${at##*/}"
done
mount --rbind /srv/lib /var/lib
ssh-keygen -q -t ed25519 -N '' -f /srv/host_key
number=61900
for user in ${NAMED} ${OTHER}; do
  number=$((number + 1))
  echo "$user:x:$number:$number::/home/$user:/bin/bash" >>/etc/passwd
  echo "$user:*:19000:0:99999:7:::" >>/etc/shadow
  echo "$user:x:$number:" >>/etc/group
  mkdir -p /home/$user/.ssh
  cp "$1/key.pub" /home/$user/.ssh/authorized_keys
  chown -R $number:$number /home/$user
  chmod 700 /home/$user /home/$user/.ssh
done
mkdir -m 700 /root/.ssh
cp "$1/key.pub" /root/.ssh/authorized_keys
cat >/etc/ssh/sshd_config <<END
Include /etc/ssh/sshd_config.d/*.conf
Port $2
ListenAddress 127.0.0.1
HostKey /srv/host_key
PidFile none
MaxStartups 100
$3
END
echo ready
exec cat
`;

/** @param settings further lines of sshd_config */
export async function startLoginSite(settings = "UsePAM yes\nSubsystem sftp /usr/lib/openssh/sftp-server"): Promise<LoginSite> {
  const files = mkdtempSync(join(tmpdir(), "utsusemi-login-"));
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(files, "key")]);
  const port = await freePort();
  const host = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", SCRIPT, "sh", files, `${port}`, settings], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [ready] = await once(host.stdout, "data");
  assert.equal(String(ready), "ready\n");
  const enter = ["--target", `${host.pid}`, "--mount", "--"];
  const inside = (...command: readonly string[]) =>
    spawnSync("nsenter", [...enter, ...command], { encoding: "latin1", timeout: 120_000, cwd: "/", input: "", env: ENVIRONMENT });
  const folder = "/srv/state";
  let sshd: ChildProcess | undefined;
  let log = "";
  const listening = async (times: number) => {
    while (log.split("Server listening").length <= times) {
      assert.equal(sshd?.exitCode, null, log);
      await once(sshd?.stderr ?? host, "data");
    }
  };
  const client = (program: string, words: readonly string[], options: ClientOptions = {}) =>
    runClient(program, [...optionsFor(program, { files, port }), ...words.map((word) => word.replace("HOST", "127.0.0.1"))], {
      withinMs: 60_000,
      ...options,
      environment: { HOME: files, TERM: "xterm", ...options.environment },
    });
  return {
    folder,
    files,
    inside,
    shell: (line) => {
      const { status, stdout, stderr } = inside("sh", "-c", line);
      assert.equal(status, 0, `${line}: ${stderr}`);
      return stdout;
    },
    steward: (order) => {
      const program = [process.execPath, join(import.meta.dirname, "login-steward.ts")];
      const { status, stdout, stderr } = spawnSync("nsenter", [...enter, ...program], {
        encoding: "utf8",
        timeout: 120_000,
        cwd: "/",
        input: JSON.stringify({ ...order, folder }),
        env: ENVIRONMENT,
      });
      assert.equal(status, 0, stderr);
      const outcome: Outcome = JSON.parse(stdout);
      return outcome;
    },
    startSshd: async () => {
      sshd = spawn("nsenter", [...enter, "/usr/sbin/sshd", "-D", "-e"], {
        stdio: ["ignore", "ignore", "pipe"],
        cwd: "/",
        env: ENVIRONMENT,
      });
      sshd.stderr?.setEncoding("latin1").on("data", (text: string) => {
        log += text;
      });
      await listening(1);
    },
    reloadSshd: async () => {
      const times = log.split("Server listening").length;
      sshd?.kill("SIGHUP");
      await listening(times);
    },
    ssh: (user, words, { options = [], ...more } = {}) => client("ssh", [...options, `${user}@HOST`, ...words], more),
    client,
    stop: async () => {
      await ended(sshd);
      host.stdin.end();
      await once(host, "exit");
      rmSync(files, { recursive: true, force: true });
    },
  };
}

const ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

function optionsFor(program: string, { files, port }: { readonly files: string; readonly port: number }): readonly string[] {
  const settings = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "GlobalKnownHostsFile=/dev/null", "LogLevel=ERROR"];
  const more = ["IdentityAgent=none", "BatchMode=yes", `IdentityFile=${join(files, "key")}`];
  return ["-F/dev/null", ...[...settings, ...more].map((setting) => `-o${setting}`), program === "ssh" ? "-p" : "-P", `${port}`];
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  child.kill();
  await once(child, "exit");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}
