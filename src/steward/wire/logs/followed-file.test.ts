import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { FollowedFile } from "./followed-file.ts";

test("lines that are added are told once, whole, also over a turn of the log", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-followed-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "auth.log");
  writeFileSync(path, "old\n");
  const told: string[] = [];
  using followed = new FollowedFile(path, (line) => told.push(line));
  const after = (act: () => void) => {
    act();
    followed.look();
    return told.splice(0);
  };
  assert.deepEqual(
    after(() => undefined),
    [],
  );
  assert.deepEqual(
    after(() => appendFileSync(path, "one\nt")),
    ["one"],
  );
  assert.deepEqual(
    after(() => appendFileSync(path, "wo\n")),
    ["two"],
  );
  const turned = () => {
    appendFileSync(path, "last\n");
    renameSync(path, `${path}.1`);
    writeFileSync(path, "first\n");
  };
  assert.deepEqual(after(turned), ["last", "first"]);
  after(() => truncateSync(path));
  assert.deepEqual(
    after(() => appendFileSync(path, "anew\n")),
    ["anew"],
  );
  rmSync(path);
  writeFileSync(join(folder, "secret"), "secret\n");
  symlinkSync(join(folder, "secret"), path);
  assert.deepEqual(
    after(() => appendFileSync(join(folder, "secret"), "more\n")),
    [],
    "a link is not followed",
  );
  assert.deepEqual(
    after(() => {
      rmSync(path);
      writeFileSync(path, "there again\n");
    }),
    ["there again"],
  );
});
