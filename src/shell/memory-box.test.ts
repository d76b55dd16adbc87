import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import { fakeMemory } from "../testkit/fake-peer.ts";
import { readSection, writeSection } from "./memory-box.ts";

test("sections are kept side by side and replaced one by one", () => {
  const memory = fakeMemory();
  assert.equal(readSection(memory, "files"), undefined);
  assert.ok(writeSection(memory, "files", Buffer.from("tree")));
  assert.ok(writeSection(memory, "admission", Buffer.from("in")));
  assert.ok(writeSection(memory, "files", Buffer.from("another tree")));
  assert.equal(Buffer.from(readSection(memory, "files") ?? []).toString(), "another tree");
  assert.equal(Buffer.from(readSection(memory, "admission") ?? []).toString(), "in");
});

test("an empty section is gone, and gives its room back", () => {
  const memory = fakeMemory(40);
  assert.ok(writeSection(memory, "a", Buffer.alloc(30)));
  assert.ok(writeSection(memory, "a", Buffer.alloc(0)));
  assert.equal(readSection(memory, "a"), undefined);
  assert.ok(writeSection(memory, "b", Buffer.alloc(30)));
});

test("what is too large is refused and changes nothing", () => {
  const memory = fakeMemory(64);
  assert.ok(writeSection(memory, "a", Buffer.from("kept")));
  assert.equal(writeSection(memory, "b", Buffer.alloc(64)), false);
  assert.equal(Buffer.from(readSection(memory, "a") ?? []).toString(), "kept");
});

test("a value of another form counts as empty, cut at every byte", () => {
  const memory = fakeMemory();
  writeSection(memory, "files", Buffer.from("tree"));
  const whole = Buffer.from(memory.read() ?? []);
  for (let size = 0; size < whole.length; size++) {
    const cut = fakeMemory();
    cut.write(whole.subarray(0, size));
    assert.equal(readSection(cut, "files"), undefined);
    assert.ok(writeSection(cut, "files", Buffer.from("new")));
  }
});
