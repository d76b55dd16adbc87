import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePeer, fakeMemory } from "../../testkit/fake-peer.ts";
import { bootSystem } from "../boot.ts";
import type { Credentials, FileSystem } from "../file-system.ts";
import { shellPersona } from "../testing/persona.ts";
import { elfMachine } from "./elf.ts";

const root = { uid: 0, gid: 0, groups: [] };
const ada = { uid: 1000, gid: 1000, groups: [] };

function machine(memory = fakeMemory()) {
  const peer = new FakePeer({ persona: shellPersona, memory });
  return { peer, memory, system: bootSystem(peer) };
}

function write(fs: FileSystem, path: string, bytes: string) {
  return writeAs(fs, root, { path, bytes });
}

function writeAs(fs: FileSystem, who: Credentials, { path, bytes }: { path: string; bytes: string }) {
  const file = fs.open(path, { write: true, create: true, truncate: true, mode: 0o644 }, who);
  if ("errno" in file) return file.errno;
  const done = file.write(0, bytes);
  file.close();
  return "errno" in done ? done.errno : "ok";
}

function read(fs: FileSystem, path: string, who = root) {
  const file = fs.open(path, { read: true }, who);
  if ("errno" in file) return file.errno;
  const bytes = file.read(0, 1 << 20);
  file.close();
  return typeof bytes === "string" ? bytes : bytes.errno;
}

describe("the file system of a visit", () => {
  it("reads the persona's files and hides them behind changes, for this visit only", () => {
    const one = machine();
    const other = machine();
    assert.equal(read(one.system.fs, "/etc/hostname"), "willow\n");
    assert.equal(write(one.system.fs, "/etc/hostname", "changed\n"), "ok");
    assert.equal(read(one.system.fs, "/etc/hostname"), "changed\n");
    assert.equal(read(other.system.fs, "/etc/hostname"), "willow\n");
  });

  it("checks permissions as Linux does", () => {
    const { fs } = machine().system;
    assert.equal(read(fs, "/etc/shadow", ada), "EACCES");
    assert.equal(writeAs(fs, ada, { path: "/etc/new", bytes: "x" }), "EACCES");
    assert.equal(writeAs(fs, ada, { path: "/tmp/mine", bytes: "x" }), "ok");
    assert.equal(write(fs, "/tmp/roots", "x"), "ok");
    assert.deepEqual(fs.remove("/tmp/roots", ada), { errno: "EPERM" });
    assert.deepEqual(fs.stat("/root/x", ada), { errno: "EACCES" });
    assert.deepEqual(fs.chmod("/etc/passwd", 0o777, ada), { errno: "EPERM" });
  });

  it("follows links, and gives up on loops", () => {
    const { fs } = machine().system;
    assert.deepEqual(fs.symlink("/etc", "/tmp/l", root), { ok: true });
    assert.equal(read(fs, "/tmp/l/hostname"), "willow\n");
    assert.equal(fs.realPath("/tmp/l/../bin/cat", root), "/usr/bin/cat");
    fs.symlink("b", "/tmp/a", root);
    fs.symlink("a", "/tmp/b", root);
    assert.deepEqual(fs.stat("/tmp/a", root), { errno: "ELOOP" });
  });

  it("renames, links and removes, and keeps the content of what is still named", () => {
    const { fs } = machine().system;
    write(fs, "/tmp/f", "data");
    assert.deepEqual(fs.link("/tmp/f", "/tmp/g", root), { ok: true });
    assert.deepEqual(fs.remove("/tmp/f", root), { ok: true });
    assert.equal(read(fs, "/tmp/g"), "data");
    assert.deepEqual(fs.rename("/etc/hosts", "/tmp/hosts", root), { ok: true });
    assert.equal(read(fs, "/etc/hosts"), "ENOENT");
    assert.match(read(fs, "/tmp/hosts"), /localhost/);
    assert.deepEqual(fs.rename("/etc", "/etc/inside", root), { errno: "EINVAL" });
    assert.deepEqual(fs.removeDirectory("/etc", root), { errno: "ENOTEMPTY" });
  });

  it("says that the disk is full when a source has written its share", () => {
    const { fs } = machine().system;
    const mebibyte = "x".repeat(1 << 20);
    const answers = Array.from({ length: 30 }, (_, index) => write(fs, `/tmp/${index}`, mebibyte));
    assert.equal(answers[0], "ok");
    assert.equal(answers.at(-1), "ENOSPC");
  });

  it("gives programs the machine's ELF header, the same at each read", () => {
    const { fs } = machine().system;
    const head = read(fs, "/usr/bin/cat").slice(0, 64);
    assert.deepEqual(elfMachine(head), { machine: 62, bits: "64", endian: "little" });
    assert.equal(read(fs, "/usr/bin/cat"), read(fs, "/bin/cat"));
    const file = fs.open("/bin/cat", { read: true }, root);
    assert.ok(!("errno" in file));
    assert.equal(file.read(1000, 500), read(fs, "/bin/cat").slice(1000, 1500));
  });

  it("has the memory devices", () => {
    const { fs } = machine().system;
    assert.equal(read(fs, "/dev/null"), "");
    assert.equal(write(fs, "/dev/null", "x"), "ok");
    assert.equal(write(fs, "/dev/full", "x"), "ENOSPC");
    assert.equal(read(fs, "/dev/zero").length, 1 << 20);
  });

  it("is found again at the next visit: files, links, removals, modes", () => {
    const first = machine();
    const { fs } = first.system;
    fs.makeDirectory("/tmp/d", 0o700, root);
    write(fs, "/tmp/d/f", "kept");
    fs.symlink("d/f", "/tmp/l", root);
    fs.remove("/etc/issue", root);
    fs.chmod("/etc/passwd", 0o600, root);
    fs.rename("/etc/group", "/etc/grp", root);
    first.system.close();
    const again = machine(first.memory).system.fs;
    assert.equal(read(again, "/tmp/l"), "kept");
    assert.equal(read(again, "/etc/issue"), "ENOENT");
    assert.match(read(again, "/etc/grp"), /^root/);
    const stat = again.stat("/etc/passwd", root);
    assert.ok(!("errno" in stat));
    assert.equal(stat.mode, 0o600);
  });

  it("keeps the newest small files when the memory is too small for all", () => {
    const first = machine(fakeMemory(64 << 10));
    const { fs } = first.system;
    write(fs, "/tmp/large", "x".repeat(100_000));
    write(fs, "/tmp/small", "y");
    first.system.close();
    const again = machine(first.memory).system.fs;
    assert.equal(read(again, "/tmp/small"), "y");
    assert.equal(read(again, "/tmp/large"), "ENOENT");
  });

  it("passes over a memory that is not its own", () => {
    const memory = fakeMemory();
    memory.write(Uint8Array.from({ length: 500 }, (_, index) => (index * 7) & 255));
    assert.equal(read(machine(memory).system.fs, "/etc/hostname"), "willow\n");
  });

  it("offers what a visitor wrote to quarantine, each content once", () => {
    const { system, peer } = machine();
    for (const part of ["a", "b", "c"]) {
      const file = system.fs.open("/tmp/bot", { write: true, append: true, create: true, mode: 0o644 }, root);
      assert.ok(!("errno" in file));
      file.write(0, part);
      file.close();
    }
    system.fs.remove("/tmp/bot", root);
    system.close();
    assert.deepEqual(
      peer.captures.map(({ meta, bytes, closed }) => ({ ...meta, text: bytes.toString(), closed })),
      [{ name: "/tmp/bot", way: "echo-loader", text: "abc", closed: true }],
    );
  });
});
