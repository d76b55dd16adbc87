import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { needs } from "../rig/needs.ts";

/** The BPF objects that are committed are what their source compiles to. */
const BPF = join(import.meta.dirname, "..", "..", "kernel", "bpf");
const OBJECTS = ["engine.bpf.o", "bench.bpf.o"];
const sources = readdirSync(BPF).filter((name) => /\.[ch]$/.test(name));

const folder = mkdtempSync(join(tmpdir(), "utsusemi-bpf-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

test("the committed objects are what Debian's clang makes of their source, in any folder", needs("clang-14", "llvm-strip-14"), () => {
  const elsewhere = join(folder, "some other", "folder");
  mkdirSync(elsewhere, { recursive: true });
  for (const file of [...sources, "build.sh"]) cpSync(join(BPF, file), join(elsewhere, file));
  const built = spawnSync("sh", [join(elsewhere, "build.sh")], { encoding: "utf8", env: { PATH: process.env["PATH"], LANG: "C.UTF-8" } });
  assert.equal(built.status, 0, built.stderr);
  for (const name of OBJECTS) assert.equal(sha256(join(elsewhere, name)), sha256(join(BPF, name)), name);
});

test("the engine's source is formatted", needs("clang-format"), () => {
  const run = spawnSync("clang-format", ["--dry-run", "-Werror", ...sources.map((name) => join(BPF, name))], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
});

test("every source says its licence, and no object names a path", () => {
  for (const name of sources)
    assert.match(readFileSync(join(BPF, name), "utf8"), /^\/\* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause \*\//);
  for (const name of OBJECTS) {
    const text = readFileSync(join(BPF, name), "latin1");
    assert.match(text, /Dual BSD\/GPL/);
    assert.doesNotMatch(text, /\/work|\/tmp|\/home|some other/);
  }
});
