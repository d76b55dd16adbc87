import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import koffi from "koffi";
import type { Change } from "../../src/steward/ledger/change.ts";
import type { HostPort } from "../../src/steward/ledger/host-port.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore, type LedgerStore } from "../../src/steward/ledger/ledger-store.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";
import { type Snapshot, takeSnapshot } from "../../src/steward/ledger/snapshot.ts";

/** A small root with what is hard to bring back. Its kernel is this one, seen from namespaces of the test's own; only modules are a file. */
const SLEEPER = join(import.meta.dirname, "..", "..", "kernel", "guard", "sleeper-x64");

export function makeRoot(folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync("sh", ["-eu", "-c", SCRIPT], { cwd: folder });
  copyFileSync(SLEEPER, join(folder, "root/bin/backup-agent"));
}

const SCRIPT = `
mkdir -p root/etc root/opt root/bin root/mnt/share
echo 'Debian GNU/Linux' >root/etc/issue
ln root/etc/issue root/etc/issue.hard
printf 'a longer text than what comes in its place\\n' >root/etc/motd
setfattr -n user.note -v kept root/etc/motd
setfacl -m u:7:rw root/etc/motd
echo tool >root/bin/tool; chmod 4755 root/bin/tool
printf 'x' >root/bin/ping; chmod 755 root/bin/ping
# cap_net_raw, effective and permitted: writing to the file takes it away
setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 root/bin/ping
echo s >root/etc/shadow; chmod 640 root/etc/shadow; chown 0:42 root/etc/shadow
setfacl -m g:8:r root/etc/shadow
setfacl -d -m u:9:rx root/opt
ln -s issue root/etc/link
touch -m -d @1500000000.123456789 root/etc/* root/bin/tool
touch -m -d @-1400000000.987654321 root/etc root/opt root/bin root
touch -h -m -d @1300000000.5 root/etc/link
echo '{}' >modules
`;

const text = (contents: string) => Buffer.from(contents).toString("base64");

/** Files, directories, links and attributes. */
export function filesIn(root: string): readonly Change[] {
  return [
    { kind: "file", path: join(root, "etc/issue"), contents: text("svr04, a sensor of the honeynet\n") },
    { kind: "file", path: join(root, "etc/motd"), contents: text("short\n"), mode: 0o600, modified: "1600000000000000001" },
    { kind: "file", path: join(root, "bin/tool"), contents: text("other\n") },
    { kind: "file", path: join(root, "bin/ping"), contents: text("longer than before\n") },
    { kind: "directory", path: join(root, "opt/cowrie"), mode: 0o750, gid: 4 },
    {
      kind: "file",
      path: join(root, "opt/cowrie/cowrie.cfg"),
      contents: text("[honeypot]\n"),
      mode: 0o640,
      modified: "1600000000000000000",
    },
    { kind: "link", path: join(root, "opt/kippo"), target: "cowrie" },
    { kind: "attributes", path: join(root, "etc/shadow"), mode: 0o600, uid: 1, gid: 1, modified: "1" },
  ];
}

/** Of a number of the test's own, so that no other test has it. */
export const tokenOf = (number: number) => `5e9d${number.toString(16).padStart(28, "0")}`;

/** What the kernel keeps: only for namespaces of the test's own. */
export function kernelIn(root: string, number: number): readonly Change[] {
  const agent = join(root, "bin/backup-agent");
  return [
    { kind: "mount", path: join(root, "mnt/share"), source: "backup", type: "tmpfs", options: "size=64k,mode=700" },
    { kind: "sysctl", name: "net/ipv4/ip_default_ttl", value: "128" },
    { kind: "sysctl", name: "kernel/hostname", value: "svr04" },
    { kind: "module", name: "vmxnet3", parameters: [] },
    { kind: "link-name", from: "card0", to: "ens192" },
    { kind: "link-address", names: ["ens192", "card0"], address: "00:0c:29:1a:2b:3c" },
    { kind: "process", token: tokenOf(number), command: [agent, "--config", "two words"], name: "backupd" },
  ];
}

export const LINKS = "ip link add card0 address 02:00:00:00:00:01 type veth peer name other && ip link set card0 up";

/** This host, but for its modules. */
export function hostIn(folder: string): HostPort {
  const file = join(folder, "modules");
  const get = (): Record<string, string> => JSON.parse(readFileSync(file, "utf8"));
  const set = (name: string, value: string | undefined) => {
    const { [name]: _, ...others } = get();
    writeFileSync(`${file}.new`, `${JSON.stringify(value === undefined ? others : { ...others, [name]: value })}\n`);
    renameSync(`${file}.new`, file);
  };
  return {
    ...realHost({ process1: process.pid }),
    isLoaded: (name) => get()[name] !== undefined,
    loadModule: ({ name }) => set(name, "loaded"),
    unloadModule: ({ name }) => set(name, undefined),
  };
}

export function storeIn(folder: string): LedgerStore {
  return folderStore(join(folder, "ledger"));
}

export function ledgerIn(folder: string): Ledger {
  return new Ledger(storeIn(folder), hostIn(folder));
}

export function clean(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export interface Whole {
  readonly files: Snapshot;
  readonly modules: unknown;
  readonly mounts: readonly string[];
  readonly links: readonly string[];
  readonly settings: readonly string[];
}

/** Everything that a change of these tests could leave its mark on. */
export function wholeOf(folder: string): Whole {
  const modules = join(folder, "modules");
  const read = (path: string) => readFileSync(path, "latin1");
  return {
    files: takeSnapshot(join(folder, "root")),
    modules: existsSync(modules) ? JSON.parse(read(modules)) : undefined,
    // Without the mount's and its parent's number. Elsewhere mounts vanish when another test removes the name that they lie on.
    mounts: read("/proc/self/mountinfo")
      .split("\n")
      .filter((line) => line.split(" ")[4]?.startsWith(folder))
      .map((line) => line.split(" ").slice(2).join(" ")),
    links: execFileSync("ip", ["-o", "link", "show"], { encoding: "latin1" }).split("\n"),
    settings: ["net/ipv4/ip_default_ttl", "kernel/hostname"].map((name) => read(`/proc/sys/${name}`)),
  };
}

export function applyAll(ledger: Ledger, changes: readonly Change[]): void {
  const conflicts = changes.map((change) => ledger.apply(change)).filter((conflict) => conflict !== undefined);
  if (conflicts.length > 0) throw new Error(JSON.stringify(conflicts));
}

/** sched.h: mounts, network and host name. */
const NAMESPACES = 0x0002_0000 | 0x4000_0000 | 0x0400_0000;

/** Mounts, network links and the host's name are this test's own from here on, and go with it. */
export function takeOwnNamespaces(): void {
  const unshare = koffi.load("libc.so.6").func("int unshare(int)");
  if (unshare(NAMESPACES) !== 0) throw new Error("no namespaces of our own are to be had");
  execFileSync("mount", ["--make-rprivate", "/"]);
}
