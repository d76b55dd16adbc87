import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import type { Change } from "../../src/steward/ledger/change.ts";
import type { HostPort } from "../../src/steward/ledger/host-port.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore } from "../../src/steward/ledger/ledger-store.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";
import { clean } from "../disguise/ledger-rig.ts";
import { needs } from "../rig/needs.ts";

/**
 * The ledger works as root where others work as well: whoever puts a link, another directory or a hard link in its way gets nothing made, changed or
 * removed where it leads to.
 */
const folder = mkdtempSync("/dev/shm/ledger-paths-");
after(() => clean(folder));
const root = needs("root");
const SOMEBODY = 65_534;
const text = (contents: string) => Buffer.from(contents).toString("base64");

interface Place {
  readonly base: string;
  /** What must never be touched. */
  readonly victim: string;
  open(host?: HostPort): Ledger;
}

function place(): Place {
  const base = mkdtempSync(join(folder, "place-"));
  const victim = join(base, "victim");
  mkdirSync(join(base, "own/deep"), { recursive: true });
  mkdirSync(join(victim, "deep"), { recursive: true });
  for (const name of ["deep/file", "file"]) writeFileSync(join(victim, name), "victim's\n");
  return { base, victim, open: (host = realHost()) => new Ledger(folderStore(join(base, "ledger")), host) };
}

function isUntouched({ victim }: Place): void {
  assert.deepEqual(readdirSync(victim, { recursive: true }).sort(), ["deep", "deep/file", "file"]);
  for (const name of ["deep/file", "file"]) {
    assert.equal(readFileSync(join(victim, name), "latin1"), "victim's\n");
    assert.deepEqual([statSync(join(victim, name)).mode & 0o7777, statSync(join(victim, name)).uid], [0o644, 0]);
  }
}

/** The directory is replaced when the ledger is about to call. */
function swappedAt(call: keyof HostPort, swap: () => void): HostPort {
  const host: HostPort = realHost();
  let isDone = false;
  return new Proxy(host, {
    get: (port, name, receiver) => {
      if (name === call && !isDone) {
        isDone = true;
        swap();
      }
      return Reflect.get(port, name, receiver);
    },
  });
}

const changesAt = (path: string): readonly Change[] => [
  { kind: "file", path: join(path, "file"), contents: text("ours\n"), mode: 0o777, uid: SOMEBODY, gid: SOMEBODY },
  { kind: "directory", path: join(path, "made"), mode: 0o777 },
  { kind: "link", path: join(path, "link"), target: "/etc/shadow" },
];

test("a link among the directories of a path is refused, also one that leads to a good place", root, () => {
  const here = place();
  symlinkSync(here.victim, join(here.base, "way"));
  for (const at of ["way", "way/deep"])
    for (const change of changesAt(join(here.base, at)))
      assert.match(here.open().apply(change)?.why ?? "", /way is no directory, or a link to one/);
  assert.deepEqual(here.open().entries, []);
  isUntouched(here);
});

test("a directory that is replaced by a link between any two calls leads to nothing", root, () => {
  const calls = ["createFile", "writeFile", "setOwner", "setMode", "createDirectory", "createLink", "syncFolder"] as const;
  for (const call of calls)
    for (const change of changesAt("own/deep")) {
      const here = place();
      const own = join(here.base, "own");
      const host = swappedAt(call, () => {
        renameSync(own, join(here.base, "moved"));
        symlinkSync(here.victim, own);
      });
      const absolute = { ...change, ...("path" in change ? { path: join(here.base, change.path) } : {}) };
      try {
        here.open(host).apply(absolute);
      } catch (error) {
        assert.ok(error instanceof Error && "code" in error && error.code === "change-failed", `${call}: ${error}`);
      }
      isUntouched(here);
    }
});

test("a directory that is replaced before what was made is undone: nothing behind the link is removed, and it is a conflict", root, () => {
  const here = place();
  const own = join(here.base, "own");
  for (const change of changesAt(join(own, "deep"))) assert.equal(here.open().apply(change), undefined);
  renameSync(own, join(here.base, "moved"));
  symlinkSync(here.victim, own);
  const conflicts = here.open().revert();
  assert.equal(conflicts.length, 3);
  assert.match(conflicts[0]?.why ?? "", /cannot be undone now: .*own is no directory, or a link to one/);
  isUntouched(here);
  rmSync(own);
  renameSync(join(here.base, "moved"), own);
  assert.deepEqual(here.open().revert(), []);
  assert.deepEqual(readdirSync(join(own, "deep")), []);
});

test("a link in the last place is never followed", root, () => {
  const here = place();
  const path = join(here.base, "own/deep/file");
  symlinkSync(join(here.victim, "file"), path);
  assert.match(here.open().apply({ kind: "file", path, contents: text("x") })?.why ?? "", /a link already/);
  assert.match(here.open().apply({ kind: "attributes", path, mode: 0o777, uid: SOMEBODY })?.why ?? "", /link/);
  rmSync(path);
  const host = swappedAt("writeFile", () => {
    rmSync(path);
    symlinkSync(join(here.victim, "file"), path);
  });
  assert.throws(() => here.open(host).apply({ kind: "file", path, contents: text("x") }), { code: "change-failed" });
  isUntouched(here);
});

test("the root directory is a directory", root, () => {
  const { mode, mtimeNs } = statSync("/", { bigint: true });
  const { is, mode: seen, modified } = realHost().look("/");
  assert.deepEqual([is, seen, modified], ["directory", Number(mode & 0o7777n), `${mtimeNs}`]);
  assert.equal(realHost().look("/no-such-name-here").is, "absent");
});

test("directories that others can change are not walked through", root, () => {
  for (const how of ["everybody", "owner"] as const) {
    const here = place();
    const own = join(here.base, "own");
    if (how === "everybody") chmodSync(own, 0o777);
    else chownSync(own, SOMEBODY, SOMEBODY);
    for (const change of changesAt(join(own, "deep")))
      assert.match(here.open().apply(change)?.why ?? "", how === "everybody" ? /everybody can change/ : /belongs to somebody else/);
    assert.deepEqual(readdirSync(join(own, "deep")), []);
  }
});

test("where others may make names, a file with a second name or of another's is not written to", root, () => {
  const here = place();
  const own = join(here.base, "own");
  for (const loose of [0o1777, 0o775]) {
    chmodSync(own, loose);
    chownSync(own, 0, loose === 0o775 ? 4 : 0);
    linkSync(join(here.victim, "file"), join(own, "linked"));
    writeFileSync(join(own, "theirs"), "theirs");
    chownSync(join(own, "theirs"), SOMEBODY, SOMEBODY);
    for (const name of ["linked", "theirs"])
      assert.throws(() => here.open().apply({ kind: "file", path: join(own, name), contents: text("x") }), /may be theirs/);
    assert.throws(() => here.open().apply({ kind: "attributes", path: join(own, "linked"), mode: 0o777 }), /may be theirs/);
    assert.equal(readFileSync(join(own, "theirs"), "latin1"), "theirs");
    assert.deepEqual(here.open().revert(), []);
    assert.equal(here.open().apply({ kind: "file", path: join(own, "new"), contents: text("x") }), undefined);
    assert.deepEqual(here.open().revert(), []);
    for (const name of ["linked", "theirs"]) rmSync(join(own, name));
    isUntouched(here);
  }
});

test("paths that are not absolute, or go up, are refused", root, () => {
  for (const path of ["own/x", "/dev/shm/../shm/x", "/dev/./shm/x"])
    assert.match(place().open().apply({ kind: "directory", path, mode: 0o755 })?.why ?? "", /no absolute path/);
});
