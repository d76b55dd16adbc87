import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { hexOf } from "../../src/disguise/draw.ts";
import type { Change } from "../../src/steward/ledger/change.ts";
import { type AuditAsked, findLeftovers, type Leftover, sweepLeftovers } from "../../src/steward/ledger/find-leftovers.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore } from "../../src/steward/ledger/ledger-store.ts";
import { processToken } from "../../src/steward/ledger/process-token.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";
import { applyAll, clean, filesIn, kernelIn, LINKS, makeRoot, takeOwnNamespaces, tokenOf } from "../disguise/ledger-rig.ts";
import { needs } from "../rig/needs.ts";

/** One left-over of each kind is planted and found: by what the last revert undid, and by our marks where no ledger is left. */
const folder = mkdtempSync("/dev/shm/ledger-leftovers-");
const full = needs("root", "ip", "setfacl", "setfattr", "unshare");
const isFull = full.skip === false;
const steward = join(folder, "steward");
const root = join(folder, "root");
const NUMBER = process.pid + 2_000_000;
/** As a site would have it, and no other test. */
const MARK = 1_000_000 + process.pid;
const seed = `leftovers of ${process.pid}`;
const host = () => ({
  ...realHost({ process1: process.pid }),
  isLoaded: () => isLoaded,
  loadModule: () => undefined,
  unloadModule: () => undefined,
});
let isLoaded = false;
const ledger = (name = "ledger") => new Ledger(folderStore(join(folder, name)), host());
const asked = (name = "ledger"): AuditAsked => ({
  ledger: ledger(name),
  host: host(),
  folder: steward,
  mark: MARK,
  seeds: [seed],
  process1: process.pid,
  temporary: join(folder, "tmp"),
});
const sh = (script: string) => execFileSync("sh", ["-euc", script], { encoding: "latin1" });

before(() => {
  if (!isFull) return;
  takeOwnNamespaces();
  makeRoot(folder);
  mkdirSync(join(folder, "tmp"));
  mkdirSync(steward);
  sh(`${LINKS}; mkdir -p /etc/systemd /run/systemd; mount -t tmpfs -o mode=755 tmpfs /etc/systemd; mkdir /etc/systemd/system
    for at in /run/systemd /etc/security /etc/ssh /etc/pam.d /etc/modules-load.d; do test ! -d $at || mount -t tmpfs -o mode=755 tmpfs $at; done`);
});
after(() => {
  if (isFull) ledger().revert();
  clean(folder);
});

const DROP_IN = "/etc/systemd/system/own-test.service.d/50-guard.conf";
const changes = (): readonly Change[] => [
  ...filesIn(root),
  ...kernelIn(root, NUMBER),
  { kind: "directory", path: "/etc/systemd/system/own-test.service.d", mode: 0o755 },
  { kind: "file", path: DROP_IN, contents: Buffer.from("[Service]\n").toString("base64"), mode: 0o644 },
];

/** The one left-over of what was found, which must be the only one. */
function only(found: readonly Leftover[]): string {
  assert.equal(found.length, 1, JSON.stringify(found));
  return `${found[0]?.kind} ${found[0]?.what}`;
}

test("after a revert, what is still as the disguise had made it is found, kind by kind", full, () => {
  applyAll(ledger(), changes());
  assert.deepEqual(findLeftovers(asked()), [], "what the ledger has is no left-over");
  const kept = readFileSync(join(root, "etc/motd"));
  assert.deepEqual(ledger().revert(), []);
  assert.deepEqual(findLeftovers(asked()), []);
  const agent = join(root, "bin/backup-agent");
  const planted: readonly (readonly [plant: () => void, take: () => void, found: string])[] = [
    [
      () => sh(`mount -t tmpfs -o size=64k,mode=700 backup ${root}/mnt/share`),
      () => sh(`umount ${root}/mnt/share`),
      `mount ${root}/mnt/share`,
    ],
    [
      () => sh("echo 128 >/proc/sys/net/ipv4/ip_default_ttl"),
      () => sh("echo 64 >/proc/sys/net/ipv4/ip_default_ttl"),
      "sysctl sysctl net/ipv4/ip_default_ttl",
    ],
    [
      () => sh("ip link set card0 address 00:0c:29:1a:2b:3c"),
      () => sh("ip link set card0 address 02:00:00:00:00:01"),
      "link link-address ens192",
    ],
    [() => sh("ip link set card0 name ens192"), () => sh("ip link set ens192 name card0"), "link link-name card0"],
    [
      () => {
        isLoaded = true;
      },
      () => {
        isLoaded = false;
      },
      "module",
    ],
    [
      () => host().startProcess({ kind: "process", token: tokenOf(NUMBER), command: [agent] }),
      () => host().stopProcess(tokenOf(NUMBER)),
      `process process ${tokenOf(NUMBER)}`,
    ],
    [() => sh(`ln -s cowrie ${root}/opt/kippo`), () => sh(`rm ${root}/opt/kippo`), `file ${root}/opt/kippo`],
    [
      () => sh(`mkdir -m 755 $(dirname ${DROP_IN})`),
      () => sh(`rmdir $(dirname ${DROP_IN})`),
      "file /etc/systemd/system/own-test.service.d",
    ],
  ];
  for (const [plant, take, found] of planted) {
    plant();
    const all = findLeftovers(asked());
    if (found === "module") assert.deepEqual(new Set(all.map(({ kind }) => kind)), new Set(["module"]));
    else if (found.startsWith("link link-name")) assert.ok(all.some(({ what }) => `link ${what}` === found));
    else assert.equal(only(all), found);
    take();
    assert.deepEqual(findLeftovers(asked()), [], found);
  }
  writeFileSync(join(root, "etc/motd"), kept);
  sh(`chmod 600 ${root}/etc/motd; touch -m -d @1600000000.000000001 ${root}/etc/motd`);
  assert.equal(only(findLeftovers(asked())), `file ${root}/etc/motd`);
  writeFileSync(join(root, "etc/motd"), "somebody's own\n");
  assert.deepEqual(findLeftovers(asked()), []);
});

test("where the ledger is lost, our marks tell: mounts, drop-ins, processes, plans, the module and empty cgroups", full, () => {
  const none = () => findLeftovers(asked("lost"));
  assert.deepEqual(none(), []);
  sh(`mount -t tmpfs -o size=64k,nr_inodes=${MARK} none ${root}/mnt/share`);
  assert.equal(only(none()), `mount ${root}/mnt/share`);
  sh(`umount ${root}/mnt/share; mount --bind ${steward} ${root}/mnt/share`);
  sh(`umount ${root}/mnt/share`);
  mkdirSync(join(DROP_IN, ".."), { recursive: true });
  writeFileSync(DROP_IN, `[Service]\nExecStart=\nExecStart=!${steward}/guard-x64 enter ${steward}/plans/x -- /bin/true\n`);
  assert.equal(only(none()), `drop-in ${DROP_IN}`);
  sh(`rm -r $(dirname ${DROP_IN})`);
  isLoaded = true;
  assert.equal(only(none()), "module utsusemi");
  isLoaded = false;
  const gone = join(folder, "tmp", `utsusemi-run-4194305-${"0".repeat(16)}`);
  writeFileSync(gone, "");
  assert.equal(only(none()), `plan ${gone}`);
  assert.deepEqual([sweepLeftovers(none()), existsSync(gone)], [[], false]);
  const agent = join(root, "bin/other-agent");
  copyFileSync(join(root, "bin/backup-agent"), agent);
  const token = processToken(MARK, `of ${process.pid}`);
  host().startProcess({ kind: "process", token: processToken(MARK + 1, "another site's"), command: [agent] });
  assert.deepEqual(none(), []);
  host().stopProcess(processToken(MARK + 1, "another site's"));
  host().startProcess({ kind: "process", token, command: [agent] });
  assert.match(only(none()), /^process \d+$/);
  assert.deepEqual([sweepLeftovers(none()), none(), host().running(token)], [[], [], undefined]);
});

test(
  "an empty cgroup of a tree whose keeper and janitor were killed is found and swept; another's, and one that is used, are not",
  full,
  (context) => {
    const unified = /^\S+ \S+ \S+ \S+ (\S+) rw\S* .*- cgroup2 /m.exec(readFileSync("/proc/self/mountinfo", "latin1"))?.[1];
    if (unified === undefined) return context.diagnostic("no cgroup v2 that can be written here");
    const top = join(unified, `leftovers-${process.pid}`);
    const [own, others] = [join(top, hexOf({ seed }, "container", 64)), join(top, hexOf({ seed: "another" }, "container", 64))];
    for (const path of [own, others]) mkdirSync(path, { recursive: true });
    assert.equal(only(findLeftovers(asked("lost"))), `cgroup ${own}`);
    const used = sh(`sleep 60 >/dev/null 2>&1 & echo $! >${own}/cgroup.procs; echo $!`).trim();
    assert.deepEqual(findLeftovers(asked("lost")), []);
    sh(`kill -9 ${used}; while grep -q 'populated 1' ${own}/cgroup.events; do sleep 0.02; done`);
    assert.deepEqual([sweepLeftovers(findLeftovers(asked("lost"))), existsSync(own), existsSync(others)], [[], false, true]);
    sh(`rmdir ${others} ${top}`);
  },
);
