import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { needs } from "../rig/needs.ts";

/** The preload library that is committed is what its source, and what it takes of the tracer's, compile to. */
const KERNEL = join(import.meta.dirname, "..", "..", "kernel");
const PRELOAD = join(KERNEL, "preload");
const BINARY = join(PRELOAD, "preload-x64.so");
const isSource = (name: string) => /\.[ch]$/.test(name);
const sources = readdirSync(PRELOAD).filter(isSource);

const folder = mkdtempSync(join(tmpdir(), "utsusemi-preload-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

test(
  "the committed library is what Debian's gcc makes of its source, in any folder",
  arch() === "x64" ? needs("gcc") : { skip: "x64" },
  () => {
    const elsewhere = join(folder, "some other", "folder");
    for (const part of ["preload", "tracer"]) {
      mkdirSync(join(elsewhere, part), { recursive: true });
      for (const file of readdirSync(join(KERNEL, part)).filter((name) => isSource(name) || /^(?:build\.sh|exports\.map)$/.test(name)))
        cpSync(join(KERNEL, part, file), join(elsewhere, part, file));
    }
    const build = join(elsewhere, "preload", "build.sh");
    const built = spawnSync("sh", [build], { encoding: "utf8", env: { PATH: process.env["PATH"], LANG: "C.UTF-8" } });
    assert.equal(built.status, 0, built.stderr);
    assert.equal(sha256(join(elsewhere, "preload", "preload-x64.so")), sha256(BINARY), "kernel/preload/build.sh makes it anew");
  },
);

test("the library's source is formatted", needs("clang-format"), () => {
  const run = spawnSync("clang-format", ["--dry-run", "-Werror", ...sources.map((name) => join(PRELOAD, name))], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
});

test("the library is small, asks for no other, and names no path, compiler or version of a C library", () => {
  const bytes = readFileSync(BINARY);
  assert.ok(bytes.length < 32_768, `${bytes.length} bytes`);
  assert.doesNotMatch(bytes.toString("latin1"), /GCC|GLIBC_|\.so\.|\/work|\/tmp|\/home|build-id/);
});

test("the library exports what its list says and nothing else: the C library's other functions stay what they are", needs("gcc"), () => {
  const listed = /global:(.*?)local:/s.exec(readFileSync(join(PRELOAD, "exports.map"), "utf8"))?.[1] ?? "";
  const names = listed.split(/[\s;]+/).filter((name) => name !== "");
  const { status, stdout, stderr } = spawnSync("nm", ["-D", "--defined-only", BINARY], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const exported = [...stdout.matchAll(/ T (\S+)$/gm)].map(([, name]) => name);
  assert.deepEqual(exported.sort(), names.sort());
});
