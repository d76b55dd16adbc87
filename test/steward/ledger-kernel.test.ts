import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import type { Change } from "../../src/steward/ledger/change.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore } from "../../src/steward/ledger/ledger-store.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";
import { applyAll, clean, kernelIn, LINKS, makeRoot, takeOwnNamespaces, tokenOf, wholeOf } from "../disguise/ledger-rig.ts";
import { needs } from "../rig/needs.ts";

/** Mounts, settings, network links and processes, really made and undone: in namespaces of this test's own. */
const folder = mkdtempSync("/dev/shm/ledger-kernel-");
const full = needs("root", "ip", "setfacl", "setfattr", "unshare");
const isFull = full.skip === false;
const host = () => realHost({ process1: process.pid });
const ledger = () => new Ledger(folderStore(join(folder, "ledger")), host());
const root = join(folder, "root");
const SLEEPER = join(import.meta.dirname, "..", "..", "kernel", "guard", "sleeper-x64");
const said = (program: string, ...words: readonly string[]) => execFileSync(program, words, { encoding: "latin1" });

before(() => {
  if (!isFull) return;
  takeOwnNamespaces();
  makeRoot(folder);
  execFileSync("sh", ["-c", LINKS]);
});
after(() => {
  if (isFull) ledger().revert();
  clean(folder);
});

/** Modules are the whole machine's. */
const changes = () => kernelIn(root, process.pid).filter(({ kind }) => kind !== "module");

/** A new mount's directory is as old as the mount. */
function withoutShare(): unknown {
  const { files, ...others } = wholeOf(folder);
  const { "mnt/share": _, ...rest } = files;
  return { ...others, files: rest };
}

test("every kind is made, found made again by the next start, and undone", full, () => {
  const at = wholeOf(folder);
  applyAll(ledger(), changes());
  assert.match(readFileSync("/proc/self/mountinfo", "latin1"), / - tmpfs backup rw,size=64k,mode=700/);
  assert.equal(readFileSync("/proc/sys/net/ipv4/ip_default_ttl", "latin1"), "128\n");
  assert.equal(said("uname", "-n"), "svr04\n");
  assert.match(said("ip", "-o", "link", "show", "dev", "ens192"), /UP.*link\/ether 00:0c:29:1a:2b:3c /);
  const applied = wholeOf(folder);
  applyAll(ledger(), changes());
  assert.deepEqual(wholeOf(folder), applied);
  assert.equal(ledger().entries.length, changes().length);
  assert.deepEqual([ledger().revert(), ledger().revert()], [[], []]);
  assert.deepEqual(wholeOf(folder), at);
  assert.equal(host().running(tokenOf(process.pid)), undefined);
});

test("what a reboot undoes is made again by applying it again, and reverting what is gone is nothing to do", full, () => {
  const at = wholeOf(folder);
  const reboot = `umount ${root}/mnt/share; echo 64 >/proc/sys/net/ipv4/ip_default_ttl; echo '${at.settings[1]?.trim()}' >/proc/sys/kernel/hostname
    ip link set ens192 address 02:00:00:00:00:01; ip link set ens192 name card0`;
  const stop = () => host().stopProcess(tokenOf(process.pid));
  applyAll(ledger(), changes());
  const applied = withoutShare();
  execFileSync("sh", ["-ec", reboot]);
  stop();
  assert.deepEqual(wholeOf(folder), at);
  applyAll(ledger(), changes());
  assert.deepEqual(withoutShare(), applied);
  assert.equal(ledger().entries.length, changes().length);
  execFileSync("sh", ["-ec", reboot]);
  stop();
  assert.deepEqual(ledger().revert(), []);
  assert.deepEqual(wholeOf(folder), at);
});

test("a setting, an address and a name that somebody has changed since are reported and left", full, () => {
  applyAll(ledger(), changes());
  execFileSync("sh", ["-ec", "echo 77 >/proc/sys/net/ipv4/ip_default_ttl; ip link set ens192 address 02:00:00:00:00:99; hostname mine"]);
  assert.deepEqual(
    ledger()
      .revert()
      .map(({ subject }) => subject)
      .sort(),
    ["link-address ens192", "sysctl kernel/hostname", "sysctl net/ipv4/ip_default_ttl"],
  );
  assert.equal(readFileSync("/proc/sys/net/ipv4/ip_default_ttl", "latin1"), "77\n");
  execFileSync("sh", ["-ec", "echo 128 >/proc/sys/net/ipv4/ip_default_ttl; ip link set card0 address 00:0c:29:1a:2b:3c; hostname svr04"]);
  assert.deepEqual(ledger().revert(), []);
});

test("what is there already, or is not there, is not taken over", full, () => {
  const refused: readonly (readonly [Change, RegExp])[] = [
    [{ kind: "link-name", from: "card0", to: "other" }, /there is a link other already/],
    [{ kind: "link-name", from: "none0", to: "ens1" }, /not there/],
    [{ kind: "link-address", names: ["none0"], address: "02:00:00:00:00:07" }, /not there/],
    [{ kind: "sysctl", name: "kernel/no-such-setting", value: "1" }, /not there/],
  ];
  for (const [change, why] of refused) assert.match(ledger().apply(change)?.why ?? "", why);
  assert.throws(() => ledger().apply({ kind: "link-address", names: ["card0"], address: "01:00:00:00:00:01" }), { code: "change-failed" });
  assert.throws(
    () => ledger().apply({ kind: "mount", path: join(root, "etc"), source: "none", type: "tmpfs", options: "size=nonsense" }),
    (error: unknown) => error instanceof Error && /wrong fs type|bad option/.test(error.message),
  );
  assert.deepEqual(ledger().entries, []);
});

test("a process whose program stays what it is: arguments, name and program are the story's, and nothing names us", full, () => {
  const body = join(folder, "body");
  const program = join(root, "bin/interpreter");
  copyFileSync(SLEEPER, body);
  copyFileSync("/bin/cat", program);
  const token = tokenOf(process.pid + 1_000_000);
  const words = ["twistd: worker", "--pidfile=/run/x y", ""];
  applyAll(ledger(), [{ kind: "process", token, command: words, program, body, name: "a long name of a process" }]);
  const [pid = ""] = (host().running(token) ?? "").split(" ");
  assert.equal(said("readlink", `/proc/${pid}/exe`), `${program}\n`);
  assert.equal(readFileSync(`/proc/${pid}/cmdline`, "latin1"), `${words.join("\0")}\0`);
  assert.equal(readFileSync(`/proc/${pid}/comm`, "latin1"), "a long name of \n");
  assert.equal(said("ps", "-o", "ppid=", "-p", pid).trim(), "1");
  assert.ok(!readFileSync(`/proc/${pid}/environ`, "latin1").toLowerCase().includes("utsusemi"));
  assert.equal(spawnSync(program, [join(root, "etc/issue")], { encoding: "latin1" }).stdout, "Debian GNU/Linux\n");
  assert.deepEqual(ledger().revert(), []);
  assert.equal(host().running(token), undefined);
});

test("a full disk and a read-only one in the middle: an error in a sentence, and everything as before", full, () => {
  const small = join(folder, "small");
  for (const [how, problem] of [
    ["size=64k", /the file system is full/],
    ["nr_inodes=4", /the file system is full/],
  ] as const) {
    mkdirSync(small, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", `mode=755,${how}`, "tmpfs", small]);
    const path = join(small, "folder/large");
    const own = new Ledger(folderStore(join(folder, "small-ledger")), host());
    const before = said("sh", "-c", `cd ${small}; find . -printf '%p %s %T@\n'`);
    const large = Buffer.alloc(200_000, 1).toString("base64");
    assert.throws(
      () => {
        own.apply({ kind: "directory", path: join(small, "folder"), mode: 0o755 });
        for (const name of ["", "2", "3"]) own.apply({ kind: "file", path: `${path}${name}`, contents: large });
      },
      (error: unknown) => error instanceof Error && "code" in error && error.code === "change-failed" && problem.test(error.message),
    );
    assert.deepEqual(own.revert(), []);
    assert.equal(said("sh", "-c", `cd ${small}; find . -printf '%p %s %T@\n'`), before);
    execFileSync("umount", [small]);
  }
});

test("a ledger whose own disk is full changes nothing; one that turns read-only keeps what it has to undo", full, () => {
  const small = join(folder, "ledgers");
  mkdirSync(small);
  execFileSync("mount", ["-t", "tmpfs", "-o", "mode=700,size=8k", "tmpfs", small]);
  const at = wholeOf(folder).files;
  const own = () => new Ledger(folderStore(small), host());
  const [first, ...more] = Array.from({ length: 40 }, (_, number): Change => {
    const contents = Buffer.from(`${number}`).toString("base64");
    return { kind: "file", path: join(root, `opt/file-${number}`), contents };
  });
  assert.ok(first !== undefined);
  const filling = own();
  filling.apply(first);
  assert.throws(
    () => {
      for (const change of more) filling.apply(change);
    },
    { code: "change-failed" },
  );
  execFileSync("mount", ["-o", "remount,size=1m", small]);
  assert.deepEqual([own().recover(), own().recover()], [[], []]);
  assert.ok(own().entries.length > 1);
  execFileSync("mount", ["--bind", root, root]);
  execFileSync("mount", ["-o", "remount,bind,ro", root]);
  const conflicts = own().revert();
  assert.equal(conflicts.length, own().entries.length);
  assert.match(conflicts[0]?.why ?? "", /cannot be undone now: the file system is mounted read-only/);
  execFileSync("umount", [root]);
  assert.deepEqual(own().revert(), []);
  assert.deepEqual(wholeOf(folder).files, at);
  execFileSync("umount", [small]);
});
