import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { encodePlan, type PlanRecord } from "../../src/disguise/overlay/plan-record.ts";
import { needs } from "../rig/needs.ts";

/** The guard and the sleeper that are committed are what their sources compile to; a broken plan ends the guard with a sentence. */
const GUARD = join(import.meta.dirname, "..", "..", "kernel", "guard");
const PROGRAMS = ["guard-x64", "sleeper-x64"];
const SOURCES = readdirSync(GUARD).filter((name) => /\.[ch]$/.test(name));
const onX64 = (...names: readonly string[]) => (arch() === "x64" ? needs(...names) : { skip: "the guard is for x64" });

const folder = mkdtempSync(join(tmpdir(), "disguise-guard-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("the committed programs are what Debian's gcc makes of their sources, in any folder", onX64("gcc"), () => {
  const elsewhere = join(folder, "some other", "folder");
  mkdirSync(elsewhere, { recursive: true });
  for (const file of [...SOURCES, "build.sh"]) cpSync(join(GUARD, file), join(elsewhere, file));
  const built = spawnSync("sh", [join(elsewhere, "build.sh")], { encoding: "utf8", env: { PATH: process.env["PATH"], LANG: "C.UTF-8" } });
  assert.equal(built.status, 0, built.stderr);
  const sums = (from: string) =>
    PROGRAMS.map((name) =>
      createHash("sha256")
        .update(readFileSync(join(from, name)))
        .digest("hex"),
    );
  assert.deepEqual(sums(elsewhere), sums(GUARD));
});

test("the guard's sources are formatted", needs("clang-format"), () => {
  const run = spawnSync("clang-format", ["--dry-run", "-Werror", ...SOURCES.map((name) => join(GUARD, name))], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
});

test("the programs are small, static, and name no library, path or compiler", () => {
  for (const name of PROGRAMS) {
    const bytes = readFileSync(join(GUARD, name));
    assert.ok(bytes.length < 20_000, `${name}: ${bytes.length} bytes`);
    assert.doesNotMatch(bytes.toString("latin1"), /GCC|\.so\b|\/tmp|\/home|interp|build-id/);
  }
});

test("a broken plan ends the guard with status 125 and a sentence, whatever is broken", onX64("root"), () => {
  const command: PlanRecord = ["command", "true"];
  const whole = Buffer.from(encodePlan([["environment"], ["folder", "/"], ["umask", "18"], command]));
  assert.equal(started(whole).status, 0);
  const broken = [
    whole.subarray(0, whole.length - 1),
    whole.subarray(0, whole.length - 7),
    Buffer.concat([whole, Buffer.from([1, 0, 0, 0, 255, 255, 255, 255])]),
    Buffer.concat([whole, Buffer.from([255, 255, 255, 255])]),
    Buffer.alloc(8),
  ];
  for (const plan of broken) {
    const { status, stderr } = started(plan);
    assert.equal(status, 125, plan.toString("hex"));
    assert.match(stderr, /^utsusemi: the plan is broken\n$/);
  }
});

function started(plan: Uint8Array) {
  const file = join(folder, "plan");
  writeFileSync(file, plan);
  return spawnSync(join(GUARD, "guard-x64"), [file], { encoding: "utf8", timeout: 10_000 });
}
