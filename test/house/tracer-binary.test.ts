import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { needs } from "../rig/needs.ts";

/** The tracer that is committed is what its source compiles to. */
const TRACER = join(import.meta.dirname, "..", "..", "kernel", "tracer");
const BINARY = join(TRACER, "tracer-x64");
const sources = readdirSync(TRACER).filter((name) => /\.[ch]$/.test(name));

const folder = mkdtempSync(join(tmpdir(), "utsusemi-tracer-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

test(
  "the committed tracer is what Debian's gcc makes of its source, in any folder",
  arch() === "x64" ? needs("gcc") : { skip: "x64" },
  () => {
    const elsewhere = join(folder, "some other", "folder");
    mkdirSync(elsewhere, { recursive: true });
    for (const file of [...sources, "build.sh"]) cpSync(join(TRACER, file), join(elsewhere, file));
    const built = spawnSync("sh", [join(elsewhere, "build.sh")], { encoding: "utf8", env: { PATH: process.env["PATH"], LANG: "C.UTF-8" } });
    assert.equal(built.status, 0, built.stderr);
    assert.equal(sha256(join(elsewhere, "tracer-x64")), sha256(BINARY));
  },
);

test("the tracer's source is formatted", needs("clang-format"), () => {
  const run = spawnSync("clang-format", ["--dry-run", "-Werror", ...sources.map((name) => join(TRACER, name))], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
});

test("the tracer is small, static, and names no library, path or compiler", () => {
  const bytes = readFileSync(BINARY);
  assert.ok(bytes.length < 32_768, `${bytes.length} bytes`);
  assert.doesNotMatch(bytes.toString("latin1"), /GCC|\.so\.|\/work|\/tmp|\/home|interp|build-id/);
});
