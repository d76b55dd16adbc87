import assert from "node:assert/strict";
import { test } from "node:test";
import type { Machine, Persona } from "../../decoy/persona.ts";
import { type Entry, parseManifest } from "../manifest.ts";
import { isRecord } from "../plain.ts";
import { loadProfile } from "../profile.ts";
import { trySettle } from "../settle.ts";
import { type Facts, factsOf } from "./rule.ts";
import { rules } from "./rules.ts";

const wallMs = Date.UTC(2026, 10, 22, 12);

/** What is changed in a sound persona; the rule named must notice. */
interface Change {
  readonly of?: string;
  readonly machine?: Partial<Machine>;
  readonly users?: Persona["users"];
  readonly groups?: Persona["groups"];
  readonly ssh?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly commands?: readonly string[];
  readonly without?: readonly string[];
  readonly lines?: string;
}

const settled = new Map(["debian-12", "openwrt"].map((name) => [name, settle(name)]));

function settle(name: string): { persona: Persona; entries: ReadonlyMap<string, Entry> } {
  const loaded = loadProfile(name);
  assert.ok("profile" in loaded);
  const { persona, entries, problems } = trySettle(loaded.profile, { seed: Buffer.alloc(32, 9), wallMs });
  assert.ok(persona !== undefined, JSON.stringify(problems));
  return { persona, entries };
}

function sound(name = "debian-12"): { persona: Persona; entries: ReadonlyMap<string, Entry> } {
  const found = settled.get(name);
  assert.ok(found);
  return found;
}

function changed(change: Change): Facts {
  const { persona, entries } = sound(change.of);
  const ssh = persona.services["ssh"];
  const added = parseManifest((change.lines ?? "").replaceAll(" ", "\t"), []);
  const kept = new Map(
    [...entries, ...added].filter(([path]) => !change.without?.some((gone) => path === gone || path.startsWith(`${gone}/`))),
  );
  const commands =
    change.commands === undefined ? persona.commands : Object.fromEntries(change.commands.map((name) => [name, `/usr/bin/${name}`]));
  const broken: Persona = {
    ...persona,
    machine: { ...persona.machine, ...change.machine },
    users: change.users ?? persona.users,
    groups: change.groups ?? persona.groups,
    services: { ...persona.services, ssh: { ...(isRecord(ssh) ? ssh : {}), ...change.ssh } },
    tree: { ...persona.tree, files: { ...persona.tree.files, ...change.files } },
    commands,
  };
  return factsOf(broken, kept);
}

const { machine, users, groups } = sound().persona;
const [lo, eth] = machine.interfaces;
assert.ok(lo !== undefined && eth !== undefined);
const lastProcess = machine.processes.at(-1);
assert.ok(lastProcess !== undefined);
const program = { ...lastProcess, pid: lastProcess.pid + 1, parent: 1, command: "/usr/sbin/cron", rssKib: 100, virtualKib: 200 };
const plus = (change: Partial<typeof program>) => ({ processes: [...machine.processes, { ...program, ...change }] });
const disk = { device: "/dev/vdb1", mount: "/mnt", type: "ext4", options: "rw", sizeKib: 100, usedKib: 10 };
const user = { name: "eve", uid: 1009, gid: 1000, gecos: "", home: "/home/eve", shell: "/bin/bash" };
const openwrt = sound("openwrt").persona.machine;

const cases: Readonly<Record<string, Change>> = {
  "proc-version-release": { machine: { kernelRelease: "6.1.0-99-amd64" } },
  "proc-version-build": { machine: { kernelVersion: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.999-1 (2025-01-01)" } },
  "kernel-distribution": { machine: { kernelRelease: "5.14.0-503.14.1.el9_5.x86_64" } },
  "kernel-builder": { machine: { procVersion: machine.procVersion.replace("debian-kernel@lists.debian.org", "buildd@lcy02-amd64-001") } },
  "machine-word": { machine: { endian: "big" } },
  "kernel-modules": { without: [`/usr/lib/modules/${machine.kernelRelease}`] },
  "kernel-image": { without: [`/boot/vmlinuz-${machine.kernelRelease}`], lines: "/boot/vmlinuz-6.1.0-1-amd64 f 644 0 0 1 +0" },
  "boot-after-build": { machine: { bootWallMs: Date.UTC(2024, 0, 1) } },
  "boot-after-installation": { machine: { installedWallMs: machine.bootWallMs + 1 } },
  "installation-after-release": { machine: { installedWallMs: Date.UTC(2022, 0, 1) } },
  "os-release": { files: { "/usr/lib/os-release": 'ID=debian\nVERSION_ID="11"\n' } },
  "distribution-file": { files: { "/etc/debian_version": "11.9\n" } },
  cpuinfo: { machine: { cpus: machine.cpus + 1 } },
  root: { users: users.filter(({ uid }) => uid !== 0) },
  "accounts-once": { users: [...users, { ...user, uid: 1000 }] },
  "account-group": { users: [...users, { ...user, gid: 4711 }] },
  "group-members": { groups: [...groups, { name: "wheel", gid: 4711, members: ["nobody-here"] }] },
  home: { users: [...users, user] },
  "stray-home": { lines: "/home/phil d 755 1234 1234 4096 +0" },
  "login-shell": { users: [...users, { ...user, shell: "/bin/zsh" }] },
  "valid-shells": { users: [...users, { ...user, shell: "/usr/bin/python3" }] },
  "shell-kind": { machine: { shell: "ash" } },
  "generated-accounts": { users: users.slice(1) },
  "process-program": { machine: plus({ command: "/usr/sbin/mysqld" }) },
  "process-owner": { machine: plus({ user: "mysql" }) },
  "process-order": { machine: plus({ pid: 7 }) },
  "process-parent": { machine: plus({ parent: 99_999_999 }) },
  "kernel-thread": { machine: plus({ command: "[kworker/0:9]" }) },
  "processor-threads": { machine: plus({ command: "[ksoftirqd/9]", parent: 2, rssKib: 0, virtualKib: 0 }) },
  "ssh-process": { machine: { processes: machine.processes.filter(({ command }) => !command.includes("sshd")) } },
  "telnet-process": { machine: { processes: machine.processes.filter(({ command }) => !command.includes("telnetd")) } },
  "process-memory": { machine: { memoryUsedKib: 1000 } },
  "root-mount": { machine: { disks: machine.disks.filter(({ mount }) => mount !== "/") } },
  "disk-size": { machine: { disks: [...machine.disks, { ...disk, usedKib: 101 }] } },
  "mount-point": { machine: { disks: [...machine.disks, { ...disk, mount: "/data" }] } },
  "fstab-mounts": { files: { "/etc/fstab": "/dev/vdb1 /mnt ext4 defaults 0 2\n" } },
  "fstab-device": { files: { "/etc/fstab": "/dev/sda1 / ext4 defaults 0 1\n" } },
  swap: { machine: { swapKib: 1_000_000 } },
  overlay: { of: "openwrt", machine: { disks: openwrt.disks.filter(({ mount }) => mount !== "/overlay") } },
  loopback: { machine: { interfaces: [eth] } },
  gateway: { machine: { gateway: "203.0.113.1" } },
  "host-address": { machine: { interfaces: [lo, { ...eth, address: eth.address.replace(/\d+$/, "255") }] } },
  mac: { machine: { interfaces: [lo, { ...eth, mac: "01:00:5e:00:00:01" }] } },
  "link-local": { machine: { interfaces: [lo, { ...eth, mac: "52:54:00:00:00:01" }] } },
  "hostname-file": { machine: { hostname: "elsewhere" } },
  "hosts-file": { files: { "/etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\tnas3\n" } },
  resolver: { files: { "/etc/resolv.conf": "nameserver 9.9.9.9\n" } },
  "interfaces-file": { files: { "/etc/network/interfaces": "auto eth7\niface eth7 inet dhcp\n" } },
  "machine-id-file": { files: { "/etc/machine-id": `${"0".repeat(32)}\n` } },
  "contents-entry": { files: { "/etc/nowhere.conf": "x" } },
  "parent-directory": { lines: "/opt/cowrie/bin f 755 0 0 1 +0" },
  "program-link": { lines: "/usr/bin/gone l 777 0 0 4 +0 nowhere" },
  "version-program": { machine: { versions: { mysql: "mysql  Ver 8.0.36" } } },
  busybox: { machine: { busyboxApplets: [] } },
  "busybox-process": { machine: { busyboxApplets: machine.busyboxApplets.filter((name) => name !== "telnetd") } },
  "busybox-links": { of: "openwrt", machine: { busyboxApplets: openwrt.busyboxApplets.filter((name) => name !== "ls") } },
  "package-kernel": { machine: { kernelRelease: "6.1.0-1-amd64" } },
  "package-busybox": { machine: { versions: { busybox: "BusyBox v1.30.1 (Debian 1:1.30.1-6+b3) multi-call binary." } } },
  "essential-commands": { commands: ["sh", "ls"] },
  "ssh-family": { ssh: { family: "twisted" } },
  "openssh-too-new": { ssh: { kex: ["mlkem768x25519-sha256", "sntrup761x25519-sha512@openssh.com"] } },
  "openssh-too-old": { ssh: { ciphers: ["aes128-ctr", "3des-cbc"] } },
  "openssh-never": { ssh: { macs: ["hmac-sha2-384"] } },
  "openssh-missing": { ssh: { kex: ["curve25519-sha256"] } },
  "dropbear-lists": { of: "openwrt", ssh: { macs: ["umac-64-etm@openssh.com"] } },
  "ssh-vendor": { ssh: { ident: "SSH-2.0-OpenSSH_9.2p1 Ubuntu-1ubuntu1" } },
  "ssh-vendor-missing": { ssh: { ident: "SSH-2.0-OpenSSH_9.2p1" } },
  "ssh-client-version": { machine: { versions: { ssh: "OpenSSH_7.9p1 Debian-10+deb10u2, OpenSSL 1.1.1d  10 Sep 2019" } } },
  "ssh-package": { ssh: { ident: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3" } },
  "ssh-host-keys": { without: ["/etc/ssh/ssh_host_ed25519_key"] },
  moduli: { ssh: { moduliBits: [] } },
  "moduli-file": { without: ["/etc/ssh/moduli"] },
  "sftp-extensions": { ssh: { ident: "SSH-2.0-OpenSSH_8.4p1 Debian-5" } },
  "ssh-imitation": { ssh: { unsupportedFails: true } },
  "sshd-config": { files: { "/etc/ssh/sshd_config": "PasswordAuthentication no\n" } },
};

for (const rule of rules) {
  test(`${rule.name}: ${rule.holds}`, () => {
    const change = cases[rule.name];
    assert.ok(change !== undefined, "every rule needs a case that breaks it");
    const before = sound(change.of);
    assert.deepEqual(rule.find(factsOf(before.persona, before.entries)), [], "the persona is sound before");
    const found = rule.find(changed(change));
    assert.ok(found.length > 0, "the contradiction was not found");
    for (const { path, why } of found) assert.ok(path.length > 0 && why.length > 0);
  });
}

test("rules have different names", () => {
  assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
  assert.deepEqual(Object.keys(cases).sort(), rules.map(({ name }) => name).sort());
});
