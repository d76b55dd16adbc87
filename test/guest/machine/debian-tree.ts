/**
 * A Debian 12 system in a folder: systemd as process 1, an SSH server and the detectors, from the packages and the mirror that this machine's own apt
 * is configured for. What makes it a guest of ours (users, a key, the agent) is added; what would only make its boots slow is masked.
 */
import { execFile } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { kernelTree, type Series, series } from "../../disguise/module/kernel-tree.ts";

const run = promisify(execFile);
const WITHIN_MS = 400_000;
const PACKAGES =
  "systemd-sysv dbus libpam-systemd openssh-server openssh-client virt-what dmidecode open-vm-tools kmod iproute2 libatomic1 procps acl attr";
const KEPT_SOURCES = ["/etc/apt/sources.list", "/etc/apt/sources.list.d/debian.sources"];
/** What nobody asks in a guest that lives for minutes. */
const UNUSED = ["doc", "man", "locale", "i18n", "info", "zoneinfo", "bash-completion"].map((name) => `/usr/share/${name}/*`);

const MASKED = [
  ...["serial-getty@ttyS0.service", "getty@tty1.service", "getty.target", "open-vm-tools.service", "vgauth.service"],
  ...["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer"],
  ...["systemd-pstore.service", "systemd-timesyncd.service", "systemd-tmpfiles-clean.timer", "systemd-update-utmp.service"],
  ...["systemd-network-generator.service", "systemd-journal-catalog-update.service", "ldconfig.service", "systemd-sysusers.service"],
  ...["configfs", "dm_mod", "drm", "fuse", "loop"].map((name) => `modprobe@${name}.service`),
  ...["dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-tracing.mount", "sys-kernel-debug.mount", "systemd-update-done.service"],
];

/** Modules that a disguise may load, and what process 1 asks for; their dependencies are found by depmod(8). */
const MODULES =
  "drivers/net/vmxnet3 drivers/net/dummy.ko drivers/misc/vmw_vmci drivers/scsi net/vmw_vsock fs/autofs drivers/message/fusion";

/** By path, without a slash at the beginning. */
const FILES: Readonly<Record<string, string>> = {
  "etc/hostname": "web-03\n",
  "etc/hosts": "127.0.0.1 localhost web-03\n",
  "etc/machine-id": "5d2c7f1be43a4c0f9a1d3b5e7c9f1a2b\n",
  "etc/fstab": "/dev/root / ext4 defaults 0 0\n",
  "etc/systemd/journald.conf.d/volatile.conf": "[Journal]\nStorage=volatile\n",
  "etc/systemd/system/guest-agent.service":
    "[Unit]\nAfter=multi-user.target systemd-logind.service\n\n[Service]\nType=idle\nExecStart=/bin/sh /usr/local/sbin/guest-agent\nKillMode=process\n",
};

export async function makeDebianTree(root: string): Promise<void> {
  const sources = KEPT_SOURCES.filter((path) => existsSync(path) && readFileSync(path, "utf8").includes("bookworm"));
  const dpkg = UNUSED.map((pattern) => `--dpkgopt=path-exclude=${pattern}`);
  const packages = `--include=${PACKAGES.split(" ").join(",")}`;
  const apt = '--aptopt=Acquire::Languages "none"';
  await run(
    "mmdebstrap",
    ["--quiet", "--mode=root", "--variant=minbase", "--format=directory", packages, apt, ...dpkg, "bookworm", root, ...sources],
    { timeout: WITHIN_MS, maxBuffer: 1 << 26, env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" } },
  );
  for (const [path, contents] of Object.entries(FILES)) put(root, path, contents);
  put(root, "usr/local/sbin/guest-agent", readFileSync(join(import.meta.dirname, "agent.sh"), "utf8"));
  for (const unit of MASKED) link(root, `etc/systemd/system/${unit}`, "/dev/null");
  link(root, "etc/systemd/system/multi-user.target.wants/guest-agent.service", "../guest-agent.service");
  await addUsers(root);
  for (const name of Object.keys(series)) if (isSeries(name)) await addModules(root, name);
}

const isSeries = (name: string): name is Series => name in series;

function put(root: string, path: string, contents: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), contents);
}

function link(root: string, path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  rmSync(join(root, path), { force: true });
  symlinkSync(target, join(root, path));
}

export const DEPLOY = { name: "deploy", uid: 1000 } as const;
export const OTHER = { name: "carol", uid: 1001 } as const;

/** Two users whom root's own key lets in. */
async function addUsers(root: string): Promise<void> {
  const key = join(root, "root/.ssh/id_ed25519");
  mkdirSync(dirname(key), { recursive: true, mode: 0o700 });
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "root@web-03", "-f", key]);
  const host = readFileSync(join(root, "etc/ssh/ssh_host_ed25519_key.pub"), "utf8");
  put(root, "root/.ssh/known_hosts", `localhost ${host}`);
  for (const { name, uid } of [DEPLOY, OTHER]) {
    await run("chroot", [root, "useradd", "--create-home", "--shell", "/bin/bash", "--uid", `${uid}`, name]);
    const folder = join(root, "home", name, ".ssh");
    mkdirSync(folder, { mode: 0o700 });
    cpSync(`${key}.pub`, join(folder, "authorized_keys"));
    for (const path of [folder, join(folder, "authorized_keys")]) chownSync(path, uid, uid);
    chmodSync(join(folder, "authorized_keys"), 0o600);
  }
  // No reverse look-ups: the guest has no network.
  appendFileSync(join(root, "etc/ssh/sshd_config"), "UseDNS no\n");
}

async function addModules(root: string, name: Series): Promise<void> {
  const { release, modules } = await kernelTree(name);
  const place = join(root, "usr/lib/modules", release);
  mkdirSync(place, { recursive: true });
  for (const file of ["modules.builtin", "modules.order", "modules.builtin.modinfo"]) cpSync(join(modules, file), join(place, file));
  for (const part of MODULES.split(" ")) {
    const from = join(modules, "kernel", part);
    if (existsSync(from)) cpSync(from, join(place, "kernel", part), { recursive: true });
  }
  await run("chroot", [root, "depmod", release]);
}
