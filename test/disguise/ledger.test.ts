import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { takeSnapshot } from "../../src/steward/ledger/snapshot.ts";
import { needs } from "../rig/needs.ts";
import { attributesBelow, changesIn, hostWith, makeRoot, storeIn } from "./ledger-rig.ts";

// In memory: thousands of writes are made durable.
const folder = mkdtempSync("/dev/shm/disguise-ledger-");
after(() => rmSync(folder, { recursive: true, force: true }));
const full = needs("root", "paramiko");

function fresh(): { readonly copy: string; readonly root: string; open(): Ledger } {
  const copy = mkdtempSync(join(folder, "root-"));
  makeRoot(copy);
  return { copy, root: join(copy, "root"), open: () => new Ledger(storeIn(copy), hostWith(join(copy, "kernel"))) };
}

function applyAll(ledger: Ledger, root: string): readonly unknown[] {
  return changesIn(root).map((change) => ledger.apply(change));
}

test("changes are made as they are wanted; the file keeps its inode, and with it hard links", full, () => {
  const { root, copy, open } = fresh();
  const inode = statSync(join(root, "etc/issue")).ino;
  assert.deepEqual(new Set(applyAll(open(), root)), new Set([undefined]));
  assert.equal(readFileSync(join(root, "etc/issue.hard"), "utf8"), "twice\n");
  assert.equal(statSync(join(root, "etc/issue")).ino, inode);
  const { mode, gid } = statSync(join(root, "opt/cowrie/cowrie.cfg"));
  assert.deepEqual([mode & 0o7777, gid], [0o640, 0]);
  assert.equal(statSync(join(root, "etc/motd"), { bigint: true }).mtimeNs, 1_600_000_000_000_000_001n);
  assert.equal(JSON.parse(readFileSync(join(copy, "kernel"), "utf8")).ttl, "128");
});

test("applied twice is applied once, also by the next start; revert is exact, and again is nothing to do", full, () => {
  const { root, copy, open } = fresh();
  const before = takeSnapshot(root, attributesBelow(root));
  const changes = changesIn(root).slice(0, -1);
  for (const change of changes) open().apply(change);
  const applied = takeSnapshot(root);
  assert.deepEqual(new Set(changes.map((change) => open().apply(change))), new Set([undefined]));
  assert.deepEqual(takeSnapshot(root), applied);
  assert.equal(open().entries.length, changes.length);
  assert.deepEqual([open().revert(), open().revert()], [[], []]);
  assert.deepEqual(takeSnapshot(root, attributesBelow(root)), before);
  assert.deepEqual(execFileSync("ls", ["-A", join(copy, "ledger/before")], { encoding: "utf8" }), "");
});

test("what somebody has changed since is reported and left; the rest is undone", full, () => {
  const { root, open } = fresh();
  applyAll(open(), root);
  writeFileSync(join(root, "etc/motd"), "edited by hand\n");
  writeFileSync(join(root, "opt/cowrie/mine"), "");
  chmodSync(join(root, "bin/tool"), 0o700);
  const conflicts = open().revert();
  assert.deepEqual(conflicts.map(({ subject }) => subject.slice(subject.indexOf("/root/") + 5)).sort(), [
    "/bin/tool",
    "/etc/motd",
    "/opt/cowrie",
  ]);
  assert.equal(readFileSync(join(root, "etc/motd"), "utf8"), "edited by hand\n");
  assert.equal(readFileSync(join(root, "etc/issue"), "utf8"), "Debian GNU/Linux\n");
  assert.deepEqual(open().entries.length, 3);
  rmSync(join(root, "opt/cowrie/mine"));
  assert.equal(open().revert().length, 2);
});

test("what is there and not by us is not taken over", full, () => {
  const { root, open } = fresh();
  mkdirSync(join(root, "opt/cowrie"));
  symlinkSync("x", join(root, "opt/kippo"));
  const refused = applyAll(open(), root).filter((conflict) => conflict !== undefined);
  assert.deepEqual(refused.length, 2);
  assert.deepEqual(
    open().apply({ kind: "file", path: join(root, "no/such/file"), contents: "" })?.why,
    `${join(root, "no/such")} is no directory`,
  );
  assert.deepEqual(open().apply({ kind: "sysctl", name: "none", value: "1" })?.why, "it is not there");
});

test("a torn last line is forgotten; a line that was changed is an error, and nothing is done", full, () => {
  const { root, copy, open } = fresh();
  applyAll(open(), root);
  const file = join(copy, "ledger/ledger");
  const whole = readFileSync(file);
  appendFileSync(file, whole.subarray(0, 40));
  assert.deepEqual(open().recover(), []);
  assert.deepEqual(readFileSync(file), whole);
  writeFileSync(file, whole.toString("utf8").replace("planned", "Planned"));
  assert.throws(open, { code: "ledger-damaged" });
});

test("a snapshot sees a left-over of every kind", full, () => {
  const leftOvers: Readonly<Record<string, string>> = {
    contents: "printf x | dd of=etc/issue conv=notrunc status=none; touch -m -d @1500000000.123456789 etc/issue",
    mode: "chmod 600 etc/issue",
    owner: "chown 1 etc/issue",
    time: "touch -m -d @1500000000.123456788 etc/issue",
    "time of a directory": "touch -m -d @1400000000.987654320 opt",
    file: "touch opt/x; touch -m -d @1400000000.987654321 opt",
    "hard link": "rm etc/issue.hard; cp -p etc/issue etc/issue.hard; touch -m -d @1400000000.987654321 etc",
    link: "ln -sfn motd etc/link; touch -h -m -d @1300000000.5 etc/link; touch -m -d @1400000000.987654321 etc",
    attribute: 'python3 -c \'import os; os.removexattr("etc/motd", "user.note")\'',
  };
  for (const [kind, script] of Object.entries(leftOvers)) {
    const { root } = fresh();
    const before = takeSnapshot(root, attributesBelow(root));
    execFileSync("sh", ["-euc", script], { cwd: root });
    assert.notDeepEqual(takeSnapshot(root, attributesBelow(root)), before, kind);
  }
});
