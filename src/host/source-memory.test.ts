import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SourceMemory } from "./source-memory.ts";

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-memory-"));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("what was written is read at once, and after a restart", () =>
  inFolder(async (folder) => {
    const memory = new SourceMemory(folder, 1_000);
    memory.write("ssh", "192.0.2.1", Buffer.from("first"));
    memory.write("ssh", "192.0.2.1", Buffer.from("newest"));
    assert.equal(memory.read("ssh", "192.0.2.1")?.toString(), "newest");
    assert.equal(memory.read("telnet", "192.0.2.1"), undefined);
    await memory.close();
    const later = new SourceMemory(folder, 1_000);
    assert.equal(later.read("ssh", "192.0.2.1")?.toString(), "newest");
    assert.equal(later.totalBytes, 6);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
    await later.close();
  }));

test("over the total, whoever was away longest is forgotten, on disk too", () =>
  inFolder(async (folder) => {
    const memory = new SourceMemory(folder, 30);
    for (const last of [1, 2, 3]) memory.write("ssh", `192.0.2.${last}`, Buffer.alloc(10));
    memory.read("ssh", "192.0.2.1");
    memory.write("ssh", "192.0.2.4", Buffer.alloc(10));
    await memory.close();
    const left = [1, 2, 3, 4].filter((last) => memory.read("ssh", `192.0.2.${last}`) !== undefined);
    assert.deepEqual(left, [1, 3, 4]);
    assert.equal(readdirSync(folder).length, 3);
    assert.equal(memory.totalBytes, 30);
  }));

test("addresses of one IPv6 /64 share what is kept", () =>
  inFolder(async (folder) => {
    const memory = new SourceMemory(folder, 1_000);
    memory.write("ssh", "2001:db8::1", Buffer.from("x"));
    assert.equal(memory.read("ssh", "2001:db8::ffff")?.toString(), "x");
    await memory.close();
  }));

test("what the disk does not take stays in memory, and is written when it can be", () =>
  inFolder(async (folder) => {
    const memory = new SourceMemory(join(folder, "memory"), 1_000);
    rmSync(join(folder, "memory"), { recursive: true });
    memory.write("ssh", "192.0.2.1", Buffer.from("kept"));
    await memory.close();
    assert.equal(memory.read("ssh", "192.0.2.1")?.toString(), "kept");
    mkdirSync(join(folder, "memory"));
    await memory.close();
    assert.equal(readdirSync(join(folder, "memory")).length, 1);
  }));
