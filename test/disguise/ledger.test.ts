import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { takeSnapshot } from "../../src/steward/ledger/snapshot.ts";
import { needs } from "../rig/needs.ts";
import { applyAll, clean, filesIn, hostIn, ledgerIn, makeRoot, storeIn } from "./ledger-rig.ts";

// In memory: thousands of writes are made durable.
const folder = mkdtempSync("/dev/shm/disguise-ledger-");
after(() => clean(folder));
const full = needs("root", "setfacl", "setfattr");

function fresh(): { readonly copy: string; readonly root: string; open(): Ledger } {
  const copy = mkdtempSync(join(folder, "root-"));
  makeRoot(copy);
  return { copy, root: join(copy, "root"), open: () => ledgerIn(copy) };
}

test("changes are made as they are wanted; the file keeps its inode, and with it hard links, ACLs and attributes", full, () => {
  const { root, open } = fresh();
  const inode = statSync(join(root, "etc/issue")).ino;
  applyAll(open(), filesIn(root));
  assert.equal(readFileSync(join(root, "etc/issue.hard"), "utf8"), "svr04, a sensor of the honeynet\n");
  assert.equal(statSync(join(root, "etc/issue")).ino, inode);
  const { mode, gid } = statSync(join(root, "opt/cowrie/cowrie.cfg"));
  assert.deepEqual([mode & 0o7777, gid], [0o640, 0]);
  assert.equal(statSync(join(root, "etc/motd"), { bigint: true }).mtimeNs, 1_600_000_000_000_000_001n);
  const { attributes } = takeSnapshot(root)["etc/motd"] ?? {};
  assert.deepEqual(Object.keys(attributes ?? {}), ["system.posix_acl_access", "user.note"]);
});

test("applied twice is applied once, also by the next start; revert is exact, and again is nothing to do", full, () => {
  const { root, copy, open } = fresh();
  const before = takeSnapshot(root);
  const changes = filesIn(root);
  for (const change of changes) open().apply(change);
  const applied = takeSnapshot(root);
  assert.deepEqual(new Set(changes.map((change) => open().apply(change))), new Set([undefined]));
  assert.deepEqual(takeSnapshot(root), applied);
  assert.equal(open().entries.length, changes.length);
  assert.deepEqual([open().revert(), open().revert()], [[], []]);
  assert.deepEqual(takeSnapshot(root), before);
  assert.deepEqual(execFileSync("ls", ["-A", join(copy, "ledger/before")], { encoding: "utf8" }), "");
});

test("one file changed twice goes back to what it was at first", full, () => {
  const { root, open } = fresh();
  const before = takeSnapshot(root);
  applyAll(open(), filesIn(root));
  applyAll(open(), [{ kind: "file", path: join(root, "etc/issue"), contents: Buffer.from("twice\n").toString("base64") }]);
  assert.equal(readFileSync(join(root, "etc/issue"), "utf8"), "twice\n");
  assert.deepEqual(open().revert(), []);
  assert.deepEqual(takeSnapshot(root), before);
});

test("what somebody has changed since is reported and left; the rest is undone", full, () => {
  const { root, open } = fresh();
  applyAll(open(), filesIn(root));
  writeFileSync(join(root, "etc/motd"), "edited by hand\n");
  writeFileSync(join(root, "opt/cowrie/mine"), "");
  chmodSync(join(root, "bin/tool"), 0o700);
  execFileSync("setfacl", ["-m", "u:11:r", join(root, "etc/issue")]);
  const conflicts = open().revert();
  assert.deepEqual(conflicts.map(({ subject }) => subject.slice(subject.indexOf("/root/") + 5)).sort(), [
    "/bin/tool",
    "/etc/issue",
    "/etc/motd",
    "/opt/cowrie",
  ]);
  assert.equal(readFileSync(join(root, "etc/motd"), "utf8"), "edited by hand\n");
  assert.equal(readFileSync(join(root, "bin/ping"), "utf8"), "x");
  assert.deepEqual(open().entries.length, 4);
  rmSync(join(root, "opt/cowrie/mine"));
  assert.equal(open().revert().length, 3);
});

test("what is there and not by us is not taken over", full, () => {
  const { root, open } = fresh();
  mkdirSync(join(root, "opt/cowrie"));
  symlinkSync("x", join(root, "opt/kippo"));
  const refused = filesIn(root)
    .map((change) => open().apply(change))
    .filter((conflict) => conflict !== undefined);
  assert.deepEqual(refused.length, 2);
  assert.deepEqual(
    open().apply({ kind: "file", path: join(root, "no/such/file"), contents: "" })?.why,
    `${join(root, "no/such")} is no directory`,
  );
  assert.deepEqual(open().apply({ kind: "sysctl", name: "none", value: "1" })?.why, "it is not there");
});

test("a line that was being written when the power went is forgotten, wherever it was torn", full, () => {
  const { root, copy, open } = fresh();
  const before = takeSnapshot(root);
  applyAll(open(), filesIn(root));
  const file = join(copy, "ledger/ledger");
  const whole = readFileSync(file);
  const last = whole.lastIndexOf("\n", -2) + 1;
  for (let size = last; size < whole.length; size += 1) {
    writeFileSync(file, whole.subarray(0, size));
    assert.equal(open().entries.at(-1)?.state, "planned", `${size} bytes`);
    assert.deepEqual(readFileSync(file), whole.subarray(0, last));
  }
  for (const torn of [Buffer.alloc(100), Buffer.from("0123456789abcdef {}\n"), Buffer.from([0xff, 0xfe])]) {
    writeFileSync(file, whole);
    appendFileSync(file, torn);
    assert.deepEqual(open().recover(), []);
    assert.deepEqual(readFileSync(file), whole);
  }
  assert.deepEqual(open().revert(), []);
  assert.deepEqual(takeSnapshot(root), before);
});

test("a line that was changed is an error, and nothing is done", full, () => {
  const { root, copy, open } = fresh();
  applyAll(open(), filesIn(root));
  const applied = takeSnapshot(root);
  const file = join(copy, "ledger/ledger");
  writeFileSync(file, readFileSync(file, "utf8").replace("planned", "Planned"));
  assert.throws(open, { code: "ledger-damaged" });
  assert.deepEqual(takeSnapshot(root), applied);
});

test("what a file held is missing or altered: that file stays as it is, the rest is undone, and nothing is lost", full, () => {
  for (const how of ["rm", "truncate -s 1"]) {
    const { root, copy, open } = fresh();
    const before = takeSnapshot(root);
    applyAll(open(), filesIn(root));
    const entry = open().entries.find(({ change }) => "path" in change && change.path.endsWith("motd"));
    const kept = join(copy, "ledger/before", entry?.kept ?? "none");
    const contents = readFileSync(kept);
    execFileSync("sh", ["-c", `${how} ${kept}`]);
    const [conflict, ...others] = open().revert();
    assert.deepEqual([conflict?.isDamaged, others], [true, []]);
    assert.equal(readFileSync(join(root, "etc/motd"), "utf8"), "short\n");
    assert.deepEqual(takeSnapshot(root)["etc/issue"], before["etc/issue"]);
    writeFileSync(kept, contents);
    assert.deepEqual(open().revert(), []);
    assert.deepEqual(takeSnapshot(root), before);
  }
});

test("a host that refuses in the middle is an error in a sentence, and what was begun is undone", full, () => {
  const { root, copy } = fresh();
  const before = takeSnapshot(root);
  const host = hostIn(copy);
  const refusing = new Ledger(storeIn(copy), {
    ...host,
    setModified: () => {
      throw Object.assign(new Error("EPERM: operation not permitted"), { code: "EPERM" });
    },
  });
  const change = filesIn(root)[1];
  assert.ok(change !== undefined);
  assert.throws(() => refusing.apply(change), { code: "change-failed" });
  assert.deepEqual(ledgerIn(copy).recover(), []);
  assert.deepEqual(takeSnapshot(root), before);
});

test("a snapshot sees a left-over of every kind", full, () => {
  const leftOvers: Readonly<Record<string, string>> = {
    contents: "printf x | dd of=etc/issue conv=notrunc status=none; touch -m -d @1500000000.123456789 etc/issue",
    mode: "chmod 600 etc/issue",
    owner: "chown 1 etc/issue",
    time: "touch -m -d @1500000000.123456788 etc/issue",
    "time of a directory": "touch -m -d @1400000000.987654320 opt",
    file: "touch opt/x; touch -m -d @-1400000000.987654321 opt",
    "hard link": "rm etc/issue.hard; cp -p etc/issue etc/issue.hard; touch -m -d @-1400000000.987654321 etc",
    link: "ln -sfn motd etc/link; touch -h -m -d @1300000000.5 etc/link; touch -m -d @-1400000000.987654321 etc",
    attribute: "setfattr -x user.note etc/motd",
    ACL: "setfacl -m u:7:r etc/motd",
    "default ACL": "setfacl -k opt",
    capability: "setfattr -x security.capability bin/ping",
  };
  for (const [kind, script] of Object.entries(leftOvers)) {
    const { root } = fresh();
    const before = takeSnapshot(root);
    execFileSync("sh", ["-euc", script], { cwd: root });
    assert.notDeepEqual(takeSnapshot(root), before, kind);
  }
});
